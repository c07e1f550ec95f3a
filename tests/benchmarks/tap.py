"""What recording the traffic costs: the whole panel with it and without, side by side (Linux).

The load comes from this process; the panel stays on one processor. Both take turns within each
round, and every figure is the median of the rounds.
"""

from __future__ import annotations

from statistics import median

from tests.benchmarks.harness.load import Load, Rounds, allow_many_descriptors
from tests.benchmarks.harness.process import Usage
from tests.benchmarks.harness.report import keep, show
from tests.benchmarks.reactor import CONNECTIONS, MESSAGE, PROFILE, Subject, apart, microseconds
from tests.portdeck_process import CONNECTIONS_ON_SHOW, PortdeckProcess
from tests.screen import Screen

CHUNKS_A_MESSAGE = 2
"""An echo reads a chunk and writes one."""


def main(rounds: int) -> None:
    allow_many_descriptors()
    taken: dict[bool, list[float]] = {True: [], False: []}
    with Screen(1280, 800) as screen:
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", flush=True)
            for is_on, values in taken.items():
                values.append(_measure(screen, is_on))
    on, off = median(taken[True]), median(taken[False])
    show(
        f"The whole panel, {CONNECTIONS} × {MESSAGE} B, processor time a message",
        ["traffic on, µs", "traffic off, µs", "a chunk, µs", "on / off", "wanted"],
        [
            [
                f"{on:.2f}",
                f"{off:.2f}",
                f"{(on - off) / CHUNKS_A_MESSAGE:.2f}",
                f"{on / off:.2f}",
                "≤ 1.15",
            ]
        ],
    )
    keep("tap", {"on": taken[True], "off": taken[False]})


def _measure(screen: Screen, is_on: bool) -> float:
    profile = PROFILE if is_on else f"{PROFILE}traffic = false\n"
    with PortdeckProcess(screen, profile, settings=CONNECTIONS_ON_SHOW) as portdeck:
        ((_, port),) = portdeck.wait_until_listening(1)
        portdeck.window(screen)
        subject = Subject(port, Usage(portdeck.process.pid), list)
        with Load(port) as load:
            apart(subject.usage)
            return microseconds(subject, Rounds(load.open(CONNECTIONS), MESSAGE).run)
