"""The factory of a forwarding listener: it makes the relays and holds what they share."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from twisted.internet.interfaces import IAddress, IDelayedCall
from twisted.internet.protocol import Factory

from app.forwarding.connecting import Dialing
from app.forwarding.holding import Direction, HoldList
from app.forwarding.reading import Alterations
from app.forwarding.relay import ClientLeg, Route
from app.forwarding.reporting import FailureLog
from app.forwarding.rewriting import Rewriter
from app.forwarding.stream import MessageStream
from app.net.target import Target
from app.runtime.clocks import unix_clock


@frozen
class Forwarding:
    """The settings of a listener."""

    target: Target
    dialing: Dialing
    alterations: Alterations
    proxy: int = 0
    """The version of the PROXY header; 0 for none."""

    waits_for_data: bool = False
    """Whether the target is connected to at the first byte of the client."""


class ForwardFactory(Factory[ClientLeg]):
    """Builds the client's leg of each relay. Other settings apply to new relays, but what is held
    changes at once."""

    noisy = False

    def __init__(self, settings: Forwarding, reactor: Any, name: str) -> None:
        """`name` is that of the listener, for the log."""
        self.holds = HoldList(reactor.seconds)
        """The messages that wait to be released."""
        self._reactor = reactor
        self._last_number = 0
        self._expiry: IDelayedCall | None = None
        self._failures = FailureLog(reactor.seconds, name)
        self.holds.on_change = self._schedule
        self.change(settings)

    def change(self, settings: Forwarding) -> None:
        """Use other settings from the next client on."""
        self.settings = settings
        self.holds.change(settings.alterations.hold)
        self._schedule()

    def buildProtocol(self, addr: IAddress | None) -> ClientLeg:
        self._last_number += 1
        leg = ClientLeg(self._route(self._last_number))
        leg.factory = self
        return leg

    def doStop(self) -> None:
        super().doStop()
        if not self.numPorts:
            self.holds.release_all()
            self._schedule()

    def _route(self, number: int) -> Route:
        settings = self.settings
        return Route(
            self._reactor,
            settings.target,
            settings.dialing,
            report=self._failures.report,
            proxy=settings.proxy,
            waits_for_data=settings.waits_for_data,
            stream_in=self._stream(number, Direction.IN),
            stream_out=self._stream(number, Direction.OUT),
        )

    def _stream(self, number: int, direction: Direction) -> MessageStream | None:
        """`None` if nothing changes in that direction, so that bytes pass without any delay."""
        alterations = self.settings.alterations
        rewriter = Rewriter(
            alterations.rewrites, direction, unix_clock(self._reactor), self._failures.report
        )
        if rewriter.is_empty and alterations.hold is None:
            return None
        changing = None if rewriter.is_empty else rewriter
        return MessageStream(alterations.framing, changing, self.holds, number, direction)

    def _schedule(self) -> None:
        """Have one timer while something is held."""
        if not self.holds.messages:
            if self._expiry is not None and self._expiry.active():
                self._expiry.cancel()
            self._expiry = None
        elif self._expiry is None:
            rule = self.holds.rule
            self._expiry = self._reactor.callLater(rule.seconds if rule else 0.0, self._expire)

    def _expire(self) -> None:
        self._expiry = None
        left = self.holds.expire()
        if left is not None and self._expiry is None:
            self._expiry = self._reactor.callLater(left, self._expire)
