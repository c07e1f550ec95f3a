"""What the open window costs while nothing happens: processor time, and how often it wakes.

The window has the keyboard focus, as it would on a desktop, and a text field of the console has it
within the window: a caret must not keep the process awake.
"""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack

from tests.benchmarks.harness.process import Usage
from tests.benchmarks.harness.report import keep, show
from tests.portdeck_process import CONNECTIONS_ON_SHOW, PortdeckProcess
from tests.screen import Screen

SETTLE_SECONDS = 4.0
"""What a start or new connections leave to be done is over by then."""

SECONDS = 10.0
CONNECTIONS = 10
PROFILE = """
version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
autostart = true

[[listener]]
name = "Hello"
protocol = "hello"
endpoint = "tcp:0:interface=127.0.0.2"
autostart = true
"""


def main(rounds: int) -> None:
    """Measure once: ten seconds of it are many rounds already."""
    with (
        Screen(1280, 800) as screen,
        PortdeckProcess(screen, PROFILE, settings=CONNECTIONS_ON_SHOW) as portdeck,
        ExitStack() as clients,
    ):
        echo, _hello = portdeck.wait_until_listening(2)
        window = portdeck.window(screen)
        screen.xdotool("windowfocus", "--sync", window)
        screen.xdotool("key", "ctrl+t")  # a new console tab has the caret
        alone = _watch(portdeck)
        for _ in range(CONNECTIONS):
            clients.enter_context(socket.create_connection(echo))
        accompanied = _watch(portdeck)
    show(
        f"An idle window with both listeners on, over {SECONDS:.0f} s",
        ["connected", "processor", "wake-ups a second"],
        [
            ["nobody", *_words(alone)],
            [f"{CONNECTIONS} silent clients (their clocks go on)", *_words(accompanied)],
        ],
    )
    keep("idle", {"nobody": alone, f"{CONNECTIONS} silent clients": accompanied})


def _watch(portdeck: PortdeckProcess) -> dict[str, float]:
    usage = Usage(portdeck.process.pid)
    time.sleep(SETTLE_SECONDS)
    began, wake_ups, processor = time.monotonic(), usage.wake_ups(), usage.cpu_seconds()
    time.sleep(SECONDS)
    seconds = time.monotonic() - began
    return {
        "processor_share": (usage.cpu_seconds() - processor) / seconds,
        "wake_ups_a_second": (usage.wake_ups() - wake_ups) / seconds,
    }


def _words(figures: dict[str, float]) -> list[str]:
    return [f"{figures['processor_share']:.2%}", f"{figures['wake_ups_a_second']:.1f}"]
