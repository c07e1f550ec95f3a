"""How long 500 listeners take to start and to stop with the window open, until every row says so.

Beside them: the same 500 ports bound and closed by plain sockets, which is what the system takes.
"""

from __future__ import annotations

import json
import resource
import socket
import subprocess
import time
from statistics import median
from typing import Any

from tests.benchmarks.report import keep, show
from tests.panel import Panel
from tests.screen import Screen

LISTENERS = 500
GOAL_SECONDS = 1.0
SETTLE_SECONDS = 2.0
TABLE = """
[[listener]]
name = "Echo {number}"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
"""
PROFILE = "version = 1\n" + "".join(TABLE.format(number=number) for number in range(LISTENERS))


def main(rounds: int) -> None:
    _raise_the_limit()
    bare = [_bare() for _ in range(rounds)]
    with (
        Screen(1280, 800) as screen,
        Panel(
            screen, PROFILE, module="tests.benchmarks.counted_window", pipe=subprocess.PIPE
        ) as panel,
    ):
        panel.window(screen)
        time.sleep(SETTLE_SECONDS)
        taken = [(_press(panel, "start"), _press(panel, "stop")) for _ in range(rounds)]
    figures = {
        "start": [start for start, _ in taken],
        "stop": [stop for _, stop in taken],
    }
    show(
        f"{LISTENERS} listeners, median of {rounds}; the goal is {GOAL_SECONDS:.0f} s",
        ["", "ms", "processor, ms"],
        [
            ["plain sockets bound and closed", f"{median(bare) * 1000:.0f}", ""],
            *([f"{name} all in the window", *_words(each)] for name, each in figures.items()),
        ],
    )
    keep("listeners", {"listeners": LISTENERS, "bare": bare, **figures})


def _raise_the_limit() -> None:
    """Children inherit it; each listener is a descriptor."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _bare() -> float:
    began = time.monotonic()
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(LISTENERS)]
    for each in sockets:
        each.close()
    return time.monotonic() - began


def _press(panel: Panel, order: str) -> dict[str, Any]:
    given, told = panel.process.stdin, panel.process.stdout
    assert given is not None
    assert told is not None
    given.write(f"{order}\n")
    given.flush()
    spent: dict[str, Any] = json.loads(told.readline())
    time.sleep(SETTLE_SECONDS)
    return spent


def _words(spent: list[dict[str, Any]]) -> list[str]:
    return [
        f"{median(each[what] for each in spent) * 1000:.0f}" for what in ("seconds", "processor")
    ]
