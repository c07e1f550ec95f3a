"""The events are an interface: what the guide promises of them is what they have."""

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
    Announcer,
    Closed,
    Draining,
    Event,
    EventWriter,
    Failed,
    Listening,
    Lost,
    NotReloaded,
    Opened,
    Paused,
    Refused,
    Reloaded,
    Stopped,
)
from app.server.deck import Deck
from app.server.listener import Listener
from tests.server.reactors import Client, HandReactor

GUIDE = Path(__file__).parents[2] / "resources" / "guide" / "serve.md"

EXAMPLES: list[tuple[Event, str]] = [
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
    (Opened("Echo", 1, "127.0.0.1:5"), "Echo: connection 1 from 127.0.0.1:5."),
    (
        Closed("Echo", 1, "127.0.0.1:5", "closed by the peer", 2, 3),
        "Echo: connection 1 from 127.0.0.1:5 is over: closed by the peer; 2 bytes in, 3 out.",
    ),
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
    """The table of the guide of events: the name of each, and its fields in their order."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| .* \|$", GUIDE.read_text(), re.MULTILINE)
    return {name: re.findall(r"`(\w+)`", cells) for name, cells in rows}


def kinds_of_events() -> list[type[Event]]:
    """For its slots, attrs makes each class anew, and the first one stays for a while."""
    return [kind for kind in Event.__subclasses__() if "__slots__" in vars(kind)]


def test_the_readme_has_every_event_with_exactly_its_fields() -> None:
    kinds = kinds_of_events()
    assert len(kinds) > 1
    promised = documented()
    for kind in kinds:
        assert promised.get(kind.event) == [each.name for each in fields(kind)], kind.event


@pytest.mark.parametrize(("event", "sentence"), EXAMPLES)
def test_each_event_has_a_sentence_and_an_object_with_its_fields(
    event: Event, sentence: str
) -> None:
    assert event.sentence == sentence
    told = json.loads(json.dumps(event.json()))
    assert list(told) == ["event", *(each.name for each in fields(type(event)))]


def test_there_is_an_example_of_every_event() -> None:
    assert {type(event) for event, _ in EXAMPLES} == set(kinds_of_events())


@given(st.text())
def test_an_object_is_one_line_whatever_is_in_it(text: str) -> None:
    assert len(json.dumps(Failed(text, text).json()).splitlines()) == 1


ECHO = ListenerSpec(name="Écho", protocol="echo", endpoint="tcp:8007", max_connections=1)


class Stage:
    """A deck whose announcer writes into memory."""

    def __init__(self, *, as_json: bool) -> None:
        self.reactor = HandReactor()
        self.reactor.advance(1000)
        self.lines: list[str] = []
        lines = EventWriter(self, self.reactor.seconds, as_json=as_json)
        self.deck = Deck(self.reactor, Announcer(lines.write))

    def write(self, line: str) -> bool:
        self.lines.append(line)
        return True

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    def play(self) -> tuple[str, str]:
        """One listener, one client that says hello and leaves, and one too many. Gives both."""
        listener = self.deck.add(ECHO)
        self.deck.start_all()
        client, refused = self.join(listener), self.join(listener)
        client.send(b"hello")
        client.read_all(5)
        peers = ["{}:{}".format(*each.socket.getsockname()) for each in (client, refused)]
        client.close()
        client.until(lambda: not listener.connection_count)
        self.deck.stop_all()
        refused.close()
        self.reactor.drop_all()
        return peers[0], peers[1]

    def join(self, listener: Listener) -> Client:
        assert listener.factory is not None
        return Client(self.reactor, listener.factory.buildProtocol(UNIXAddress(b"somewhere")))


def test_each_event_is_one_object() -> None:
    stage = Stage(as_json=True)
    peer, _ = stage.play()
    assert stage.objects == [
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
            "time": 1000,
        },
        {"event": "stopped", "listener": "Écho", "time": 1000},
    ]


def test_each_event_is_one_readable_line() -> None:
    stage = Stage(as_json=False)
    peer, _ = stage.play()
    assert stage.lines == [
        "Écho is listening on 0.0.0.0:8007.",
        f"Écho: connection 1 from {peer}.",
        "Écho: somewhere was refused: too many connections.",
        f"Écho: connection 1 from {peer} is over: closed by the peer; 5 bytes in, 5 out.",
        "Écho is stopped.",
    ]


def test_a_failure_is_an_event_with_its_reason() -> None:
    for as_json in (True, False):
        stage = Stage(as_json=as_json)
        stage.deck.add(ListenerSpec(name="Odd", protocol="nonsense", endpoint="tcp:0"))
        stage.deck.start_all()
        reason = stage.deck.listeners[0].reason
        assert reason.startswith("There is no protocol called")
        if as_json:
            assert stage.objects == [
                {"event": "failed", "listener": "Odd", "reason": reason, "time": 1000}
            ]
        else:
            assert stage.lines == [f"Odd failed: {reason}"]


def test_a_listener_that_goes_on_with_another_limit_is_no_news() -> None:
    stage = Stage(as_json=False)
    listener = stage.deck.add(ECHO)
    listener.change(evolve(ECHO, max_connections=2))
    assert stage.lines == [], "it was never on"
    stage.deck.start_all()
    listener.change(evolve(ECHO, max_connections=3))
    assert stage.lines == ["Écho is listening on 0.0.0.0:8007."]


def test_a_restart_is_told_although_the_address_is_the_same() -> None:
    stage = Stage(as_json=False)
    stage.deck.add(ECHO)
    stage.deck.start_all()
    stage.deck.restart(stage.deck.listeners[0])
    assert stage.lines == [
        "Écho is listening on 0.0.0.0:8007.",
        "Écho is stopped.",
        "Écho is listening on 0.0.0.0:8007.",
    ]


def test_the_same_failure_is_told_again_when_it_was_tried_again() -> None:
    stage = Stage(as_json=False)
    stage.deck.add(ListenerSpec(name="Odd", protocol="nonsense", endpoint="tcp:0"))
    stage.deck.start_all()
    stage.deck.start_all()
    assert len(stage.lines) == 2


class Narrow:
    """Takes lines as long as there is room."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.lines: list[str] = []

    def write(self, line: str) -> bool:
        if len(self.lines) >= self.room:
            return False
        self.lines.append(line)
        return True


def test_an_event_is_a_sentence_or_an_object_with_the_time() -> None:
    wide = Narrow(2)
    EventWriter(wide, lambda: 5.5, as_json=False).write(Stopped("Écho"))
    EventWriter(wide, lambda: 5.5, as_json=True).write(Stopped("Écho"))
    assert wide.lines[0] == "Écho is stopped."
    assert wide.lines[1].isascii(), "whatever the terminal, the lines are the same"
    assert json.loads(wide.lines[1]) == {"event": "stopped", "listener": "Écho", "time": 5.5}


def test_what_found_no_room_is_counted_and_told_where_it_lacks() -> None:
    narrow = Narrow(1)
    lines = EventWriter(narrow, lambda: 0.0, as_json=False)
    for name in ("A", "B", "C"):
        lines.write(Stopped(name))
    narrow.room = 2
    lines.write(Stopped("D"))
    narrow.room = 4
    for name in ("E", "F", "G"):
        lines.write(Stopped(name))
    assert narrow.lines == [
        "A is stopped.",
        "2 lines are lost here: those before them were not read in time.",
        "1 lines are lost here: those before them were not read in time.",
        "E is stopped.",
    ]
