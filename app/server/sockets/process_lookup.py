"""Which processes have the other ends of connections: a small program, and what it is asked.

To answer, it reads the tables of all sockets and of all processes, which takes from some
milliseconds to a second. In a thread that would hold up the reactor: both need the one lock of
Python. So `peer_process` runs this module apart, and it imports as little as it can.
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


class Clue(NamedTuple):
    """What the system is asked: who has this pair of addresses, or who is this process."""

    its: Address | None = None
    """The address of the process' own socket."""

    ours: Address | None = None
    """The address that it is connected to."""

    pid: int = 0


def normalized(address: Any) -> Address:
    """IPv4 as IPv4, also where an IPv6 socket wraps it; without the zone of a link."""
    return str(unmapped(ip_address(address[0].partition("%")[0]))), address[1]


def clues_to_json(clues: Mapping[int, Clue]) -> str:
    """What the program is to read on its standard input."""
    return json.dumps([[key, *clue] for key, clue in clues.items()])


def clues_from_json(text: str) -> dict[int, Clue]:
    """The clues that are `clues_to_json`."""
    return {
        key: Clue(tuple(its) if its else None, tuple(ours) if ours else None, pid)
        for key, its, ours, pid in json.loads(text)
    }


def find_processes(clues: Mapping[int, Clue]) -> dict[int, tuple[str, int]]:
    """Name and pid of the processes that the clues lead to, as far as the system tells."""
    import psutil

    pids = {key: each.pid for key, each in clues.items() if each.pid}
    if len(pids) < len(clues):
        # The system may refuse, and a process may end while it is looked at.
        with suppress(psutil.Error, OSError):
            pids |= _pids_of_sockets(clues, psutil.net_connections(kind="inet"))
    names: dict[int, str] = {}
    for pid in set(pids.values()):
        with suppress(psutil.Error, OSError):
            names[pid] = psutil.Process(pid).name()
    return {key: (names[pid], pid) for key, pid in pids.items() if pid in names}


def _pids_of_sockets(clues: Mapping[int, Clue], sockets: list[Any]) -> dict[int, int]:
    """By the pair of addresses; by its own alone where that is bound to no other, as UDP's are."""
    pids: dict[tuple[Address | None, Address | None], int] = {}
    for each in sockets:
        if each.pid and each.laddr:
            pids[normalized(each.laddr), normalized(each.raddr) if each.raddr else None] = each.pid
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


def main() -> None:
    """Read clues from standard input, and write [key, name, pid] of each that leads to one."""
    found = find_processes(clues_from_json(sys.stdin.read()))
    json.dump([[key, *holder] for key, holder in found.items()], sys.stdout)
