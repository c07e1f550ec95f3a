"""Timers for UDP: idle peers end in time, and frequent events are reported together."""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from app.server.udp.factory import MIN_SECONDS, PEERS_PER_TURN, IdleExpiry
from app.server.udp.reports import PAUSE_SECONDS, RateLimitedReport


class FakePeer:
    """A peer that records its end."""

    def __init__(self, peers: FakePeers, name: int) -> None:
        self._peers = peers
        self._name = name
        self.active_at = peers.clock.seconds()

    def end(self, reason: str) -> None:
        del self._peers.by_name[self._name]
        self._peers.ended.append((self._peers.clock.seconds(), self._name, reason))


class FakePeers:
    """Peers in the order of their last activity, with the expiry under test."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.timeout = 30.0
        self.by_name: OrderedDict[int, FakePeer] = OrderedDict()
        self.ended: list[tuple[float, int, str]] = []
        self.checks = 0
        self.expiry = IdleExpiry(self.clock, self._first, lambda: self.timeout)

    def add(self, name: int) -> None:
        self.by_name[name] = FakePeer(self, name)
        self.expiry.schedule()

    def touch(self, name: int) -> None:
        self.by_name[name].active_at = self.clock.seconds()
        self.by_name.move_to_end(name)

    def _first(self) -> FakePeer | None:
        self.checks += 1
        return next(iter(self.by_name.values()), None)


@pytest.fixture
def peers() -> FakePeers:
    return FakePeers()


def test_each_peer_ends_when_it_was_idle_for_the_timeout(peers: FakePeers) -> None:
    for name in range(3):
        peers.add(name)
        peers.clock.advance(1)
    peers.touch(0)
    peers.clock.pump([0.25] * 200)
    assert peers.ended == [
        (31.0, 1, "idle for 30 s"),
        (32.0, 2, "idle for 30 s"),
        (33.0, 0, "idle for 30 s"),
    ]
    assert not peers.clock.getDelayedCalls()


def test_idle_peers_cost_no_checks_while_others_are_active(peers: FakePeers) -> None:
    for name in range(1000):
        peers.add(name)
    peers.checks = 0
    for _ in range(1000):
        peers.clock.advance(0.01)
        for name in range(1000):
            peers.touch(name)
    assert peers.checks == 0


def test_peers_that_become_idle_shortly_after_each_other_end_together(peers: FakePeers) -> None:
    for name in range(100):
        peers.add(name)
        peers.clock.advance(MIN_SECONDS / 100)
    peers.checks = 0
    peers.clock.advance(30)
    peers.clock.advance(MIN_SECONDS)
    assert len(peers.ended) == 100
    assert len({when for when, _, _ in peers.ended}) <= 2


def test_many_idle_peers_end_in_several_turns(peers: FakePeers) -> None:
    for name in range(PEERS_PER_TURN + 1):
        peers.add(name)
    peers.clock.advance(30)
    assert len(peers.ended) == PEERS_PER_TURN
    peers.clock.advance(MIN_SECONDS)
    assert len(peers.ended) == PEERS_PER_TURN + 1


def test_no_timer_runs_without_peers(peers: FakePeers) -> None:
    peers.expiry.schedule()
    assert not peers.clock.getDelayedCalls()
    peers.add(1)
    peers.by_name.clear()
    peers.expiry.cancel()
    peers.expiry.cancel()
    assert not peers.clock.getDelayedCalls()


@pytest.mark.parametrize("timeout", [5.0, 60.0])
def test_a_changed_timeout_applies_to_existing_peers(peers: FakePeers, timeout: float) -> None:
    peers.add(1)
    peers.clock.advance(3)
    peers.timeout = timeout
    peers.expiry.schedule()
    peers.clock.advance(timeout - 3)
    assert peers.ended == [(timeout, 1, f"idle for {timeout:g} s")]


# Rate-limited reports


class Reports:
    """Records the reports and their times."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.lines: list[tuple[float, str, int]] = []
        self.report: RateLimitedReport[str] = RateLimitedReport(self.clock, self._record)

    def _record(self, one: str, count: int) -> None:
        self.lines.append((self.clock.seconds(), one, count))


@pytest.fixture
def reports() -> Reports:
    return Reports()


def test_the_first_event_is_reported_immediately_and_the_rest_together(reports: Reports) -> None:
    for word in ("a", "b", "c"):
        reports.report.add(word)
    assert reports.lines == [(0.0, "a", 1)]
    reports.clock.advance(PAUSE_SECONDS)
    assert reports.lines == [(0.0, "a", 1), (PAUSE_SECONDS, "c", 2)]


def test_after_a_pause_the_next_event_is_reported_immediately(reports: Reports) -> None:
    reports.report.add("a")
    reports.clock.advance(PAUSE_SECONDS)
    assert not reports.clock.getDelayedCalls(), "nothing runs while nothing happens"
    reports.report.add("b")
    assert reports.lines[-1] == (PAUSE_SECONDS, "b", 1)


def test_stopping_reports_the_rest(reports: Reports) -> None:
    reports.report.stop()
    reports.report.add("a")
    reports.report.add("b")
    reports.report.stop()
    assert reports.lines == [(0.0, "a", 1), (0.0, "b", 1)]
    assert not reports.clock.getDelayedCalls()


@given(st.lists(st.floats(0, 3), max_size=60))
def test_every_event_is_counted_and_reports_keep_their_distance(gaps: list[float]) -> None:
    reports = Reports()
    for gap in gaps:
        reports.clock.advance(gap)
        reports.report.add("x")
    reports.clock.advance(PAUSE_SECONDS)
    assert sum(count for _, _, count in reports.lines) == len(gaps)
    times = [when for when, _, _ in reports.lines]
    assert all(later - earlier >= PAUSE_SECONDS - 1e-6 for earlier, later in pairwise(times))
    reports.report.stop()
