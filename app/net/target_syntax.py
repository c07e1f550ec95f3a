"""The parser for the targets of outgoing connections that users type.

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
from urllib.parse import quote

from app.files.paths import expand_home
from app.net.endpoint import LARGEST_PORT, Endpoint, EndpointError
from app.net.ip import LOOPBACK
from app.net.target import (
    TRANSPORTS,
    Target,
    TargetError,
    Transport,
    is_ipv6,
    port_out_of_range,
)
from app.text.sentence import Sentence, quoted

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
_PREFIX = re.compile(rf"\s*({'|'.join(TRANSPORTS)}):(?://)?", re.IGNORECASE)


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
    transport = TRANSPORTS[kind]
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
            "target-not-url",
            "Leave out http:// and the path. Write host:port instead, or ws:// for a WebSocket.",
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
            "target-many-colons",
            "{text} has more than one colon. Write a host and a port, such as localhost:8007.",
            text=quoted(text),
        )
    if text.count(":") > 1:
        raise TargetError(_IPV6_BRACKETS)
    host, colon, port = text.partition(":")
    if not colon or not port.strip():
        raise TargetError(
            "target-port-missing",
            "Add a port to {host}, such as localhost:8007.",
            host=quoted(host.strip()),
        )
    return host.strip(), port.strip()


def _split_bracketed(text: str) -> tuple[str, str]:
    host, bracket, rest = text[1:].partition("]")
    host, rest = host.strip(), rest.strip()
    if not bracket or not is_ipv6(host):
        raise TargetError(
            "target-brackets-wrong",
            "Brackets hold an IPv6 address, then comes the port, such as [::1]:8007.",
        )
    port = rest.removeprefix(":").strip()
    if not rest.startswith(":") or not port:
        raise TargetError(
            "target-ipv6-port-missing", "Add a port to [{host}], such as [{host}]:8007.", host=host
        )
    return host, port


def _port_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise TargetError(
            "port-not-number",
            "The port must be a number from 1 to {largest_port}, not {port}.",
            largest_port=LARGEST_PORT,
            port=quoted(text),
        )
    digits = text.lstrip("0") or "0"
    if len(digits) > 5:
        raise TargetError(port_out_of_range(quoted(text)))
    return int(digits)
