"""Which process is at the other end of a connection, where that is on this machine.

Asking the system takes milliseconds, as it goes through all sockets of all processes: gather clues
beside the reactor, identify them on a thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool

from app.ip import unmapped
from app.server.connection import Connection
from app.server.peer_credentials import credentials_of
from app.server.ports import Holder

log = logging.getLogger(__name__)

Address = tuple[str, int]


@frozen
class Clue:
    """What the system is asked: who has this pair of addresses, or who is this process."""

    its: Address | None = None
    """The address of the process' own socket."""

    ours: Address | None = None
    """The address that it is connected to."""

    pid: int = 0


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
    """The processes that the clues lead to; those that the system does not tell are left out."""
    import psutil  # takes a while, and nobody needs it before somebody is connected

    pids = {key: each.pid for key, each in clues.items() if each.pid}
    if len(pids) < len(clues):
        try:
            pids |= _pids_of_sockets(clues, psutil.net_connections(kind="inet"))
        except (psutil.Error, OSError) as error:  # also when a process ends while it is looked at
            log.debug("Cannot look up the processes of the peers: %s", error)
    names: dict[int, str] = {}
    for pid in set(pids.values()):
        with suppress(psutil.Error, OSError):
            names[pid] = psutil.Process(pid).name()
    return {key: Holder(names[pid], pid) for key, pid in pids.items() if pid in names}


def _pids_of_sockets(clues: Mapping[int, Clue], sockets: list[Any]) -> dict[int, int]:
    """By the pair of addresses; by its own alone where that is bound to no other, as UDP's are."""
    pids: dict[tuple[Address | None, Address | None], int] = {}
    for each in sockets:
        if each.pid and each.laddr:
            pids[_plain(each.laddr), _plain(each.raddr) if each.raddr else None] = each.pid
    told: dict[int, int] = {}
    for key, asked in clues.items():
        if asked.its is None:
            continue
        anywhere = [(host, asked.its[1]) for host in ("0.0.0.0", "::")]
        places = [(asked.its, asked.ours), *((its, None) for its in (asked.its, *anywhere))]
        pid = next((pids[place] for place in places if place in pids), None)
        if pid is not None:
            told[key] = pid
    return told


def _address(address: Any) -> Address | None:
    host, port = getattr(address, "host", None), getattr(address, "port", None)
    if not isinstance(host, str) or not isinstance(port, int):
        return None
    return _plain((host, port))


def _plain(address: Any) -> Address:
    """IPv4 as IPv4, also where an IPv6 socket wraps it; without the zone of a link."""
    host, port = address[0].partition("%")[0], address[1]
    return str(unmapped(ip_address(host))), port
