"""The connections table with ten thousand live connections: how long each step takes.

The connections are real, to the real program with its window on a screen of its own. A step is
measured in the window's event loop, from what the user does to the table painted anew: the time
that passes, and the processor time in it, which neighbours do not lengthen.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterable
from statistics import median
from typing import Any

from app.ui.connections.columns import columns
from tests.benchmarks.harness.load import Load, allow_many_descriptors
from tests.benchmarks.harness.process import Usage
from tests.benchmarks.harness.report import keep, show
from tests.portdeck_process import CONNECTIONS_ON_SHOW, PortdeckProcess
from tests.screen import Screen

CONNECTIONS = 10_000
SPEAKING = 2_000
CLOSING = 500
GOAL_SECONDS = 0.050
Taken = list[tuple[float, float]]
"""Of each step the seconds that passed, and those of the processor."""

AFTER_SECONDS = 1.0
"""What follows from a change, such as the next tick of the window, is over by then."""

PROFILE = """
version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
max_connections = 100000
autostart = true
"""

FILTERS = ("1", "12", "127.0.1.1:4", "echo", "nobody", "")
SCROLLS = (30, 600, 3_000, 50_000)


def main(rounds: int) -> None:
    allow_many_descriptors()
    with (
        Screen(1280, 800) as screen,
        PortdeckProcess(
            screen,
            PROFILE,
            module="tests.benchmarks.subjects.driven_window",
            settings=CONNECTIONS_ON_SHOW,
            pipe=subprocess.PIPE,
        ) as portdeck,
    ):
        ((_, port),) = portdeck.wait_until_listening(1)
        portdeck.window(screen)
        usage = Usage(portdeck.process.pid)
        until_quiet(usage)
        before = usage.resident_bytes()
        with Load(port) as load:
            opened = load.open(CONNECTIONS)
            until_quiet(usage)
            memory = (usage.resident_bytes() - before) / CONNECTIONS
            for number, each in enumerate(opened[:SPEAKING]):
                each.sendall(bytes(1 + number % 999))
            until_quiet(usage)
            assert ask(portdeck, "nothing")["rows"] == CONNECTIONS
            steps = _steps(portdeck, rounds)
            for each in opened[:CLOSING]:
                each.close()
            until_quiet(usage)
            steps["show and hide the closed ones"] = take(portdeck, ["closed"] * 2 * rounds)
            ask(portdeck, "select")
            steps["the same with all selected"] = take(portdeck, ["closed"] * 2 * rounds)
    _show(steps, memory)
    keep("table", {"connections": CONNECTIONS, "bytes_each": memory, "seconds": steps})


def _steps(portdeck: PortdeckProcess, rounds: int) -> dict[str, Taken]:
    """The seconds of each step of each kind."""
    names = [column.name for column in columns(lambda row: "")]
    taken = {f"sort by {name}": take(portdeck, [f"sort {name}"] * 2 * rounds) for name in names}
    taken["put a sorted table in order again"] = take(portdeck, ["resort"] * rounds)
    taken["filter by a text"] = take(portdeck, [f"filter {text}" for text in FILTERS] * rounds)
    taken["scroll"] = take(portdeck, [f"scroll {pixels}" for pixels in SCROLLS] * 5 * rounds)
    taken["select all"] = take(portdeck, ["select"] * rounds)
    taken["sort with all selected"] = take(portdeck, ["sort out", "sort in"] * rounds)
    ask(portdeck, "select nothing")
    return taken


def take(portdeck: PortdeckProcess, acts: Iterable[str]) -> Taken:
    """What each act took."""
    answers = [ask(portdeck, act) for act in acts]
    return [(each["seconds"], each["cpu_seconds"]) for each in answers]


def ask(portdeck: PortdeckProcess, act: str) -> Any:
    """Have a driven window act; how long it took, and the rows that its table has then."""
    assert portdeck.process.stdin is not None
    assert portdeck.process.stdout is not None
    portdeck.process.stdin.write(f"{act}\n")
    portdeck.process.stdin.flush()
    return json.loads(portdeck.process.stdout.readline())


def until_quiet(usage: Usage) -> None:
    """Wait until a process has done what follows from the last change."""
    time.sleep(AFTER_SECONDS)
    while True:
        before = usage.cpu_seconds()
        time.sleep(AFTER_SECONDS / 2)
        if usage.cpu_seconds() - before < AFTER_SECONDS / 20:
            return


def _show(steps: dict[str, Taken], memory: float) -> None:
    show(
        f"The connections table, {CONNECTIONS:,} live connections, "
        f"{memory / 1024:.2f} KiB each (goal: a step under {GOAL_SECONDS * 1000:.0f} ms)",
        ["step", "median, ms", "longest, ms", "processor time of the longest, ms"],
        [
            [
                name,
                f"{median(seconds for seconds, _ in taken) * 1000:.1f}",
                f"{max(taken)[0] * 1000:.1f}",
                f"{max(cpu for _, cpu in taken) * 1000:.1f}",
            ]
            for name, taken in steps.items()
        ],
    )
