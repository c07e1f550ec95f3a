"""How a socket's address is written for people."""

from __future__ import annotations

from typing import Any, Final

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress

_MAPPED: Final = "::ffff:"
"""What comes before an IPv4 address that is written as one of IPv6 (RFC 4291, 2.5.5.2)."""


def show(address: IAddress | None) -> str:
    """`127.0.0.1:8007`, `[::1]:8007`, a socket file's path, or the address' own words.

    An IPv4 peer of a socket for both is one of IPv4.
    """
    known: Any = address  # mypy sees no types in Twisted's addresses
    match known:
        case None:
            return ""
        case IPv4Address():
            return f"{known.host}:{known.port}"
        case IPv6Address():
            is_ipv4 = known.host.startswith(_MAPPED) and "." in known.host
            host = known.host.removeprefix(_MAPPED) if is_ipv4 else f"[{known.host}]"
            return f"{host}:{known.port}"
        case UNIXAddress():
            return (known.name or b"unnamed socket").decode(errors="backslashreplace")
        case _:
            return str(known)
