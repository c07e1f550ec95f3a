"""Programs on the deck: one entry, and a listener for each of their places."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from app.profile import ListenerSpec
from app.profile.spec import check
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.server.program_listener import ProgramListener
from tests.server.reactors import Client
from tests.server.record import Record
from tests.server.test_deck import PortReactor

HEAD = """\
from twisted.internet import protocol, reactor

class Echo(protocol.Protocol):
    def dataReceived(self, data):
        self.transport.write(data)

factory = protocol.Factory.forProtocol(Echo)
"""
TWO = "reactor.listenTCP(8025, factory)\nreactor.listenTCP(8026, factory)\n"


@pytest.fixture
def ports() -> PortReactor:
    return PortReactor()


@pytest.fixture
def deck(ports: PortReactor, record: Record, tmp_path: Path) -> Iterator[Deck]:
    deck = Deck(ports, record, folder=tmp_path)
    before = set(sys.modules)
    yield deck
    deck.stop_all()
    ports.advance(60)
    deck.listeners.clear()
    gc.collect()
    assert not [name for name in set(sys.modules) - before if "@" in name]


@pytest.fixture
def entry(deck: Deck, tmp_path: Path) -> Any:
    """An entry for a program with the given lines below `HEAD`, started."""

    def entry(lines: str, **others: Any) -> ProgramListener:
        (tmp_path / "server.py").write_text(HEAD + lines + "reactor.run()\n", encoding="utf-8")
        values = {"endpoint": "program", **others}
        spec = ListenerSpec(name="Server", protocol="python:server.py", **values)
        listener = deck.add(spec)
        assert isinstance(listener, ProgramListener)
        deck.start(listener)
        return listener

    return entry


def names(listeners: list[Listener]) -> list[str]:
    return [each.spec.name for each in listeners]


def test_each_place_is_a_listener_of_its_own(entry: Any, deck: Deck, ports: PortReactor) -> None:
    program = entry(TWO)
    assert program.state is State.LISTENING
    assert names(program.places) == ["Server 8025", "Server 8026"]
    assert ports.bound == {8025, 8026}
    assert names(list(deck.every())) == ["Server", "Server 8025", "Server 8026"]
    assert program.where == "2 places"


def test_a_place_can_be_switched_by_itself(entry: Any, deck: Deck, ports: PortReactor) -> None:
    program = entry(TWO)
    deck.stop(program.places[0])
    ports.advance(1)
    assert program.state is State.LISTENING
    assert ports.bound == {8026}
    deck.start(program.places[0])
    assert ports.bound == {8025, 8026}


def test_the_program_ends_with_its_last_place(entry: Any, deck: Deck, ports: PortReactor) -> None:
    program = entry(TWO + "reactor.callLater(100, list)\n")
    deck.stop(*program.places)
    ports.advance(1)
    assert program.state is State.STOPPED
    assert program.program is None
    assert not ports.getDelayedCalls()


def test_a_place_that_starts_again_loads_the_program_again(
    entry: Any, deck: Deck, ports: PortReactor
) -> None:
    program = entry(TWO)
    deck.stop(program)
    assert ports.bound == set()
    deck.start(program.places[1])
    assert program.state is State.LISTENING
    assert ports.bound == {8026}


def test_a_program_that_stops_its_reactor_stops_its_listeners_alone(
    entry: Any, ports: PortReactor
) -> None:
    program = entry(TWO + "reactor.callLater(5, reactor.stop)\n")
    ports.advance(5)
    ports.advance(0)
    assert program.state is State.STOPPED
    assert ports.bound == set()
    assert not ports.hasStopped


def test_a_program_that_raises_has_no_place(entry: Any, ports: PortReactor) -> None:
    program = entry(TWO + "1 / 0\n")
    assert program.state is State.FAILED
    assert "server.py, line 10: ZeroDivisionError" in program.reason
    assert ports.bound == set()


def test_another_endpoint_moves_the_first_place(entry: Any, ports: PortReactor) -> None:
    entry("reactor.listenTCP(8025, factory)\n", endpoint="tcp:9000")
    assert ports.bound == {9000}


def test_a_changed_endpoint_takes_effect_at_the_next_start(
    entry: Any, deck: Deck, ports: PortReactor
) -> None:
    program = entry("reactor.listenTCP(8025, factory)\n")
    program.change(evolve(program.spec, endpoint="tcp:9000"))
    assert program.is_stale
    deck.restart(program)
    ports.advance(1)
    assert ports.bound == {9000}
    assert program.state is State.LISTENING


def test_limits_are_those_of_the_entry(entry: Any, deck: Deck) -> None:
    program = entry(TWO, max_connections=1)
    assert [each.spec.max_connections for each in program.places] == [1, 1]


def test_reload_puts_new_connections_on_new_code(
    entry: Any, tmp_path: Path, ports: PortReactor
) -> None:
    program = entry("reactor.listenTCP(8025, factory)\n")
    before = program.program
    old = Client(ports, program.places[0].factory.buildProtocol(None))
    path = tmp_path / "server.py"
    new = path.read_text(encoding="utf-8").replace("write(data)", "write(data.upper())")
    more = new.replace("reactor.run()", "reactor.listenTCP(8027, factory)\nreactor.run()")
    path.write_text(more, encoding="utf-8")
    assert program.code_has_changed()
    assert program.reload()
    fresh = Client(ports, program.places[0].factory.buildProtocol(None))
    assert names(program.places) == ["Server 8025", "Server 8027"]
    assert ports.bound == {8025, 8027}
    assert program.program is not before
    assert before.sources
    for client, answer in ((old, b"hi"), (fresh, b"HI")):
        client.send(b"hi")
        assert client.read_all(2) == answer
        client.close()


def test_a_reload_that_fails_changes_nothing(entry: Any, tmp_path: Path) -> None:
    program = entry(TWO)
    before = program.program
    (tmp_path / "server.py").write_text("def broken(:", encoding="utf-8")
    assert not program.reload()
    assert "server.py, line 1" in program.reload_error
    assert program.program is before
    assert program.state is State.LISTENING


def test_a_place_that_comes_later_is_shown_and_goes_again(entry: Any, ports: PortReactor) -> None:
    program = entry(
        TWO
        + "reactor.callLater(1, lambda: globals().update(p=reactor.listenTCP(8030, factory)))\n"
        + "reactor.callLater(2, lambda: p.stopListening())\n"
    )
    ports.advance(1)
    assert names(program.places)[-1] == "Server 8030"
    assert 8030 in ports.bound
    ports.advance(1)
    ports.advance(0)
    assert names(program.places) == ["Server 8025", "Server 8026"]
    assert 8030 not in ports.bound


def test_a_profile_needs_no_endpoint_for_a_program() -> None:
    assert check({"name": "x", "protocol": "python:server.py"}) == ()
    assert check({"name": "x", "protocol": "twist:web --path ."}) == ()
    (problem,) = check({"name": "x", "protocol": "echo", "endpoint": "program"})
    assert problem.path == "endpoint"


SERVICES = """
from twisted.application.internet import TCPServer
def make():
    return [TCPServer(port, factory) for port in (8025, 8026)]
"""


def test_one_object_with_services_has_a_listener_for_each(
    deck: Deck, ports: PortReactor, tmp_path: Path
) -> None:
    (tmp_path / "server.py").write_text(HEAD + SERVICES, encoding="utf-8")
    spec = ListenerSpec(name="Both", protocol="python:server.py:make", endpoint="program")
    assert check({"name": "x", "protocol": spec.protocol, "endpoint": "program"}) == ()
    listener = deck.add(spec)
    deck.start(listener)
    assert isinstance(listener, ProgramListener)
    assert names(listener.places) == ["Both 8025", "Both 8026"]
    assert ports.bound == {8025, 8026}
    assert listener.reload()
    assert ports.bound == {8025, 8026}
    deck.stop(listener)
    ports.advance(1)
    assert ports.bound == set()


def test_an_object_at_an_endpoint_of_its_own_says_why_it_cannot_serve_several(
    deck: Deck, tmp_path: Path
) -> None:
    (tmp_path / "server.py").write_text(HEAD + SERVICES, encoding="utf-8")
    spec = ListenerSpec(name="Both", protocol="python:server.py:make", endpoint="tcp:8030")
    listener = deck.add(spec)
    deck.start(listener)
    assert listener.state is State.FAILED
    assert 'write endpoint = "program"' in listener.reason


def test_a_factory_that_wraps_another_survives_a_peer_that_closes_its_side(
    entry: Any, ports: PortReactor
) -> None:
    program = entry(
        "from twisted.protocols.policies import TimeoutFactory\n"
        "reactor.listenTCP(8025, TimeoutFactory(factory))\n"
    )
    client = Client(ports, program.places[0].factory.buildProtocol(None))
    client.send(b"hi")
    assert client.read_all(2) == b"hi"
    client.half_close()
    client.read_to_end()
    client.close()


def test_a_factory_may_open_files_of_its_folder_when_it_starts(entry: Any, tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("key", encoding="utf-8")
    program = entry(
        "class Keyed(protocol.Factory):\n"
        "    protocol = Echo\n"
        "    def startFactory(self):\n"
        "        self.key = __import__('os').stat('key.txt')\n"
        "reactor.listenTCP(8025, Keyed())\n"
    )
    assert program.state is State.LISTENING
    assert Path.cwd() != tmp_path
