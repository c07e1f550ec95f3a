r"""From what a person types or pastes to a target.

`host:port`, `[ipv6]:port`, `:port` or `port` is TCP. In front of it, `tcp:`, `tls:` (or `ssl:`) and
`udp:` say how; `unix:` comes before a path, and a path alone is a Unix socket. A local address
follows as `:bindAddress=192.168.1.2`, a local port as `:bindPort=5000`.

What a listener is described by, such as `tcp:8007:interface=127.0.0.1`, may be pasted too: it is
reached from this machine.
"""

from __future__ import annotations

import re

from app.client.target import LOOPBACK, Target, TargetError, Transport, is_ipv6
from app.endpoint import LARGEST_PORT, Endpoint, EndpointError, quoted
from app.written_path import expanded

_KINDS = {
    "tcp": Transport.TCP,
    "tcp6": Transport.TCP,
    "tls": Transport.TLS,
    "ssl": Transport.TLS,
    "udp": Transport.UDP,
    "udp6": Transport.UDP,
    "unix": Transport.UNIX,
}
_KIND = re.compile(rf"\s*({'|'.join(_KINDS)}):(?://)?", re.IGNORECASE)
_OPTION = re.compile(r":(\w+)=((?:\\.|[^\\:])*)$")
_ESCAPED_PLACE = re.compile(r"((?:\\.|[^\\:])*):(\d*)")
_EMPTY = "Type where to connect to, such as 127.0.0.1:8007."


def read_target(text: str) -> Target:
    """The target that `text` names; without a host it is 127.0.0.1. Raises `TargetError`.

    A host that is called as a transport is cannot be typed without one in front of it.
    """
    text = text.strip()
    if text.startswith(("/", "./", "../", "~/")):
        return Target.unix(expanded(text))
    match = _KIND.match(text)
    if match is None:
        return _read_place(text, Transport.TCP)
    kind = match[1].lower()
    transport = _KINDS[kind]
    if transport is Transport.UNIX:
        return _read_unix(text)
    return _listener(text, kind, transport) or _read_place(text[match.end() :], transport)


def _read_unix(text: str) -> Target:
    _, _, path = text.partition(":")
    try:
        endpoint = Endpoint.parse(f"unix:{path}")
    except EndpointError as error:
        raise TargetError(str(error)) from None
    return Target.unix(expanded(endpoint.value("address") or ""))


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
