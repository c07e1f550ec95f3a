"""Kinds of endpoints: those that Portdeck knows by their values, and those of Twisted's plugins."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, NamedTuple


@cache
def installed_kinds() -> frozenset[str]:
    """The kinds that Twisted plugins on this machine offer, Twisted's own among them.

    The search takes 0.1 s once, so it is made only for a kind that is not in `KINDS`. A plugin that
    fails to load is left out, and Twisted logs why.
    """
    from twisted.internet.interfaces import IStreamServerEndpointStringParser
    from twisted.plugin import getPlugins

    return frozenset(str(each.prefix) for each in getPlugins(IStreamServerEndpointStringParser))


class EndpointKind(NamedTuple):
    """The parameters of one kind of endpoint, and the interface that Portdeck binds by default."""

    parameters: tuple[str, ...]
    """Their names in the order of positional values."""

    needs: str
    """The parameter that has no default; empty if there is none."""

    example: str

    loopback: str | None = None
    """The interface to bind if none is written. Twisted would bind all interfaces."""

    paths: Mapping[str, str] = MappingProxyType({})
    """The parameters that are paths, each with Twisted's default."""


KINDS: Final = {
    "tcp": EndpointKind(
        ("port", "interface", "backlog"), needs="port", example="tcp:8007", loopback="127.0.0.1"
    ),
    "tcp6": EndpointKind(
        ("port", "backlog", "interface"), needs="port", example="tcp6:8007", loopback="::1"
    ),
    "ssl": EndpointKind(
        (
            "port",
            "privateKey",
            "certKey",
            "sslmethod",
            "interface",
            "backlog",
            "extraCertChain",
            "dhParameters",
        ),
        needs="port",
        example="ssl:8443:privateKey=key.pem",
        loopback="127.0.0.1",
        paths={"privateKey": "server.pem", "certKey": "", "extraCertChain": "", "dhParameters": ""},
    ),
    "tls": EndpointKind(
        ("path", "port", "backlog", "interface"),
        needs="path",
        example="tls:certificates:8443",
        loopback="127.0.0.1",
        paths={"path": ""},
    ),
    "unix": EndpointKind(
        ("address", "mode", "backlog", "lockfile"),
        needs="address",
        example="unix:/tmp/echo.sock",
        paths={"address": ""},
    ),
    "program": EndpointKind((), needs="", example="program"),
    "udp": EndpointKind(
        ("port", "interface", "shared"), needs="port", example="udp:8007", loopback="127.0.0.1"
    ),
    "unix-dgram": EndpointKind(
        ("address", "mode"),
        needs="address",
        example="unix-dgram:/tmp/echo.sock",
        paths={"address": ""},
    ),
}
