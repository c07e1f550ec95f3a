"""The events are an interface: they have the fields that the guide documents."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.address import UNIXAddress

from app.profile import ListenerSpec
from app.serve.events import (
    Closed,
    Draining,
    Event,
    EventWriter,
    Failed,
    Forwarded,
    Listening,
    Lost,
    NotReloaded,
    Opened,
    Paused,
    Refused,
    Reloaded,
    Rules,
    Running,
    Stopped,
    Warned,
)
from app.serve.observer import EventObserver
from app.server.deck import Deck
from app.server.listener import Listener
from app.text.sentence import Sentence
from tests.server.reactors import Client, HandReactor

GUIDE = Path(__file__).parents[2] / "resources" / "guide" / "serve.md"


def _hits(rule: str, hits: int, failures: int = 0) -> dict[str, object]:
    return {"rule": rule, "hits": hits, "failures": failures}


EXAMPLES: list[tuple[Event, str]] = [
    (Running("server.py", "python server.py"), "server.py runs as by: python server.py"),
    (Listening("Echo", "127.0.0.1", 8007), "Echo is listening on 127.0.0.1:8007."),
    (Listening("Echo", "::1", 8007), "Echo is listening on [::1]:8007."),
    (
        Listening("Echo", "127.0.0.1", 8443, "AB:CD"),
        "Echo is listening on 127.0.0.1:8443 with TLS, SHA-256 AB:CD.",
    ),
    (Listening("Echo", "/tmp/a:b", None), "Echo is listening on /tmp/a:b."),
    (Draining("Echo", 2), "Echo is draining, 2 left."),
    (Paused("Echo", "no room"), "Echo is paused: no room."),
    (Failed("Echo", "Port 1 is taken."), "Echo failed: Port 1 is taken."),
    (Stopped("Echo"), "Echo is stopped."),
    (
        Rules("Device", [_hits("id", 2), _hits("", 0, failures=1)], 1),
        "Device: hits of its rules: id: 2, 2: 0 (1 failed); unmatched messages: 1.",
    ),
    (Rules("Device", [], 0), "Device: hits of its rules: there are none; unmatched messages: 0."),
    (Opened("Echo", 1, "127.0.0.1:5"), "Echo: connection 1 from 127.0.0.1:5."),
    (
        Closed("Echo", 1, "127.0.0.1:5", "closed by the peer", 2, 3),
        "Echo: connection 1 from 127.0.0.1:5 is over: closed by the peer; 2 bytes in, 3 out.",
    ),
    (
        Closed("F", 1, "127.0.0.1:5", "closed by the peer", 2, 3, "db:5432", 3, 4),
        "F: connection 1 from 127.0.0.1:5 is over: closed by the peer; 2 bytes in, 3 out; "
        "4 bytes to db:5432, 3 back.",
    ),
    (
        Forwarded("F", 1, "127.0.0.1:5", "db:5432", 2),
        "F: connection 1 goes to db:5432.",
    ),
    (
        Warned("Echo", 1, "127.0.0.1:5", "lineReceived is an async function."),
        "Echo: connection 1 from 127.0.0.1:5: lineReceived is an async function.",
    ),
    (Warned("Echo", None, None, "It runs the reactor."), "Echo: It runs the reactor."),
    (
        Refused("Echo", "127.0.0.1:5", "too many connections"),
        "Echo: 127.0.0.1:5 was refused: too many connections.",
    ),
    (
        Reloaded(["A", "B"], ["C"], ["D"], ["E"], {"F": "G"}, 2),
        "The profile was loaded again: added A, B; removed C; restarted D; changed E; "
        "renamed F to G; unchanged 2.",
    ),
    (Reloaded([], [], [], [], {}, 0), "The profile was loaded again: unchanged 0."),
    (Lost(3), "3 lines are lost here: those before them were not read in time."),
    (
        NotReloaded(["version: is missing"]),
        "The profile was not loaded again; everything goes on as it was.",
    ),
]


def documented() -> dict[str, list[str]]:
    """The events in the table of the guide: name and fields, in order."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| .* \|$", GUIDE.read_text(), re.MULTILINE)
    return {name: re.findall(r"`(\w+)`", cells) for name, cells in rows}


def event_classes() -> list[type[Event]]:
    """The event classes. attrs makes each slotted class a second time; the first one is left out
    here."""
    return [kind for kind in Event.__subclasses__() if "__slots__" in vars(kind)]


def names_in_json(kind: type[Event]) -> list[str]:
    """The fields of an event, and the one with the codes of its sentences."""
    codes = {"": [], "problems": ["codes"]}.get(kind.told, ["code"])
    return [*(each.name for each in fields(kind)), *codes]


def test_the_code_of_a_sentence_is_beside_it() -> None:
    taken = Sentence("port-in-use", "Port {port} is taken.", port=1)
    assert Failed("Echo", taken).json() == {
        "event": "failed",
        "listener": "Echo",
        "reason": "Port 1 is taken.",
        "code": "port-in-use",
    }
    assert Failed("Echo", "boom").json()["code"] is None
    assert NotReloaded([taken, "boom"]).json()["codes"] == ["port-in-use", None]


def test_the_guide_has_every_event_with_exactly_its_fields() -> None:
    kinds = event_classes()
    assert len(kinds) > 1
    promised = documented()
    for kind in kinds:
        assert promised.get(kind.event) == names_in_json(kind), kind.event


@pytest.mark.parametrize(("event", "sentence"), EXAMPLES)
def test_each_event_has_a_sentence_and_an_object_with_its_fields(
    event: Event, sentence: str
) -> None:
    assert event.sentence == sentence
    told = json.loads(json.dumps(event.json()))
    assert list(told) == ["event", *names_in_json(type(event))]


def test_there_is_an_example_of_every_event() -> None:
    assert {type(event) for event, _ in EXAMPLES} == set(event_classes())


@given(st.text())
def test_an_object_is_always_one_line(text: str) -> None:
    assert len(json.dumps(Failed(text, text).json()).splitlines()) == 1


ECHO = ListenerSpec(name="Écho", protocol="echo", endpoint="tcp:8007", max_connections=1)


class EventHarness:
    """A deck whose events are written to a list."""

    def __init__(self, *, as_json: bool) -> None:
        self.reactor = HandReactor()
        self.reactor.advance(1000)
        self.lines: list[str] = []
        lines = EventWriter(self.write, self.reactor.seconds, as_json=as_json)
        self.deck = Deck(self.reactor, EventObserver(lines.write))

    def write(self, line: str) -> bool:
        self.lines.append(line)
        return True

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    def run(self) -> tuple[str, str]:
        """One listener with a client that says hello and leaves, and a refused client. Returns both
        peers."""
        listener = self.deck.add(ECHO)
        self.deck.start_all()
        client, refused = self.connect(listener), self.connect(listener)
        client.send(b"hello")
        client.read_all(5)
        peers = ["{}:{}".format(*each.socket.getsockname()) for each in (client, refused)]
        client.close()
        client.until(lambda: not listener.connection_count)
        self.deck.stop_all()
        refused.close()
        self.reactor.drop_all()
        return peers[0], peers[1]

    def connect(self, listener: Listener) -> Client:
        assert listener.factory is not None
        return Client(self.reactor, listener.factory.buildProtocol(UNIXAddress(b"somewhere")))


def test_each_event_is_one_object() -> None:
    harness = EventHarness(as_json=True)
    peer, _ = harness.run()
    assert harness.objects == [
        {
            "event": "listening",
            "listener": "Écho",
            "address": "0.0.0.0",
            "port": 8007,
            "fingerprint": None,
            "time": 1000,
        },
        {"event": "opened", "listener": "Écho", "connection": 1, "peer": peer, "time": 1000},
        {
            "event": "refused",
            "listener": "Écho",
            "peer": "somewhere",
            "reason": "too many connections",
            "code": "too-many-connections",
            "time": 1000,
        },
        {
            "event": "closed",
            "listener": "Écho",
            "connection": 1,
            "peer": peer,
            "reason": "closed by the peer",
            "bytes_in": 5,
            "bytes_out": 5,
            "target": None,
            "target_bytes_in": None,
            "target_bytes_out": None,
            "code": "closed-by-peer",
            "time": 1000,
        },
        {"event": "stopped", "listener": "Écho", "time": 1000},
    ]


def test_a_connection_does_not_close_before_it_opened_though_the_clock_is_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = iter([9000.0, 8000.0])
    monkeypatch.setattr(HandReactor, "unix_seconds", lambda _: next(times, 5400.0), raising=False)
    harness = EventHarness(as_json=True)
    harness.run()
    (opened,) = (each["time"] for each in harness.objects if each["event"] == "opened")
    (closed,) = (each["time"] for each in harness.objects if each["event"] == "closed")
    assert closed >= opened >= 8000


def test_each_event_is_one_readable_line() -> None:
    harness = EventHarness(as_json=False)
    peer, _ = harness.run()
    assert harness.lines == [
        "Écho is listening on 0.0.0.0:8007.",
        f"Écho: connection 1 from {peer}.",
        "Écho: somewhere was refused: too many connections.",
        f"Écho: connection 1 from {peer} is over: closed by the peer; 5 bytes in, 5 out.",
        "Écho is stopped.",
    ]


def test_a_failure_is_an_event_with_its_reason() -> None:
    for as_json in (True, False):
        harness = EventHarness(as_json=as_json)
        harness.deck.add(ListenerSpec(name="Odd", protocol="nonsense", endpoint="tcp:0"))
        harness.deck.start_all()
        reason = harness.deck.listeners[0].reason
        assert reason.startswith("There is no protocol called")
        if as_json:
            assert harness.objects == [
                {
                    "event": "failed",
                    "listener": "Odd",
                    "reason": reason,
                    "code": "no-such-protocol",
                    "time": 1000,
                }
            ]
        else:
            assert harness.lines == [f"Odd failed: {reason}"]


def test_a_changed_limit_is_not_an_event() -> None:
    harness = EventHarness(as_json=False)
    listener = harness.deck.add(ECHO)
    listener.change(evolve(ECHO, max_connections=2))
    assert harness.lines == [], "it was never on"
    harness.deck.start_all()
    listener.change(evolve(ECHO, max_connections=3))
    assert harness.lines == ["Écho is listening on 0.0.0.0:8007."]


def test_a_restart_with_the_same_address_is_an_event() -> None:
    harness = EventHarness(as_json=False)
    harness.deck.add(ECHO)
    harness.deck.start_all()
    harness.deck.restart(harness.deck.listeners[0])
    assert harness.lines == [
        "Écho is listening on 0.0.0.0:8007.",
        "Écho is stopped.",
        "Écho is listening on 0.0.0.0:8007.",
    ]


def test_the_same_failure_is_an_event_again_after_a_new_attempt() -> None:
    harness = EventHarness(as_json=False)
    harness.deck.add(ListenerSpec(name="Odd", protocol="nonsense", endpoint="tcp:0"))
    harness.deck.start_all()
    harness.deck.start_all()
    assert len(harness.lines) == 2


class BoundedOutput:
    """Accepts lines up to a limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.lines: list[str] = []

    def write(self, line: str) -> bool:
        if len(self.lines) >= self.limit:
            return False
        self.lines.append(line)
        return True


def test_an_event_is_a_sentence_or_an_object_with_the_time() -> None:
    output = BoundedOutput(2)
    EventWriter(output.write, lambda: 5.5, as_json=False).write(Stopped("Écho"))
    EventWriter(output.write, lambda: 5.5, as_json=True).write(Stopped("Écho"))
    assert output.lines[0] == "Écho is stopped."
    assert output.lines[1].isascii(), "whatever the terminal, the lines are the same"
    assert json.loads(output.lines[1]) == {"event": "stopped", "listener": "Écho", "time": 5.5}


def test_dropped_lines_are_counted_and_reported_in_their_place() -> None:
    output = BoundedOutput(1)
    lines = EventWriter(output.write, lambda: 0.0, as_json=False)
    for name in ("A", "B", "C"):
        lines.write(Stopped(name))
    output.limit = 2
    lines.write(Stopped("D"))
    output.limit = 4
    for name in ("E", "F", "G"):
        lines.write(Stopped(name))
    assert output.lines == [
        "A is stopped.",
        "2 lines are lost here: those before them were not read in time.",
        "1 lines are lost here: those before them were not read in time.",
        "E is stopped.",
    ]
