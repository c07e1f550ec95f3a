"""What the relays of one forwarding listener share, and the factory that makes them for streams."""

from __future__ import annotations

from logging import ERROR
from typing import Any

from attrs import frozen
from twisted.internet.interfaces import IAddress, IDelayedCall
from twisted.internet.protocol import Factory

from app.forwarding.connecting import Dialing, FailureLog
from app.forwarding.holding import HoldList
from app.forwarding.reading import Alterations
from app.forwarding.relay import ClientLeg, Route
from app.forwarding.rewriting import Rewriter
from app.forwarding.stream import Passage
from app.net.target import Target
from app.rules.spec import MessageFraming
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


class Relays:
    """The settings of the relays of one listener, and what they hold. Another target applies to new
    clients, but messages are rewritten and held by other rules at once."""

    def __init__(self, settings: Forwarding, reactor: Any, name: str) -> None:
        """`name` is that of the listener, for the log."""
        self.holds = HoldList(reactor.seconds)
        """The messages that wait to be released."""
        self.failures = FailureLog(reactor.seconds, name)
        failures = FailureLog(reactor.seconds, name, ERROR)
        self.rewriter = Rewriter((), unix_clock(reactor), failures.report)
        self._reactor = reactor
        self._expiry: IDelayedCall | None = None
        self._passage = Passage(self.rewriter, self.holds)
        self._legs: set[ClientLeg] = set()
        self.holds.on_change = self._schedule
        self.change(settings)

    @property
    def framing(self) -> MessageFraming:
        """How bytes become messages."""
        return self._passage.framing

    def change(self, settings: Forwarding) -> None:
        """Use other settings."""
        self._settings = settings
        alterations = settings.alterations
        self._passage.framing = alterations.framing
        self.rewriter.change(alterations.rewrites)
        self.holds.change(alterations.hold)
        self._schedule()
        for leg in list(self._legs):
            leg.update_streams()

    def route(self) -> Route:
        """The way of a new client."""
        settings = self._settings
        return Route(
            self._reactor,
            settings.target,
            settings.dialing,
            report=self.failures.report,
            proxy=settings.proxy,
            waits_for_data=settings.waits_for_data,
            passage=self._passage,
            legs=self._legs,
        )

    def stop(self) -> None:
        """Let everything pass that is held."""
        self.holds.release_all()
        self._schedule()

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


class ForwardFactory(Factory[ClientLeg]):
    """Builds the client's leg of each relay."""

    noisy = False

    def __init__(self, settings: Forwarding, reactor: Any, name: str) -> None:
        """`name` is that of the listener, for the log."""
        self._relays = Relays(settings, reactor, name)

    @property
    def holds(self) -> HoldList:
        """The messages that wait to be released."""
        return self._relays.holds

    @property
    def rewriter(self) -> Rewriter:
        """The rules that change messages, with their hits."""
        return self._relays.rewriter

    def change(self, settings: Forwarding) -> None:
        """Use other settings. Another target is for new clients."""
        self._relays.change(settings)

    def buildProtocol(self, addr: IAddress | None) -> ClientLeg:
        leg = ClientLeg(self._relays.route())
        leg.factory = self
        return leg

    def doStop(self) -> None:
        super().doStop()
        if not self.numPorts:
            self._relays.stop()
