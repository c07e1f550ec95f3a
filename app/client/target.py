"""Where a session connects to: a host and a TCP port, the way a person types or pastes them."""

from __future__ import annotations

import re
from ipaddress import IPv6Address

from attrs import Attribute, field, frozen

from app.endpoint import LARGEST_PORT, Endpoint, EndpointError, quoted

LOOPBACK = "127.0.0.1"

_EVERY_INTERFACE = {"0.0.0.0": LOOPBACK, "::": "::1"}

_NOT_IN_A_HOST = re.compile(r"[\s\x00-\x1f\x7f/\\@?#,;=\[\]]")


class TargetError(ValueError):
    """The text names no target. Its own text is one sentence that says what to do."""


def is_ipv6(host: str) -> bool:
    """Whether `host` is an IPv6 address, without brackets; a zone such as `%eth0` may follow."""
    try:
        IPv6Address(host)
    except ValueError:
        return False
    return True


def _check_host(_target: object, _attribute: Attribute[str], host: str) -> None:
    if not host or _NOT_IN_A_HOST.search(host) or (":" in host and not is_ipv6(host)):
        raise TargetError(
            f"{quoted(host)} is no host name. Write host:port, such as localhost:8007."
        )


def _check_port(_target: object, _attribute: Attribute[int], port: int) -> None:
    if not 1 <= port <= LARGEST_PORT:
        raise TargetError(f"Choose a port between 1 and {LARGEST_PORT}, not {port}.")


@frozen
class Target:
    """A host, by name or address, and a TCP port, 1 to 65535. Others raise `TargetError`."""

    host: str = field(validator=_check_host)
    port: int = field(validator=_check_port)

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read `host:port`, `[ipv6]:port`, `:port` or `port`; without a host it is 127.0.0.1.

        What a listener is described by, such as `tcp:8007:interface=127.0.0.1`, may be pasted too,
        and `tcp:` may come first, so a host that is called `tcp` cannot be typed. Raises
        `TargetError`.
        """
        text = text.strip()
        if text.lower().startswith(("tcp:", "tcp6:")):
            listener = _listener(text)
            if listener is not None:
                return listener
            text = text.partition(":")[2].strip()
        if not text:
            raise TargetError("Type where to connect to, such as 127.0.0.1:8007.")
        if "//" in text:
            raise TargetError("Leave out http:// and the path. Write host:port instead.")
        host, port = _split(text)
        return cls(host or LOOPBACK, _port_number(port))

    @classmethod
    def of_listener(cls, interface: str, port: int) -> Target:
        """Where this machine reaches what is bound to `interface` and `port`."""
        return cls(_EVERY_INTERFACE.get(interface, interface), port)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _listener(description: str) -> Target | None:
    try:
        endpoint = Endpoint.parse(description)
    except EndpointError:
        return None
    return Target.of_listener(endpoint.interface or LOOPBACK, endpoint.port or 0)


def _split(text: str) -> tuple[str, str]:
    if text.startswith("["):
        return _split_brackets(text)
    if text.isdecimal():
        return "", text
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
