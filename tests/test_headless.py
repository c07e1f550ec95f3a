"""The lines that `portdeck serve` prints, and what its arguments mean."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from twisted.internet.address import UNIXAddress

from app.headless import Announcer, parse_listeners, serve
from app.profile import ListenerSpec, Problem
from app.server.deck import Deck
from app.server.listener import Listener
from tests.server.reactors import Client, HandReactor

ECHO = ListenerSpec(name="Écho", protocol="echo", endpoint="tcp:8007", max_connections=1)


class Stage:
    """A deck whose announcer writes into memory."""

    def __init__(self, *, as_json: bool) -> None:
        self.reactor = HandReactor()
        self.reactor.advance(1000)
        self.out = io.StringIO()
        self.announcer = Announcer(
            self.out, self.reactor.seconds, as_json=as_json, gone=lambda: None
        )
        self.deck = Deck(self.reactor, self.announcer)

    @property
    def lines(self) -> list[str]:
        return self.out.getvalue().splitlines()

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
    assert stage.out.getvalue().isascii(), "whatever the terminal, the lines are the same"


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


def test_when_nobody_reads_any_more_it_says_so_once_and_goes_quiet() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    gone: list[None] = []
    announcer = Announcer(Closed(), lambda: 0.0, as_json=True, gone=lambda: gone.append(None))
    deck = Deck(HandReactor(), announcer)
    deck.add(ECHO)
    deck.start_all()
    deck.stop_all()
    assert len(gone) == 1


def test_arguments_are_listeners_called_as_their_protocol() -> None:
    reading = parse_listeners(["echo=tcp:8007", "hello=tcp:0:interface=0.0.0.0", "echo=tcp6:1"])
    assert reading.problems == ()
    assert [(each.name, each.protocol, each.endpoint) for each in reading.listeners] == [
        ("echo", "echo", "tcp:8007"),
        ("hello", "hello", "tcp:0:interface=0.0.0.0"),
        ("echo-2", "echo", "tcp6:1"),
    ]


def test_code_of_the_users_own_is_called_as_its_class() -> None:
    own = "python:servers/echo_server.py:Echo"
    reading = parse_listeners([f"{own}=tcp:8007:interface=0.0.0.0", f"{own}=tcp:0"])
    assert reading.problems == ()
    assert [(each.name, each.protocol, each.endpoint) for each in reading.listeners] == [
        ("Echo", own, "tcp:8007:interface=0.0.0.0"),
        ("Echo-2", own, "tcp:0"),
    ]


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("echo", "Write an endpoint, such as tcp:8007."),
        ("echo=", "Write an endpoint, such as tcp:8007."),
        ("ecko=tcp:1", "There is no protocol called 'ecko'. Did you mean echo?"),
    ],
)
def test_a_bad_argument_is_one_problem_at_its_place(argument: str, message: str) -> None:
    reading = parse_listeners(["echo=tcp:0", argument])
    assert reading.problems == (Problem(argument, message),)
    assert [each.endpoint for each in reading.listeners] == ["tcp:0"]


def test_a_nameless_argument_complains_of_its_protocol_alone() -> None:
    reading = parse_listeners(["=tcp:1"])
    (problem,) = reading.problems
    assert problem.message.startswith("There is no protocol called ''.")


def test_serving_runs_the_reactor_it_is_given() -> None:
    reactor = HandReactor()
    assert serve(reactor, [ECHO], io.StringIO()) == 0
    assert reactor.hasRun
