"""What a UDP listener tells of datagrams that were refused, not served, or not sent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime

from app.server.sockets.addresses import format_address
from app.server.udp.transport import PeerAddress, address_of
from app.text.sentence import Sentence, composed

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
"""The time between two reports."""

T = TypeVar("T")


class DatagramReports:
    """The reports of one listener, each at a readable rate."""

    def __init__(
        self,
        clock: IReactorTime,
        name: Callable[[], str],
        tell_refused: Callable[[IAddress | None, str], object],
    ) -> None:
        """`name` is that of the listener now. `tell_refused` takes a peer and the reason."""
        self._name = name
        self._tell_refused = tell_refused
        self.refusals = RateLimitedReport(clock, self._report_refused)
        self.failures = RateLimitedReport(clock, self._log_failure)
        self.losses = RateLimitedReport(clock, self._log_loss)

    def too_long(self, datagram: bytes, address: PeerAddress) -> None:
        """Add the loss of a datagram that is too long to send."""
        why = Sentence(
            "datagram-too-long",
            "{count:,} bytes are more than one datagram can have",
            count=len(datagram),
        )
        self.losses.add((address, why))

    def stop(self) -> None:
        """Report the rest now, as no more datagrams come."""
        self.refusals.stop()
        self.failures.stop()
        self.losses.stop()

    def _report_refused(self, refused: tuple[IAddress | None, str], count: int) -> None:
        peer, reason = refused
        if count > 1:
            reason = composed(
                "{reason}; {count:,} datagrams in a second", reason=reason, count=count
            )
        self._tell_refused(peer, reason)

    def _log_failure(self, failed: tuple[PeerAddress, BaseException], count: int) -> None:
        address, error = failed
        log.error(
            "%s: the protocol failed on a datagram from %s.%s",
            self._name(),
            format_address(address_of(address)),
            _count_sentence(count),
            exc_info=error,
        )

    def _log_loss(self, lost: tuple[PeerAddress, str], count: int) -> None:
        address, why = lost
        log.warning(
            "%s: a datagram to %s was not sent: %s.%s",
            self._name(),
            format_address(address_of(address)),
            why,
            _count_sentence(count),
        )


def _count_sentence(count: int) -> str:
    if count <= 1:
        return ""
    return Sentence("last-of", " It is the last of {count:,} in a second.", count=count)


class RateLimitedReport(Generic[T]):
    """Reports the first event immediately. After that, once per pause, it reports the last event
    and the number of events.

    A sender can forge ten thousand source addresses, and one log line for each would be a flood.
    """

    def __init__(self, clock: IReactorTime, report: Callable[[T, int], object]) -> None:
        """`report` takes the last event, and the number of events since its last call."""
        self._clock = clock
        self._report = report
        self._pause: IDelayedCall | None = None
        self._pending: tuple[T, int] | None = None

    def add(self, event: T) -> None:
        """Report `event` now, or count it for the next report."""
        if self._pause is None:
            self._begin_pause()
            self._report(event, 1)
        else:
            count = 0 if self._pending is None else self._pending[1]
            self._pending = event, count + 1

    def stop(self) -> None:
        """Report the rest now, as no more events will come."""
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        self._report_pending()

    def _begin_pause(self) -> None:
        self._pause = self._clock.callLater(PAUSE_SECONDS, self._end_pause)

    def _end_pause(self) -> None:
        self._pause = None
        if self._pending is not None:
            self._begin_pause()
            self._report_pending()

    def _report_pending(self) -> None:
        if self._pending is not None:
            (event, count), self._pending = self._pending, None
            self._report(event, count)
