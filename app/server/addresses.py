"""How a socket's address is written for people."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress


def show(address: IAddress | None) -> str:
    """`127.0.0.1:8007`, `[::1]:8007`, a socket file's path, or the address' own words."""
    known: Any = address  # mypy sees no types in Twisted's addresses
    match known:
        case None:
            return ""
        case IPv4Address():
            return f"{known.host}:{known.port}"
        case IPv6Address():
            return f"[{known.host}]:{known.port}"
        case UNIXAddress():
            return (known.name or b"unnamed socket").decode(errors="backslashreplace")
        case _:
            return str(known)
