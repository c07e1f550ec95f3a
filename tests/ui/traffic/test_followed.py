"""Who is who in the traffic, and how each of them ended."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.client.session import State
from app.client.target import Target, Transport
from app.server.changes import Batch
from app.server.endings import (
    ABORTED_BY_LISTENER,
    CLOSED_BY_LISTENER,
    CLOSED_BY_PEER,
    RESET_BY_PEER,
)
from app.traffic.chunk_log import ChunkLog
from app.traffic.endings import Ending, How
from app.ui.traffic.followed import Followed
from app.ui.traffic.names import Names
from tests.ui.traffic.test_names import connection

NOW = 50.0


@pytest.fixture
def names() -> Names:
    return Names()


@pytest.fixture
def followed(log: ChunkLog, names: Names) -> Followed:
    return Followed(log, names, lambda: NOW)


def session(number: int, state: State = State.CONNECTED) -> Any:
    addresses = "127.0.0.1:8007", "127.0.0.1:50000"
    target = Target("127.0.0.1", 8007)
    return SimpleNamespace(number=number, state=state, addresses=addresses, target=target)


@pytest.mark.parametrize(
    ("reason", "how"),
    [
        (CLOSED_BY_PEER, How.CLOSED_BY_PEER),
        (CLOSED_BY_LISTENER, How.CLOSED_HERE),
        (RESET_BY_PEER, How.RESET_BY_PEER),
        (ABORTED_BY_LISTENER, How.RESET_HERE),
        ("ValueError: boom", How.RESET_HERE),
    ],
)
def test_the_end_of_a_connection_is_noted_with_how_and_when(
    followed: Followed, log: ChunkLog, reason: str, how: How
) -> None:
    gone = connection(7)
    gone.reason = reason
    followed.follow_connections(Batch(opened=[gone]))
    followed.follow_connections(Batch(closed=[gone]))
    assert [*log.endings] == [Ending(0, 9.0, 7, how)]


def test_of_who_said_nothing_no_end_is_noted(followed: Followed, log: ChunkLog) -> None:
    gone = connection(7)
    gone.bytes_in = 0
    followed.follow_connections(Batch(opened=[gone], closed=[gone]))
    assert [*log.endings] == []


def test_a_session_has_the_name_of_its_tab_and_its_end_is_noted_once(
    followed: Followed, names: Names, log: ChunkLog
) -> None:
    followed.follow_sessions([("Echo #1", session(3)), ("Idle #2", session(0, State.IDLE))])
    party = names.party(3)
    assert party is not None
    assert str(party) == "Console: Echo #1 · 127.0.0.1:8007"
    assert party.began_here
    assert (party.peer_address, party.local_address) == (
        ("127.0.0.1", 8007),
        ("127.0.0.1", 50_000),
    )
    assert names.listeners == ("Console: Echo #1",)
    followed.follow_sessions([("Echo #1", session(3, State.CLOSING))])
    assert [*log.endings] == []
    for _ in range(2):
        followed.follow_sessions([("Renamed", session(3, State.CLOSED))])
    assert [*log.endings] == [Ending(0, NOW, 3, How.CLOSED)]
    assert str(names.party(3)) == "Console: Echo #1 · 127.0.0.1:8007"


def test_a_session_that_connects_anew_or_whose_tab_is_gone_has_ended(
    followed: Followed, names: Names, log: ChunkLog
) -> None:
    followed.follow_sessions([("A", session(1)), ("B", session(2))])
    followed.follow_sessions([("A", session(3))])
    assert sorted(each.connection for each in log.endings) == [1, 2]
    assert names.party(3) is not None


def test_a_session_whose_own_side_is_closed_has_not_ended(
    followed: Followed, log: ChunkLog
) -> None:
    for state in (State.CONNECTED, State.HALF_CLOSED, State.CLOSING):
        followed.follow_sessions([("A", session(1, state))])
    assert [*log.endings] == []
    followed.follow_sessions([("A", session(1, State.CLOSED))])
    assert [*log.endings] == [Ending(0, NOW, 1, How.CLOSED)]


@pytest.mark.parametrize("path", ["/tmp/socket:1", "127.0.0.1:echo"])
def test_a_session_over_a_unix_socket_has_no_ip_address(
    followed: Followed, names: Names, path: str
) -> None:
    unix = session(4)
    unix.addresses = path, ""
    followed.follow_sessions([("U", unix)])
    party = names.party(4)
    assert party is not None
    assert (party.peer_address, party.local_address) == (None, None)


def test_a_session_over_udp_to_ipv6_is_one_of_datagrams(followed: Followed, names: Names) -> None:
    udp = session(5)
    udp.addresses = "[::1]:53", "[fe80::1%eth0]:40000"
    udp.target = Target("::1", 53, Transport.UDP)
    followed.follow_sessions([("D", udp)])
    party = names.party(5)
    assert party is not None
    assert party.is_datagram
    assert (party.peer_address, party.local_address) == (("::1", 53), ("fe80::1%eth0", 40_000))
