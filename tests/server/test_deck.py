"""The deck, on a reactor whose ports exist only in memory."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from attrs import evolve
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError

from app.net.endpoint import Endpoint
from app.profile import ListenerSpec
from app.profile.compare import needs_restart
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.server.sockets.listen_errors import ProcessInfo
from tests.server.reactors import Client, HandReactor
from tests.server.record import Record


class PortReactor(HandReactor):
    """Binds each port once, as the system does, and raises EADDRINUSE after that."""

    def __init__(self) -> None:
        super().__init__()
        self.bound: set[int] = set()

    def listenTCP(self, port: int, factory: Any, backlog: int = 50, interface: str = "") -> Any:
        if port in self.bound:
            raise CannotListenError(interface, port, OSError(errno.EADDRINUSE, "in use"))
        self.bound.add(port)
        listening: Any = super().listenTCP(port, factory, backlog, interface)

        def stopListening() -> None:
            self.bound.discard(port)

        listening.stopListening = stopListening
        return listening


def spec(name: str, port: int, **others: Any) -> ListenerSpec:
    return ListenerSpec(name=name, protocol="echo", endpoint=f"tcp:{port}", **others)


ECHO, HELLO, API = spec("Echo", 8007), spec("Hello", 8025), spec("API", 8080)


@pytest.fixture
def ports() -> PortReactor:
    return PortReactor()


@pytest.fixture
def deck(ports: PortReactor, record: Record) -> Deck:
    async def find_port_owner(endpoint: Endpoint) -> ProcessInfo | None:
        return ProcessInfo("node", 4211) if endpoint.port == API_PORT else None

    return Deck(ports, record, find_port_owner=find_port_owner)


API_PORT = 8080


def names(deck: Deck) -> list[str]:
    return [each.spec.name for each in deck.listeners]


def states(deck: Deck) -> list[str]:
    return [each.state.value for each in deck.listeners]


def join(ports: PortReactor, listener: Listener) -> Client:
    assert listener.factory is not None
    return Client(ports, listener.factory.buildProtocol(None))


def test_listeners_keep_the_order_they_are_given(deck: Deck) -> None:
    deck.add(ECHO)
    deck.add(HELLO)
    deck.add(API, position=1)
    assert names(deck) == ["Echo", "API", "Hello"]
    assert deck.named("API") is deck.listeners[1]
    assert deck.named("Nobody") is None


def test_all_listeners_start_and_stop(deck: Deck) -> None:
    for each in (ECHO, HELLO):
        deck.add(each)
    assert deck.start_all().called
    assert states(deck) == ["listening", "listening"]
    assert deck.stop_all().called
    assert states(deck) == ["stopped", "stopped"]


def test_operations_on_an_empty_deck_finish_immediately(deck: Deck) -> None:
    assert deck.start_all().called
    assert deck.stop_all().called
    assert list(deck.connections()) == []


def test_start_automatic_starts_the_listeners_with_autostart(deck: Deck) -> None:
    deck.add(ECHO)
    deck.add(evolve(HELLO, autostart=True))
    deck.start_automatic()
    assert states(deck) == ["stopped", "listening"]


def test_a_listener_that_fails_does_not_stop_the_others_from_starting(
    deck: Deck, ports: PortReactor
) -> None:
    ports.bound.add(API_PORT)
    for each in (ECHO, API, HELLO):
        deck.add(each)
    assert deck.start_all().called
    assert states(deck) == ["listening", "failed", "listening"]
    assert "in use by node (pid 4211)" in deck.listeners[1].reason


def test_stop_all_leaves_stopped_and_failed_listeners_alone(deck: Deck, ports: PortReactor) -> None:
    ports.bound.add(API_PORT)
    failed, running = deck.add(API), deck.add(ECHO)
    deck.start_all()
    reason = failed.reason
    assert (failed.can_stop, running.can_stop) == (False, True)
    deck.stop_all()
    assert (failed.state, failed.reason) == (State.FAILED, reason)
    assert running.state is State.STOPPED


def test_a_port_conflict_names_the_other_listener(deck: Deck) -> None:
    deck.add(ECHO)
    second = deck.add(evolve(ECHO, name="Second"))
    deck.start_all()
    assert second.reason == (
        "Port 8007 is in use by your listener Echo. Stop it, or choose another port."
    )


def test_a_removed_listener_stops(deck: Deck, ports: PortReactor) -> None:
    listener = deck.add(ECHO)
    deck.start_all()
    assert deck.remove(listener).called
    assert deck.listeners == []
    assert listener.state is State.STOPPED
    assert not ports.bound


def test_connections_are_numbered_over_all_listeners(deck: Deck, ports: PortReactor) -> None:
    listeners = [deck.add(ECHO), deck.add(HELLO)]
    deck.start_all()
    clients = [join(ports, listeners[each]) for each in (0, 1, 0)]
    assert [each.number for each in deck.connections()] == [1, 3, 2]
    for client in clients:
        client.close()
    ports.drop_all()


# Update


def test_an_update_keeps_unchanged_listeners_running(deck: Deck, record: Record) -> None:
    deck.add(ECHO)
    kept = deck.add(HELLO)
    deck.start_all()
    record.events.clear()
    done = deck.update([HELLO, API])
    assert done.called
    assert names(deck) == ["Hello", "API"]
    assert deck.listeners[0] is kept
    assert states(deck) == ["listening", "stopped"]
    assert ("moved", "Hello", "stopping") not in record.events


def test_an_update_frees_ports_before_it_binds_them(deck: Deck) -> None:
    deck.add(ECHO)
    deck.add(HELLO)
    deck.start_all()
    deck.update([evolve(ECHO, endpoint=HELLO.endpoint), evolve(HELLO, endpoint=ECHO.endpoint)])
    assert states(deck) == ["listening", "listening"]
    assert [each.spec.endpoint for each in deck.listeners] == ["tcp:8025", "tcp:8007"]


def test_an_update_recognizes_a_renamed_listener(deck: Deck, ports: PortReactor) -> None:
    echo, hello = deck.add(ECHO), deck.add(HELLO)
    deck.start_all()
    client = join(ports, echo)
    renamed = evolve(ECHO, name="Parrot", max_connections=1)
    assert deck.update([HELLO, renamed]).called
    assert deck.listeners == [hello, echo]
    assert (echo.spec, echo.connection_count) == (renamed, 1)
    client.send(b"hello")
    assert client.read_all(5) == b"hello"
    client.close()
    ports.drop_all()


def test_a_listener_with_another_name_and_protocol_is_a_new_one(deck: Deck) -> None:
    echo = deck.add(ECHO)
    deck.start_all()
    deck.update([evolve(ECHO, name="Parrot", protocol="hello")])
    assert deck.listeners != [echo]
    assert states(deck) == ["stopped"]
    assert echo.state is State.STOPPED


def test_an_update_restarts_only_listeners_that_are_on(deck: Deck) -> None:
    deck.add(ECHO)
    deck.update([evolve(ECHO, endpoint="tcp:8008")])
    assert states(deck) == ["stopped"]
    assert deck.listeners[0].spec.endpoint == "tcp:8008"


def test_a_listener_added_while_an_update_stops_others_stays(
    deck: Deck, ports: PortReactor
) -> None:
    deck.add(ECHO)
    deck.start_all()
    client = join(ports, deck.listeners[0])
    done = deck.update([evolve(ECHO, endpoint="tcp:8008")])
    added = deck.add(API)
    client.close()
    client.until(lambda: done.called)
    assert names(deck) == ["Echo", "API"]
    assert states(deck) == ["listening", "stopped"]
    assert added.spec == API


def test_a_listener_removed_while_an_update_stops_it_does_not_come_back(
    deck: Deck, ports: PortReactor
) -> None:
    listener = deck.add(ECHO)
    deck.start_all()
    client = join(ports, listener)
    done = deck.update([evolve(ECHO, endpoint="tcp:8008")])
    removed = deck.remove(listener)
    client.close()
    client.until(lambda: done.called and removed.called)
    assert listener.state is State.STOPPED
    assert not ports.bound


def test_an_update_changes_all_specs_before_it_waits(deck: Deck, ports: PortReactor) -> None:
    deck.add(ECHO)
    deck.add(HELLO)
    deck.start_all()
    client = join(ports, deck.listeners[0])
    specs = [evolve(ECHO, protocol="discard"), evolve(HELLO, max_connections=7)]
    done = deck.update(specs)
    assert not done.called
    assert [each.spec for each in deck.listeners] == specs
    assert deck.listeners[0].is_stale is False, "it stops already"
    client.close()
    client.until(lambda: done.called)
    assert states(deck) == ["listening", "listening"]


# Restart


def test_a_restart_stops_then_starts(deck: Deck, record: Record) -> None:
    listener = deck.add(ECHO)
    deck.start_all()
    assert deck.restart(listener).called
    assert record.states[2:] == ["stopping", "stopped", "starting", "listening"]


@pytest.mark.parametrize("operation", ["stop", "remove"])
def test_an_operation_during_a_restart_comes_after_it(
    deck: Deck, ports: PortReactor, operation: str
) -> None:
    listener = deck.add(ECHO)
    deck.start_all()
    client = join(ports, listener)
    restarted = deck.restart(listener)
    done: Deferred[None] = getattr(deck, operation)(listener)
    client.close()
    client.until(lambda: restarted.called and done.called)
    assert listener.state is State.STOPPED
    assert not ports.bound


def test_a_name_or_a_limit_needs_no_restart() -> None:
    assert not needs_restart(ECHO, evolve(ECHO, name="Parrot", max_connections=1, autostart=True))
    assert needs_restart(ECHO, evolve(ECHO, endpoint="tcp:1"))
    assert needs_restart(ECHO, evolve(ECHO, protocol="hello"))


def test_the_same_endpoint_in_another_spelling_needs_no_restart() -> None:
    assert not needs_restart(ECHO, evolve(ECHO, endpoint="tcp:8007:interface=127.0.0.1"))
    assert needs_restart(ECHO, evolve(ECHO, endpoint="tcp:8007:interface=0.0.0.0"))
    assert needs_restart(ECHO, evolve(ECHO, endpoint="nonsense"))


def test_every_chunk_of_every_listener_goes_to_the_tap(ports: PortReactor, record: Record) -> None:
    chunks: list[bytes] = []
    deck = Deck(ports, record, tap=lambda *chunk: chunks.append(chunk[3]))
    listener = deck.add(ECHO)
    deck.start_all()
    client = join(ports, listener)
    client.send(b"hello")
    client.read_all(5)
    assert chunks == [b"hello", b"hello"]
    client.close()
    ports.drop_all()


def test_a_closed_deck_starts_nothing() -> None:
    reactor = HandReactor()
    deck = Deck(reactor, Record())
    good = deck.add(ListenerSpec(name="Good", protocol="echo", endpoint="tcp:1"))
    odd = deck.add(ListenerSpec(name="Odd", protocol="nonsense", endpoint="tcp:2"))
    deck.start_all()
    assert deck.close().called
    assert (good.state, odd.state) == (State.STOPPED, State.FAILED)
    assert deck.start_all().called
    assert deck.restart(good).called
    assert (good.state, odd.state) == (State.STOPPED, State.FAILED)
