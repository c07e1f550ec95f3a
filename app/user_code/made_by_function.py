"""Makes a factory from a function of the user, or takes the services that it returns.

The function may take `reactor` and `address`. It returns a protocol for each peer, or one factory,
or a service that has a factory. It is called when the listener starts, so that a mistake in it
fails the start and not the first client. Several services listen as those of a program.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeGuard, cast

from twisted.application.service import IService
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory
from twisted.internet.protocol import Factory, Protocol

from app.text.sentence import Sentence
from app.user_code.errors import LoadingFailed, SourceFiles, call_user_code

TAKES: Final = ("reactor", "address")
"""The parameters that a listener can give to a function."""

_NOBODY: Final = IPv4Address("TCP", "127.0.0.1", 0)
"""The address for the call at the start, when there is no peer yet."""


class FunctionFactory(Factory[Protocol]):
    """Calls a function of the user to make each protocol."""

    def __init__(self, make: Callable[..., Any], takes_address: bool, first: Any = None) -> None:
        """`make` gets the address of the peer if `takes_address`. `first` is a protocol that was
        made already; the first peer gets it."""
        self._make = make
        self._takes_address = takes_address
        self._first = first

    def buildProtocol(self, addr: IAddress | None) -> Any:
        protocol, self._first = self._first, None
        if protocol is None:
            protocol = self._make(address=addr) if self._takes_address else self._make()
        if protocol is None:
            return None
        if not IProtocol.providedBy(protocol):
            raise TypeError(
                Sentence(
                    "function-must-return-protocol",
                    "the function must return a protocol, not {protocol!r}",
                    protocol=protocol,
                )
            )
        if getattr(protocol, "factory", None) is None:
            cast(Any, protocol).factory = self
        return protocol


def factory_of_function(
    function: Callable[..., Any], name: str, reactor: Any, sources: SourceFiles
) -> IProtocolFactory:
    """Call `function` once, and make a factory from its result.

    Raises `LoadingFailed`, also for an exception of the function.
    """
    takes = _parameters(function, name, sources, TAKES)
    make = partial(function, reactor=reactor) if "reactor" in takes else function
    takes_address = "address" in takes
    call = partial(make, address=_NOBODY) if takes_address else make
    made = call_user_code(call, sources, Sentence("calling", "calling {name}", name=name))
    if made is None:  # it refuses a peer, and may serve the next
        return FunctionFactory(make, takes_address)
    if IProtocol.providedBy(made):
        return FunctionFactory(make, takes_address, None if takes_address else made)
    return factory_of(made, Sentence("function-returns", "{name} returns", name=name), sources)


def factory_of(made: object, who: str, sources: SourceFiles) -> IProtocolFactory:
    """The factory that `made` is or contains. Raises `LoadingFailed`; its sentence begins with
    `who`."""
    if _is_list(made) and len(made) == 1:
        return factory_of(made[0], who, sources)
    if isinstance(made, type) and IProtocolFactory.implementedBy(made):
        raise LoadingFailed(
            "function-returns-class",
            "{who} the class {kind}. Write {kind}().",
            sources=sources,
            who=who,
            kind=made.__name__,
        )
    if isinstance(made, type) and IProtocol.implementedBy(made):
        return Factory.forProtocol(cast(Any, made))
    if IProtocolFactory.providedBy(made):
        return made
    if IService.providedBy(made):
        return _factory_of_service(made, who, sources)
    if _is_list(made):
        raise LoadingFailed(
            "function-returns-several",
            "{who} {count} objects, and one endpoint can serve with one alone. If they are "
            'services, write endpoint = "program": they listen where they say.',
            sources=sources,
            who=who,
            count=len(made),
        )
    raise LoadingFailed(
        "function-returns-other",
        "{who} no protocol and no factory ({kind}). Return a Protocol, or a Factory that "
        "makes one.",
        sources=sources,
        who=who,
        kind=type(made).__name__,
    )


def _factory_of_service(service: Any, who: str, sources: SourceFiles) -> IProtocolFactory:
    """The factory that a service would listen with, to serve it at the endpoint of the profile."""
    factory = getattr(service, "factory", None)  # StreamServerEndpointService
    if factory is None:
        given = getattr(service, "args", ())  # TCPServer and its like
        factory = next((each for each in given if IProtocolFactory.providedBy(each)), None)
    if factory is None and hasattr(service, "services"):
        parts = list(service)
        if len(parts) == 1:
            return _factory_of_service(parts[0], who, sources)
    if factory is None or not IProtocolFactory.providedBy(factory):
        raise LoadingFailed(
            "function-returns-service",
            '{who} a service that listens by itself ({kind}). Write endpoint = "program": it '
            "listens where it says.",
            sources=sources,
            who=who,
            kind=type(service).__name__,
        )
    found: IProtocolFactory = factory
    return found


def services_of(found: object, name: str, reactor: Any, sources: SourceFiles) -> list[Any]:
    """The services that the object called `name` is, contains, or returns as a function.

    Empty if a function returns nothing, as it may listen itself. Raises `LoadingFailed`.
    """
    made, who = found, Sentence("object-is", "{name} is", name=name)
    if _makes_services(found):
        takes = _parameters(found, name, sources, ("reactor",))
        call = partial(found, reactor=reactor) if takes else found
        made = call_user_code(call, sources, Sentence("calling", "calling {name}", name=name))
        who = Sentence("function-returns", "{name} returns", name=name)
    if made is None:
        return []
    listed = made if _is_list(made) else (made,)
    return [_service(each, who, sources) for each in listed]


def _makes_services(found: object) -> TypeGuard[Callable[..., Any]]:
    if isinstance(found, type):
        return bool(IService.implementedBy(found))
    return callable(found) and IService(found, None) is None


def _service(made: object, who: str, sources: SourceFiles) -> Any:
    service: Any = IService(made, None)
    if service is None:
        raise LoadingFailed(
            "object-without-address",
            "{who} no service ({kind}), and has no address of its own. Give the listener an "
            "endpoint such as tcp:8007, or use a service such as "
            "internet.TCPServer(8007, factory).",
            sources=sources,
            who=who,
            kind=made.__name__ if isinstance(made, type) else type(made).__name__,
        )
    return service


def _is_list(made: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(made, Sequence) and not isinstance(made, str | bytes)


def _parameters(
    function: Callable[..., Any], name: str, sources: SourceFiles, given: Sequence[str]
) -> tuple[str, ...]:
    """The parameters of `given` that it has. Raises `LoadingFailed` if it needs others."""
    if inspect.iscoroutinefunction(function):
        raise LoadingFailed(
            "code-is-async",
            "{name} is an async function. Make it an ordinary one.",
            sources=sources,
            name=name,
        )
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # it is written in C, or hides what it takes
        return ()
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [
        each.name
        for each in parameters
        if each.default is inspect.Parameter.empty
        and each.kind not in optional
        and (each.name not in given or each.kind is inspect.Parameter.POSITIONAL_ONLY)
    ]
    if needed:
        raise LoadingFailed(
            "function-needs-arguments",
            "{name} needs arguments ({needed}). Let it take none, or any of: {takes}.",
            sources=sources,
            name=name,
            needed=", ".join(needed),
            takes=", ".join(given),
        )
    return tuple(each.name for each in parameters if each.name in given)
