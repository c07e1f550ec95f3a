"""How long 500 listeners take to start and to stop with the window open, until every row says so.

Beside them: the same 500 ports bound and closed by plain sockets, which is what the system takes.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from statistics import median
from typing import Any

from tests.benchmarks.harness.load import allow_many_descriptors
from tests.benchmarks.harness.report import keep, show
from tests.portdeck_process import PortdeckProcess
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


def main(rounds: int) -> None:
    allow_many_descriptors()
    bare = [_bare() for _ in range(rounds)]
    with (
        Screen(1280, 800) as screen,
        PortdeckProcess(
            screen,
            profile(LISTENERS),
            module="tests.benchmarks.subjects.counted_window",
            pipe=subprocess.PIPE,
        ) as portdeck,
    ):
        portdeck.window(screen)
        time.sleep(SETTLE_SECONDS)
        taken = [(press(portdeck, "start"), press(portdeck, "stop")) for _ in range(rounds)]
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


def profile(listeners: int) -> str:
    """The text of one with so many, each on a port of its own."""
    return "version = 1\n" + "".join(TABLE.format(number=number) for number in range(listeners))


def _bare() -> float:
    began = time.monotonic()
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(LISTENERS)]
    for each in sockets:
        each.close()
    return time.monotonic() - began


def press(portdeck: PortdeckProcess, order: str) -> dict[str, Any]:
    """Start or stop all of a counted window; what that took."""
    given, told = portdeck.process.stdin, portdeck.process.stdout
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
