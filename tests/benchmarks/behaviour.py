"""Forwarding, replies by rule and faults, beside programs that do the same (Linux).

Portdeck is whole: its window is open, the connections table on show, every chunk is recorded. The
load comes from this process, programs take turns within each round, every figure is the median of
the rounds, and processor time is what the system counts for all processes of a program. The tables
go into `resources/guide/performance.md`.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence

from attrs import frozen

from tests.benchmarks.harness.load import (
    Load,
    Rounds,
    TimedMessages,
    allow_many_descriptors,
    patient,
)
from tests.benchmarks.harness.programs import Kind, Taken, plain_server, present
from tests.benchmarks.harness.report import circumstances, keep, markdown, paragraph, publish, show
from tests.benchmarks.subjects.behaviour_programs import (
    ANSWER,
    PORTDECK,
    REQUEST,
    RULES,
    faulty,
    forwarders,
    repliers,
)
from tests.screen import Screen

CONNECTIONS = 20
MESSAGE = 64
COST = "µs a message"
ARMED = 'kind = "latency"\nseconds = 0.1\nchance = 0.0'
DELAY_WARM_UP_SECONDS = 2.0
DELAY_SECONDS = 5.0
P99 = "99 %, ms"
LATE = {"median, ms": 0.50, P99: 0.99, "most, ms": 1.0}
"""How much later than it was to come an answer came, and what share came sooner."""

FAULTS = [
    Kind("Portdeck, no fault", faulty()),
    Kind("Portdeck, a fault with chance 0", faulty(ARMED)),
]


@frozen
class Delay:
    """Messages at their times, each delayed by a fault, or not delayed to compare with."""

    connections: int
    a_second: int
    """Messages on each connection."""
    milliseconds: int
    has_window: bool = True

    @property
    def label(self) -> str:
        delay = f"delayed by {self.milliseconds} ms" if self.milliseconds else "not delayed"
        where = "" if self.has_window else ", serve"
        return f"{self.connections:,} × {self.a_second} a second, {delay}{where}"

    @property
    def fault(self) -> str:
        seconds = self.milliseconds / 1000
        fault = f'kind = "latency"\ndirection = "in"\nseconds = {seconds}'
        return fault if self.milliseconds else ""


DELAYS = (
    Delay(1_000, 10, 0),
    Delay(1_000, 10, 100),
    Delay(50, 20, 0),
    Delay(50, 20, 10),
    Delay(50, 20, 10, has_window=False),
)
LATEST_MS = {DELAYS[1].label: 5, DELAYS[3].label: 2, DELAYS[4].label: 2}
"""The goals for 99 % of the messages."""


def main(rounds: int) -> None:
    allow_many_descriptors()
    forward, replies, faults, delays = (Taken() for _ in range(4))
    with Screen(1280, 800) as screen, plain_server("uvloop")(screen) as upstream:
        kinds = present(forwarders(upstream.port)), present(repliers())
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", flush=True)
            for kind in kinds[0]:
                forward.add(kind.label, _cost(kind, screen))
            for kind in kinds[1]:
                replies.add(kind.label, _cost(kind, screen, REQUEST))
            for kind in FAULTS:
                faults.add(kind.label, _cost(kind, screen))
            for delay in DELAYS:
                delays.add(delay.label, _lateness(delay, screen))
    _report(rounds, forward, replies, faults, delays)


def _cost(kind: Kind, screen: Screen, message: bytes = bytes(MESSAGE)) -> dict[str, float]:
    try:
        with kind.run(screen) as program, Load(program.port) as load:
            program.stand_apart()
            connections = patient(load.open(CONNECTIONS))
            program.settle()
            messages = Rounds(connections, len(message), message=message)
            return {COST: program.microseconds(messages.run)}
    except OSError as error:
        print(f"  {kind.label} gave up: {error}", flush=True)
        return {}


def _lateness(delay: Delay, screen: Screen) -> dict[str, float]:
    with (
        faulty(delay.fault, has_window=delay.has_window)(screen) as program,
        Load(program.port) as load,
        program.alone_on_its_processor(),
    ):
        connections = patient(load.open(delay.connections))
        program.settle()
        messages = TimedMessages(connections, MESSAGE, delay.a_second)
        gc.collect()
        gc.disable()  # a pause of the load is no lateness of the program
        try:
            messages.run(DELAY_WARM_UP_SECONDS)
            took = sorted(messages.run(DELAY_SECONDS))
        finally:
            gc.enable()
    return {
        name: took[min(int(len(took) * share), len(took) - 1)] * 1000 - delay.milliseconds
        for name, share in LATE.items()
    }


def _report(rounds: int, forward: Taken, replies: Taken, faults: Taken, delays: Taken) -> None:
    goals = (
        (forward, "Twisted portforward", 0.8),
        (forward, "HAProxy", 2.0),
        (replies, f"mountebank, {RULES} stubs", 0.4),
        (replies, "mountebank, 1 stub", 0.4),
    )
    lines = paragraph(
        f"Written by `make bench behaviour`: {circumstances(rounds)}. Portdeck has its window "
        "open, the table of connections on show, and keeps every byte. µs are processor time of "
        "all processes of a program."
    )
    for title, taken in (
        (f"Forwarding {CONNECTIONS} × {MESSAGE} B to an echo server", forward),
        (f"Replies by {RULES} rules, of which the last one matches", replies),
        (f"Faults that are armed and hit nobody, {CONNECTIONS} × {MESSAGE} B", faults),
        (f"Lateness of messages of {MESSAGE} B that a fault delays", delays),
    ):
        lines += ["", f"{title}:", "", *_table(title, taken)]
    against = [
        [f"Portdeck / {label}", f"{ratio:.2f}", f"≤ {goal}"]
        for taken, label, goal in goals
        if (ratio := _ratio(taken, PORTDECK, label))
    ]
    idle = _ratio(faults, FAULTS[1].label, FAULTS[0].label)
    against.append(["a fault with chance 0 / none", f"{idle:.2f}", "≤ 1.1"])
    late = delays.medians()
    against += [
        [f"p99 of the lateness, {label}", f"{late[label][P99]:.1f} ms", f"< {most} ms"]
        for label, most in LATEST_MS.items()
    ]
    heads = ["beside the goals", "measured", "goal"]
    show("Beside the goals", heads, against)
    publish("behaviour", [*lines, "", *markdown(heads, against)])
    keep(
        "behaviour",
        {
            "forward": forward.rounds,
            "replies": replies.rounds,
            "faults": faults.rounds,
            "delays": delays.rounds,
        },
    )


def _table(title: str, taken: Taken) -> Sequence[str]:
    medians = taken.medians()
    heads = ["", *next(iter(medians.values()))]
    rows = [
        [label, *(f"{value:.1f}" for value in figures.values())]
        for label, figures in medians.items()
    ]
    show(title, heads, rows)
    return markdown(heads, rows)


def _ratio(taken: Taken, numerator: str, denominator: str) -> float:
    """0 if one of them is not there."""
    medians = taken.medians()
    if numerator not in medians or denominator not in medians:
        return 0.0
    return medians[numerator][COST] / medians[denominator][COST]


assert len(ANSWER) == len(REQUEST), "a round waits for an answer as long as the message"
