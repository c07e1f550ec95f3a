"""Bind a stream socket for an endpoint. `StreamBinder` uses it.

Three cases differ from Twisted, and all other endpoints are left to Twisted:

- `localhost` is bound on both loopback addresses.
- `::` means IPv6 and IPv4 with `tcp`, and IPv6 only with `tcp6`, whatever the system's default is.
- A Unix socket replaces the socket file that a killed program left behind. It never replaces a
  socket in use, or any other file.
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
from app.server.sockets.addresses import LoopbackPorts, bind_loopbacks
from app.server.sockets.listen_errors import ProcessInfo, SocketFileError
from app.server.sockets.socket_info import Credentials, credentials_behind

BACKLOG = 1024
"""How many clients may wait to be accepted. With Twisted's default of 50, the 51st client of a
burst waits a second, until its system tries again."""

_DEFAULT_MODE = "666"
"""The file mode of a Unix socket whose endpoint has no mode. It is Twisted's default."""


def listen(reactor: Any, endpoint: Endpoint, factory: IProtocolFactory) -> Deferred[IListeningPort]:
    """Listen on `endpoint`, whose interface or path is written out. Fires with the port.

    `app.server.sockets.listen_errors.explain` turns its errors to text.
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
    bound: Deferred[IListeningPort] = serverFromString(reactor, _with_backlog(endpoint)).listen(
        factory
    )
    return bound


class Ipv6Port(tcp.Port):
    """An IPv6 port with an explicit choice whether it accepts IPv4 too."""

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
        self.is_ipv6_only = only_ipv6

    def createInternetSocket(self) -> socket.socket:
        made: socket.socket = super().createInternetSocket()
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, self.is_ipv6_only)
        return made


def _listen_on_loopbacks(
    reactor: Any, port: int, factory: IProtocolFactory, backlog: int
) -> IListeningPort:
    def bind(interface: str, number: int) -> tcp.Port:
        if ":" in interface:
            return _started(Ipv6Port(reactor, number, factory, backlog, interface, True))
        return _started(tcp.Port(number, factory, backlog, interface, reactor))

    ports = bind_loopbacks(bind, port)
    first: IListeningPort = ports[0]
    return LoopbackPorts(*ports) if len(ports) == 2 else first


def _started(port: tcp.Port) -> tcp.Port:
    port.startListening()
    return port


def _with_backlog(endpoint: Endpoint) -> str:
    """The description of `endpoint` with `BACKLOG`, unless it has a backlog or is a plugin's."""
    if endpoint.port is None or endpoint.value("backlog") is not None:
        return str(endpoint)
    return f"{endpoint}:backlog={BACKLOG}"


def listen_unix(
    reactor: Any, endpoint: Endpoint, factory: IProtocolFactory, backlog: int
) -> IListeningPort:
    """Listen on the absolute path of `endpoint`.

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
        int(endpoint.value("mode") or _DEFAULT_MODE, 8),
        reactor,
        has_lock,
    )
    port.startListening()
    return port


def remove_stale_socket(path: str) -> None:
    """Remove the socket file at `path` if no program listens there any more.

    Raises `SocketFileError` if anything else is at `path`.
    """
    try:
        mode = Path(path).lstat().st_mode
    except OSError:  # no file, or no permission: binding reports the latter
        return
    if not stat.S_ISSOCK(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a file that is no socket"
        raise SocketFileError(f"{path} is {kind}. Choose another path.")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            _remove(path)
            return
        except BlockingIOError:  # the backlog there is full
            owner = None
        except OSError:  # no permission, or a datagram socket
            raise SocketFileError(
                f"{path} is a socket of somebody else's. Choose another path."
            ) from None
        else:
            owner = credentials_behind(probe)
    raise SocketFileError(
        f"{path} is in use by {_describe_owner(owner)}. Stop it, or choose another path."
    )


class SocketFile(unix.Port):
    """A port that removes its file when it closes, but not a file that has replaced it."""

    _identity: tuple[int, int] | None = None

    def startListening(self) -> None:
        super().startListening()
        self._identity = _identity_of(self._bindPath)

    def connectionLost(self, reason: Failure | None) -> None:
        if self._identity is not None and _identity_of(self._bindPath) == self._identity:
            super().connectionLost(reason)
            return
        # Twisted would fail to remove the missing file, and leave the socket open.
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


def _describe_owner(owner: Credentials | None) -> str:
    if owner is None or not owner.pid:
        return "another program"
    if owner.pid == os.getpid():
        return "another listener of yours"
    import psutil  # imported late: only a path in use needs it

    try:
        return str(ProcessInfo(psutil.Process(owner.pid).name(), owner.pid))
    except psutil.Error:
        return f"another program (pid {owner.pid})"
