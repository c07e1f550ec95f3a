"""What is remembered of connections."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, UNIXAddress

from app.traffic.connection_info import name_of
from app.ui.traffic import tab
from app.ui.traffic.tab import ConnectionNames


class Transport:
    """Has an address as long as it is open."""

    def __init__(self, host: Any) -> None:
        self._host = host

    def getHost(self) -> Any:
        if self._host is None:
            raise OSError("the socket is gone")
        return self._host


def connection(number: int, name: str = "Echo", peer: Any = None, host: Any = None) -> Any:
    return SimpleNamespace(
        number=number,
        factory=SimpleNamespace(spec=SimpleNamespace(name=name)),
        peer=f"peer {number}",
        peer_address=peer,
        transport=Transport(host),
        bytes_in=1,
        bytes_out=0,
        reason="closed by the peer",
        closed_at=9.0,
    )


def tcp(port: int) -> IPv4Address:
    return IPv4Address("TCP", "127.0.0.1", port)


def test_a_connection_has_its_name_while_it_lives_and_after() -> None:
    known = ConnectionNames()
    known.learn(connection(7))
    assert name_of(7, known) == "Echo · peer 7"
    known.let_go(connection(7))
    assert name_of(7, known) == "Echo · peer 7"


def test_live_connections_are_never_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tab, "MAX_GONE", 3)
    known = ConnectionNames()
    known.learn(connection(0))
    for number in range(1, 10):
        known.learn(connection(number))
        known.let_go(connection(number))
    assert name_of(0, known) == "Echo · peer 0"
    assert name_of(9, known) == "Echo · peer 9"
    assert name_of(6, known) == "#6"
    assert known.party(6) is None


def test_addresses_are_kept_for_what_has_them() -> None:
    known = ConnectionNames()
    known.learn(connection(1, peer=tcp(50_000), host=tcp(8007)))
    known.learn(connection(2, name="Local", peer=UNIXAddress(None), host=UNIXAddress(b"/x")))
    party, local = known.party(1), known.party(2)
    assert party is not None
    assert local is not None
    assert (party.peer_address, party.local_address) == (
        ("127.0.0.1", 50_000),
        ("127.0.0.1", 8007),
    )
    assert (local.peer_address, local.local_address) == (None, None)


def test_one_that_was_over_at_once_came_in_where_the_others_did() -> None:
    known = ConnectionNames()
    known.learn(connection(1, peer=tcp(1), host=tcp(8007)))
    known.learn(connection(2, peer=tcp(2)))
    party = known.party(2)
    assert party is not None
    assert party.local_address == ("127.0.0.1", 8007)


def test_listeners_are_named_once_each() -> None:
    known = ConnectionNames()
    for number, name in enumerate(("Echo", "Hello", "Echo")):
        known.learn(connection(number, name))
    assert known.listeners == ("Echo", "Hello")


def test_a_sender_of_datagrams_is_known_as_one() -> None:
    known = ConnectionNames()
    known.learn(connection(1, peer=tcp(50_000), host=tcp(8007)))
    udp = IPv4Address("UDP", "127.0.0.1", 50_000)
    known.learn(connection(2, peer=udp, host=udp))
    parties = [known.party(1), known.party(2)]
    assert [party.is_datagram for party in parties if party is not None] == [False, True]


def test_a_renamed_listener_keeps_its_connections_and_where_they_came_in() -> None:
    known = ConnectionNames()
    live = connection(1, "Secure", host=tcp(8007))
    known.learn(live)
    known.learn(connection(2, "Secure", host=tcp(8007)))
    known.let_go(connection(2, "Secure"))
    live.factory.spec.name = "Renamed"
    known.rename("Secure", "Renamed")
    assert known.listeners == ("Renamed",)
    for number in (1, 2):
        party = known.party(number)
        assert party is not None
        assert (party.listener, party.local_address) == ("Renamed", ("127.0.0.1", 8007))
