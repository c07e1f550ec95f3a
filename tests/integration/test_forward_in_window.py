"""`forward` on the reactor of the window, and what the window can do with held messages."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attrs import evolve

from app.forwarding.factory import ForwardFactory
from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.listener import Listener, State
from tests.integration.programs import PATIENCE_SECONDS
from tests.integration.sockets import (
    Beside,
    ResultOf,
    Until,
    connect,
    port_of,
    read_exactly,
    read_to_end,
    reset,
)

MUCH = 10_000_000


@pytest.fixture
def target() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as target:
        target.settimeout(PATIENCE_SECONDS)
        yield target


Forward = Callable[..., Listener]


@pytest.fixture
def forward(deck: Deck, result_of: ResultOf, target: socket.socket) -> Forward:
    def forward(**options: Any) -> Listener:
        to = f"127.0.0.1:{target.getsockname()[1]}"
        spec = ListenerSpec(
            name="F", protocol="forward", endpoint="tcp:0", options={"to": to, **options}
        )
        listener = deck.add(spec)
        result_of(deck.start(listener))
        return listener

    return forward


def both(listener: Listener, target: socket.socket) -> tuple[socket.socket, socket.socket]:
    client = connect(port_of(listener))
    served, _ = target.accept()
    served.settimeout(PATIENCE_SECONDS)
    return client, served


def holds_of(listener: Listener) -> Any:
    assert listener.factory is not None
    service = listener.factory.service
    assert isinstance(service, ForwardFactory)
    return service.holds


@pytest.mark.parametrize("first", ["client", "target"])
def test_both_directions_carry_much_and_end_by_themselves(
    forward: Forward, beside: Beside[None], target: socket.socket, first: str
) -> None:
    listener = forward()

    def talk() -> None:
        client, served = both(listener, target)
        with client, served:
            one, other = (client, served) if first == "client" else (served, client)
            for sender, reader in ((one, other), (other, one)):
                data = bytes(range(250)) * (MUCH // 250)
                sending = threading.Thread(target=sender.sendall, args=(data,))
                sending.start()
                assert read_exactly(reader, len(data)) == data
                sending.join()
                sender.shutdown(socket.SHUT_WR)
                assert reader.recv(1) == b""

    beside(talk)


@pytest.mark.parametrize("first", ["client", "target"])
def test_a_reset_is_passed_on(
    forward: Forward, beside: Beside[None], target: socket.socket, first: str
) -> None:
    listener = forward()

    def talk() -> None:
        client, served = both(listener, target)
        client.sendall(b"x")
        read_exactly(served, 1)
        resetting, other = (client, served) if first == "client" else (served, client)
        reset(resetting)
        with other, pytest.raises(ConnectionResetError):
            other.recv(1)

    beside(talk)


def test_held_messages_are_edited_dropped_and_released(
    forward: Forward, beside: Beside[Any], until: Until, target: socket.socket
) -> None:
    listener = forward(framing="line", hold={"direction": "in"})
    client, served = beside(lambda: both(listener, target))
    with client, served:
        client.sendall(b"one\ntwo\nthree\n")
        holds = holds_of(listener)
        until(lambda: len(holds.messages) == 3)
        one, two, three = holds.messages
        holds.release(three)
        holds.drop(two)
        holds.release(one, b"1\n")
        assert beside(lambda: read_exactly(served, 8)) == b"1\nthree\n"
        served.sendall(b"not held\n")
        assert beside(lambda: read_exactly(client, 9)) == b"not held\n"


def test_five_hundred_held_messages_do_not_delay_a_stop(
    forward: Forward,
    deck: Deck,
    beside: Beside[Any],
    until: Until,
    result_of: ResultOf,
    target: socket.socket,
) -> None:
    listener = forward(framing="line", hold={"most": 500})
    client, served = beside(lambda: both(listener, target))
    with client, served:
        lines = b"".join(b"%d\n" % number for number in range(500))
        client.sendall(lines)
        holds = holds_of(listener)
        until(lambda: len(holds.messages) == 500)
        stopping = deck.stop(listener)
        assert beside(lambda: read_to_end(served)) == lines
        client.close()
        result_of(stopping)
    assert listener.state is State.STOPPED
    assert not holds.messages


def test_switching_the_hold_off_lets_everything_pass(
    forward: Forward, beside: Beside[Any], until: Until, target: socket.socket
) -> None:
    listener = forward(framing="line", hold={})
    client, served = beside(lambda: both(listener, target))
    with client, served:
        client.sendall(b"one\n")
        holds = holds_of(listener)
        until(lambda: holds.messages)
        options = {**listener.spec.options, "hold": {"enabled": False}}
        listener.change(evolve(listener.spec, options=options))
        assert beside(lambda: read_exactly(served, 4)) == b"one\n"
