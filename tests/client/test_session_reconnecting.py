"""A session that connects again by itself: how long it waits, what it says, and what ends it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twisted.internet.error import ConnectionDone, ConnectionRefusedError

from app.client.connect import LONGEST_SECONDS, STEADY_SECONDS, BackOff
from app.client.session import Session
from app.client.session_messages import SessionState
from app.client.target import Options, OptionsError
from tests.client.staged import TARGET, Desk
from tests.client.transports import StagedTransport

PERSISTENT = Options(reconnect=True)


def refused(desk: Desk) -> None:
    desk.endpoint.result.errback(ConnectionRefusedError())


def test_it_waits_longer_each_time_up_to_a_bound() -> None:
    back_off = BackOff()
    waits = [back_off.next_seconds() for _ in range(100)]
    assert waits[:5] == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_SECONDS


@pytest.mark.parametrize(
    ("seconds", "wait"), [(STEADY_SECONDS, 0.5), (STEADY_SECONDS - 1, 2.0)], ids=["steady", "brief"]
)
def test_only_a_steady_connection_makes_it_begin_anew(seconds: float, wait: float) -> None:
    back_off = BackOff()
    back_off.next_seconds()
    back_off.next_seconds()
    back_off.lasted(seconds)
    assert back_off.next_seconds() == wait


def test_a_failed_attempt_is_made_again(desk: Desk, transport: StagedTransport) -> None:
    desk.session.connect(TARGET, PERSISTENT)
    refused(desk)
    assert desk.state() is SessionState.WAITING
    assert desk.events[-1] == "Connecting again in 0.5 s (attempt 1)."
    desk.clock.advance(0.5)
    assert desk.state() is SessionState.CONNECTING
    refused(desk)
    assert desk.events[-1] == "Connecting again in 1 s (attempt 2)."
    desk.clock.advance(1)
    desk.endpoint.open(transport)
    assert desk.state() is SessionState.CONNECTED
    assert desk.is_quiet()


def test_a_lost_connection_is_made_again(desk: Desk) -> None:
    first, second = StagedTransport(), StagedTransport()
    desk.session.connect(TARGET, PERSISTENT)
    desk.endpoint.open(first)
    first.end()
    first.flush()
    assert desk.state() is SessionState.WAITING
    desk.clock.advance(0.5)
    desk.endpoint.open(second)
    assert desk.session.send(b"again")
    assert second.value() == b"again"
    second.lose()


def test_a_person_who_disconnects_means_it(desk: Desk, transport: StagedTransport) -> None:
    desk.session.connect(TARGET, PERSISTENT)
    desk.endpoint.open(transport)
    desk.session.disconnect()
    transport.flush()
    transport.end()
    assert desk.state() is SessionState.CLOSED
    assert desk.is_quiet()


@pytest.mark.parametrize("leave", [Session.disconnect, Session.abort])
def test_waiting_and_trying_can_be_stopped(desk: Desk, leave: Callable[[Session], bool]) -> None:
    desk.session.connect(TARGET, PERSISTENT)
    refused(desk)
    assert leave(desk.session)
    assert desk.state() is SessionState.CLOSED
    assert desk.events[-1] == "Not connecting again."
    assert desk.is_quiet()
    desk.session.connect(TARGET, PERSISTENT)
    assert leave(desk.session)
    assert desk.state() is SessionState.CLOSED
    assert desk.is_quiet()


def test_what_time_would_not_mend_is_not_tried_again(desk: Desk) -> None:
    desk.session.connect(TARGET, PERSISTENT)
    desk.endpoint.result.errback(OptionsError("That file is none."))
    assert desk.state() is SessionState.CLOSED
    assert desk.events[-1] == "That file is none."


def test_nothing_can_be_sent_meanwhile(desk: Desk) -> None:
    desk.session.connect(TARGET, PERSISTENT)
    refused(desk)
    assert not desk.session.send(b"x")
    assert not desk.session.connect(TARGET)
    assert desk.events[-2].startswith("Not sent: waiting to connect again.")


def test_without_being_asked_it_does_not(desk: Desk, transport: StagedTransport) -> None:
    desk.connected(transport)
    transport.lose(ConnectionDone())
    assert desk.state() is SessionState.CLOSED
