"""The line that one types into a shell to reach a listener, for each of the usual clients.

Only those that can reach it: `nc` and `telnet` speak no TLS, `telnet` nothing but TCP.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from attrs import frozen

from app.recipes.reach import Reach, Transport

CLIENT_CERTIFICATE = "client.pem"
CLIENT_KEY = "client-key.pem"
"""Where a listener asks for a certificate: the user puts the names of the own files there."""


@frozen
class CommandLine:
    """One line, quoted for a POSIX shell."""

    tool: str
    """The client, as a person calls it."""

    text: str


def command_lines(reach: Reach) -> tuple[CommandLine, ...]:
    """A line for each client that can talk there, the shortest first."""
    return tuple(
        CommandLine(" ".join(words[: 2 if words[0] == "openssl" else 1]), shlex.join(words))
        for words in _lines(reach)
    )


def _lines(reach: Reach) -> Iterator[list[str]]:
    if reach.has_tls:
        yield from _tls(reach)
        return
    host, port = reach.host, str(reach.port)
    version = "6" if ":" in host else "4"
    match reach.transport:
        case Transport.TCP:
            yield ["nc", host, port]
            yield ["telnet", host, port]
            yield ["socat", "-", f"TCP{version}:{_socat_host(reach)}:{port}"]
        case Transport.UDP:
            yield ["nc", "-u", host, port]
            yield ["socat", "-", f"UDP{version}:{_socat_host(reach)}:{port}"]
        case Transport.UNIX:
            yield ["nc", "-U", reach.path]
            yield ["socat", "-", f"UNIX-CONNECT:{_for_socat(reach.path)}"]


def _tls(reach: Reach) -> Iterator[list[str]]:
    yield [*_openssl(reach)]
    if reach.transport is not Transport.UNIX:  # socat's OPENSSL is for TCP alone
        address = f"OPENSSL:{_socat_host(reach)}:{reach.port}"
        yield ["socat", "-", ",".join((address, *_socat_options(reach)))]


def _openssl(reach: Reach) -> Iterator[str]:
    yield from ("openssl", "s_client")
    if reach.transport is Transport.UNIX:
        yield from ("-unix", reach.path)
    else:
        host = f"[{reach.host}]" if ":" in reach.host else reach.host
        yield from ("-connect", f"{host}:{reach.port}")
    files = reach.tls
    if files is None:
        return
    if files.server_name:
        yield from ("-servername", files.server_name)
    if files.ca is not None:
        yield from ("-CAfile", str(files.ca))
    if files.client_ca is not None:
        yield from ("-cert", CLIENT_CERTIFICATE, "-key", CLIENT_KEY)


def _socat_options(reach: Reach) -> Iterator[str]:
    files = reach.tls
    if files is None:
        return
    if files.server_name and reach.host not in files.names:
        yield f"commonname={_for_socat(files.server_name)}"
    if files.ca is not None:
        yield f"cafile={_for_socat(str(files.ca))}"
    if files.client_ca is not None:
        yield f"certificate={CLIENT_CERTIFICATE}"
        yield f"key={CLIENT_KEY}"


def _socat_host(reach: Reach) -> str:
    return f"[{reach.host}]" if ":" in reach.host else reach.host


def _for_socat(text: str) -> str:
    """`text` with a backslash before each character that socat would obey."""
    return re.sub(r"""([\\:,!"'(){}\[\]])""", r"\\\1", text)
