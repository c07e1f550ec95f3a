"""The target of an outgoing connection, and the parser for targets that users type.

`read_target` accepts `host:port`, `[ipv6]:port`, `:port` or `port`, which is TCP. A prefix selects
the transport: `tcp:`, `tls:` (or `ssl:`), `udp:`. `unix:` comes before a path; a path alone is a
Unix socket too. `:bindAddress=192.168.1.2` adds a local address, `:bindPort=5000` a local port.
`ws://host:port/path` and `wss://…` are WebSockets; their default ports are 80 and 443.

Two kinds of Twisted's endpoint descriptions are targets too. A client endpoint is used as it is:
`tcp:host=localhost:port=8007`, `tls:host=…`, `unix:path=…`. A listener's endpoint gives the address
of that listener on this machine: `tcp:8007:interface=0.0.0.0` is 127.0.0.1:8007.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from ipaddress import IPv6Address
from urllib.parse import quote

from attrs import evolve, frozen

from app.files.paths import expand_home
from app.net.endpoint import LARGEST_PORT, LONGEST_PATH, Endpoint, EndpointError
from app.text.quoting import quoted
from app.text.sentence import Sentence

LOOPBACK = "127.0.0.1"
_EVERY_INTERFACE = {"0.0.0.0": LOOPBACK, "::": "::1"}
LONGEST_RESOURCE = 4000
_RESOURCE = re.compile(rf"/[!-\"$-~]{{0,{LONGEST_RESOURCE}}}")
_NOT_IN_A_HOST = re.compile(r"[\s\x00-\x1f\x7f/\\@?#,;=\[\]]")
_URL = re.compile(r"(wss?)://", re.IGNORECASE)
_CLIENT = re.compile(
    r"(?:tcp6?|tls|ssl|udp6?):(?:(?:.*(?<!\\):)?(?:host|timeout)=|[^:=\\]+:port=)"
    r"|unix:(?:.*(?<!\\):)?(?:path|timeout)=",
    re.IGNORECASE,
)
_OPTION = re.compile(r":(\w+)=((?:\\.|[^\\:])*)$")
_ESCAPED_ADDRESS = re.compile(r"((?:\\.|[^\\:])*):(\d*)")
_IPV6_LETTERS = frozenset("0123456789abcdefABCDEF:.")
_EMPTY = Sentence("target-empty", "Type where to connect to, such as 127.0.0.1:8007.")
_NO_TIMEOUT = Sentence(
    "target-no-timeout",
    "Leave out timeout: how long connecting may take is among the connection options.",
)
_IPV6_BRACKETS = Sentence(
    "target-ipv6-brackets", "Put an IPv6 address in brackets, then the port, such as [::1]:8007."
)
_SOCKET_MISSING = Sentence(
    "target-socket-missing", "Add the path of the socket, as in unix:/tmp/echo.sock."
)
_UNIX_LOCAL_PORT = Sentence(
    "target-unix-local-port", "A Unix socket has no local port. Leave it out."
)


class TargetError(ValueError):
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


_TRANSPORTS = {
    "tcp": Transport.TCP,
    "tcp6": Transport.TCP,
    "tls": Transport.TLS,
    "ssl": Transport.TLS,
    "udp": Transport.UDP,
    "udp6": Transport.UDP,
    "unix": Transport.UNIX,
}
_PREFIXES = (*_TRANSPORTS, "ws", "wss")
_PREFIX = re.compile(rf"\s*({'|'.join(_TRANSPORTS)}):(?://)?", re.IGNORECASE)


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
        return cls(_EVERY_INTERFACE.get(interface, interface), port, transport)

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
            Sentence(
                "target-host-wrong",
                "{host} is no host name. Write host:port, such as localhost:8007.",
                host=quoted(host),
            )
        )


def _check_port(port: int) -> None:
    if not 1 <= port <= LARGEST_PORT:
        raise TargetError(_port_out_of_range(port))


def _check_resource(resource: str) -> None:
    if not _RESOURCE.fullmatch(resource):
        raise TargetError(
            Sentence(
                "websocket-path-wrong",
                "{resource} is no path of a WebSocket. It begins with a slash, has no spaces, and "
                "has {longest_resource:,} characters at most.",
                resource=quoted(resource),
                longest_resource=LONGEST_RESOURCE,
            )
        )


def _check_local_host(host: str) -> None:
    if not is_ipv6(host) and not re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", host):
        raise TargetError(
            Sentence(
                "local-address-wrong",
                "The local address must be an IP address of this machine, not {host}.",
                host=quoted(host),
            )
        )


def _check_path(path: str) -> None:
    if not path:
        raise TargetError(_SOCKET_MISSING)
    if len(path.encode(errors="surrogateescape")) > LONGEST_PATH:
        raise TargetError(
            Sentence(
                "target-socket-too-long",
                "The path of a Unix socket has no more than {longest_path} bytes. Use a shorter "
                "one.",
                longest_path=LONGEST_PATH,
            )
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


def read_target(text: str) -> Target:
    """The target that the user typed as `text`. The default host is 127.0.0.1.

    A host with the name of a transport needs a prefix: `tcp:udp:8007` for the host `udp`.
    """
    text = text.strip()
    if text.startswith(("/", "./", "../", "~/")):
        return Target.unix(expand_home(text))
    url = _URL.match(text)
    if url is not None:
        return _read_url(Transport(url[1].lower()), text[url.end() :])
    match = _PREFIX.match(text)
    if match is None:
        return _read_address(text, Transport.TCP)
    kind = match[1].lower()
    transport = _TRANSPORTS[kind]
    if _CLIENT.match(text):
        return _read_client(text[match.end() :], transport)
    if transport is Transport.UNIX:
        return _read_unix(text)
    return _read_endpoint(text, kind, transport) or _read_address(text[match.end() :], transport)


def _read_url(transport: Transport, text: str) -> Target:
    address, _, _ = text.partition("#")
    end = re.search(r"[/?]", address)
    resource = address[end.start() :] if end else ""
    address = (address[: end.start()] if end else address).rpartition("@")[2]
    if not re.search(r":\d*$", address):
        address = f"{address}:{443 if transport.has_tls else 80}"
    host, port = _split_host_port(address)
    # Characters that are not allowed in a URL are escaped, as a browser does it.
    resource = quote(resource, safe="/?%:@!$&'()*+,;=~[]|{}^`\\\"<>")
    if not resource.startswith("/"):
        resource = f"/{resource}"
    return Target(host or LOOPBACK, _port_number(port), transport, resource=resource)


def _read_client(text: str, transport: Transport) -> Target:
    """The target of a client endpoint description. The names of host and port may be left out."""
    is_path = transport is Transport.UNIX
    names = ("path",) if is_path else ("host", "port", "bindAddress", "bindPort")
    values: dict[str, str] = {}
    for index, part in enumerate(re.split(r"(?<!\\):", text)):
        name, equals, value = part.partition("=")
        if not equals:
            name, value = names[min(index, len(names) - 1, 1)], part
        if name == "timeout":
            raise TargetError(_NO_TIMEOUT)
        if name not in names:
            raise TargetError(_unknown_option(name, names))
        values[name] = _unescape(value)
    if is_path:
        return Target.unix(expand_home(values.get("path", "")))
    return Target(
        values.get("host", "").strip("[]") or LOOPBACK,
        _port_number(values.get("port", "")),
        transport,
        local_host=values.get("bindAddress", "").strip("[]"),
        local_port=_port_number(values["bindPort"]) if "bindPort" in values else 0,
    )


def _read_unix(text: str) -> Target:
    _, _, path = text.partition(":")
    try:
        endpoint = Endpoint.parse(f"unix:{path}")
    except EndpointError as error:
        raise TargetError(str(error)) from None
    return Target.unix(expand_home(endpoint.value("address") or ""))


def _read_endpoint(text: str, kind: str, transport: Transport) -> Target | None:
    """The target of the listener's endpoint `text`. `None` if `text` is not such an endpoint."""
    if kind == "tls" and "interface=" not in text:
        return None  # `tls:host:port` is a target; Twisted's `tls:` has a folder for the host
    try:
        endpoint = Endpoint.parse(text)
    except EndpointError:
        return None
    if endpoint.port is None:
        return None
    return Target.of_listener(endpoint.interface or LOOPBACK, endpoint.port, transport)


def _read_address(text: str, transport: Transport) -> Target:
    text, options = _split_options(text.strip())
    if not text:
        raise TargetError(_EMPTY)
    if "//" in text:
        raise TargetError(
            Sentence(
                "target-not-url",
                "Leave out http:// and the path. Write host:port instead, or ws:// for a "
                "WebSocket.",
            )
        )
    host, port = _split_host_port(text)
    return Target(
        host or LOOPBACK,
        _port_number(port),
        transport,
        local_host=options.get("bindaddress", ""),
        local_port=_port_number(options["bindport"]) if "bindport" in options else 0,
    )


def _split_options(text: str) -> tuple[str, dict[str, str]]:
    options: dict[str, str] = {}
    while match := _OPTION.search(text):
        name = match[1].lower()
        if name not in ("bindaddress", "bindport"):
            raise TargetError(_unknown_option(match[1], ("bindAddress", "bindPort")))
        options[name] = _unescape(match[2]).strip("[]")
        text = text[: match.start()]
    return text, options


def _unknown_option(name: str, known: Iterable[str]) -> Sentence:
    return Sentence(
        "target-unknown-option",
        "There is no option {name} here. Known are {known}.",
        name=quoted(name),
        known=", ".join(known),
    )


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _split_host_port(text: str) -> tuple[str, str]:
    if text.startswith("["):
        return _split_bracketed(text)
    if text.isdecimal():
        return "", text
    escaped = _ESCAPED_ADDRESS.fullmatch(text) if "\\" in text else None
    if escaped:
        return _unescape(escaped[1]), escaped[2]
    if text.count(":") > 1 and not set(text) <= _IPV6_LETTERS:
        raise TargetError(
            Sentence(
                "target-many-colons",
                "{text} has more than one colon. Write a host and a port, such as localhost:8007.",
                text=quoted(text),
            )
        )
    if text.count(":") > 1:
        raise TargetError(_IPV6_BRACKETS)
    host, colon, port = text.partition(":")
    if not colon or not port.strip():
        raise TargetError(
            Sentence(
                "target-port-missing",
                "Add a port to {host}, such as localhost:8007.",
                host=quoted(host.strip()),
            )
        )
    return host.strip(), port.strip()


def _split_bracketed(text: str) -> tuple[str, str]:
    host, bracket, rest = text[1:].partition("]")
    host, rest = host.strip(), rest.strip()
    if not bracket or not is_ipv6(host):
        raise TargetError(
            Sentence(
                "target-brackets-wrong",
                "Brackets hold an IPv6 address, then comes the port, such as [::1]:8007.",
            )
        )
    port = rest.removeprefix(":").strip()
    if not rest.startswith(":") or not port:
        raise TargetError(
            Sentence(
                "target-ipv6-port-missing",
                "Add a port to [{host}], such as [{host}]:8007.",
                host=host,
            )
        )
    return host, port


def _port_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise TargetError(
            Sentence(
                "port-not-number",
                "The port must be a number from 1 to {largest_port}, not {port}.",
                largest_port=LARGEST_PORT,
                port=quoted(text),
            )
        )
    digits = text.lstrip("0") or "0"
    if len(digits) > 5:
        raise TargetError(_port_out_of_range(quoted(text)))
    return int(digits)


def _port_out_of_range(port: object) -> Sentence:
    return Sentence(
        "port-out-of-range",
        "Choose a port between 1 and {largest_port}, not {port}.",
        largest_port=LARGEST_PORT,
        port=port,
    )
