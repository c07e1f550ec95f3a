"""The target of an outgoing connection, as a value. `target_syntax` reads what users type."""

from __future__ import annotations

import re
from enum import Enum
from ipaddress import IPv6Address

from attrs import evolve, frozen

from app.net.endpoint import LARGEST_PORT, LONGEST_PATH, Endpoint, EndpointError
from app.net.ip import reachable_host
from app.text.sentence import Sentence, SentenceError, quoted

LONGEST_RESOURCE = 4000
_RESOURCE = re.compile(rf"/[!-\"$-~]{{0,{LONGEST_RESOURCE}}}")
_NOT_IN_A_HOST = re.compile(r"[\s\x00-\x1f\x7f/\\@?#,;=\[\]]")
_SOCKET_MISSING = Sentence(
    "target-socket-missing", "Add the path of the socket, as in unix:/tmp/echo.sock."
)
_UNIX_LOCAL_PORT = Sentence(
    "target-unix-local-port", "A Unix socket has no local port. Leave it out."
)


class TargetError(SentenceError):
    """The text is not a valid target. The message is one sentence that says what to do."""


class Transport(Enum):
    """The transport of a target. The value is the kind of endpoint."""

    TCP = "tcp"
    TLS = "tls"
    UDP = "udp"
    UNIX = "unix"
    WS = "ws"
    WSS = "wss"

    @property
    def has_tls(self) -> bool:
        """Whether the bytes are encrypted with TLS."""
        return self in (Transport.TLS, Transport.WSS)

    @property
    def has_messages(self) -> bool:
        """Whether it is a WebSocket, which carries messages."""
        return self in (Transport.WS, Transport.WSS)


TRANSPORTS = {
    "tcp": Transport.TCP,
    "tcp6": Transport.TCP,
    "tls": Transport.TLS,
    "ssl": Transport.TLS,
    "udp": Transport.UDP,
    "udp6": Transport.UDP,
    "unix": Transport.UNIX,
}
"""By what stands in front of a target, and by the kinds of Twisted's endpoints."""

_PREFIXES = (*TRANSPORTS, "ws", "wss")


@frozen
class Target:
    """A host (name or address) with a port from 1 to 65535, or the path of a Unix socket.

    The connection comes from `local_host` and `local_port`. If they are empty, the system chooses.
    Raises `TargetError` if the values are invalid.
    """

    host: str
    """Empty for a Unix socket."""

    port: int
    """0 for a Unix socket."""

    transport: Transport = Transport.TCP
    path: str = ""
    """The path of a Unix socket, otherwise empty."""

    local_host: str = ""
    local_port: int = 0

    resource: str = ""
    """The path and the query of a WebSocket, such as `/chat?room=1`. Otherwise empty."""

    def __attrs_post_init__(self) -> None:
        if self.transport is Transport.UNIX:
            _check_path(self.path)
            if self.local_host or self.local_port:
                raise TargetError(_UNIX_LOCAL_PORT)
            return
        _check_host(self.host)
        _check_port(self.port)
        if self.transport.has_messages:
            _check_resource(self.resource)
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
        """The address on this machine of a listener that is bound to `interface` and `port`."""
        return cls(reachable_host(interface), port, transport)

    def with_local_address(self, host: str, port: int) -> Target:
        """This target with the local address `host` and `port`, unless it has its own."""
        if self.transport is Transport.UNIX:
            return self
        return evolve(self, local_host=self.local_host or host, local_port=self.local_port or port)

    @property
    def address(self) -> str:
        """The address without the transport: `localhost:8007`, `[::1]:8007`, or the path."""
        if self.transport is Transport.UNIX:
            return self.path
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        """The text that `read_target` parses to this target. The prefix of TCP is left out."""
        if self.transport is Transport.UNIX:
            return str(Endpoint("unix", (self.path,)))
        if self.transport.has_messages:
            return f"{self.transport.value}://{self.address}{self.resource}"
        local = [
            f":{name}={value}"
            for name, value in (
                ("bindAddress", self.local_host.replace(":", "\\:")),
                ("bindPort", self.local_port),
            )
            if value
        ]
        is_plain = (
            self.transport is Transport.TCP and not local and self.host.lower() not in _PREFIXES
        )
        return "".join([*([] if is_plain else [self.transport.value, ":"]), self.address, *local])


def _check_host(host: str) -> None:
    if not host or _NOT_IN_A_HOST.search(host) or (":" in host and not is_ipv6(host)):
        raise TargetError(
            "target-host-wrong",
            "{host} is no host name. Write host:port, such as localhost:8007.",
            host=quoted(host),
        )


def _check_port(port: int) -> None:
    if not 1 <= port <= LARGEST_PORT:
        raise TargetError(port_out_of_range(port))


def _check_resource(resource: str) -> None:
    if not _RESOURCE.fullmatch(resource):
        raise TargetError(
            "websocket-path-wrong",
            "{resource} is no path of a WebSocket. It begins with a slash, has no spaces, and "
            "has {longest_resource:,} characters at most.",
            resource=quoted(resource),
            longest_resource=LONGEST_RESOURCE,
        )


def _check_local_host(host: str) -> None:
    if not is_ipv6(host) and not re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", host):
        raise TargetError(
            "local-address-wrong",
            "The local address must be an IP address of this machine, not {host}.",
            host=quoted(host),
        )


def _check_path(path: str) -> None:
    if not path:
        raise TargetError(_SOCKET_MISSING)
    if len(path.encode(errors="surrogateescape")) > LONGEST_PATH:
        raise TargetError(
            "target-socket-too-long",
            "The path of a Unix socket has no more than {longest_path} bytes. Use a shorter one.",
            longest_path=LONGEST_PATH,
        )
    try:
        Endpoint("unix", (path,))
    except EndpointError as error:
        raise TargetError(str(error)) from None


def is_ipv6(host: str) -> bool:
    """Whether `host` is an IPv6 address without brackets. A zone such as `%eth0` may follow."""
    try:
        IPv6Address(host)
    except ValueError:
        return False
    return True


def port_out_of_range(port: object) -> Sentence:
    """The sentence about a port that none can have."""
    return Sentence(
        "port-out-of-range",
        "Choose a port between 1 and {largest_port}, not {port}.",
        largest_port=LARGEST_PORT,
        port=port,
    )
