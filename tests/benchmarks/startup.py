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

from tests.benchmarks.report import keep, show
from tests.panel import ROOT, START_SECONDS, Panel
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


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="portdeck-bytecode-") as folder:
        bytecode = {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        for fill_the_cache in (_bare, _portdeck):
            fill_the_cache(bytecode)
        pairs = [(_bare(bytecode), _portdeck(bytecode)) for _ in range(max(rounds, FEWEST_PAIRS))]
    bare, portdeck = (list(times) for times in zip(*pairs, strict=True))
    ratio = median(ours / theirs for theirs, ours in pairs)
    show(
        f"Start to first picture, median of {len(pairs)} pairs",
        ["program", "ms", "ratio"],
        [
            ["empty QMainWindow with PySide6, Twisted, qt-reactor", _ms(bare), "1.00"],
            ["Portdeck with two listeners", _ms(portdeck), f"{ratio:.2f}"],
        ],
    )
    keep("startup", {"bare_seconds": bare, "portdeck_seconds": portdeck, "median_ratio": ratio})


def _bare(environment: dict[str, str]) -> float:
    command = [sys.executable, "-m", "tests.benchmarks.bare_window"]
    with Screen(*SCREEN) as screen:
        began = time.monotonic()
        with subprocess.Popen(command, cwd=ROOT, env=screen.environment | environment) as process:
            try:
                return screen.wait_for_a_picture(START_SECONDS) - began
            finally:
                process.kill()


def _portdeck(environment: dict[str, str]) -> float:
    with Screen(*SCREEN) as screen:
        began = time.monotonic()
        with Panel(screen, PROFILE, environment=environment):
            return screen.wait_for_a_picture(START_SECONDS) - began


def _ms(times: list[float]) -> str:
    return f"{median(times) * 1000:.0f}"
