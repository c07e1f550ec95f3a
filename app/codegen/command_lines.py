"""The command lines of the usual clients for a listener: `nc`, `socat`, `openssl`, `curl` and
others.

Only clients that can connect are listed: `nc` and `telnet` have no TLS, and `telnet` has only TCP.
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
from app.net.ip import reachable_host
from app.profile import ListenerSpec

_SCHEMES = {"http": "http", "websocket": "ws"}

CLIENT_CERTIFICATE = "client.pem"

CLIENT_KEY = "client-key.pem"
"""Placeholders for the client's certificate, if the listener asks for one. The user puts in real
names."""


class ClientTransport(Enum):
    """The transport below TLS."""

    TCP = "tcp"
    UDP = "udp"
    UNIX = "unix"
    UNIX_DATAGRAMS = "unix-dgram"


@frozen
class ClientAddress:
    """An address of a listener that a client on this machine can use."""

    transport: ClientTransport
    host: str = ""
    port: int = 0
    path: str = ""
    """The path of a Unix socket, otherwise empty."""

    has_tls: bool = False
    tls: TlsFiles | None = None
    """The files of the TLS. `None` without TLS, and for an endpoint with its own TLS."""

    scheme: str = ""
    """`http` or `ws` if a web client can connect, without the `s` of TLS. Otherwise empty."""

    resource: str = "/"
    """The path in the URL."""


@frozen
class CommandLine:
    """One command line, quoted for a POSIX shell."""

    tool: str
    """The name of the client."""

    text: str


def client_address(
    spec: ListenerSpec, bound: IAddress | None, folder: Path, tls: TlsFiles | None = None
) -> ClientAddress | None:
    """The address of `spec` for a client. `None` if it is not known now.

    `bound` is the bound address, or `None`. A port that the system chooses is known only from
    there. Relative paths start in `folder`. `tls` is the result of `tls_files`.
    """
    endpoint = Endpoint.parse(spec.endpoint).bound(folder)
    has_tls = spec.has_tls
    scheme = _SCHEMES.get(spec.protocol, "")
    if endpoint.is_unix:
        path, transport = endpoint.value("address") or "", ClientTransport(endpoint.kind)
        return ClientAddress(transport, path=path, has_tls=has_tls, tls=tls, scheme=scheme)
    port = getattr(bound, "port", endpoint.port)
    if endpoint.interface is None or not port:
        return None
    host = getattr(bound, "host", endpoint.interface)
    transport = ClientTransport.UDP if endpoint.is_datagram else ClientTransport.TCP
    resource = str(spec.options.get("path", "/"))
    return ClientAddress(
        transport,
        reachable_host(host),
        port,
        has_tls=has_tls,
        tls=tls,
        scheme=scheme,
        resource=resource if resource.startswith("/") else "/",
    )


def command_lines(address: ClientAddress) -> tuple[CommandLine, ...]:
    """A line for each client that can connect, the shortest first."""
    return tuple(
        CommandLine(" ".join(words[: 2 if words[0] == "openssl" else 1]), shlex.join(words))
        for words in _lines(address)
    )


def _lines(address: ClientAddress) -> Iterator[list[str]]:
    if address.scheme == "http":
        yield [*curl_words(address)]
    elif address.scheme == "ws":
        yield from _websocat_lines(address)
    if address.has_tls:
        yield from _tls_lines(address)
        return
    host, port = address.host, str(address.port)
    version = "6" if ":" in host else "4"
    match address.transport:
        case ClientTransport.TCP:
            yield ["nc", host, port]
            yield ["telnet", host, port]
            yield ["socat", "-", f"TCP{version}:{_bracketed_host(address)}:{port}"]
        case ClientTransport.UDP:
            yield ["nc", "-u", host, port]
            yield ["socat", "-", f"UDP{version}:{_bracketed_host(address)}:{port}"]
        case ClientTransport.UNIX:
            yield ["nc", "-U", address.path]
            yield ["socat", "-", f"UNIX-CONNECT:{_quote_for_socat(address.path)}"]
        case ClientTransport.UNIX_DATAGRAMS:
            yield ["nc", "-u", "-U", address.path]
            # An answer needs an address of the client.
            path = _quote_for_socat(address.path)
            yield ["socat", "-", f"UNIX-SENDTO:{path},bind={path}.client"]


def curl_words(address: ClientAddress) -> Iterator[str]:
    """The words of a `curl` command that requests the URL of `address`, which comes last."""
    yield "curl"
    files = address.tls
    if files is not None:
        if files.ca is not None:
            yield from ("--cacert", str(files.ca))
        if files.client_ca is not None:
            yield from ("--cert", CLIENT_CERTIFICATE, "--key", CLIENT_KEY)
    if address.transport is ClientTransport.UNIX:
        yield from ("--unix-socket", address.path)
        yield _url(address, "localhost")
    elif files is not None and files.server_name and address.host not in files.names:
        # The certificate is for a name. Resolve that name to the listener, only for this call.
        yield from ("--resolve", f"{files.server_name}:{address.port}:{_bracketed_host(address)}")
        yield _url(address, f"{files.server_name}:{address.port}")
    else:
        yield _url(address, f"{_bracketed_host(address)}:{address.port}")


def _websocat_lines(address: ClientAddress) -> Iterator[list[str]]:
    """The line for `websocat`, which has no client certificates and no Unix sockets."""
    files = address.tls
    if address.transport is not ClientTransport.TCP or (
        files is not None and files.client_ca is not None
    ):
        return
    # websocat has no option for a CA file, so it does not verify the certificate.
    unverified = ["-k"] if files is not None and files.ca is not None else []
    yield ["websocat", *unverified, _url(address, f"{_bracketed_host(address)}:{address.port}")]


def _url(address: ClientAddress, authority: str) -> str:
    return f"{address.scheme}{'s' if address.has_tls else ''}://{authority}{address.resource}"


def _tls_lines(address: ClientAddress) -> Iterator[list[str]]:
    yield [*_openssl_words(address)]
    if address.transport is not ClientTransport.UNIX:  # socat's OPENSSL has only TCP
        target = f"OPENSSL:{_bracketed_host(address)}:{address.port}"
        yield ["socat", "-", ",".join((target, *_socat_options(address)))]


def _openssl_words(address: ClientAddress) -> Iterator[str]:
    yield from ("openssl", "s_client")
    if address.transport is ClientTransport.UNIX:
        yield from ("-unix", address.path)
    else:
        yield from ("-connect", f"{_bracketed_host(address)}:{address.port}")
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
        yield f"commonname={_quote_for_socat(files.server_name)}"
    if files.ca is not None:
        yield f"cafile={_quote_for_socat(str(files.ca))}"
    if files.client_ca is not None:
        yield f"certificate={CLIENT_CERTIFICATE}"
        yield f"key={CLIENT_KEY}"


def _bracketed_host(address: ClientAddress) -> str:
    return f"[{address.host}]" if ":" in address.host else address.host


def _quote_for_socat(text: str) -> str:
    """`text` with a backslash before each special character of socat."""
    return re.sub(r"""([\\:,!"'(){}\[\]])""", r"\\\1", text)
