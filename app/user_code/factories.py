"""From the user's object to the factory that a listener serves with."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory
from twisted.internet.protocol import AbstractDatagramProtocol, Factory, Protocol
from zope.interface import implementer

from app.user_code.errors import LoadingFailed, call_user_code, log_traceback
from app.user_code.inspection import ObjectKind, kind_of
from app.user_code.loading import Loaded

log = logging.getLogger(__name__)


@implementer(IProtocolFactory)
class UserFactory:
    """A factory of the user's, as the server layer holds it.

    The user's protocols have the user's own factory as `self.factory`; this one keeps the modules
    in Python while it is held, and sees to it that starting and stopping cannot harm the listener.
    """

    def __init__(self, loaded: Loaded, factory: IProtocolFactory) -> None:
        self.loaded = loaded
        self.factory = factory

    def doStart(self) -> None:
        """Start the user's factory. Raises `LoadingFailed`."""
        call_user_code(self.factory.doStart, self.loaded.sources)

    def doStop(self) -> None:
        """Stop the user's factory. A failure is only logged: the listener stops in any case."""
        try:
            call_user_code(self.factory.doStop, self.loaded.sources)
        except LoadingFailed as error:
            log.warning("The factory was not stopped in order. %s", str(error))
            log_traceback(self.loaded.reference.name, error)

    def buildProtocol(self, addr: IAddress) -> IProtocol | None:
        return self.factory.buildProtocol(addr)


class FunctionFactory(Factory[Protocol]):
    """Asks a function of the user's for each protocol."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function

    def buildProtocol(self, addr: IAddress | None) -> Any:
        protocol = self._function()
        if protocol is None:
            return None
        if not IProtocol.providedBy(protocol):
            raise TypeError(f"the function must return a protocol, not {protocol!r}")
        if getattr(protocol, "factory", None) is None:
            cast(Any, protocol).factory = self
        return protocol


def build(loaded: Loaded) -> UserFactory:
    """The factory of what was loaded. Raises `LoadingFailed` if there can be none."""
    sources = loaded.sources
    kind = call_user_code(lambda: kind_of(loaded.found), sources)
    found = cast(Any, loaded.found)
    name = loaded.reference.name
    match kind:
        case ObjectKind.PROTOCOL:
            refuse_if_it_takes_arguments(loaded, "Name the factory that makes it.")
            factory: IProtocolFactory = Factory.forProtocol(found)
        case ObjectKind.FACTORY:
            refuse_if_it_takes_arguments(loaded, f"Name one that is made: {name}(…).")
            factory = call_user_code(found, sources, f"making {name}")
        case ObjectKind.FACTORY_OBJECT:
            factory = found
        case ObjectKind.FUNCTION:
            refuse_if_it_takes_arguments(loaded, "Let it take none.")
            refuse_coroutines(loaded)
            factory = FunctionFactory(found)
        case ObjectKind.DATAGRAM:
            raise LoadingFailed(
                f"{name} is for UDP. Give it an endpoint such as udp:8100, or choose a Protocol.",
                sources,
            )
        case None:
            raise LoadingFailed(_what_it_is_instead(name, loaded.found), sources)
    _refuse_without_protocol(factory, loaded)
    if isinstance(factory, Factory):
        # Starts are told by the listener; Twisted's log would hold on to the factory.
        factory.noisy = False
    return UserFactory(loaded, factory)


def refuse_if_it_takes_arguments(loaded: Loaded, advice: str) -> None:
    """Raises `LoadingFailed` with `advice` if what was loaded cannot be called just so."""
    try:
        parameters = inspect.signature(cast(Any, loaded.found)).parameters.values()
    except (TypeError, ValueError):  # it is written in C, or hides what it takes
        return
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [
        each.name
        for each in parameters
        if each.default is inspect.Parameter.empty and each.kind not in optional
    ]
    if needed:
        raise LoadingFailed(
            f"{loaded.reference.name} needs arguments ({', '.join(needed)}). {advice}",
            loaded.sources,
        )


def refuse_coroutines(loaded: Loaded) -> None:
    """Raises `LoadingFailed` if what was loaded is an async function."""
    if inspect.iscoroutinefunction(loaded.found):
        raise LoadingFailed(
            f"{loaded.reference.name} is an async function. Make it an ordinary one.",
            loaded.sources,
        )


def _refuse_without_protocol(factory: IProtocolFactory, loaded: Loaded) -> None:
    is_plain = getattr(type(factory), "buildProtocol", None) is Factory.buildProtocol
    if is_plain and getattr(factory, "protocol", None) is None:
        raise LoadingFailed(
            f"{loaded.reference.name} does not say which protocol it makes. "
            "Write protocol = … in it, with the class of the protocol.",
            loaded.sources,
        )


def _what_it_is_instead(name: str, found: object) -> str:
    if isinstance(found, type):
        return (
            f"{name} is a class, but no protocol of Twisted's. "
            "Derive it from twisted.internet.protocol.Protocol."
        )
    if IProtocol.providedBy(found):
        return f"{name} is one protocol; every connection needs its own. Name its class."
    return (
        f"{name} is no protocol ({type(found).__name__}). "
        "Name a Protocol, a Factory, or a function that returns a protocol."
    )


# MERGED server/own/datagrams: From the user's object to the one protocol that serves all who send datagrams to a listener.


class UserDatagrams:
    """A datagram protocol of the user's, as the server layer holds it.

    It keeps the modules in Python while it is held, and sees to it that starting and stopping
    cannot harm the listener.
    """

    def __init__(self, loaded: Loaded, protocol: AbstractDatagramProtocol) -> None:
        self.loaded = loaded
        self.protocol = protocol

    def start(self, outlet: Any) -> None:
        """Give the user's protocol its transport, which starts it. Raises `LoadingFailed`."""
        try:
            call_user_code(partial(self.protocol.makeConnection, outlet), self.loaded.sources)
        except LoadingFailed:
            self.protocol.transport = None  # one that was made beforehand may be tried again
            raise

    def stop(self) -> None:
        """Stop the user's protocol. A failure is only logged: the listener stops in any case."""
        try:
            call_user_code(self.protocol.doStop, self.loaded.sources)
        except LoadingFailed as error:
            log.warning("The protocol was not stopped in order. %s", str(error))
            log_traceback(self.loaded.reference.name, error)


def build_datagrams(loaded: Loaded) -> UserDatagrams:
    """The datagram protocol of what was loaded. Raises `LoadingFailed` if there can be none."""
    sources = loaded.sources
    name = loaded.reference.name
    kind = call_user_code(lambda: kind_of(loaded.found), sources)
    found = cast(Any, loaded.found)
    match kind:
        case ObjectKind.DATAGRAM if not isinstance(found, type):
            protocol = found
        case ObjectKind.DATAGRAM:
            refuse_if_it_takes_arguments(loaded, f"Name one that is made: {name}(…).")
            protocol = call_user_code(found, sources, f"making {name}")
        case ObjectKind.FUNCTION:
            refuse_if_it_takes_arguments(loaded, "Let it take none.")
            refuse_coroutines(loaded)
            protocol = call_user_code(found, sources)
        case None:
            raise LoadingFailed(
                f"{name} is no protocol of Twisted's for UDP. "
                "Derive it from twisted.internet.protocol.DatagramProtocol.",
                sources,
            )
        case _:
            raise LoadingFailed(
                f"{name} needs connections, which UDP does not have. "
                "Choose a DatagramProtocol, or an endpoint such as tcp:8100.",
                sources,
            )
    if not isinstance(protocol, AbstractDatagramProtocol):
        raise LoadingFailed(
            f"{name} returns no protocol for UDP ({type(protocol).__name__}). "
            "Let it return a DatagramProtocol.",
            sources,
        )
    # Starts are told by the listener; Twisted's log would hold on to the protocol.
    protocol.noisy = False
    return UserDatagrams(loaded, protocol)
