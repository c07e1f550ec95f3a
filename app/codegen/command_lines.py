"""The line that one types into a shell to reach a listener, for each of the usual clients.

Only those that can reach it: `nc` and `telnet` speak no TLS, `telnet` nothing but TCP.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from attrs import frozen
from twisted.internet.interfaces import IAddress

from app.codegen.tls_files import TlsFiles
from app.net.endpoint import Endpoint
from app.profile import ListenerSpec

# MERGED recipes/reach: Where a client finds a listener: what its spec says, and what became of it when it was bound.


class ClientTransport(Enum):
    """What a client has to speak below TLS."""

    TCP = "tcp"
    UDP = "udp"
    UNIX = "unix"


@frozen
class ClientAddress:
    """One address of a listener that a client on this machine can use."""

    transport: ClientTransport
    host: str = ""
    port: int = 0
    path: str = ""
    """Of a Unix socket."""

    has_tls: bool = False
    tls: TlsFiles | None = None
    """What is known of it; `None` where an endpoint does it by itself."""


_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def client_address(
    spec: ListenerSpec, bound: IAddress | None, folder: Path, tls: TlsFiles | None = None
) -> ClientAddress | None:
    """Where `spec` is reached; `None` if nobody can know that now.

    `bound` is the address that it has, if it has one: only then is a free port known. Relative
    paths begin in `folder`. `tls` is what `tls_files` gives for the spec.
    """
    endpoint = Endpoint.parse(spec.endpoint).bound(folder)
    has_tls = spec.tls is not None or endpoint.kind in ("ssl", "tls")
    if endpoint.kind == "unix":
        path = endpoint.value("address") or ""
        return ClientAddress(ClientTransport.UNIX, path=path, has_tls=has_tls, tls=tls)
    port = getattr(bound, "port", endpoint.port)
    if endpoint.interface is None or not port:
        return None
    host = getattr(bound, "host", endpoint.interface)
    transport = ClientTransport.UDP if endpoint.is_datagram else ClientTransport.TCP
    return ClientAddress(transport, _EVERYWHERE.get(host, host), port, has_tls=has_tls, tls=tls)


CLIENT_CERTIFICATE = "client.pem"
CLIENT_KEY = "client-key.pem"
"""Where a listener asks for a certificate: the user puts the names of the own files there."""


@frozen
class CommandLine:
    """One line, quoted for a POSIX shell."""

    tool: str
    """The client, as a person calls it."""

    text: str


def command_lines(address: ClientAddress) -> tuple[CommandLine, ...]:
    """A line for each client that can talk there, the shortest first."""
    return tuple(
        CommandLine(" ".join(words[: 2 if words[0] == "openssl" else 1]), shlex.join(words))
        for words in _lines(address)
    )


def _lines(address: ClientAddress) -> Iterator[list[str]]:
    if address.has_tls:
        yield from _tls(address)
        return
    host, port = address.host, str(address.port)
    version = "6" if ":" in host else "4"
    match address.transport:
        case ClientTransport.TCP:
            yield ["nc", host, port]
            yield ["telnet", host, port]
            yield ["socat", "-", f"TCP{version}:{_socat_host(address)}:{port}"]
        case ClientTransport.UDP:
            yield ["nc", "-u", host, port]
            yield ["socat", "-", f"UDP{version}:{_socat_host(address)}:{port}"]
        case ClientTransport.UNIX:
            yield ["nc", "-U", address.path]
            yield ["socat", "-", f"UNIX-CONNECT:{_for_socat(address.path)}"]


def _tls(address: ClientAddress) -> Iterator[list[str]]:
    yield [*_openssl(address)]
    if address.transport is not ClientTransport.UNIX:  # socat's OPENSSL is for TCP alone
        target = f"OPENSSL:{_socat_host(address)}:{address.port}"
        yield ["socat", "-", ",".join((target, *_socat_options(address)))]


def _openssl(address: ClientAddress) -> Iterator[str]:
    yield from ("openssl", "s_client")
    if address.transport is ClientTransport.UNIX:
        yield from ("-unix", address.path)
    else:
        host = f"[{address.host}]" if ":" in address.host else address.host
        yield from ("-connect", f"{host}:{address.port}")
    files = address.tls
    if files is None:
        return
    if files.server_name:
        yield from ("-servername", files.server_name)
    if files.ca is not None:
        yield from ("-CAfile", str(files.ca))
    if files.client_ca is not None:
        yield from ("-cert", CLIENT_CERTIFICATE, "-key", CLIENT_KEY)


def _socat_options(address: ClientAddress) -> Iterator[str]:
    files = address.tls
    if files is None:
        return
    if files.server_name and address.host not in files.names:
        yield f"commonname={_for_socat(files.server_name)}"
    if files.ca is not None:
        yield f"cafile={_for_socat(str(files.ca))}"
    if files.client_ca is not None:
        yield f"certificate={CLIENT_CERTIFICATE}"
        yield f"key={CLIENT_KEY}"


def _socat_host(address: ClientAddress) -> str:
    return f"[{address.host}]" if ":" in address.host else address.host


def _for_socat(text: str) -> str:
    """`text` with a backslash before each character that socat would obey."""
    return re.sub(r"""([\\:,!"'(){}\[\]])""", r"\\\1", text)
