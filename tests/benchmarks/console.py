"""How long the console takes from a message to its echo, beside bare clients of the same server.

The server is Twisted's plain echo in a process of its own; each client is one too, and they take
turns. The last one talks to an Echo listener of its own window, as a user of the panel does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median, quantiles

from tests.benchmarks.harness.process import Server
from tests.benchmarks.harness.report import keep, show

COUNT = 3_000
WARM_UP = 200

CLIENTS = {
    "blocking socket": "blocking",
    "bare Twisted client": "bare",
    "console session, no window": "session",
    "console tab on show": "tab",
    "console tab, to Echo in the same window": "tab",
}
OWN = "console tab, to Echo in the same window"


def main(rounds: int) -> None:
    took: dict[str, list[float]] = {name: [] for name in CLIENTS}
    with Server("tests.benchmarks.subjects.echo_servers", "twisted-epoll") as server:
        for _ in range(rounds):
            for name, variant in CLIENTS.items():
                took[name] += _measure(variant, 0 if name == OWN else server.port)
    figures = {
        name: {"median_us": median(each) * 1e6, "p99_us": quantiles(each, n=100)[98] * 1e6}
        for name, each in took.items()
    }
    plain = figures["blocking socket"]["median_us"]
    show(
        "Round trip of 64 bytes, µs",
        ("client", "median", "99 %", "times the blocking socket"),
        [
            (
                name,
                f"{each['median_us']:.0f}",
                f"{each['p99_us']:.0f}",
                f"{each['median_us'] / plain:.2f}",
            )
            for name, each in figures.items()
        ],
    )
    keep("console", {"round_trips": figures})


def _measure(variant: str, port: int) -> list[float]:
    command = [sys.executable, "-m", "tests.benchmarks.subjects.console_clients"]
    done = subprocess.run(
        [*command, variant, str(port), str(WARM_UP + COUNT)], stdout=subprocess.PIPE, check=True
    )
    took: list[float] = json.loads(done.stdout)
    return took[WARM_UP:]
