"""The names of connections and sessions in the traffic, and their ends."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.client.session_messages import SessionState
from app.forwarding.link import TargetLink
from app.net.target import Target, Transport
from app.traffic.chunk_log import ChunkLog
from app.traffic.connection_info import CloseKind, ConnectionEnd, connection_name
from app.ui.traffic.connection_names import ConnectionNames, ConnectionTracker
from tests.ui.traffic.panes import connection

NOW = 50.0


@pytest.fixture
def tracker(log: ChunkLog) -> ConnectionTracker:
    return ConnectionTracker(log)


@pytest.fixture
def names(tracker: ConnectionTracker) -> ConnectionNames:
    return tracker.names


def session(number: int, state: SessionState = SessionState.CONNECTED) -> Any:
    addresses = "127.0.0.1:8007", "127.0.0.1:50000"
    target = Target("127.0.0.1", 8007)
    return SimpleNamespace(
        number=number,
        state=state,
        addresses=addresses,
        target=target,
        unix_seconds=lambda: NOW,
    )


@pytest.mark.parametrize("how", CloseKind)
def test_the_end_of_a_connection_is_noted_with_kind_and_time(
    tracker: ConnectionTracker, log: ChunkLog, how: CloseKind
) -> None:
    gone = connection(7)
    gone.reason, gone.close_kind = "any words", how
    tracker.opened(gone)
    tracker.closed(gone)
    assert [*log.endings] == [ConnectionEnd(0, 9.0, 7, how)]


def test_no_end_is_noted_for_a_connection_without_traffic(
    tracker: ConnectionTracker, log: ChunkLog
) -> None:
    gone = connection(7)
    gone.bytes_in = 0
    tracker.opened(gone)
    tracker.closed(gone)
    assert [*log.endings] == []


def test_a_session_has_the_name_of_its_tab_and_its_end_is_noted_once(
    tracker: ConnectionTracker, names: ConnectionNames, log: ChunkLog
) -> None:
    talking = session(3)
    tracker.follow_sessions([("Echo #1", talking), ("Idle #2", session(0, SessionState.IDLE))])
    info = names.info(3)
    assert info is not None
    assert str(info) == "Console: Echo #1 · 127.0.0.1:8007"
    assert info.began_here
    assert (info.peer_address, info.local_address) == (
        ("127.0.0.1", 8007),
        ("127.0.0.1", 50_000),
    )
    assert names.listeners == ("Console: Echo #1",)
    talking.state = SessionState.CLOSING
    tracker.follow_sessions([("Echo #1", talking)])
    assert [*log.endings] == []
    talking.state = SessionState.CLOSED
    for _ in range(2):
        tracker.follow_sessions([("Renamed", talking)])
    assert [*log.endings] == [ConnectionEnd(0, NOW, 3, CloseKind.CLOSED)]
    assert str(names.info(3)) == "Console: Echo #1 · 127.0.0.1:8007"


def test_a_session_that_reconnects_or_whose_tab_is_closed_has_ended(
    tracker: ConnectionTracker, names: ConnectionNames, log: ChunkLog
) -> None:
    tracker.follow_sessions([("A", session(1)), ("B", session(2))])
    tracker.follow_sessions([("A", session(3))])
    assert sorted(each.connection for each in log.endings) == [1, 2]
    assert names.info(3) is not None


def test_a_half_closed_session_has_not_ended(tracker: ConnectionTracker, log: ChunkLog) -> None:
    talking = session(1)
    for state in (SessionState.CONNECTED, SessionState.HALF_CLOSED, SessionState.CLOSING):
        talking.state = state
        tracker.follow_sessions([("A", talking)])
    assert [*log.endings] == []
    talking.state = SessionState.CLOSED
    tracker.follow_sessions([("A", talking)])
    assert [*log.endings] == [ConnectionEnd(0, NOW, 1, CloseKind.CLOSED)]


@pytest.mark.parametrize("path", ["/tmp/socket:1", "127.0.0.1:echo"])
def test_a_session_over_a_unix_socket_has_no_ip_address(
    tracker: ConnectionTracker, names: ConnectionNames, path: str
) -> None:
    unix = session(4)
    unix.addresses = path, ""
    tracker.follow_sessions([("U", unix)])
    info = names.info(4)
    assert info is not None
    assert (info.peer_address, info.local_address) == (None, None)


def test_a_udp_session_to_ipv6_is_a_datagram_connection(
    tracker: ConnectionTracker, names: ConnectionNames
) -> None:
    udp = session(5)
    udp.addresses = "[::1]:53", "[fe80::1%eth0]:40000"
    udp.target = Target("::1", 53, Transport.UDP)
    tracker.follow_sessions([("D", udp)])
    info = names.info(5)
    assert info is not None
    assert info.is_datagram
    assert (info.peer_address, info.local_address) == (("::1", 53), ("fe80::1%eth0", 40_000))


def test_names_whose_chunks_are_dropped_are_forgotten_except_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.ui.traffic.connection_names.KEPT_CLOSED", 2)
    log = ChunkLog(max_chunks=16)
    tracker = ConnectionTracker(log)
    names = tracker.names

    def visit(number: int) -> None:
        log.append(0.0, number, False, b"x")
        gone = connection(number)
        tracker.opened(gone)
        tracker.closed(gone)

    def drop_all() -> None:
        for _ in range(30):
            log.append(0.0, 99, False, b"y")
        tracker.forget()

    for number in range(1, 7):
        visit(number)
    tracker.forget()
    assert all(names.info(number) for number in range(1, 7))
    drop_all()
    assert [number for number in range(1, 7) if names.info(number)] == [5, 6]
    visit(7)
    visit(8)
    drop_all()
    assert [number for number in range(1, 9) if names.info(number)] == [7, 8]


def test_no_more_than_so_many_closed_connections_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.ui.traffic.connection_names.MAX_CLOSED", 3)
    tracker = ConnectionTracker(ChunkLog())
    names = tracker.names
    for number in range(1, 9):
        gone = connection(number)
        tracker.opened(gone)
        tracker.closed(gone)
    tracker.forget()
    assert [number for number in range(1, 9) if names.info(number)] == [6, 7, 8]


def test_a_peer_may_have_one_target_after_the_other(
    tracker: ConnectionTracker, names: ConnectionNames, log: ChunkLog
) -> None:
    client = connection(7)
    links = [TargetLink("db:5432", number=number, closed_at=1.0) for number in (8, 9)]
    tracker.opened(client)
    for client.target in links:
        tracker.forwarded(client)
    tracker.closed(client)
    assert [connection_name(number, names) for number in (8, 9)] == ["Echo · #7 → db:5432"] * 2
    assert [each.connection for each in log.endings] == [8, 7, 9]


def test_a_session_that_was_over_before_it_was_seen_has_ended_once(
    tracker: ConnectionTracker, names: ConnectionNames, log: ChunkLog
) -> None:
    for _ in range(2):
        tracker.follow_sessions([("A", session(1, SessionState.CLOSED))])
        names.forget(0)
    assert [each.connection for each in log.endings] == [1]
