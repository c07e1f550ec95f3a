"""Listening on IPv4 and IPv6 at once is that, and on one of them is that one alone."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.listener import State
from app.server.sockets import addresses
from app.server.sockets.accept_guard import AcceptGuard
from app.server.sockets.addresses import LoopbackPorts
from app.ui.reactor.reactor import DeckReactor
from tests.integration.programs import PATIENCE_SECONDS
from tests.integration.sockets import Beside, Listen, ResultOf, connect, port_of, read_exactly
from tests.server.record import Record

EVERYWHERE = r"interface=\:\:"


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.fixture
def deck(reactor: DeckReactor, record: Record, result_of: ResultOf) -> Iterator[Deck]:
    """On the reactor itself, which alone has these ports."""
    deck = Deck(reactor, record)
    yield deck
    result_of(deck.stop_all())


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


def answers(host: str, port: int) -> bool:
    """Whether an echo listens there."""
    try:
        with socket.create_connection((host, port), timeout=PATIENCE_SECONDS) as client:
            client.sendall(b"hello")
            return read_exactly(client, 5) == b"hello"
    except ConnectionRefusedError:
        return False


@needs_ipv6
@pytest.mark.parametrize(
    ("endpoint", "ipv4", "ipv6"),
    [
        ("tcp:0:interface=127.0.0.1", True, False),
        (r"tcp:0:interface=\:\:1", False, True),
        ("tcp:0:interface=localhost", True, True),
        ("tcp:0:interface=0.0.0.0", True, False),
        (f"tcp:0:{EVERYWHERE}", True, True),
        (f"tcp6:0:{EVERYWHERE}", False, True),
        ("tcp6:0:interface=localhost", True, True),
    ],
)
def test_each_reach_is_what_it_says(
    listen: Listen, beside: Beside[tuple[bool, bool]], endpoint: str, ipv4: bool, ipv6: bool
) -> None:
    port = port_of(listen("echo", endpoint))
    assert beside(lambda: (answers("127.0.0.1", port), answers("::1", port))) == (ipv4, ipv6)


@needs_ipv6
@pytest.mark.parametrize("other", ["tcp6:{0}", "tcp:{0}", "tcp:{0}:interface=localhost"])
def test_a_listener_on_localhost_is_named_to_who_wants_either_address(
    deck: Deck, result_of: ResultOf, other: str
) -> None:
    first = deck.add(
        ListenerSpec(name="Both", protocol="echo", endpoint="tcp:0:interface=localhost")
    )
    result_of(deck.start(first))
    second = deck.add(
        ListenerSpec(name="Other", protocol="echo", endpoint=other.format(port_of(first)))
    )
    result_of(deck.start(second))
    assert "is in use by your listener Both" in second.reason
    assert second.port_conflict is not None
    assert second.port_conflict.listener == "Both"


@needs_ipv6
def test_localhost_is_one_listener_that_stops_as_one(
    listen: Listen, deck: Deck, beside: Beside[bool], result_of: ResultOf
) -> None:
    listener = listen("echo", "tcp:0:interface=localhost")
    port = port_of(listener)
    assert listener.where == f"localhost:{port}"
    assert beside(lambda: answers("::1", port))
    result_of(deck.stop(listener))
    assert not beside(lambda: answers("127.0.0.1", port) or answers("::1", port))
    result_of(deck.start(listener))
    assert listener.state is State.LISTENING


@needs_ipv6
def test_a_port_that_is_taken_on_one_of_both_is_taken(listen: Listen) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        port = other.getsockname()[1]
        listener = listen("echo", f"tcp:{port}:interface=localhost")
        assert listener.state is State.FAILED
        assert listener.reason.startswith(f"Port {port} is in use by ")
        with pytest.raises(ConnectionRefusedError):
            connect(port)


@needs_ipv6
def test_both_sockets_are_watched_for_a_shortage_of_descriptors(listen: Listen) -> None:
    listener = listen("echo", "tcp:0:interface=localhost")
    assert isinstance(listener.port, LoopbackPorts)
    assert all(isinstance(port.socket, AcceptGuard) for port in listener.port.ports)


def test_a_machine_without_ipv6_listens_on_ipv4(
    listen: Listen, beside: Beside[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "LOOPBACKS", ("127.0.0.1", "2001:db8::1"))
    listener = listen("echo", "tcp:0:interface=localhost")
    port = port_of(listener)
    assert listener.where == f"127.0.0.1:{port}"
    assert beside(lambda: answers("127.0.0.1", port))
