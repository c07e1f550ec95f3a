"""Where a session connects to: a value. How a person types or pastes it is in `target_text`."""

from __future__ import annotations

import re
from enum import Enum
from ipaddress import IPv6Address

from attrs import evolve, frozen

from app.endpoint import LARGEST_PORT, LONGEST_PATH, Endpoint, EndpointError, quoted

LOOPBACK = "127.0.0.1"

_EVERY_INTERFACE = {"0.0.0.0": LOOPBACK, "::": "::1"}

_KINDS = ("tcp", "tcp6", "tls", "ssl", "udp", "udp6", "unix")

_NOT_IN_A_HOST = re.compile(r"[\s\x00-\x1f\x7f/\\@?#,;=\[\]]")


class TargetError(ValueError):
    """The text names no target. Its own text is one sentence that says what to do."""


class Transport(Enum):
    """How bytes get there. The value is the kind of endpoint that says so."""

    TCP = "tcp"
    TLS = "tls"
    UDP = "udp"
    UNIX = "unix"


def is_ipv6(host: str) -> bool:
    """Whether `host` is an IPv6 address, without brackets; a zone such as `%eth0` may follow."""
    try:
        IPv6Address(host)
    except ValueError:
        return False
    return True


@frozen
class Target:
    """A host, by name or address, and a port, 1 to 65535; or the path of a Unix socket.

    `local_host` and `local_port` are where to connect from; without them the system chooses.
    Whatever cannot be connected to raises `TargetError`.
    """

    host: str
    """Empty for a Unix socket."""

    port: int
    """0 for a Unix socket."""

    transport: Transport = Transport.TCP
    path: str = ""
    """Of a Unix socket; empty for all others."""

    local_host: str = ""
    local_port: int = 0

    def __attrs_post_init__(self) -> None:
        if self.transport is Transport.UNIX:
            _check_path(self.path)
            if self.local_host or self.local_port:
                raise TargetError("A Unix socket has no local port. Leave it out.")
            return
        _check_host(self.host)
        _check_port(self.port)
        if self.local_host:
            _check_local_host(self.local_host)
        if self.local_port:
            _check_port(self.local_port)

    @classmethod
    def unix(cls, path: str) -> Target:
        """The Unix socket at `path`."""
        return cls("", 0, Transport.UNIX, path)

    @classmethod
    def of_listener(cls, interface: str, port: int, transport: Transport = Transport.TCP) -> Target:
        """Where this machine reaches what is bound to `interface` and `port`."""
        return cls(_EVERY_INTERFACE.get(interface, interface), port, transport)

    def coming_from(self, host: str, port: int) -> Target:
        """This target from a local address, where it names none itself."""
        if self.transport is Transport.UNIX:
            return self
        return evolve(self, local_host=self.local_host or host, local_port=self.local_port or port)

    @property
    def place(self) -> str:
        """The place alone: `localhost:8007`, `[::1]:8007`, or the path."""
        if self.transport is Transport.UNIX:
            return self.path
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        """What `target_text.read_target` reads back. TCP goes without saying."""
        if self.transport is Transport.UNIX:
            return str(Endpoint("unix", (self.path,)))
        local = [
            f":{name}={value}"
            for name, value in (
                ("bindAddress", self.local_host.replace(":", "\\:")),
                ("bindPort", self.local_port),
            )
            if value
        ]
        is_plain = self.transport is Transport.TCP and not local and self.host.lower() not in _KINDS
        return "".join([*([] if is_plain else [self.transport.value, ":"]), self.place, *local])


def _check_host(host: str) -> None:
    if not host or _NOT_IN_A_HOST.search(host) or (":" in host and not is_ipv6(host)):
        raise TargetError(
            f"{quoted(host)} is no host name. Write host:port, such as localhost:8007."
        )


def _check_port(port: int) -> None:
    if not 1 <= port <= LARGEST_PORT:
        raise TargetError(f"Choose a port between 1 and {LARGEST_PORT}, not {port}.")


def _check_local_host(host: str) -> None:
    if not is_ipv6(host) and not re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", host):
        raise TargetError(
            f"The local address must be an IP address of this machine, not {quoted(host)}."
        )


def _check_path(path: str) -> None:
    if not path:
        raise TargetError("Add the path of the socket, as in unix:/tmp/echo.sock.")
    if len(path.encode(errors="surrogateescape")) > LONGEST_PATH:
        raise TargetError(
            f"The path of a Unix socket has no more than {LONGEST_PATH} bytes. Use a shorter one."
        )
    try:
        Endpoint("unix", (path,))
    except EndpointError as error:
        raise TargetError(str(error)) from None
