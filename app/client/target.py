"""Where a session connects to: a value. How a person types or pastes it is in `target_text`."""

from __future__ import annotations

import math
import re
from enum import Enum
from ipaddress import IPv6Address
from typing import Any

from attrs import evolve, field, frozen

from app.files.paths import expand_home
from app.net.endpoint import LARGEST_PORT, LONGEST_PATH, Endpoint, EndpointError, quoted

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


# MERGED client/options: How a session connects, beside where to: what the user ticks and fills in once.

CONNECT_SECONDS = 10.0


class OptionsError(ValueError):
    """What the user chose does not do. Its text says which, and what to do."""


@frozen
class TlsOptions:
    """What a TLS session trusts, and what it shows of itself. Paths are of PEM files."""

    verify: bool = True
    """Whether to go on only if the peer proves who it is. False is for tests alone."""

    ca_file: str = ""
    """The authorities to trust, instead of those of the system."""

    more_ca_files: tuple[str, ...] = ()
    """Authorities to trust besides. The panel's own, towards the panel's own listeners."""

    certificate_file: str = ""
    """What to answer a peer that asks for a certificate: it, and those it was issued by."""

    key_file: str = ""
    """The key of that certificate; empty if it is in the same file."""

    server_name: str = ""
    """The name that the peer must prove to have; empty for that of the target."""


@frozen
class Options:
    """Everything a user may choose for a connection. What suits most people is the default."""

    connect_seconds: float = CONNECT_SECONDS
    """How long the whole of resolving, connecting and the TLS handshake may take."""

    reconnect: bool = False
    """Whether to connect again by itself when the connection ends or cannot be made."""

    local_host: str = ""
    local_port: int = 0
    """Where to connect from; without them the system chooses."""

    tls: TlsOptions = field(factory=TlsOptions)


def as_plain(options: Options) -> dict[str, Any]:
    """What to save of `options`. Not to verify is chosen anew each time, never remembered."""
    options = evolve(options, tls=evolve(options.tls, verify=True, more_ca_files=()))
    if options == Options():
        return {}
    import cattrs  # takes a while, and most tabs have the usual options

    plain: dict[str, Any] = cattrs.unstructure(options)
    return plain


def from_plain(plain: object) -> Options:
    """The options that `as_plain` gave; the usual ones for what makes no sense."""
    if not plain:
        return Options()
    import cattrs  # as above

    try:
        options = cattrs.structure(plain, Options)
        Target("localhost", 1).coming_from(options.local_host, options.local_port)
    except (cattrs.BaseValidationError, TargetError, TypeError, ValueError, AttributeError):
        return Options()
    seconds = options.connect_seconds
    return options if math.isfinite(seconds) and seconds > 0 else Options()


# MERGED client/target_text: From what a person types or pastes to a target.
#
# `host:port`, `[ipv6]:port`, `:port` or `port` is TCP. In front of it, `tcp:`, `tls:` (or `ssl:`) and
# `udp:` say how; `unix:` comes before a path, and a path alone is a Unix socket. A local address
# follows as `:bindAddress=192.168.1.2`, a local port as `:bindPort=5000`.
#
# What a listener is described by, such as `tcp:8007:interface=127.0.0.1`, may be pasted too: it is
# reached from this machine.

_TRANSPORTS = {
    "tcp": Transport.TCP,
    "tcp6": Transport.TCP,
    "tls": Transport.TLS,
    "ssl": Transport.TLS,
    "udp": Transport.UDP,
    "udp6": Transport.UDP,
    "unix": Transport.UNIX,
}
_KIND = re.compile(rf"\s*({'|'.join(_TRANSPORTS)}):(?://)?", re.IGNORECASE)
_OPTION = re.compile(r":(\w+)=((?:\\.|[^\\:])*)$")
_ESCAPED_PLACE = re.compile(r"((?:\\.|[^\\:])*):(\d*)")
_EMPTY = "Type where to connect to, such as 127.0.0.1:8007."


def read_target(text: str) -> Target:
    """The target that `text` names; without a host it is 127.0.0.1. Raises `TargetError`.

    A host that is called as a transport is cannot be typed without one in front of it.
    """
    text = text.strip()
    if text.startswith(("/", "./", "../", "~/")):
        return Target.unix(expand_home(text))
    match = _KIND.match(text)
    if match is None:
        return _read_place(text, Transport.TCP)
    kind = match[1].lower()
    transport = _TRANSPORTS[kind]
    if transport is Transport.UNIX:
        return _read_unix(text)
    return _listener(text, kind, transport) or _read_place(text[match.end() :], transport)


def _read_unix(text: str) -> Target:
    _, _, path = text.partition(":")
    try:
        endpoint = Endpoint.parse(f"unix:{path}")
    except EndpointError as error:
        raise TargetError(str(error)) from None
    return Target.unix(expand_home(endpoint.value("address") or ""))


def _listener(text: str, kind: str, transport: Transport) -> Target | None:
    """The listener that `text` describes; None for what is no description of one."""
    if kind == "tls" and "interface=" not in text:
        return None  # Twisted's listeners have a folder where a client has a host
    try:
        endpoint = Endpoint.parse(text)
    except EndpointError:
        return None
    if endpoint.port is None:
        return None
    return Target.of_listener(endpoint.interface or LOOPBACK, endpoint.port, transport)


def _read_place(text: str, transport: Transport) -> Target:
    text, options = _take_options(text.strip())
    if not text:
        raise TargetError(_EMPTY)
    if "//" in text:
        raise TargetError("Leave out http:// and the path. Write host:port instead.")
    host, port = _split(text)
    return Target(
        host or LOOPBACK,
        _port_number(port),
        transport,
        local_host=options.get("bindaddress", ""),
        local_port=_port_number(options["bindport"]) if "bindport" in options else 0,
    )


def _take_options(text: str) -> tuple[str, dict[str, str]]:
    options: dict[str, str] = {}
    while match := _OPTION.search(text):
        name = match[1].lower()
        if name not in ("bindaddress", "bindport"):
            raise TargetError(
                f"There is no option {quoted(match[1])} here. Known are bindAddress and bindPort."
            )
        options[name] = _plain(match[2]).strip("[]")
        text = text[: match.start()]
    return text, options


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _split(text: str) -> tuple[str, str]:
    if text.startswith("["):
        return _split_brackets(text)
    if text.isdecimal():
        return "", text
    escaped = _ESCAPED_PLACE.fullmatch(text) if "\\" in text else None
    if escaped:
        return _plain(escaped[1]), escaped[2]
    if text.count(":") > 1:
        raise TargetError("Put an IPv6 address in brackets, then the port, such as [::1]:8007.")
    host, colon, port = text.partition(":")
    if not colon or not port.strip():
        raise TargetError(f"Add a port to {quoted(host.strip())}, such as localhost:8007.")
    return host.strip(), port.strip()


def _split_brackets(text: str) -> tuple[str, str]:
    host, bracket, rest = text[1:].partition("]")
    host, rest = host.strip(), rest.strip()
    if not bracket or not is_ipv6(host):
        raise TargetError("Brackets hold an IPv6 address, then comes the port, such as [::1]:8007.")
    port = rest.removeprefix(":").strip()
    if not rest.startswith(":") or not port:
        raise TargetError(f"Add a port to [{host}], such as [{host}]:8007.")
    return host, port


def _port_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise TargetError(
            f"The port must be a number from 1 to {LARGEST_PORT}, not {quoted(text)}."
        )
    digits = text.lstrip("0") or "0"
    if len(digits) > 5:
        raise TargetError(f"Choose a port between 1 and {LARGEST_PORT}, not {quoted(text)}.")
    return int(digits)
