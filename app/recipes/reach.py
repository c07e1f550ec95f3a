"""Where a client finds a listener: what its spec says, and what became of it when it was bound."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from attrs import frozen
from twisted.internet.interfaces import IAddress

from app.endpoint import Endpoint
from app.profile import ListenerSpec
from app.recipes.tls_files import TlsFiles


class Transport(Enum):
    """What a client has to speak below TLS."""

    TCP = "tcp"
    UDP = "udp"
    UNIX = "unix"


@frozen
class Reach:
    """One address of a listener that a client on this machine can use."""

    transport: Transport
    host: str = ""
    port: int = 0
    path: str = ""
    """Of a Unix socket."""

    has_tls: bool = False
    tls: TlsFiles | None = None
    """What is known of it; `None` where an endpoint does it by itself."""


_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def reach(
    spec: ListenerSpec, bound: IAddress | None, folder: Path, tls: TlsFiles | None = None
) -> Reach | None:
    """Where `spec` is reached; `None` if nobody can know that now.

    `bound` is the address that it has, if it has one: only then is a free port known. Relative
    paths begin in `folder`. `tls` is what `tls_files` gives for the spec.
    """
    endpoint = Endpoint.parse(spec.endpoint).bound(folder)
    has_tls = spec.tls is not None or endpoint.kind in ("ssl", "tls")
    if endpoint.kind == "unix":
        path = endpoint.value("address") or ""
        return Reach(Transport.UNIX, path=path, has_tls=has_tls, tls=tls)
    port = getattr(bound, "port", endpoint.port)
    if endpoint.interface is None or not port:
        return None
    host = getattr(bound, "host", endpoint.interface)
    transport = Transport.UDP if endpoint.is_datagram else Transport.TCP
    return Reach(transport, _EVERYWHERE.get(host, host), port, has_tls=has_tls, tls=tls)
