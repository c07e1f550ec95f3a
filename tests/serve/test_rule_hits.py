"""A run of `serve` with listeners that reply by rule: live changes, hits, and the contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.profile import ProfileFile
from tests.serve.harness import DrivenReactor, run

PROFILE = """\
version = 1

[[listener]]
name = "Device"
protocol = "replies"
endpoint = "tcp:8029"

[listener.options]
greeting = "hello\\r\\n"

[[listener.options.rule]]
name = "identify"
equals = "*IDN?"
reply = "ACME\\r\\n"

[[listener.options.rule]]
starts = "ADD"
state = ""
reply = "SUM {counter}\\r\\n"
"""


@pytest.fixture
def file(tmp_path: Path) -> ProfileFile:
    path = tmp_path / "profile.toml"
    path.write_text(PROFILE, encoding="utf-8")
    return ProfileFile(path)


def change(file: ProfileFile, *pairs: tuple[str, str]) -> None:
    text = file.path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    file.path.write_text(text, encoding="utf-8")


def say(protocol: object, data: bytes) -> bytes:
    """What the listener sends for `data`."""
    transport = protocol.transport  # type: ignore[attr-defined]
    transport.clear()
    protocol.dataReceived(data)  # type: ignore[attr-defined]
    sent: bytes = transport.value()
    return sent


def test_other_rules_keep_the_connection_and_its_state(file: ProfileFile) -> None:
    def meanwhile(reactor: DrivenReactor) -> None:
        client = reactor.connect(0)
        assert client.transport.value() == b"hello\r\n"
        assert say(client, b"*IDN?\nADD 1\n") == b"ACME\r\nSUM 1\r\n"
        change(file, ("ACME", "OTHER"))
        reactor.send_sighup()
        assert say(client, b"*IDN?\nADD 1\n") == b"OTHER\r\nSUM 2\r\n"
        reloaded = reactor.events[-1]
        assert (reloaded["restarted"], reloaded["changed"]) == ([], ["Device"])
        reactor.disconnect(client)

    reactor = run(meanwhile, file)
    assert "failed" not in reactor.names
    assert reactor.names.count("listening") == 1


def test_wrong_rules_are_told_with_path_and_sentence_and_the_old_ones_go_on(
    file: ProfileFile, capsys: pytest.CaptureFixture[str]
) -> None:
    def meanwhile(reactor: DrivenReactor) -> None:
        client = reactor.connect(0)
        change(file, ('starts = "ADD"', 'regex = "(ADD"\nstarts = 3'), ("equals =", "equal ="))
        reactor.send_sighup()
        assert reactor.names[-1] == "not_reloaded"
        assert say(client, b"*IDN?\n") == b"ACME\r\n"
        reactor.disconnect(client)

    run(meanwhile, file)
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[0] for line in said] == [
        "listener[0].options.rule[0]",
        "listener[0].options.rule[0]",
        "listener[0].options.rule[1]",
    ]


FUNCTION = """\
seen = [b"x"]

def answer(message, context):
    return {!r}

def other(message, context):
    return seen.pop()
"""
TO_FUNCTION = (
    'starts = "ADD"\nstate = ""\nreply = "SUM {counter}\\r\\n"',
    'python = "rules.py:answer"',
)


def test_a_function_answers_and_is_loaded_again_when_its_file_changes(
    file: ProfileFile, capsys: pytest.CaptureFixture[str]
) -> None:
    code = file.path.parent / "rules.py"
    code.write_text(FUNCTION.format("one"), encoding="utf-8")
    change(file, TO_FUNCTION)

    def meanwhile(reactor: DrivenReactor) -> None:
        client = reactor.connect(0)
        assert say(client, b"anything\n") == b"one"
        code.write_text(FUNCTION.format("two, which is longer"), encoding="utf-8")
        reactor.send_sighup()
        assert say(client, b"anything\n") == b"two, which is longer"
        code.write_text("no Python", encoding="utf-8")
        reactor.send_sighup()
        assert say(client, b"anything\n") == b"two, which is longer"
        change(file, ("rules.py:answer", "rules.py:missing"))
        code.write_text(FUNCTION.format("three"), encoding="utf-8")
        reactor.send_sighup()
        assert say(client, b"anything\n") == b"two, which is longer"
        change(file, ("rules.py:missing", "rules.py:other"))
        reactor.send_sighup()
        assert say(client, b"anything\n") == b"x"
        reactor.disconnect(client)

    reactor = run(meanwhile, file)
    assert reactor.names.count("listening") == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("Device: rules.py, line 1: ")
    assert second.startswith("Device: rules.py has no missing.")


def test_a_function_that_is_missing_fails_the_start(
    file: ProfileFile, capsys: pytest.CaptureFixture[str]
) -> None:
    change(file, TO_FUNCTION)
    reactor = run(lambda reactor: None, file, code=1)
    assert reactor.names[0] == "failed"
    assert capsys.readouterr().err.startswith("Device: ")


def test_a_listener_that_stops_tells_how_often_each_rule_matched(file: ProfileFile) -> None:
    def meanwhile(reactor: DrivenReactor) -> None:
        client = reactor.connect(0)
        say(client, b"*IDN?\n*IDN?\nwhat?\n")
        reactor.disconnect(client)

    reactor = run(meanwhile, file)
    rules = next(each for each in reactor.events if each["event"] == "rules")
    assert rules["rules"] == [
        {"rule": "identify", "hits": 2, "failures": 0},
        {"rule": "", "hits": 0, "failures": 0},
    ]
    assert rules["unmatched"] == 1
    assert reactor.names[-3:] == ["rules", "stopped", "closed output"]


def messages(*data: bytes) -> Callable[[DrivenReactor], None]:
    def meanwhile(reactor: DrivenReactor) -> None:
        client = reactor.connect(0)
        for each in data:
            say(client, each)
        reactor.disconnect(client)

    return meanwhile


def test_a_contract_that_is_met_ends_with_0(file: ProfileFile) -> None:
    run(messages(b"*IDN?\nADD\n"), file, require_rules=True)


def test_a_contract_that_is_not_met_ends_with_4_and_says_why(
    file: ProfileFile, capsys: pytest.CaptureFixture[str]
) -> None:
    run(messages(b"ADD\n\x01what?\n"), file, require_rules=True, code=4)
    assert capsys.readouterr().err.splitlines() == [
        'Device: Rule "identify" never matched.',
        'Device: 1 message matched no rule; the last was "\\x01what?".',
    ]


def test_a_rule_that_fails_breaks_the_contract(
    file: ProfileFile, capsys: pytest.CaptureFixture[str]
) -> None:
    change(file, ('reply = "ACME\\r\\n"', 'reply = { file = "gone.bin" }'))
    reactor = run(messages(b"*IDN?\n*IDN?\nADD\n"), file, require_rules=True, code=4)
    rules = next(each for each in reactor.events if each["event"] == "rules")
    assert rules["rules"][0] == {"rule": "identify", "hits": 2, "failures": 2}
    assert 'Device: Rule "identify" failed 2 times.' in capsys.readouterr().err


def test_without_a_contract_nothing_is_required(file: ProfileFile) -> None:
    run(messages(b"what?\n"), file)


def test_a_contract_counts_over_a_restart(file: ProfileFile) -> None:
    def meanwhile(reactor: DrivenReactor) -> None:
        messages(b"*IDN?\n")(reactor)
        change(file, ("tcp:8029", "tcp:8030"))
        reactor.send_sighup()
        client = reactor.connect(1)
        say(client, b"ADD\n")
        reactor.disconnect(client)

    reactor = run(meanwhile, file, require_rules=True)
    assert reactor.names.count("rules") == 2
