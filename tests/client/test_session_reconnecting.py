"""Automatic reconnection: the waits, the messages, and when it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twisted.internet.error import ConnectionDone, ConnectionRefusedError

from app.client.connect import LONGEST_SECONDS, STEADY_SECONDS, BackOff
from app.client.options import Options, OptionsError
from app.client.session import Session
from app.client.session_messages import SessionState
from tests.client.harness import TARGET, SessionHarness
from tests.client.transports import StagedTransport

PERSISTENT = Options(reconnect=True)


def refused(harness: SessionHarness) -> None:
    harness.endpoint.result.errback(ConnectionRefusedError())


def test_the_wait_grows_up_to_a_limit() -> None:
    back_off = BackOff()
    waits = [back_off.next_seconds() for _ in range(100)]
    assert waits[:5] == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_SECONDS


@pytest.mark.parametrize(
    ("seconds", "wait"), [(STEADY_SECONDS, 0.5), (STEADY_SECONDS - 1, 2.0)], ids=["steady", "brief"]
)
def test_only_a_steady_connection_resets_the_wait(seconds: float, wait: float) -> None:
    back_off = BackOff()
    back_off.next_seconds()
    back_off.next_seconds()
    back_off.connection_ended(seconds)
    assert back_off.next_seconds() == wait


def test_a_failed_attempt_is_made_again(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    harness.session.connect(TARGET, PERSISTENT)
    refused(harness)
    assert harness.state() is SessionState.WAITING
    assert harness.events[-1] == "Connecting again in 0.5 s (attempt 1)."
    harness.clock.advance(0.5)
    assert harness.state() is SessionState.CONNECTING
    refused(harness)
    assert harness.events[-1] == "Connecting again in 1 s (attempt 2)."
    harness.clock.advance(1)
    harness.endpoint.open(transport)
    assert harness.state() is SessionState.CONNECTED
    assert harness.is_quiet()


def test_a_lost_connection_is_made_again(harness: SessionHarness) -> None:
    first, second = StagedTransport(), StagedTransport()
    harness.session.connect(TARGET, PERSISTENT)
    harness.endpoint.open(first)
    first.end()
    first.flush()
    assert harness.state() is SessionState.WAITING
    harness.clock.advance(0.5)
    harness.endpoint.open(second)
    assert harness.session.send(b"again")
    assert second.value() == b"again"
    second.lose()


def test_disconnect_stops_reconnecting(harness: SessionHarness, transport: StagedTransport) -> None:
    harness.session.connect(TARGET, PERSISTENT)
    harness.endpoint.open(transport)
    harness.session.disconnect()
    transport.flush()
    transport.end()
    assert harness.state() is SessionState.CLOSED
    assert harness.is_quiet()


@pytest.mark.parametrize("stop", [Session.disconnect, Session.abort])
def test_the_wait_and_the_attempt_can_be_stopped(
    harness: SessionHarness, stop: Callable[[Session], bool]
) -> None:
    harness.session.connect(TARGET, PERSISTENT)
    refused(harness)
    assert stop(harness.session)
    assert harness.state() is SessionState.CLOSED
    assert harness.events[-1] == "Not connecting again."
    assert harness.is_quiet()
    harness.session.connect(TARGET, PERSISTENT)
    assert stop(harness.session)
    assert harness.state() is SessionState.CLOSED
    assert harness.is_quiet()


def test_an_invalid_option_is_not_tried_again(harness: SessionHarness) -> None:
    harness.session.connect(TARGET, PERSISTENT)
    harness.endpoint.result.errback(OptionsError("That file is none."))
    assert harness.state() is SessionState.CLOSED
    assert harness.events[-1] == "That file is none."


def test_nothing_can_be_sent_during_the_wait(harness: SessionHarness) -> None:
    harness.session.connect(TARGET, PERSISTENT)
    refused(harness)
    assert not harness.session.send(b"x")
    assert not harness.session.connect(TARGET)
    assert harness.events[-2].startswith("Not sent: waiting to connect again.")


def test_it_does_not_reconnect_by_default(
    harness: SessionHarness, transport: StagedTransport
) -> None:
    harness.connected(transport)
    transport.lose(ConnectionDone())
    assert harness.state() is SessionState.CLOSED
