"""Factories: they make what a listener runs from an object in the user's code.

A listener with connections gets a `UserFactory`, a listener for UDP a `UserDatagrams`.
"""

from __future__ import annotations

import inspect
import logging
from functools import partial
from typing import Any, cast

from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory
from twisted.internet.protocol import AbstractDatagramProtocol, Factory
from zope.interface import implementer

from app.text.sentence import Sentence
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
            refuse_if_it_takes_arguments(
                loaded, Sentence("name-factory", "Name the factory that makes it.")
            )
            factory: IProtocolFactory = Factory.forProtocol(found)
        case ObjectKind.FACTORY:
            refuse_if_it_takes_arguments(
                loaded, Sentence("name-made-one", "Name one that is made: {name}(…).", name=name)
            )
            factory = call_user_code(found, sources, Sentence("making", "making {name}", name=name))
        case ObjectKind.FACTORY_OBJECT:
            factory = found
        case ObjectKind.FUNCTION:
            factory = factory_of_function(found, name, reactor, sources)
        case ObjectKind.DATAGRAM:
            raise LoadingFailed(
                "code-for-udp",
                "{name} is for UDP. Give it an endpoint such as udp:8100, or choose a Protocol.",
                sources=sources,
                name=name,
            )
        case ObjectKind.SERVICES:
            factory = factory_of(found, Sentence("object-is", "{name} is", name=name), sources)
        case None:
            raise LoadingFailed(_what_it_is_instead(name, loaded.found), sources=sources)
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
            "code-needs-arguments",
            "{name} needs arguments ({known}). {advice}",
            sources=loaded.sources,
            name=loaded.reference.name,
            known=", ".join(needed),
            advice=advice,
        )


def refuse_coroutines(loaded: Loaded) -> None:
    """Raise `LoadingFailed` if the loaded object is an async function."""
    if inspect.iscoroutinefunction(loaded.found):
        raise LoadingFailed(
            "code-is-async",
            "{name} is an async function. Make it an ordinary one.",
            sources=loaded.sources,
            name=loaded.reference.name,
        )


def _refuse_without_protocol(factory: IProtocolFactory, loaded: Loaded) -> None:
    is_plain = getattr(type(factory), "buildProtocol", None) is Factory.buildProtocol
    if is_plain and getattr(factory, "protocol", None) is None:
        raise LoadingFailed(
            "factory-without-protocol",
            "{name} does not say which protocol it makes. Write protocol = … in it, with the "
            "class of the protocol.",
            sources=loaded.sources,
            name=loaded.reference.name,
        )


def _what_it_is_instead(name: str, found: object) -> str:
    if isinstance(found, type):
        return Sentence(
            "class-no-protocol",
            "{name} is a class, but no protocol of Twisted's. Derive it from "
            "twisted.internet.protocol.Protocol.",
            name=name,
        )
    if IProtocol.providedBy(found):
        return Sentence(
            "one-protocol-only",
            "{name} is one protocol; every connection needs its own. Name its class.",
            name=name,
        )
    return Sentence(
        "code-no-protocol",
        "{name} is no protocol ({kind}). Name a Protocol, a Factory, or a function that returns a "
        "protocol.",
        name=name,
        kind=type(found).__name__,
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
            refuse_if_it_takes_arguments(
                loaded, Sentence("name-made-one", "Name one that is made: {name}(…).", name=name)
            )
            protocol = call_user_code(
                found, sources, Sentence("making", "making {name}", name=name)
            )
        case ObjectKind.FUNCTION:
            refuse_if_it_takes_arguments(loaded, Sentence("take-no-arguments", "Let it take none."))
            refuse_coroutines(loaded)
            protocol = call_user_code(found, sources)
        case None:
            raise LoadingFailed(
                "class-no-datagram-protocol",
                "{name} is no protocol of Twisted's for UDP. Derive it from "
                "twisted.internet.protocol.DatagramProtocol.",
                sources=sources,
                name=name,
            )
        case _:
            raise LoadingFailed(
                "code-needs-connections",
                "{name} needs connections, which UDP does not have. Choose a "
                "DatagramProtocol, or an endpoint such as tcp:8100.",
                sources=sources,
                name=name,
            )
    if not isinstance(protocol, AbstractDatagramProtocol):
        raise LoadingFailed(
            "code-no-datagram-protocol",
            "{name} returns no protocol for UDP ({kind}). Let it return a DatagramProtocol.",
            sources=sources,
            name=name,
            kind=type(protocol).__name__,
        )
    # The listener logs its starts. Twisted's own log record would keep the protocol alive.
    protocol.noisy = False
    return UserDatagrams(loaded, protocol)
