"""SIGHUP reads the profile again, and restarts only what changed."""

from __future__ import annotations

import pytest
from attrs import evolve

from app.profile import ListenerSpec, ProfileFile
from app.profile.writing import render
from app.server.deck import Deck
from tests.serve.harness import ECHO, HELLO, DrivenReactor, RecordingNotifier, run


def test_a_reload_restarts_only_changed_listeners_and_reports_them(file: ProfileFile) -> None:
    new = ListenerSpec(name="New", protocol="discard", endpoint="tcp:9")
    gone = ListenerSpec(name="Gone", protocol="echo", endpoint="tcp:1")
    file.save([ECHO, HELLO, gone])

    def reload(reactor: DrivenReactor) -> None:
        moved = evolve(HELLO, endpoint="tcp:8026")
        ProfileFile(file.path).load()
        file.path.write_text(render([evolve(ECHO, max_connections=7), moved, new]))
        before = len(reactor.events)
        reactor.send_sighup()
        told = [(event["event"], event.get("listener")) for event in reactor.events[before:]]
        assert sorted(told[:2]) == [("stopped", "Gone"), ("stopped", "Hello")]
        assert told[2:] == [("listening", "Hello"), ("listening", "New"), ("reloaded", None)]
        del (last := reactor.events[-1])["time"]
        assert last == {
            "event": "reloaded",
            "added": ["New"],
            "removed": ["Gone"],
            "restarted": ["Hello"],
            "changed": ["Echo"],
            "renamed": {},
            "unchanged": 0,
        }

    run(reload, file)


@pytest.mark.parametrize("damage", ["[[listener]", "", "gone"])
def test_a_file_that_is_broken_or_gone_changes_nothing(
    file: ProfileFile, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    def reload(reactor: DrivenReactor) -> None:
        if damage == "gone":
            file.path.unlink()
        else:
            file.path.write_text(damage)
        reactor.send_sighup()
        assert reactor.names == ["listening", "listening", "not_reloaded"]
        assert file.path.exists() == (damage != "gone")

    reactor = run(reload, file)
    (event,) = (each for each in reactor.events if each["event"] == "not_reloaded")
    assert capsys.readouterr().err.splitlines() == event["problems"] != []


def test_a_repaired_file_is_loaded_again(file: ProfileFile) -> None:
    def reload(reactor: DrivenReactor) -> None:
        good = file.path.read_text()
        file.path.write_text("[[listener]")
        reactor.send_sighup()
        file.path.write_text(good)
        reactor.send_sighup()
        assert reactor.names[2:] == ["not_reloaded", "reloaded"]
        assert reactor.events[-1]["unchanged"] == 2

    run(reload, file)


def test_a_listener_that_cannot_start_after_a_reload_is_reported_and_the_run_continues(
    file: ProfileFile, capsys: pytest.CaptureFixture[str]
) -> None:
    def reload(reactor: DrivenReactor) -> None:
        own = "python:missing.py:Echo"
        file.path.write_text(render([ECHO, evolve(HELLO, protocol=own)]))
        reactor.send_sighup()
        assert reactor.names[2:] == ["stopped", "failed", "reloaded"]
        assert not reactor.has_stopped
        reactor.send_sighup()
        assert reactor.names[5:] == ["failed", "reloaded"], "each reload tries it again"

    run(reload, file)
    first, second = capsys.readouterr().err.splitlines()
    assert first == second
    assert first.startswith("Hello: ")


def test_a_renamed_listener_is_not_restarted_and_reported_once(file: ProfileFile) -> None:
    def reload(reactor: DrivenReactor) -> None:
        file.path.write_text(render([evolve(ECHO, name="Parrot"), HELLO]))
        reactor.send_sighup()
        assert reactor.names[2:] == ["reloaded"]
        last = reactor.events[-1]
        assert (last["renamed"], last["changed"]) == ({"Echo": "Parrot"}, [])
        assert last["unchanged"] == 1

    reactor = run(reload, file)
    stopped = [each["listener"] for each in reactor.events if each["event"] == "stopped"]
    assert stopped == ["Parrot", "Hello"]


def test_a_stop_during_a_reload_starts_nothing(file: ProfileFile) -> None:
    clients = []

    def reload(reactor: DrivenReactor) -> None:
        clients.append(reactor.connect(0))
        file.path.write_text(render([evolve(ECHO, endpoint="tcp:8008"), HELLO]))
        reactor.send_sighup()  # and now it waits for the client

    notifier = RecordingNotifier()
    reactor = run(reload, file, notifier=notifier)
    reactor.disconnect(clients[0])
    reactor.advance(5)
    assert reactor.names.count("listening") == 2
    assert reactor.names.count("stopped") == 2
    assert "reloaded" not in reactor.names
    assert [lines[0] for lines in notifier.sent] == ["READY=1", "RELOADING=1", "STOPPING=1"]


def test_a_reload_without_a_profile_is_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    reactor = run(DrivenReactor.send_sighup)
    assert reactor.names[2] == "not_reloaded"
    assert capsys.readouterr().err == (
        "There is no profile to load again: the listeners were given by name.\n"
    )


def test_a_path_in_an_unknown_home_folder_rejects_the_reload(file: ProfileFile) -> None:
    def reload(reactor: DrivenReactor) -> None:
        file.path.write_text(render([ECHO, HELLO]).replace("tcp:8007", "unix:~nobody-here/s"))
        reactor.send_sighup()
        assert reactor.names[2:] == ["not_reloaded"]
        assert 'There is no user "nobody-here"' in str(reactor.events[-1])

    run(reload, file)


def test_an_unexpected_error_in_a_reload_is_reported_and_the_next_reload_works(
    file: ProfileFile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(deck: Deck, specs: object) -> None:
        raise RuntimeError("boom")

    def reload(reactor: DrivenReactor) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(Deck, "update", fail)
            reactor.send_sighup()
        assert reactor.names[2:] == ["not_reloaded"]
        reactor.send_sighup()
        assert reactor.names[2:] == ["not_reloaded", "reloaded"]

    notifier = RecordingNotifier()
    run(reload, file, notifier=notifier)
    assert capsys.readouterr().err == "Something unexpected failed: boom\n"
    told = [lines[0] for lines in notifier.sent]
    assert told == ["READY=1", "RELOADING=1", "READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]


def test_new_connections_use_changed_code_with_an_unchanged_profile(
    file: ProfileFile, capsys: pytest.CaptureFixture[str]
) -> None:
    code = file.path.parent / "own.py"
    code.write_text(OWN.format("one"))
    file.path.write_text(render([evolve(ECHO, protocol="python:own.py:Own")]))

    def reload(reactor: DrivenReactor) -> None:
        assert reactor.visit() == b"one"
        code.write_text(OWN.format("two, which is longer"))
        reactor.send_sighup()
        assert reactor.visit() == b"two, which is longer"
        assert reactor.names.count("listening") == 1
        code.write_text("no Python")
        reactor.send_sighup()
        assert reactor.visit() == b"two, which is longer"

    run(reload, file)
    assert capsys.readouterr().err.startswith("Echo: ")


OWN = """
from twisted.internet.protocol import Protocol
class Own(Protocol):
    def connectionMade(self):
        self.transport.write(b"{}")
"""
