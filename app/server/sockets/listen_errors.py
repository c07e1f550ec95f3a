"""Why a listener could not listen, in a sentence that says what to do."""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from shlex import join
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.threads import deferToThreadPool

from app.net.endpoint import Endpoint, EndpointError
from app.protocols.catalog import UnknownProtocol
from app.server.sockets.addresses import BindAddress, addresses_conflict
from app.tls import TlsError
from app.user_code.reference import UserCodeError

log = logging.getLogger(__name__)

FIRST_UNPRIVILEGED_PORT = 1024
LONGEST_COMMAND = 80


class SocketFileError(ValueError):
    """A path cannot be listened on. Its text is for the user: what to do now."""


@frozen
class Holder:
    """The process that has a port."""

    name: str
    pid: int
    command: str = ""
    """Its command line, shortened; empty where the system does not say."""

    def __str__(self) -> str:
        more = f": {self.command}" if self.command and self.command != self.name else ""
        return f"{self.name} (pid {self.pid}{more})"


FindHolder = Callable[[Endpoint], Awaitable[Holder | None]]


def holder_of(endpoint: Endpoint) -> Holder | None:
    """Who has the port of `endpoint`; `None` where the system does not say. Takes milliseconds.

    A port of TCP and the one of UDP with the same number are not in each other's way.
    """
    import psutil  # only a port that is taken needs it, and every start would wait for it

    # A UDP socket has no state: whoever is bound receives.
    kind, state = ("udp", psutil.CONN_NONE) if endpoint.is_datagram else ("tcp", psutil.CONN_LISTEN)
    try:
        for found in psutil.net_connections(kind=kind):
            if found.status != state or not found.laddr or not found.pid:
                continue
            host, port = found.laddr
            if port == endpoint.port and addresses_conflict(
                BindAddress(host), BindAddress.of(endpoint)
            ):
                process = psutil.Process(found.pid)
                return Holder(process.name(), found.pid, _shown(process.cmdline()))
    except (psutil.Error, OSError) as error:
        log.debug("Cannot look up who holds %s: %s", endpoint.display, error)
    return None


def _shown(command: Sequence[str]) -> str:
    """A command line in one line that fits into a sentence."""
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in join(command))
    return line if len(line) <= LONGEST_COMMAND else f"{line[: LONGEST_COMMAND - 1]}…"


def holder_finder(reactor: Any) -> FindHolder:
    """`holder_of` on a thread of the reactor's pool, so that nothing waits for it."""

    def find(endpoint: Endpoint) -> Deferred[Holder | None]:
        return deferToThreadPool(reactor, reactor.getThreadPool(), holder_of, endpoint)

    return find


def explain(error: Exception, endpoint: Endpoint | None, holder: str = "") -> str:
    """A sentence for the user about why listening on `endpoint` failed with `error`.

    `holder` says in words who has the port already, if that is known.
    """
    by_the_user = (EndpointError, UserCodeError, SocketFileError, TlsError, UnknownProtocol)
    if isinstance(error, by_the_user) or endpoint is None:
        return str(error)
    if endpoint.kind == "ssl" and not isinstance(error, CannotListenError):
        trouble = _trouble_with_files(endpoint)
        if trouble:
            return trouble
    cause = error.socketError if isinstance(error, CannotListenError) else error
    if isinstance(cause, socket.gaierror):
        return (
            f"No address is known for {endpoint.interface!r}. "
            "Write an address of this machine, such as 127.0.0.1."
        )
    if isinstance(cause, OSError):
        return _explain_os_error(cause, endpoint, holder)
    if isinstance(error, CannotListenError) and endpoint.kind == "unix":
        return _in_use(endpoint.display)  # Twisted keeps a lock beside the socket, and says no more
    return f"Cannot listen on {endpoint}: {str(cause) or type(cause).__name__}."


def is_taken(error: Exception) -> bool:
    """Whether somebody else has the address."""
    return isinstance(error, CannotListenError) and (
        getattr(error.socketError, "errno", None) == errno.EADDRINUSE
    )


def _explain_os_error(error: OSError, endpoint: Endpoint, holder: str) -> str:
    where = endpoint.display
    match error.errno:
        case errno.EADDRINUSE if endpoint.port is not None:
            by = holder or "another program"
            port = f"UDP port {endpoint.port}" if endpoint.is_datagram else f"Port {endpoint.port}"
            return f"{port} is in use by {by}. Stop it, or choose another port."
        case errno.EADDRINUSE:
            return _in_use(where)
        case errno.EACCES if (endpoint.port or FIRST_UNPRIVILEGED_PORT) < FIRST_UNPRIVILEGED_PORT:
            return (
                f"Port {endpoint.port} needs administrator rights. "
                f"Choose a port from {FIRST_UNPRIVILEGED_PORT} up."
            )
        case errno.EACCES | errno.EPERM:
            return f"The system does not allow listening on {where}. Choose another address."
        case errno.EADDRNOTAVAIL:
            return (
                f"{endpoint.interface} is not an address of this machine. Use 127.0.0.1 for this "
                "computer only, or one of the machine's own addresses."
            )
        case errno.EMFILE | errno.ENFILE:
            return (
                f"No file descriptor is left to listen on {where}. Close some connections, "
                "or raise the limit (ulimit -n)."
            )
        case _:
            # Such as the file of a certificate, which is read before anything is bound.
            file = error.filename2 or error.filename
            about = f"{os.fsdecode(file)}: " if file else ""
            return f"Cannot listen on {where}: {about}{error.strerror or error}."


def _trouble_with_files(endpoint: Endpoint) -> str:
    """What is wrong with the files of an `ssl` endpoint, which Twisted reads without a word of it;
    empty if nothing is."""
    from app.tls.certificates import read_identity  # knows much that only TLS needs

    key = Path(endpoint.value("privateKey") or "server.pem")  # as Twisted has it
    try:
        read_identity(Path(endpoint.value("certKey") or key), key)
    except TlsError as error:
        return str(error)
    return ""


def _in_use(where: str) -> str:
    return f"{where} is in use already. Stop who listens there, or choose another address."
