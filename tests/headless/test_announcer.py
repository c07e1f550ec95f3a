"""What happens on a deck, as the lines that `portdeck serve` prints."""

from __future__ import annotations

import json
from typing import Any

from attrs import evolve
from twisted.internet.address import UNIXAddress

from app.headless.announcer import Announcer
from app.headless.lines import Lines
from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.listener import Listener
from tests.server.reactors import Client, HandReactor

ECHO = ListenerSpec(name="Écho", protocol="echo", endpoint="tcp:8007", max_connections=1)


class Stage:
    """A deck whose announcer writes into memory."""

    def __init__(self, *, as_json: bool) -> None:
        self.reactor = HandReactor()
        self.reactor.advance(1000)
        self.lines: list[str] = []
        lines = Lines(self, self.reactor.seconds, as_json=as_json)
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
