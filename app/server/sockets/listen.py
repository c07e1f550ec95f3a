"""Binds a stream socket where Twisted alone would bind another one than the endpoint says.

`localhost` is both loopback addresses, `::` of the kind `tcp` is IPv6 and IPv4 whatever the system
has for a default, and `::` of the kind `tcp6` is IPv6 alone. A Unix socket takes the place of one
that nobody listens on any more, and of nothing else. All other endpoints are left to Twisted.
"""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path
from typing import Any

from twisted.internet import tcp, unix
from twisted.internet.defer import Deferred, execute
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IListeningPort, IProtocolFactory, IReactorFDSet
from twisted.python.failure import Failure

from app.net.endpoint import LONGEST_PATH, Endpoint
from app.server.sockets.addresses import LoopbackPorts, bind_both
from app.server.sockets.listen_errors import Holder, SocketFileError
from app.server.sockets.socket_info import Credentials, credentials_behind

BACKLOG = 1024
"""How many clients may wait to be accepted. With Twisted's 50, the next one of a burst is not heard
and waits a second until its system tries again."""


def listen(reactor: Any, endpoint: Endpoint, factory: IProtocolFactory) -> Deferred[IListeningPort]:
    """Listen on `endpoint`, whose interface or path is written out. Fires with the port.

    What it fails with is for `app.server.sockets.listen_errors.explain`.
    """
    if endpoint.kind == "unix":
        return execute(listen_unix, reactor, endpoint, factory, BACKLOG)
    if endpoint.kind in ("tcp", "tcp6") and IReactorFDSet.providedBy(reactor):
        port, backlog = endpoint.port or 0, int(endpoint.value("backlog") or BACKLOG)
        if (endpoint.interface or "").lower() == "localhost":
            return execute(_listen_on_loopbacks, reactor, port, factory, backlog)
        if endpoint.interface == "::":
            only_ipv6 = endpoint.kind == "tcp6"
            return execute(_started, Ipv6Port(reactor, port, factory, backlog, "::", only_ipv6))
    bound: Deferred[IListeningPort] = serverFromString(reactor, _roomy(endpoint)).listen(factory)
    return bound


class Ipv6Port(tcp.Port):
    """An IPv6 port that takes IPv4 too, or does not, whatever the system has for a default."""

    def __init__(
        self,
        reactor: Any,
        port: int,
        factory: IProtocolFactory,
        backlog: int,
        interface: str,
        only_ipv6: bool,
    ) -> None:
        super().__init__(port, factory, backlog, interface, reactor)
        self.is_ipv6_alone = only_ipv6

    def createInternetSocket(self) -> socket.socket:
        made: socket.socket = super().createInternetSocket()
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, self.is_ipv6_alone)
        return made


def _listen_on_loopbacks(
    reactor: Any, port: int, factory: IProtocolFactory, backlog: int
) -> IListeningPort:
    def bind(interface: str, number: int) -> tcp.Port:
        if ":" in interface:
            return _started(Ipv6Port(reactor, number, factory, backlog, interface, True))
        return _started(tcp.Port(number, factory, backlog, interface, reactor))

    ports = bind_both(bind, port)
    alone: IListeningPort = ports[0]
    return LoopbackPorts(*ports) if len(ports) == 2 else alone


def _started(port: tcp.Port) -> tcp.Port:
    port.startListening()
    return port


def _roomy(endpoint: Endpoint) -> str:
    """The description of `endpoint` with `BACKLOG`, unless one is written or a plugin decides."""
    if endpoint.port is None or endpoint.value("backlog") is not None:
        return str(endpoint)
    return f"{endpoint}:backlog={BACKLOG}"


# MERGED server/unix_sockets: Listens on a Unix socket.
#
# A socket file outlives a program that was killed. Such a one is removed; one on which somebody
# listens is not, nor anything else that lies at the path.

_EVERYBODY = "666"
"""The mode of a socket whose endpoint has none, as Twisted has it."""


def listen_unix(
    reactor: Any, endpoint: Endpoint, factory: IProtocolFactory, backlog: int
) -> IListeningPort:
    """Listen on the path of `endpoint`, which is absolute.

    Raises `SocketFileError`, or what Twisted raises.
    """
    path = endpoint.value("address") or ""
    _check_folder(path)
    has_lock = endpoint.value("lockfile") == "1"
    if not has_lock:
        remove_stale_socket(path)
    port = SocketFile(
        os.fsencode(path),
        factory,
        int(endpoint.value("backlog") or backlog),
        int(endpoint.value("mode") or _EVERYBODY, 8),
        reactor,
        has_lock,
    )
    port.startListening()
    return port


def remove_stale_socket(path: str) -> None:
    """Remove what a listener on `path` left behind. Raises `SocketFileError` for all else."""
    try:
        mode = Path(path).lstat().st_mode
    except OSError:  # nothing is there, and if it cannot be seen, binding tells why
        return
    if not stat.S_ISSOCK(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a file that is no socket"
        raise SocketFileError(f"{path} is {what}. Choose another path.")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            _remove(path)
            return
        except BlockingIOError:  # so many wait there that no more fit
            holder = None
        except OSError:  # it belongs to others, or is of another kind
            raise SocketFileError(
                f"{path} is a socket of somebody else's. Choose another path."
            ) from None
        else:
            holder = credentials_behind(probe)
    raise SocketFileError(
        f"{path} is in use by {_name_of(holder)}. Stop it, or choose another path."
    )


class SocketFile(unix.Port):
    """A port that removes its own file when it closes, and no file that took its place."""

    _identity: tuple[int, int] | None = None

    def startListening(self) -> None:
        super().startListening()
        self._identity = _identity_of(self._bindPath)

    def connectionLost(self, reason: Failure | None) -> None:
        if self._identity is not None and _identity_of(self._bindPath) == self._identity:
            super().connectionLost(reason)
            return
        # Twisted would fail to remove what is gone, and leave the socket open.
        if self.lockFile is not None:
            self.lockFile.unlock()
        tcp.Port.connectionLost(self, reason)


def _check_folder(path: str) -> None:
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise SocketFileError(
            f"The path of the socket is {len(os.fsencode(path))} bytes long, and the system takes "
            f"{LONGEST_PATH} at most: {path}. Choose a shorter one."
        )
    folder = Path(path).parent
    if not folder.is_dir():
        raise SocketFileError(f"There is no folder {folder}. Make it, or choose another path.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SocketFileError(
            f"You may not make a socket in the folder {folder}. Choose another one."
        )


def _remove(path: str) -> None:
    try:
        Path(path).unlink()
    except OSError as error:
        raise SocketFileError(
            f"Nobody listens on {path} any more, but it cannot be removed "
            f"({error.strerror}). Remove it, or choose another path."
        ) from None


def _identity_of(path: bytes) -> tuple[int, int] | None:
    try:
        found = Path(os.fsdecode(path)).lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _name_of(holder: Credentials | None) -> str:
    if holder is None or not holder.pid:
        return "another program"
    if holder.pid == os.getpid():
        return "another listener of yours"
    import psutil  # only a path that is taken needs it

    try:
        return str(Holder(psutil.Process(holder.pid).name(), holder.pid))
    except psutil.Error:
        return f"another program (pid {holder.pid})"
