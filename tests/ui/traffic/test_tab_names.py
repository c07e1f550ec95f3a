"""The directory of the connections."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address, UNIXAddress

from app.forwarding.link import TargetLink
from app.traffic.connection_info import connection_name
from app.ui.traffic.connection_names import ConnectionNames
from app.ui.traffic.filter_bar import FilterSource, _FromSource
from tests.ui.traffic.panes import connection


def tcp(port: int) -> IPv4Address:
    return IPv4Address("TCP", "127.0.0.1", port)


def test_a_connection_has_its_name_while_it_is_open_and_after() -> None:
    known = ConnectionNames()
    known.add_connection(connection(7))
    assert connection_name(7, known) == "Echo · peer 7"
    known.remove_connection(connection(7))
    assert connection_name(7, known) == "Echo · peer 7"


def test_only_the_newest_closed_connections_are_kept_but_all_open_ones() -> None:
    known = ConnectionNames()
    known.add_connection(connection(0))
    for number in range(1, 10):
        known.add_connection(connection(number))
        known.remove_connection(connection(number))
    known.forget(3)
    assert connection_name(0, known) == "Echo · peer 0"
    assert [number for number in range(1, 10) if known.info(number)] == [7, 8, 9]
    assert connection_name(6, known) == "#6"


def test_a_connection_without_traffic_needs_no_name_when_it_is_closed() -> None:
    known = ConnectionNames()
    silent = connection(1)
    silent.bytes_in = 0
    known.add_connection(silent)
    known.remove_connection(silent)
    assert known.info(1) is None


def test_ip_addresses_are_kept() -> None:
    known = ConnectionNames()
    known.add_connection(connection(1, peer=tcp(50_000), host=tcp(8007)))
    known.add_connection(
        connection(2, name="Local", peer=UNIXAddress(None), host=UNIXAddress(b"/x"))
    )
    info, local = known.info(1), known.info(2)
    assert info is not None
    assert local is not None
    assert (info.peer_address, info.local_address) == (
        ("127.0.0.1", 50_000),
        ("127.0.0.1", 8007),
    )
    assert (local.peer_address, local.local_address) == (None, None)


def test_listeners_are_named_once_each() -> None:
    known = ConnectionNames()
    for number, name in enumerate(("Echo", "Hello", "Echo")):
        known.add_connection(connection(number, name))
    assert known.listeners == ("Echo", "Hello")


def test_a_udp_peer_is_a_datagram_connection() -> None:
    known = ConnectionNames()
    known.add_connection(connection(1, peer=tcp(50_000), host=tcp(8007)))
    udp = IPv4Address("UDP", "127.0.0.1", 50_000)
    known.add_connection(connection(2, peer=udp, host=udp))
    infos = [known.info(1), known.info(2)]
    assert [info.is_datagram for info in infos if info is not None] == [False, True]


def test_a_renamed_listener_keeps_its_connections_and_their_addresses() -> None:
    known = ConnectionNames()
    live = connection(1, "Secure", host=tcp(8007))
    known.add_connection(live)
    gone = connection(2, "Secure", host=tcp(8007))
    known.add_connection(gone)
    known.remove_connection(gone)
    live.factory.spec.name = "Renamed"
    known.rename("Secure", "Renamed")
    assert known.listeners == ("Renamed",)
    for number in (1, 2):
        info = known.info(number)
        assert info is not None
        assert (info.listener, info.local_address) == ("Renamed", ("127.0.0.1", 8007))


def forwarded(number: int, target: int) -> tuple[Any, TargetLink]:
    """A connection of a client, and the one to its target."""
    link = TargetLink("db:5432", number=target, local_address=tcp(1), peer_address=tcp(5432))
    return connection(number, peer=tcp(50_000), host=tcp(8007)), link


def test_the_connection_to_a_target_has_its_name_while_it_is_open_and_after() -> None:
    known = ConnectionNames()
    client, link = forwarded(7, 8)
    known.add_connection(client)
    known.add_target(client, link)
    for is_open in (True, False):
        if not is_open:
            assert known.remove_target(client) is link
        info = known.info(8)
        assert info is not None
        assert str(info) == "Echo · #7 → db:5432"
        assert info.forwards == 7
        assert (info.local_address, info.peer_address) == (("127.0.0.1", 1), ("127.0.0.1", 5432))
    known.rename("Echo", "Other")
    assert connection_name(8, known) == "Other · #7 → db:5432"


def test_a_filter_for_a_client_shows_both_of_its_legs() -> None:
    known = ConnectionNames()
    client, link = forwarded(7, 8)
    known.add_connection(client)
    known.add_target(client, link)
    known.add_connection(connection(9))
    belongs = _FromSource(known, FilterSource(connection=7))
    assert [number for number in (7, 8, 9) if belongs(number)] == [7, 8]
