"""How long until the window is on the screen, beside the least that a window can be.

From the start of the process to the first picture in the X server's memory: nothing is measured
inside the programs, and none of them is changed. They take turns, each on a screen of its own, with
Python's bytecode cached as it is from the second start on.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from statistics import median

from tests.benchmarks.harness.process import Usage
from tests.benchmarks.harness.report import keep, show
from tests.portdeck_process import ROOT, START_SECONDS, PortdeckProcess
from tests.screen import Screen

FEWEST_PAIRS = 9
SCREEN = (1280, 800)
PROFILE = """
version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:8007:interface=127.0.0.1"

[[listener]]
name = "Hello"
protocol = "hello"
endpoint = "tcp:8025:interface=127.0.0.1"
"""


Cost = tuple[float, float]
"""Seconds by the clock, and seconds of processor time: what else the machine does changes the one
much more than the other."""


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="portdeck-bytecode-") as folder:
        bytecode = {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        for fill_the_cache in (_bare, _portdeck):
            fill_the_cache(bytecode)
        pairs = [(_bare(bytecode), _portdeck(bytecode)) for _ in range(max(rounds, FEWEST_PAIRS))]
    bare, portdeck = (list(costs) for costs in zip(*pairs, strict=True))
    ratios = [
        median(ours[part] / theirs[part] for theirs, ours in pairs) for part in range(len(pairs[0]))
    ]
    show(
        f"Start to first picture, median of {len(pairs)} pairs",
        ["program", "ms", "ratio", "processor, ms", "ratio"],
        [
            ["empty QMainWindow with PySide6, Twisted, qt-reactor", *_words(bare, [1.0, 1.0])],
            ["Portdeck with two listeners", *_words(portdeck, ratios)],
        ],
    )
    keep("startup", {"bare": bare, "portdeck": portdeck, "median_ratios": ratios})


def _bare(environment: dict[str, str]) -> Cost:
    command = [sys.executable, "-m", "tests.benchmarks.subjects.bare_window"]
    with Screen(*SCREEN) as screen:
        began = time.monotonic()
        with subprocess.Popen(command, cwd=ROOT, env=screen.environment | environment) as process:
            try:
                return _cost(screen, process.pid, began)
            finally:
                process.kill()


def _portdeck(environment: dict[str, str]) -> Cost:
    with Screen(*SCREEN) as screen:
        began = time.monotonic()
        with PortdeckProcess(screen, PROFILE, environment=environment) as portdeck:
            return _cost(screen, portdeck.process.pid, began)


def _cost(screen: Screen, pid: int, began: float) -> Cost:
    painted = screen.wait_for_a_picture(START_SECONDS)
    return painted - began, Usage(pid).cpu_seconds()


def _words(costs: list[Cost], ratios: list[float]) -> list[str]:
    words: list[str] = []
    for part, ratio in zip(zip(*costs, strict=True), ratios, strict=True):
        words += [f"{median(part) * 1000:.0f}", f"{ratio:.2f}"]
    return words
