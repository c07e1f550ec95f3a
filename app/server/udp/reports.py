"""What a UDP listener tells of datagrams that were refused, not served, or not sent."""

from __future__ import annotations

import logging
from collections.abc import Callable

from twisted.internet.interfaces import IAddress, IReactorTime

from app.server.sockets.addresses import format_address
from app.server.udp.timers import RateLimitedReport
from app.server.udp.transport import PeerAddress, address_of
from app.text.sentence import Sentence, composed

log = logging.getLogger(__name__)


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
