"""One run without a window, on a reactor that is turned by hand."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from app.profile import ListenerSpec, ProfileFile
from app.profile.writing import render
from app.serve.run import UNLIMITED, RunLimits, SystemdNotifier, serve
from app.server.deck import Deck
from tests.server.reactors import HandReactor

ECHO = ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007")
HELLO = ListenerSpec(name="Hello", protocol="hello", endpoint="tcp:8025")


class Run(HandReactor):
    """A reactor whose `run` is what the test does meanwhile; then it shuts down as the real one.

    It is also where the lines go.
    """

    def __init__(self, meanwhile: Callable[[Run], None]) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.has_stopped = False
        self._meanwhile = meanwhile

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    @property
    def names(self) -> list[str]:
        return [event["event"] for event in self.events]

    def begin(self, gone: Callable[[], object]) -> None:
        self.gone = gone

    def write(self, line: str) -> bool:
        self.lines.append(line)
        return True

    def close(self) -> None:
        self.lines.append(json.dumps({"event": "closed output"}))

    def callFromThread(self, act: Callable[..., object], *arguments: object) -> None:
        self.callLater(0, act, *arguments)

    def run(self) -> None:
        for act in self.whenRunningHooks:
            act[0](*act[1], **act[2])
        self._meanwhile(self)
        for act in self.triggers["before"]["shutdown"]:
            act[0](*act[1], **act[2])

    def stop(self) -> None:
        self.has_stopped = True

    def hang_up(self) -> None:
        signal.raise_signal(signal.SIGHUP)
        self.advance(0)

    def connect(self, index: int) -> Any:
        """A client of the listener that was started so many-th; gives what serves it."""
        factory: Any = self.tcpServers[index][1]
        protocol = factory.buildProtocol(IPv4Address("TCP", "127.0.0.1", 5))
        protocol.makeConnection(StringTransport())
        return protocol

    def leave(self, protocol: Any) -> None:
        protocol.connectionLost(Failure(ConnectionDone()))

    def visit(self, index: int = 0) -> bytes:
        """A client that comes and goes; gives what it was told."""
        protocol = self.connect(index)
        self.leave(protocol)
        told: bytes = protocol.transport.value()
        return told


@pytest.fixture(autouse=True)
def signals_come_back() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def file(tmp_path: Path) -> ProfileFile:
    path = tmp_path / "profile.toml"
    path.write_text(render([ECHO, HELLO]))
    file = ProfileFile(path)
    file.load()
    return file


class Warden(SystemdNotifier):
    """Remembers what systemd would be told."""

    def __init__(self) -> None:
        super().__init__({})
        self.heard: list[tuple[str, ...]] = []

    def _send(self, *lines: str) -> None:
        self.heard.append(lines)


def run(
    meanwhile: Callable[[Run], None],
    file: ProfileFile | None = None,
    limits: RunLimits = UNLIMITED,
    notifier: SystemdNotifier | None = None,
) -> Run:
    reactor = Run(meanwhile)
    specs = [ECHO, HELLO] if file is None else file.load().listeners
    code = serve(reactor, specs, reactor, file=file, as_json=True, limits=limits, notifier=notifier)
    assert code == 0
    return reactor


# The end


def test_it_ends_by_itself_so_long_after_its_start() -> None:
    def wait(reactor: Run) -> None:
        reactor.advance(1.4)
        assert not reactor.has_stopped
        reactor.advance(0.1)
        assert reactor.has_stopped

    reactor = run(wait, limits=RunLimits(seconds=1.5))
    assert reactor.names == ["listening", "listening", "stopped", "stopped", "closed output"]


def test_it_ends_when_nobody_reads_its_lines_any_more() -> None:
    def leave(reactor: Run) -> None:
        reactor.gone()
        reactor.advance(0)
        assert reactor.has_stopped

    run(leave)


def test_it_ends_once_so_many_connections_of_all_listeners_are_over() -> None:
    def visit(reactor: Run) -> None:
        open_still = reactor.connect(0)
        reactor.visit(1)
        reactor.advance(0)
        assert not reactor.has_stopped, "one is over, one is open"
        reactor.leave(open_still)
        reactor.advance(0)
        assert reactor.has_stopped

    reactor = run(visit, limits=RunLimits(connections=2))
    assert reactor.names.count("closed") == 2


def test_a_refused_peer_is_no_connection_that_is_over(file: ProfileFile) -> None:
    def visit(reactor: Run) -> None:
        first = reactor.connect(0)
        reactor.connect(0)
        reactor.advance(5)
        assert reactor.names[-1] == "refused"
        assert not reactor.has_stopped
        reactor.leave(first)
        reactor.advance(0)
        assert reactor.has_stopped

    file.save([evolve(ECHO, max_connections=1)])
    run(visit, file, RunLimits(connections=1))


@pytest.mark.parametrize("ends", ["clients go", "time is over", "second signal"])
def test_a_signal_lets_the_clients_go_if_there_is_time_for_it(ends: str) -> None:
    def stop(reactor: Run) -> None:
        client = reactor.connect(0)
        signal.raise_signal(signal.SIGTERM)
        reactor.advance(0)
        assert reactor.names[2:] == ["opened", "draining", "stopped"], "of Hello nobody is left"
        reactor.advance(29)
        assert not reactor.has_stopped
        match ends:
            case "clients go":
                reactor.leave(client)
                assert reactor.names[-1] == "stopped"
            case "time is over":
                reactor.advance(1)
            case _:
                signal.raise_signal(signal.SIGTERM)
                reactor.advance(0)
        assert reactor.has_stopped
        if ends != "clients go":
            reactor.leave(client)

    run(stop, limits=RunLimits(drain_seconds=30))


def test_without_time_for_it_a_signal_stops_at_once() -> None:
    def stop(reactor: Run) -> None:
        client = reactor.connect(0)
        signal.raise_signal(signal.SIGTERM)
        reactor.advance(0)
        assert reactor.has_stopped
        reactor.leave(client)

    assert "draining" not in run(stop).names


def test_of_two_limits_the_first_counts() -> None:
    def visit(reactor: Run) -> None:
        reactor.visit()
        reactor.advance(0)
        assert reactor.has_stopped

    run(visit, limits=RunLimits(seconds=10, connections=1))

    def wait(reactor: Run) -> None:
        reactor.advance(10)
        assert reactor.has_stopped

    run(wait, limits=RunLimits(seconds=10, connections=1))


def test_a_listener_that_fails_later_is_told_and_ends_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def lose(reactor: Run) -> None:
        factory: Any = reactor.tcpServers[0][1]
        factory.on_unbound()
        reactor.advance(0)
        assert reactor.names[-1] == "failed"
        assert not reactor.has_stopped

    run(lose)
    assert capsys.readouterr().err.startswith("Echo: The socket at ")


# Reload


def test_a_reload_restarts_only_what_changed_and_tells_what_that_was(file: ProfileFile) -> None:
    new = ListenerSpec(name="New", protocol="discard", endpoint="tcp:9")
    gone = ListenerSpec(name="Gone", protocol="echo", endpoint="tcp:1")
    file.save([ECHO, HELLO, gone])

    def reload(reactor: Run) -> None:
        moved = evolve(HELLO, endpoint="tcp:8026")
        ProfileFile(file.path).load()
        file.path.write_text(render([evolve(ECHO, max_connections=7), moved, new]))
        before = len(reactor.events)
        reactor.hang_up()
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
    def reload(reactor: Run) -> None:
        if damage == "gone":
            file.path.unlink()
        else:
            file.path.write_text(damage)
        reactor.hang_up()
        assert reactor.names == ["listening", "listening", "not_reloaded"]
        assert file.path.exists() == (damage != "gone")

    reactor = run(reload, file)
    (event,) = (each for each in reactor.events if each["event"] == "not_reloaded")
    assert capsys.readouterr().err.splitlines() == event["problems"] != []


def test_a_mended_file_counts_again(file: ProfileFile) -> None:
    def reload(reactor: Run) -> None:
        good = file.path.read_text()
        file.path.write_text("[[listener]")
        reactor.hang_up()
        file.path.write_text(good)
        reactor.hang_up()
        assert reactor.names[2:] == ["not_reloaded", "reloaded"]
        assert reactor.events[-1]["unchanged"] == 2

    run(reload, file)


def test_a_listener_that_cannot_start_after_a_reload_is_told_and_ends_nothing(
    file: ProfileFile, capsys: pytest.CaptureFixture[str]
) -> None:
    def reload(reactor: Run) -> None:
        own = "python:missing.py:Echo"
        file.path.write_text(render([ECHO, evolve(HELLO, protocol=own)]))
        reactor.hang_up()
        assert reactor.names[2:] == ["stopped", "failed", "reloaded"]
        assert not reactor.has_stopped
        reactor.hang_up()
        assert reactor.names[5:] == ["failed", "reloaded"], "each reload tries it again"

    run(reload, file)
    first, second = capsys.readouterr().err.splitlines()
    assert first == second
    assert first.startswith("Hello: ")


def test_a_listener_that_only_has_another_name_goes_on_and_is_told_once(file: ProfileFile) -> None:
    def reload(reactor: Run) -> None:
        file.path.write_text(render([evolve(ECHO, name="Parrot"), HELLO]))
        reactor.hang_up()
        assert reactor.names[2:] == ["reloaded"]
        last = reactor.events[-1]
        assert (last["renamed"], last["changed"]) == ({"Echo": "Parrot"}, [])
        assert last["unchanged"] == 1

    reactor = run(reload, file)
    stopped = [each["listener"] for each in reactor.events if each["event"] == "stopped"]
    assert stopped == ["Parrot", "Hello"]


def test_an_end_in_the_middle_of_a_reload_starts_nothing_again(file: ProfileFile) -> None:
    clients = []

    def reload(reactor: Run) -> None:
        clients.append(reactor.connect(0))
        file.path.write_text(render([evolve(ECHO, endpoint="tcp:8008"), HELLO]))
        reactor.hang_up()  # and now it waits for the client

    warden = Warden()
    reactor = run(reload, file, notifier=warden)
    reactor.leave(clients[0])
    reactor.advance(5)
    assert reactor.names.count("listening") == 2
    assert reactor.names.count("stopped") == 2
    assert "reloaded" not in reactor.names
    assert [lines[0] for lines in warden.heard] == ["READY=1", "RELOADING=1", "STOPPING=1"]


def test_without_a_profile_a_reload_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    reactor = run(Run.hang_up)
    assert reactor.names[2] == "not_reloaded"
    assert capsys.readouterr().err == (
        "There is no profile to load again: the listeners were given by name.\n"
    )


def test_a_path_in_the_home_of_nobody_is_a_reason_not_to_reload(file: ProfileFile) -> None:
    def reload(reactor: Run) -> None:
        file.path.write_text(render([ECHO, HELLO]).replace("tcp:8007", "unix:~nobody-here/s"))
        reactor.hang_up()
        assert reactor.names[2:] == ["not_reloaded"]
        assert 'There is no user "nobody-here"' in str(reactor.events[-1])

    run(reload, file)


def test_whatever_fails_in_a_reload_is_told_and_the_next_one_can_go_well(
    file: ProfileFile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(deck: Deck, specs: object) -> None:
        raise RuntimeError("boom")

    def reload(reactor: Run) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(Deck, "update", fail)
            reactor.hang_up()
        assert reactor.names[2:] == ["not_reloaded"]
        reactor.hang_up()
        assert reactor.names[2:] == ["not_reloaded", "reloaded"]

    warden = Warden()
    run(reload, file, notifier=warden)
    assert capsys.readouterr().err == "Something unexpected failed: boom\n"
    told = [lines[0] for lines in warden.heard]
    assert told == ["READY=1", "RELOADING=1", "READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]


def test_new_connections_run_changed_code_although_the_profile_is_the_same(
    file: ProfileFile, capsys: pytest.CaptureFixture[str]
) -> None:
    code = file.path.parent / "own.py"
    code.write_text(OWN.format("one"))
    file.path.write_text(render([evolve(ECHO, protocol="python:own.py:Own")]))

    def reload(reactor: Run) -> None:
        assert reactor.visit() == b"one"
        code.write_text(OWN.format("two, which is longer"))
        reactor.hang_up()
        assert reactor.visit() == b"two, which is longer"
        assert reactor.names.count("listening") == 1
        code.write_text("no Python")
        reactor.hang_up()
        assert reactor.visit() == b"two, which is longer"

    run(reload, file)
    assert capsys.readouterr().err.startswith("Echo: ")


OWN = """
from twisted.internet.protocol import Protocol
class Own(Protocol):
    def connectionMade(self):
        self.transport.write(b"{}")
"""


# systemd


def test_systemd_is_told_of_the_start_of_reloads_and_of_the_end(file: ProfileFile) -> None:
    warden = Warden()
    run(Run.hang_up, file, notifier=warden)
    told = [lines[0] for lines in warden.heard]
    assert told == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]
    assert warden.heard[0] == ("READY=1", "STATUS=2 of 2 listeners on")


def test_systemd_is_not_told_that_it_is_ready_when_a_listener_failed() -> None:
    warden = Warden()
    reactor = Run(lambda reactor: reactor.advance(0))
    odd = ListenerSpec(name="Odd", protocol="nonsense", endpoint="tcp:0")
    assert serve(reactor, [ECHO, odd], reactor, notifier=warden) == 1
    assert reactor.has_stopped
    assert warden.heard == [("STOPPING=1", "STATUS=A listener could not start.")]


def test_a_listener_that_others_reach_unasked_is_told_at_the_start_and_after_a_reload(
    file: ProfileFile, capsys: pytest.CaptureFixture[str]
) -> None:
    file.path.write_text(render([ECHO, evolve(HELLO, endpoint="haproxy:haproxy:tcp:8025")]))

    def meanwhile(reactor: Run) -> None:
        assert capsys.readouterr().err.startswith("Hello: Others on your network can connect to ")
        file.path.write_text(render([evolve(ECHO, endpoint="haproxy:haproxy:tcp:8007")]))
        reactor.hang_up()
        assert capsys.readouterr().err.startswith("Echo: Others on your network can connect to ")

    run(meanwhile, file)
