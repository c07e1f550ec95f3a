"""The places where a program listens, and the port objects that it gets for them."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Final, Literal, Protocol

from attrs import frozen
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress, IListeningPort
from zope.interface import implementer

from app.net.endpoint import Endpoint

EVERYBODY: Final = "0.0.0.0"


Outside = Callable[[Callable[[], Any]], Any]
"""Calls a function of Portdeck while code of a program is on the stack."""


class PlaceKind(Enum):
    """The kinds of places."""

    TCP = "tcp"
    TLS = "tls"
    UNIX = "unix"
    UDP = "udp"


class PlaceListener(Protocol):
    """The listener of a place, as the program can use it."""

    @property
    def address(self) -> IAddress | None:
        """The bound address; `None` while it is off."""

    def begin(self) -> None:
        """Listen, if it does not listen already."""

    def end(self) -> Deferred[None]:
        """Stop listening. The connections stay open, as in Twisted."""


@frozen(eq=False)
class ListeningPlace:
    """One call of `listenTCP` or its like."""

    kind: PlaceKind

    endpoint: str
    """The endpoint as in a profile, with the interface that the program asked for."""

    served: Any
    """The factory, or the datagram protocol."""

    port: PlacePort
    """The port object that the program got."""

    context_factory: Any = None
    """The TLS context factory of a `TLS` place."""

    backlog: int | None = None
    """The backlog, if the program set one."""


@implementer(IListeningPort)
class PlacePort:
    """The port object that a program gets. `listener` is set when the place has a listener."""

    def __init__(self, asked: IAddress, served: Any, outside: Outside) -> None:
        self.factory = self.protocol = served
        self.port = self._realPortNumber = getattr(asked, "port", None)
        self.interface = getattr(asked, "host", "")
        self.listener: PlaceListener | None = None
        self.is_wanted = True
        """Whether the program still listens there. It may stop before it has a listener."""
        self._asked = asked
        self._outside = outside

    def getHost(self) -> IAddress:
        bound = None if self.listener is None else self.listener.address
        return self._asked if bound is None else bound

    def startListening(self) -> None:
        self.is_wanted = True
        if self.listener is not None:
            self._outside(self.listener.begin)

    def stopListening(self) -> Deferred[None]:
        self.is_wanted = False
        return succeed(None) if self.listener is None else self._outside(self.listener.end)

    loseConnection = stopListening
    connectionLost = stopListening

    def write(self, datagram: bytes, addr: tuple[str, int] | None = None) -> Any:
        """Send a datagram. With UDP, the port is also the transport."""
        return self.protocol.transport.write(datagram, addr)


class Places:
    """All places of one program, in the order of its calls."""

    def __init__(self, told: Callable[[ListeningPlace], None], outside: Outside) -> None:
        """`told` is called with each new place. `outside` calls functions of Portdeck."""
        self._told = told
        self._outside = outside
        self._all: list[ListeningPlace] = []
        self.has_ignored_repeat = False
        self.ignores_repeats = False
        """Whether listening a second time at the same place changes nothing.

        So it is for the lines below `reactor.run()`, which Twisted alone would not reach: a program
        that imports itself runs the reactor in the import.
        """

    def __iter__(self) -> Any:
        return iter([each for each in self._all if each.port.is_wanted])

    def add_internet(
        self,
        kind: PlaceKind,
        port: int,
        served: Any,
        interface: str,
        *,
        backlog: int | None = None,
        context_factory: Any = None,
    ) -> PlacePort:
        """A TCP or UDP port. Raises `CannotListenError` if the program listens there already."""
        transport: Literal["TCP", "UDP"] = "UDP" if kind is PlaceKind.UDP else "TCP"
        number = port or _free_port(transport, interface)
        name = "udp" if kind is PlaceKind.UDP else "tcp"
        options: list[tuple[str, str]] = [("interface", interface or EVERYBODY)]
        if backlog is not None and kind is not PlaceKind.UDP:
            options.append(("backlog", str(backlog)))
        endpoint = Endpoint(name, (str(number),), tuple(options))
        family = IPv6Address if ":" in interface else IPv4Address
        asked = family(transport, interface or EVERYBODY, number)
        if twin := self._twin(endpoint, interface, number):
            return twin.port
        return self._add(kind, endpoint, served, asked, context_factory, backlog)

    def add_unix(self, address: str | bytes, served: Any, mode: int, backlog: int) -> PlacePort:
        """A Unix socket. Raises `CannotListenError` if the program listens there already."""
        path = os.path.abspath(os.fsdecode(address))  # noqa: PTH100 - it may be bytes
        options = (("mode", f"{mode & 0o777:03o}"), ("backlog", str(backlog)))
        endpoint = Endpoint("unix", (path,), options)
        if twin := self._twin(endpoint, path, 0):
            return twin.port
        return self._add(PlaceKind.UNIX, endpoint, served, UNIXAddress(path), None, backlog)

    def _add(
        self,
        kind: PlaceKind,
        endpoint: Endpoint,
        served: Any,
        asked: IAddress,
        context_factory: Any,
        backlog: int | None,
    ) -> PlacePort:
        port = PlacePort(asked, served, self._outside)
        place = ListeningPlace(kind, str(endpoint), served, port, context_factory, backlog)
        self._all = [each for each in self._all if each.port.is_wanted]
        self._all.append(place)
        self._told(place)
        return port

    def _twin(self, endpoint: Endpoint, interface: str, number: int) -> ListeningPlace | None:
        """The place where the program listens already. Raises `CannotListenError` if there is one
        and repeats are not ignored."""
        here: Sequence[ListeningPlace] = list(self)
        wanted = (endpoint.kind, *endpoint.args, endpoint.interface)
        for each in here:
            other = Endpoint.parse(each.endpoint)
            if (other.kind, *other.args, other.interface) != wanted:
                continue
            if self.ignores_repeats:
                self.has_ignored_repeat = True
                return each
            taken = OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
            raise CannotListenError(interface, number, taken)
        return None


def _free_port(transport: str, interface: str) -> int:
    """A port number that is free now. The program may read it before the listener is on."""
    family = socket.AF_INET6 if ":" in interface else socket.AF_INET
    kind = socket.SOCK_DGRAM if transport == "UDP" else socket.SOCK_STREAM
    with socket.socket(family, kind) as probe:
        try:
            probe.bind((interface, 0))
        except OSError as error:
            raise CannotListenError(interface, 0, error) from None
        number: int = probe.getsockname()[1]
        return number
