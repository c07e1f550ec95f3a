"""Errors of listening, as sentences that tell the user what to do.

`explain` makes the sentence. `port_owner` finds the process that uses a port.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from shlex import join
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.threads import deferToThreadPool

from app.net.endpoint import Endpoint, EndpointError
from app.protocols.catalog import UnknownProtocol
from app.protocols.definition import OptionError
from app.server.sockets.addresses import BindAddress, addresses_conflict
from app.text.sentence import Sentence, SentenceError, composed, system_reason
from app.tls import PassphraseError, TlsError
from app.user_code.reference import UserCodeError

log = logging.getLogger(__name__)

FIRST_UNPRIVILEGED_PORT = 1024
LONGEST_COMMAND = 80


class SocketFileError(SentenceError):
    """A Unix socket's path cannot be used. The text is for the user and says what to do."""


class ProcessInfo(NamedTuple):
    """A process that uses a port, or is at the other end of a connection."""

    name: str
    pid: int
    command: str = ""
    """Its command line, shortened; empty if unknown."""

    def __str__(self) -> str:
        more = f": {self.command}" if self.command and self.command != self.name else ""
        return f"{self.name} (pid {self.pid}{more})"


FindPortOwner = Callable[[Endpoint], Awaitable[ProcessInfo | None]]
"""Finds the process that uses the port of an endpoint. `port_owner_finder` returns one."""


def port_owner(endpoint: Endpoint) -> ProcessInfo | None:
    """The process that uses the port of `endpoint`; `None` if unknown. Takes milliseconds.

    TCP and UDP ports of the same number do not conflict.
    """
    import psutil  # imported late: only a port in use needs it, and it would delay the start

    # A bound UDP socket has no state such as LISTEN.
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
                return ProcessInfo(process.name(), found.pid, _short_command(process.cmdline()))
    except (psutil.Error, OSError) as error:
        log.debug("Cannot look up which process uses %s: %s", endpoint.display, error)
    return None


def _short_command(command: Sequence[str]) -> str:
    """A command line on one line, at most `LONGEST_COMMAND` characters long."""
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in join(command))
    return line if len(line) <= LONGEST_COMMAND else f"{line[: LONGEST_COMMAND - 1]}…"


def port_owner_finder(reactor: Any) -> FindPortOwner:
    """A function that runs `port_owner` on a thread of the reactor's pool."""

    def find(endpoint: Endpoint) -> Deferred[ProcessInfo | None]:
        return deferToThreadPool(reactor, reactor.getThreadPool(), port_owner, endpoint)

    return find


_WITH_SENTENCE = (
    EndpointError,
    OptionError,
    UserCodeError,
    SocketFileError,
    TlsError,
    UnknownProtocol,
)


def explain(error: Exception, endpoint: Endpoint | None, owner: str = "") -> str:
    """A sentence for the user: why listening on `endpoint` failed with `error`.

    `owner` is the user of the port, as text, if it is known.
    """
    user_errors = (
        EndpointError,
        OptionError,
        SocketFileError,
        TlsError,
        UnknownProtocol,
        UserCodeError,
    )
    if isinstance(error, user_errors) or endpoint is None:
        return str(error)
    if endpoint.kind == "ssl" and not isinstance(error, CannotListenError):
        trouble = _tls_file_error(endpoint)
        if trouble:
            return trouble
    cause = error.socketError if isinstance(error, CannotListenError) else error
    if isinstance(cause, socket.gaierror):
        return Sentence(
            "interface-unknown",
            "No address is known for {interface!r}. Write an address of this machine, such as "
            "127.0.0.1.",
            interface=endpoint.interface,
        )
    if isinstance(cause, OSError):
        return _explain_os_error(cause, endpoint, owner)
    if isinstance(error, CannotListenError) and endpoint.kind == "unix":
        return _in_use(endpoint.display)  # the lock file exists; Twisted gives no other reason
    return Sentence(
        "cannot-listen",
        "Cannot listen on {where}: {reason}.",
        where=endpoint,
        reason=str(cause) or type(cause).__name__,
    )


START_INTERRUPTED = Sentence(
    "start-interrupted", "It was interrupted while it started. Start it again."
)
SOCKET_CLOSED = Sentence("socket-closed", "something has closed it")


def socket_lost(where: str, why: str) -> Sentence:
    """The sentence about a listener that has lost its socket."""
    return Sentence(
        "socket-lost", "The socket at {where} is lost: {why}. Start it again.", where=where, why=why
    )


def is_address_in_use(error: Exception) -> bool:
    """Whether `error` says that another socket uses the address."""
    return isinstance(error, CannotListenError) and (
        getattr(error.socketError, "errno", None) == errno.EADDRINUSE
    )


def _explain_os_error(error: OSError, endpoint: Endpoint, owner: str) -> str:
    where = endpoint.display
    match error.errno:
        case errno.EADDRINUSE if endpoint.port is not None:
            by = owner or Sentence("another-program", "another program")
            if endpoint.is_datagram:
                return Sentence(
                    "udp-port-in-use",
                    "UDP port {port} is in use by {by}. Stop it, or choose another port.",
                    port=endpoint.port,
                    by=by,
                )
            return Sentence(
                "port-in-use",
                "Port {port} is in use by {by}. Stop it, or choose another port.",
                port=endpoint.port,
                by=by,
            )
        case errno.EADDRINUSE:
            return _in_use(where)
        case errno.EACCES if (endpoint.port or FIRST_UNPRIVILEGED_PORT) < FIRST_UNPRIVILEGED_PORT:
            return Sentence(
                "port-needs-rights",
                "Port {port} needs administrator rights. Choose a port from "
                "{first_unprivileged_port} up.",
                port=endpoint.port,
                first_unprivileged_port=FIRST_UNPRIVILEGED_PORT,
            )
        case errno.EACCES | errno.EPERM:
            return Sentence(
                "listening-not-allowed",
                "The system does not allow listening on {where}. Choose another address.",
                where=where,
            )
        case errno.EADDRNOTAVAIL:
            return Sentence(
                "interface-not-here",
                "{interface} is not an address of this machine. Use 127.0.0.1 for this computer "
                "only, or one of the machine's own addresses.",
                interface=endpoint.interface,
            )
        case errno.EMFILE | errno.ENFILE:
            return Sentence(
                "no-descriptor-left",
                "No file descriptor is left to listen on {where}. Close some connections, or "
                "raise the limit (ulimit -n).",
                where=where,
            )
        case _:
            # For example a certificate file, which is read before the socket is bound.
            file = error.filename2 or error.filename
            reason = system_reason(error)
            if file:
                reason = composed("{path}: {message}", path=os.fsdecode(file), message=reason)
            return Sentence(
                "cannot-listen", "Cannot listen on {where}: {reason}.", where=where, reason=reason
            )


def _tls_file_error(endpoint: Endpoint) -> str:
    """The problem with the files of an `ssl` endpoint, as a sentence; empty if there is none.

    Twisted's own error does not name the file.
    """
    from app.tls.certificates import read_identity  # imported late: only TLS needs it

    key = Path(endpoint.value("privateKey") or "server.pem")  # Twisted's default
    try:
        read_identity(Path(endpoint.value("certKey") or key), key)
    except PassphraseError as error:
        return Sentence(
            "endpoint-key-encrypted",
            "{path} is encrypted, and an ssl endpoint takes no passphrase. Choose TLS over TCP "
            "instead: a tcp endpoint with [listener.tls].",
            path=error.path,
        )
    except TlsError as error:
        return str(error)
    return ""


def _in_use(where: str) -> str:
    return Sentence(
        "address-in-use",
        "{where} is in use already. Stop who listens there, or choose another address.",
        where=where,
    )
