"""The kinds of endpoints that Twisted's plugins bring to this machine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from attrs import field, frozen


@cache
def installed_kinds() -> frozenset[str]:
    """The words that such endpoints begin with: those of Twisted's own plugins, and of others.

    Looking for plugins takes a tenth of a second, once: it is only for a kind that Portdeck does
    not know itself. A plugin that fails to load is left out, and Twisted logs why.
    """
    from twisted.internet.interfaces import IStreamServerEndpointStringParser
    from twisted.plugin import getPlugins

    return frozenset(str(each.prefix) for each in getPlugins(IStreamServerEndpointStringParser))


# MERGED endpoint_kinds: The kinds of endpoints whose every value is known, and what Portdeck makes of them.


@frozen
class EndpointKind:
    """What Twisted takes for one kind of endpoint, and how Portdeck keeps it to this machine."""

    parameters: tuple[str, ...]
    """Their names in the order of positional values."""

    needs: str
    """The parameter that has no default."""

    example: str

    loopback: str | None = None
    """The interface bound when none is written. Twisted alone would bind them all."""

    paths: Mapping[str, str] = field(factory=dict)
    """The parameters that are paths, each with what Twisted takes where none is written."""


KINDS: Final = {
    "tcp": EndpointKind(
        ("port", "interface", "backlog"),
        needs="port",
        example="tcp:8007",
        loopback="127.0.0.1",
    ),
    "tcp6": EndpointKind(
        ("port", "backlog", "interface"),
        needs="port",
        example="tcp6:8007",
        loopback="::1",
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
    "udp": EndpointKind(
        ("port", "interface"),
        needs="port",
        example="udp:8007",
        loopback="127.0.0.1",
    ),
}
