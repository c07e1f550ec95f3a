"""How a socket's address is written for people."""

from __future__ import annotations

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress


def show(address: IAddress | None) -> str:
    """`127.0.0.1:8007`, `[::1]:8007`, a socket file's path, or the address' own words."""
    match address:
        case None:
            return ""
        case IPv4Address(host=host, port=port):
            return f"{host}:{port}"
        case IPv6Address(host=host, port=port):
            return f"[{host}]:{port}"
        case UNIXAddress(name=None):
            return "unnamed socket"
        case UNIXAddress(name=name):
            return name.decode(errors="backslashreplace")
        case _:
            return str(address)
