"""Who is who in the traffic, and how each of them ended."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.client.session_messages import SessionState
from app.client.target import Target, Transport
from app.server.connections.closing import (
    ABORTED_BY_LISTENER,
    CLOSED_BY_LISTENER,
    CLOSED_BY_PEER,
    RESET_BY_PEER,
)
from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import ChunkLog
from app.traffic.connection_info import CloseKind, ConnectionEnd
from app.ui.traffic.tab import ConnectionNames, ConnectionTracker
from tests.ui.traffic.test_tab_names import connection

NOW = 50.0


@pytest.fixture
def names() -> ConnectionNames:
    return ConnectionNames()


@pytest.fixture
def followed(log: ChunkLog, names: ConnectionNames) -> ConnectionTracker:
    return ConnectionTracker(log, names, lambda: NOW)


def session(number: int, state: SessionState = SessionState.CONNECTED) -> Any:
    addresses = "127.0.0.1:8007", "127.0.0.1:50000"
    target = Target("127.0.0.1", 8007)
    return SimpleNamespace(number=number, state=state, addresses=addresses, target=target)


@pytest.mark.parametrize(
    ("reason", "how"),
    [
        (CLOSED_BY_PEER, CloseKind.CLOSED_BY_PEER),
        (CLOSED_BY_LISTENER, CloseKind.CLOSED_HERE),
        (RESET_BY_PEER, CloseKind.RESET_BY_PEER),
        (ABORTED_BY_LISTENER, CloseKind.RESET_HERE),
        ("ValueError: boom", CloseKind.RESET_HERE),
    ],
)
def test_the_end_of_a_connection_is_noted_with_how_and_when(
    followed: ConnectionTracker, log: ChunkLog, reason: str, how: CloseKind
) -> None:
    gone = connection(7)
    gone.reason = reason
    followed.follow_connections(ChangeBatch(opened=[gone]))
    followed.follow_connections(ChangeBatch(closed=[gone]))
    assert [*log.endings] == [ConnectionEnd(0, 9.0, 7, how)]


def test_of_who_said_nothing_no_end_is_noted(followed: ConnectionTracker, log: ChunkLog) -> None:
    gone = connection(7)
    gone.bytes_in = 0
    followed.follow_connections(ChangeBatch(opened=[gone], closed=[gone]))
    assert [*log.endings] == []


def test_a_session_has_the_name_of_its_tab_and_its_end_is_noted_once(
    followed: ConnectionTracker, names: ConnectionNames, log: ChunkLog
) -> None:
    followed.follow_sessions([("Echo #1", session(3)), ("Idle #2", session(0, SessionState.IDLE))])
    party = names.party(3)
    assert party is not None
    assert str(party) == "Console: Echo #1 · 127.0.0.1:8007"
    assert party.began_here
    assert (party.peer_address, party.local_address) == (
        ("127.0.0.1", 8007),
        ("127.0.0.1", 50_000),
    )
    assert names.listeners == ("Console: Echo #1",)
    followed.follow_sessions([("Echo #1", session(3, SessionState.CLOSING))])
    assert [*log.endings] == []
    for _ in range(2):
        followed.follow_sessions([("Renamed", session(3, SessionState.CLOSED))])
    assert [*log.endings] == [ConnectionEnd(0, NOW, 3, CloseKind.CLOSED)]
    assert str(names.party(3)) == "Console: Echo #1 · 127.0.0.1:8007"


def test_a_session_that_connects_anew_or_whose_tab_is_gone_has_ended(
    followed: ConnectionTracker, names: ConnectionNames, log: ChunkLog
) -> None:
    followed.follow_sessions([("A", session(1)), ("B", session(2))])
    followed.follow_sessions([("A", session(3))])
    assert sorted(each.connection for each in log.endings) == [1, 2]
    assert names.party(3) is not None


def test_a_session_whose_own_side_is_closed_has_not_ended(
    followed: ConnectionTracker, log: ChunkLog
) -> None:
    for state in (SessionState.CONNECTED, SessionState.HALF_CLOSED, SessionState.CLOSING):
        followed.follow_sessions([("A", session(1, state))])
    assert [*log.endings] == []
    followed.follow_sessions([("A", session(1, SessionState.CLOSED))])
    assert [*log.endings] == [ConnectionEnd(0, NOW, 1, CloseKind.CLOSED)]


@pytest.mark.parametrize("path", ["/tmp/socket:1", "127.0.0.1:echo"])
def test_a_session_over_a_unix_socket_has_no_ip_address(
    followed: ConnectionTracker, names: ConnectionNames, path: str
) -> None:
    unix = session(4)
    unix.addresses = path, ""
    followed.follow_sessions([("U", unix)])
    party = names.party(4)
    assert party is not None
    assert (party.peer_address, party.local_address) == (None, None)


def test_a_session_over_udp_to_ipv6_is_one_of_datagrams(
    followed: ConnectionTracker, names: ConnectionNames
) -> None:
    udp = session(5)
    udp.addresses = "[::1]:53", "[fe80::1%eth0]:40000"
    udp.target = Target("::1", 53, Transport.UDP)
    followed.follow_sessions([("D", udp)])
    party = names.party(5)
    assert party is not None
    assert party.is_datagram
    assert (party.peer_address, party.local_address) == (("::1", 53), ("fe80::1%eth0", 40_000))
