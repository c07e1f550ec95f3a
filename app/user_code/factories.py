"""Factories: they make what a listener runs from an object in the user's code.

A listener with connections gets a `UserFactory`, a listener for UDP a `UserDatagrams`.
"""

from __future__ import annotations

import inspect
import logging
from functools import partial
from typing import Any, cast

from twisted.application.service import IService
from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory
from twisted.internet.protocol import AbstractDatagramProtocol, Factory
from zope.interface import implementer

from app.user_code.errors import LoadingFailed, call_user_code, log_traceback
from app.user_code.inspection import ObjectKind, kind_of
from app.user_code.loading import Loaded
from app.user_code.made_by_function import factory_of, factory_of_function

log = logging.getLogger(__name__)


@implementer(IProtocolFactory)
class UserFactory:
    """Wraps the user's factory for the server layer.

    It keeps the user's modules loaded while it exists, and catches errors of the user's code at the
    start and the stop. The user's protocols see their own factory as `self.factory`, not this one.
    """

    def __init__(self, loaded: Loaded, factory: IProtocolFactory) -> None:
        self.loaded = loaded
        self.factory = factory

    def doStart(self) -> None:
        """Start the user's factory. Raises `LoadingFailed`."""
        call_user_code(self.factory.doStart, self.loaded.sources)

    def doStop(self) -> None:
        """Stop the user's factory. An error is only logged, so that the listener stops anyway."""
        try:
            call_user_code(self.factory.doStop, self.loaded.sources)
        except LoadingFailed as error:
            log.warning("The factory was not stopped in order. %s", str(error))
            log_traceback(self.loaded.reference.name, error)

    def buildProtocol(self, addr: IAddress) -> IProtocol | None:
        return self.factory.buildProtocol(addr)


def build(loaded: Loaded, reactor: Any = None) -> UserFactory:
    """Make a factory from the loaded object. Raises `LoadingFailed` if that is not possible.

    `reactor` is given to a function that takes one.
    """
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
            factory = factory_of_function(found, name, reactor, sources)
        case ObjectKind.DATAGRAM:
            raise LoadingFailed(
                f"{name} is for UDP. Give it an endpoint such as udp:8100, or choose a Protocol.",
                sources,
            )
        case None if IService.providedBy(found):
            factory = factory_of(found, f"{name} is", sources)
        case None:
            raise LoadingFailed(_what_it_is_instead(name, loaded.found), sources)
    _refuse_without_protocol(factory, loaded)
    if isinstance(factory, Factory):
        # The listener logs its starts. Twisted's own log record would keep the factory alive.
        factory.noisy = False
    return UserFactory(loaded, factory)


def refuse_if_it_takes_arguments(loaded: Loaded, advice: str) -> None:
    """Raise `LoadingFailed` with `advice` if the loaded object needs arguments."""
    try:
        parameters = inspect.signature(cast(Any, loaded.found)).parameters.values()
    except (TypeError, ValueError):  # it is written in C, or has no usable signature
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
    """Raise `LoadingFailed` if the loaded object is an async function."""
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


class UserDatagrams:
    """Wraps the user's datagram protocol for the server layer.

    One protocol serves all senders. The wrapper keeps the user's modules loaded while it exists,
    and catches errors of the user's code at the start and the stop.
    """

    def __init__(self, loaded: Loaded, protocol: AbstractDatagramProtocol) -> None:
        self.loaded = loaded
        self.protocol = protocol

    def start(self, outlet: Any) -> None:
        """Give the user's protocol its transport, which starts it. Raises `LoadingFailed`."""
        try:
            call_user_code(partial(self.protocol.makeConnection, outlet), self.loaded.sources)
        except LoadingFailed:
            self.protocol.transport = None  # the object may be used for another attempt
            raise

    def stop(self) -> None:
        """Stop the user's protocol. An error is only logged, so that the listener stops anyway."""
        try:
            call_user_code(self.protocol.doStop, self.loaded.sources)
        except LoadingFailed as error:
            log.warning("The protocol was not stopped in order. %s", str(error))
            log_traceback(self.loaded.reference.name, error)


def build_datagrams(loaded: Loaded) -> UserDatagrams:
    """Make a datagram protocol from the loaded object. Raises `LoadingFailed` if not possible."""
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
    # The listener logs its starts. Twisted's own log record would keep the protocol alive.
    protocol.noisy = False
    return UserDatagrams(loaded, protocol)
