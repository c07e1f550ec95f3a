"""Which process is at the other end of a connection, where that is on this machine.

Gather clues beside the reactor; who they lead to is found out by a process of its own.
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

from app.server.connections.connection import Connection
from app.server.sockets.listen_errors import Holder
from app.server.sockets.process_lookup import Address, Clue, clues_to_json, normalized
from app.server.sockets.socket_info import credentials_of

log = logging.getLogger(__name__)

PATIENCE_SECONDS: Final = 10.0

_PROGRAM: Final = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from app.server.sockets.process_lookup import main
main()
"""


def clue(connection: Connection) -> Clue | None:
    """What to ask about the peer of a live connection; `None` if it is on another machine."""
    if not connection.connected:
        return None
    its = _address(connection.peer_address)
    if its is None:
        credentials = credentials_of(connection.transport)
        return Clue(pid=credentials.pid) if credentials and credentials.pid else None
    try:
        ours = _address(connection.transport.getHost())
    except (AttributeError, OSError):
        return None
    is_here = ours is not None and (its[0] == ours[0] or ip_address(its[0]).is_loopback)
    return Clue(its=its, ours=ours) if is_here else None


FindProcesses = Callable[[Mapping[int, Clue]], Deferred[dict[int, Holder]]]
"""What `process_finder` gives."""


def process_finder(reactor: Any) -> FindProcesses:
    """`identify` on a thread of the reactor's pool, so that nothing waits for it."""

    def find(clues: Mapping[int, Clue]) -> Deferred[dict[int, Holder]]:
        return deferToThreadPool(reactor, reactor.getThreadPool(), identify, clues)

    return find


def identify(clues: Mapping[int, Clue]) -> dict[int, Holder]:
    """The processes that the clues lead to; those that the system does not tell are left out.

    Waits for the program that finds them, `PATIENCE_SECONDS` at most.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _PROGRAM],
            input=clues_to_json(clues),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return {key: Holder(name, pid) for key, name, pid in json.loads(done.stdout)}
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.debug("Cannot look up the processes of the peers: %s", error)
        return {}


def _address(address: Any) -> Address | None:
    host, port = getattr(address, "host", None), getattr(address, "port", None)
    if not isinstance(host, str) or not isinstance(port, int):
        return None
    return normalized((host, port))
