"""A relay whose client says where it goes: SOCKS5 and HTTP CONNECT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.error import ConnectionRefusedError
from twisted.internet.error import TimeoutError as ConnectTimeoutError
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory

from app.forwarding.connecting import Dialing, FailureLog
from app.forwarding.negotiation import Answer, Negotiation, NegotiationError
from app.forwarding.relay import ClientLeg, Route
from app.forwarding.target_leg import TargetLeg
from app.net.ip import is_loopback
from app.net.target import Target
from app.text.sentence import Sentence, without_stop


class SocksLeg(ClientLeg):
    """The leg to a client that is asked for its target first."""

    def __init__(self, route: Route, is_allowed: Callable[[Target], bool]) -> None:
        super().__init__(route)
        self._is_allowed = is_allowed
        self._negotiation = Negotiation()
        self._has_asked = False

    def begin(self) -> None:
        """The client speaks first."""

    def dataReceived(self, data: bytes) -> None:
        if self.is_shut and self.other is None:  # it was rejected
            return
        if self._has_asked:
            super().dataReceived(data)
            return
        try:
            reply = self._negotiation.feed(data)
        except NegotiationError as error:
            self.send([error.reply])
            self._reject(str(error))
            return
        self.send([reply])
        target = self._negotiation.target
        if target is None:
            return
        self._has_asked = True
        if not self._is_allowed(target):
            sentence = Sentence(
                "target-not-local",
                "{target} is not on this machine, and only that is allowed",
                target=target,
            )
            self.send([self._negotiation.answer(Answer.NOT_ALLOWED, sentence)])
            self._reject(sentence)
            return
        if self._negotiation.rest:
            self.keep_early(self._negotiation.rest)
        self.connect(target)

    def joined(self, target: TargetLeg) -> None:
        self.send([self._negotiation.answer(Answer.GRANTED)])

    def refuse(self, error: BaseException | None) -> None:
        answer = Answer.UNREACHABLE
        if isinstance(error, ConnectionRefusedError):
            answer = Answer.REFUSED
        elif isinstance(error, ConnectTimeoutError):
            answer = Answer.TIMED_OUT
        self.send([self._negotiation.answer(answer, self.transport.hint)])
        self.transport.loseConnection()

    def _reject(self, sentence: str) -> None:
        self.report(without_stop(sentence))
        self.transport.loseConnection()


class SocksFactory(Factory[SocksLeg]):
    """Forwards each client to where it asks."""

    noisy = False

    def __init__(self, dialing: Dialing, reactor: Any, name: str, *, anywhere: bool) -> None:
        """`name` is that of the listener, for the log. Without `anywhere` only targets on this
        machine are allowed."""
        self.anywhere = anywhere
        self.dialing = dialing
        self._reactor = reactor
        self._failures = FailureLog(reactor.seconds, name)

    def buildProtocol(self, addr: IAddress | None) -> SocksLeg:
        route = Route(self._reactor, None, self.dialing, report=self._failures.report)
        leg = SocksLeg(route, self._is_allowed)
        leg.factory = self
        return leg

    def _is_allowed(self, target: Target) -> bool:
        return self.anywhere or is_on_this_machine(target.host)


def is_on_this_machine(host: str) -> bool:
    """Whether `host` is a loopback address or `localhost`. Any other name may lead anywhere."""
    name = host.lower().removesuffix(".")
    return is_loopback(host) or name == "localhost" or name.endswith(".localhost")
