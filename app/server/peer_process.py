"""The process at the other end of a connection, if it is on this machine.

`process_query` runs on the reactor's thread and is fast. `identify` is slow, so it starts a child
process; see `sockets.process_lookup`.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool

from app.net.ip import host_and_port
from app.server.connections.connection import Connection
from app.server.sockets.listen_errors import ProcessInfo
from app.server.sockets.process_lookup import Address, ProcessQuery, normalized, queries_to_json
from app.server.sockets.socket_info import credentials_of

log = logging.getLogger(__name__)

FindProcesses = Callable[[Mapping[int, ProcessQuery]], Deferred[dict[int, ProcessInfo]]]
"""Finds the process for each query. `process_finder` returns one."""

LOOKUP_TIMEOUT_SECONDS: Final = 10.0

_PROGRAM: Final = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from app.server.sockets.process_lookup import main
main()
"""


def process_query(connection: Connection) -> ProcessQuery | None:
    """The query for the peer of a live connection; `None` if it is on another machine."""
    if not connection.connected:
        return None
    peer = _address(connection.peer_address)
    if peer is None:
        credentials = credentials_of(connection.transport)
        return ProcessQuery(pid=credentials.pid) if credentials and credentials.pid else None
    try:
        local = _address(connection.transport.getHost())
    except (AttributeError, OSError):
        return None
    is_here = local is not None and (peer[0] == local[0] or ip_address(peer[0]).is_loopback)
    return ProcessQuery(peer=peer, local=local) if is_here else None


def process_finder(reactor: Any) -> FindProcesses:
    """A function that runs `identify` on a thread of the reactor's pool."""

    def find(queries: Mapping[int, ProcessQuery]) -> Deferred[dict[int, ProcessInfo]]:
        return deferToThreadPool(reactor, reactor.getThreadPool(), identify, queries)

    return find


def identify(queries: Mapping[int, ProcessQuery]) -> dict[int, ProcessInfo]:
    """The process for each query that has an answer.

    Blocks while the child process runs, for at most `LOOKUP_TIMEOUT_SECONDS`.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _PROGRAM],
            input=queries_to_json(queries),
            capture_output=True,
            text=True,
            timeout=LOOKUP_TIMEOUT_SECONDS,
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return {key: ProcessInfo(name, pid) for key, name, pid in json.loads(done.stdout)}
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.debug("Cannot look up the processes of the peers: %s", error)
        return {}


def _address(address: object) -> Address | None:
    found = host_and_port(address)
    return None if found is None else normalized(found)
