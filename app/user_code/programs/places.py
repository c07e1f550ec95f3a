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
from app.user_code.reference import UserCodeError

EVERYBODY: Final = "0.0.0.0"

Outside = Callable[[Callable[[], Any]], Any]
"""Calls a function of Portdeck while code of a program is on the stack."""


class PlaceKind(Enum):
    """The kinds of places."""

    TCP = "tcp"
    TLS = "tls"
    UNIX = "unix"
    UDP = "udp"
    UNIX_DATAGRAMS = "unix-dgram"

    @property
    def is_datagram(self) -> bool:
        """Whether datagrams arrive there, and no connections."""
        return self in (PlaceKind.UDP, PlaceKind.UNIX_DATAGRAMS)


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

    socket: AdoptedSocket | None = None
    """The bound socket that the program brought, if it brought one."""


class AdoptedSocket:
    """A bound socket that a program brought. It can be listened with once, and is closed then."""

    def __init__(self, bound: socket.socket, title: str) -> None:
        self._bound: socket.socket | None = bound
        self._title = title

    def take(self) -> socket.socket:
        """The socket, which the caller closes. Raises `UserCodeError` at the second call."""
        bound, self._bound = self._bound, None
        if bound is None:
            raise UserCodeError(
                "given-socket-closed",
                "The socket that {title} was given for this place was closed when the place "
                "stopped. Stop {title} as a whole, and start it again.",
                title=self._title,
            )
        return bound

    def close(self) -> None:
        """Close it, unless it was taken."""
        if self._bound is not None:
            self._bound.close()


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

    def __getattr__(self, name: str) -> Any:
        """An attribute of the transport: with datagrams, the port is the transport too."""
        transport = getattr(self.__dict__.get("protocol"), "transport", None)
        if transport is None:
            raise AttributeError(f"{name}: use it in startProtocol, when the port is bound")
        return getattr(transport, name)


class Places:
    """All places of one program, in the order of its calls."""

    def __init__(
        self, title: str, told: Callable[[ListeningPlace], None], outside: Outside
    ) -> None:
        """`title` is that of the program. `told` is called with each new place. `outside` calls
        functions of Portdeck."""
        self._title = title
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
        shared: bool = False,
    ) -> PlacePort:
        """A TCP or UDP port. Raises `CannotListenError` if the program listens there already.

        With `shared`, other sockets may be bound to the same UDP port.
        """
        transport: Literal["TCP", "UDP"] = "UDP" if kind is PlaceKind.UDP else "TCP"
        number = port or _free_port(transport, interface)
        name = "udp" if kind is PlaceKind.UDP else "tcp"
        options: list[tuple[str, str]] = [("interface", interface or EVERYBODY)]
        if backlog is not None and kind is not PlaceKind.UDP:
            options.append(("backlog", str(backlog)))
        if shared:
            options.append(("shared", "1"))
        endpoint = Endpoint(name, (str(number),), tuple(options))
        family = IPv6Address if ":" in interface else IPv4Address
        asked = family(transport, interface or EVERYBODY, number)
        if twin := self._twin(endpoint, interface, number):
            return twin.port
        return self._add(kind, endpoint, served, asked, context_factory)

    def add_unix(
        self, address: str | bytes, served: Any, mode: int, backlog: int | None = None
    ) -> PlacePort:
        """A Unix socket, which is for datagrams if there is no `backlog`.

        Raises `CannotListenError` if the program listens there already.
        """
        path = os.path.abspath(os.fsdecode(address))  # noqa: PTH100 - it may be bytes
        kind = PlaceKind.UNIX_DATAGRAMS if backlog is None else PlaceKind.UNIX
        options = [("mode", f"{mode & 0o777:03o}")]
        if backlog is not None:
            options.append(("backlog", str(backlog)))
        endpoint = Endpoint(kind.value, (path,), tuple(options))
        if twin := self._twin(endpoint, path, 0):
            return twin.port
        return self._add(kind, endpoint, served, UNIXAddress(path))

    def add_adopted(self, bound: socket.socket, served: Any) -> PlacePort:
        """A bound socket, which belongs to the place from now on."""
        is_datagram = bound.type == socket.SOCK_DGRAM
        if bound.family not in (socket.AF_INET, socket.AF_INET6):
            path = os.fsdecode(bound.getsockname()).replace("\0", "@") or "unnamed socket"
            kind, endpoint = PlaceKind.UNIX, Endpoint("unix", (path,))
            asked: IAddress = UNIXAddress(path)
        else:
            host, number = bound.getsockname()[:2]
            kind = PlaceKind.UDP if is_datagram else PlaceKind.TCP
            endpoint = Endpoint(kind.value, (str(number),), (("interface", host),))
            family = IPv6Address if ":" in host else IPv4Address
            asked = family("UDP" if is_datagram else "TCP", host, number)
        return self._add(kind, endpoint, served, asked, None, AdoptedSocket(bound, self._title))

    def close(self) -> None:
        """Close the sockets that the program brought and that no listener has taken."""
        for each in self._all:
            if each.socket is not None:
                each.socket.close()

    def _add(
        self,
        kind: PlaceKind,
        endpoint: Endpoint,
        served: Any,
        asked: IAddress,
        context_factory: Any = None,
        bound: AdoptedSocket | None = None,
    ) -> PlacePort:
        port = PlacePort(asked, served, self._outside)
        place = ListeningPlace(kind, str(endpoint), served, port, context_factory, bound)
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
            if other.is_shared and endpoint.is_shared:
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
