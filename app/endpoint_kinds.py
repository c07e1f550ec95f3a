"""The kinds of endpoints whose every value is known, and what Portdeck makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen


@frozen
class Kind:
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
    "tcp": Kind(
        ("port", "interface", "backlog"),
        needs="port",
        example="tcp:8007",
        loopback="127.0.0.1",
    ),
    "tcp6": Kind(
        ("port", "backlog", "interface"),
        needs="port",
        example="tcp6:8007",
        loopback="::1",
    ),
    "ssl": Kind(
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
    "tls": Kind(
        ("path", "port", "backlog", "interface"),
        needs="path",
        example="tls:certificates:8443",
        loopback="127.0.0.1",
        paths={"path": ""},
    ),
    "unix": Kind(
        ("address", "mode", "backlog", "lockfile"),
        needs="address",
        example="unix:/tmp/echo.sock",
        paths={"address": ""},
    ),
    "udp": Kind(
        ("port", "interface"),
        needs="port",
        example="udp:8007",
        loopback="127.0.0.1",
    ),
}
