"""Daytime, at times of our own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from twisted.internet.testing import StringTransport

from app.protocols.daytime import DaytimeFactory, daytime
from tests.protocols.conftest import ADDRESS


def answer(factory: DaytimeFactory) -> StringTransport:
    """The transport of a peer that has just connected."""
    transport = StringTransport()
    protocol = factory.buildProtocol(ADDRESS)
    assert protocol is not None
    protocol.makeConnection(transport)
    return transport


def test_it_says_the_time_of_its_clock_in_one_line_and_closes() -> None:
    now = datetime(2026, 11, 23, 5, 12, tzinfo=UTC)
    transport = answer(DaytimeFactory(lambda: now))
    assert transport.value() == b"Monday, November 23, 2026 05:12:00-UTC\r\n"
    assert transport.disconnecting


def test_each_peer_is_told_the_time_at_which_it_came() -> None:
    moments = iter([datetime(2026, 1, 4, 23, 59, 59, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)])
    factory = DaytimeFactory(lambda: next(moments))
    assert answer(factory).value() == b"Sunday, January 4, 2026 23:59:59-UTC\r\n"
    assert answer(factory).value() == b"Monday, January 1, 1 00:00:00-UTC\r\n"


def test_by_itself_it_says_the_time_of_the_world() -> None:
    before = datetime.now(UTC)
    said = answer(DaytimeFactory()).value()
    assert said in {f"{daytime(each)}\r\n".encode() for each in (before, datetime.now(UTC))}


def test_the_zone_is_named() -> None:
    there = timezone(timedelta(hours=8), "CST")
    assert daytime(datetime(2026, 12, 31, 8, 0, tzinfo=there)).endswith("2026 08:00:00-CST")
