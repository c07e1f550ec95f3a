"""A small program that finds the processes at the other ends of connections, and its queries.

It reads the tables of all sockets and processes, which takes from a few milliseconds to a second.
On a thread it would block the reactor, as it holds Python's global lock. So `peer_process` runs
this module as a child process. Keep its imports small.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, NamedTuple

from app.net.ip import unmapped

Address = tuple[str, int]


class ProcessQuery(NamedTuple):
    """Asks for the process with a pair of addresses, or for the process with a pid."""

    peer: Address | None = None
    """The address of the process' socket."""

    local: Address | None = None
    """The address of our socket, which it is connected to."""

    pid: int = 0


def normalized(address: Any) -> Address:
    """An address without an IPv6 zone, and with mapped IPv4 written as IPv4."""
    return str(unmapped(ip_address(address[0].partition("%")[0]))), address[1]


def queries_to_json(queries: Mapping[int, ProcessQuery]) -> str:
    """The text for the standard input of the program."""
    return json.dumps([[key, *query] for key, query in queries.items()])


def queries_from_json(text: str) -> dict[int, ProcessQuery]:
    """The reverse of `queries_to_json`."""
    return {
        key: ProcessQuery(tuple(peer) if peer else None, tuple(local) if local else None, pid)
        for key, peer, local, pid in json.loads(text)
    }


def find_processes(queries: Mapping[int, ProcessQuery]) -> dict[int, tuple[str, int]]:
    """Name and pid of the process for each query that has an answer."""
    import psutil

    pids = {key: each.pid for key, each in queries.items() if each.pid}
    if len(pids) < len(queries):
        # The system may refuse, or a process may end during the lookup.
        with suppress(psutil.Error, OSError):
            pids |= _pids_of_sockets(queries, psutil.net_connections(kind="inet"))
    names: dict[int, str] = {}
    for pid in set(pids.values()):
        with suppress(psutil.Error, OSError):
            names[pid] = psutil.Process(pid).name()
    return {key: (names[pid], pid) for key, pid in pids.items() if pid in names}


def _pids_of_sockets(queries: Mapping[int, ProcessQuery], sockets: list[Any]) -> dict[int, int]:
    """The pid of each query's socket.

    A socket is found by its pair of addresses. A UDP socket may have no remote address; it is found
    by its local address, which may be a wildcard.
    """
    pids: dict[tuple[Address | None, Address | None], int] = {}
    for each in sockets:
        if each.pid and each.laddr:
            pids[normalized(each.laddr), normalized(each.raddr) if each.raddr else None] = each.pid
    found: dict[int, int] = {}
    for key, query in queries.items():
        if query.peer is None:
            continue
        wildcards = [(host, query.peer[1]) for host in ("0.0.0.0", "::")]
        unconnected = [(address, None) for address in (query.peer, *wildcards)]
        pairs = [(query.peer, query.local), *unconnected]
        pid = next((pids[pair] for pair in pairs if pair in pids), None)
        if pid is not None:
            found[key] = pid
    return found


def main() -> None:
    """Read queries from standard input, and write a list of [key, name, pid] for those answered."""
    found = find_processes(queries_from_json(sys.stdin.read()))
    json.dump([[key, *process] for key, process in found.items()], sys.stdout)
