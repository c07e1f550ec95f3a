"""Portdeck beside real programs: what a message, a connection and a datagram cost each (Linux).

The load comes from this process. Programs take turns within each round, every figure is the median
of the rounds, and processor time is what the system counts for all processes of a program. The
table goes into `resources/guide/performance.md`, the picture beside it, three lines into README.md.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from tests.benchmarks.harness.bar_chart import Bar, draw
from tests.benchmarks.harness.load import Load, Rounds, allow_many_descriptors, patient
from tests.benchmarks.harness.programs import (
    HOST,
    SECONDS,
    SETTLE_SECONDS,
    WARM_UP_SECONDS,
    Kind,
    Program,
    Taken,
    plain_server,
    present,
)
from tests.benchmarks.harness.report import (
    GUIDE,
    README,
    circumstances,
    item,
    keep,
    markdown,
    paragraph,
    publish,
    show,
)
from tests.benchmarks.subjects.behaviour_programs import forwarders
from tests.benchmarks.subjects.peer_programs import KINDS, MESSAGE
from tests.screen import Screen

BUSY = 50
IDLE = 200
CONNECTS = 1_000
WATCHED = 20
RATE = 5_000
BURST = 25
LEAST_KIB = 5
"""Less memory for a connection cannot be told from what else a program does meanwhile."""

MOST_SECONDS = 15.0
"""For how long connects go on; a slow program makes fewer of them."""

MESSAGES = f"{BUSY} × {MESSAGE} B, µs a message"
OPEN = f"{IDLE} idle, KiB each"
CHURN = f"{CONNECTS:,} connects, µs each"
DATAGRAM = f"UDP {RATE:,}/s, µs each"
ANSWERED = "UDP answered, %"
HEADS = ("", MESSAGES, OPEN, CHURN, DATAGRAM, ANSWERED)
RECORDED = "messages a second of processor time"
LOOKERS = ("Portdeck", "mitmdump")
"""The forwarders that show the bytes that pass."""

Figures = dict[str, float]


def main(rounds: int) -> None:
    allow_many_descriptors()
    kinds = present(KINDS)
    taken, looked = Taken(), Taken()
    with Screen(1280, 800) as screen, plain_server("uvloop")(screen) as upstream:
        lookers = present(
            [each for each in forwarders(upstream.port) if each.label.startswith(LOOKERS)]
        )
        for number in range(rounds):
            for kind in kinds:
                print(f"round {number + 1} of {rounds}: {kind.label}", flush=True)
                taken.add(kind.label, _measure(kind, screen))
            for kind in lookers:
                looked.add(kind.label, _look(kind, screen))
    medians = taken.medians()
    rows = [
        [label, *(_cell(figures, name) for name in HEADS[1:])] for label, figures in medians.items()
    ]
    show(f"Echo, median of {rounds} rounds; µs are processor time", HEADS, rows)
    looked_at = {label: each[RECORDED] for label, each in looked.medians().items()}
    looks = [[label, f"{value:,.0f}"] for label, value in looked_at.items()]
    show("Forwarding to an echo server, and looking at traffic", ["", RECORDED], looks)
    keep("peers", {"medians": medians, "watched": looked.rounds, "rounds": taken.rounds})
    _publish(rows, looks, medians, rounds)
    publish("peers", _summary(medians, looked_at), README)


# Loads


def _measure(kind: Kind, screen: Screen) -> Figures:
    figures: Figures = {}
    with kind.run(screen) as program:
        program.stand_apart()
        program.settle()
        steps: tuple[Callable[[Program], Figures], ...] = (_busy, _idle, _churn, _datagrams)
        for step in steps:
            try:
                figures |= step(program)
            except (OSError, ZeroDivisionError) as error:
                print(f"  {kind.label} gave up at {step.__name__[1:]}: {error}", flush=True)
    return figures


def _busy(program: Program) -> Figures:
    with Load(program.port) as load:
        connections = patient(load.open(BUSY))
        program.settle()
        return {MESSAGES: program.microseconds(Rounds(connections, MESSAGE).run)}


def _idle(program: Program) -> Figures:
    """Memory of connections on each of which one message was echoed."""
    program.settle()
    with Load(program.port) as load:
        before = program.memory_bytes()
        Rounds(patient(load.open(IDLE)), MESSAGE).run(0.01)
        program.settle()
        return {OPEN: (program.memory_bytes() - before) / IDLE / 1024}


def _churn(program: Program) -> Figures:
    with Load(program.port) as load:

        def connect(times: int) -> int:
            left = iter(range(times))
            end = time.monotonic() + MOST_SECONDS
            is_over = lambda: time.monotonic() > end or next(left, None) is None  # noqa: E731
            return load.churn(bytes(MESSAGE), is_over)

        connect(CONNECTS // 10)
        time.sleep(SETTLE_SECONDS)
        before = program.cpu_seconds()
        times = connect(CONNECTS)
        time.sleep(SETTLE_SECONDS)  # processes of connections that are over end and are counted
        return {CHURN: (program.cpu_seconds() - before) / times * 1e6}


def _datagrams(program: Program) -> Figures:
    if program.datagram_port is None:
        return {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect((HOST, program.datagram_port))
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sender.setblocking(False)
        _exchange(sender, WARM_UP_SECONDS)
        before = program.cpu_seconds()
        sent, answered = _exchange(sender, SECONDS)
        used = program.cpu_seconds() - before
    figures = {ANSWERED: min(100.0, answered / sent * 100)}
    return figures | ({DATAGRAM: used / answered * 1e6} if answered else {})


def _exchange(sender: socket.socket, seconds: float) -> tuple[int, int]:
    """Send datagrams at `RATE` for a while; how many were sent, and how many came back."""
    began = time.monotonic()
    sent = answered = 0
    while (now := time.monotonic()) < began + seconds:
        due = int((now - began) * RATE)
        if due - sent >= BURST:
            for _ in range(due - sent):
                with suppress(OSError):  # nobody takes it: it counts as not answered
                    sender.send(bytes(MESSAGE))
            sent = due
        answered += _received(sender, BURST / RATE)
    while came := _received(sender, SETTLE_SECONDS):
        answered += came
    return sent, answered


def _received(sender: socket.socket, seconds: float) -> int:
    """How many datagrams are there, after waiting for the first."""
    count = 0
    select.select([sender], [], [], seconds)
    while True:
        try:
            sender.recv(MESSAGE)
        except OSError:
            return count
        count += 1


def _look(kind: Kind, screen: Screen) -> Figures:
    """Messages that pass, and are recorded or looked at, in a second of processor time."""
    with kind.run(screen) as program, Load(program.port) as load:
        program.stand_apart()
        connections = patient(load.open(WATCHED))
        program.settle()
        return {RECORDED: 1e6 / program.microseconds(Rounds(connections, MESSAGE).run)}


# The guide


def _cell(figures: Figures, name: str) -> str:
    if name not in figures:
        return "—"
    value = figures[name]
    if name == OPEN and value < LEAST_KIB:
        return f"< {LEAST_KIB}"
    return f"{value:.1f}" if value < 1_000 else f"{value:,.0f}"


def _publish(
    rows: list[list[str]], looks: list[list[str]], medians: dict[str, Figures], rounds: int
) -> None:
    bars = [Bar(label, each[MESSAGES]) for label, each in medians.items() if MESSAGES in each]
    title = f"Processor time of one echoed message, {BUSY} connections, µs"
    for scheme in ("light", "dark"):
        (GUIDE / f"peers-{scheme}.svg").write_text(draw(title, bars, scheme), encoding="utf-8")
    publish(
        "peers",
        [
            *paragraph(
                f"Written by `make bench peers`: {circumstances(rounds)}. Portdeck has its window "
                "open, the table of connections on show, and keeps every byte. µs are processor "
                "time of all processes of a program. Packet Sender cannot echo; it answers with 64 "
                "fixed bytes."
            ),
            "",
            "<picture>",
            '  <source media="(prefers-color-scheme: dark)" srcset="peers-dark.svg">',
            f'  <img src="peers-light.svg" alt="{title}">',
            "</picture>",
            "",
            *markdown(HEADS, rows),
            "",
            f"Forwarding {WATCHED} × {MESSAGE} B to an echo server, with the traffic shown:",
            "",
            *markdown(["", RECORDED], looks),
        ],
    )


def _summary(medians: dict[str, Figures], looked_at: Figures) -> list[str]:
    """One line for each kind of load: Portdeck, and beside it the others."""

    def beside(name: str, unit: str) -> str:
        cells = {label: _cell(figures, name) for label, figures in medians.items()}
        return _beside(cells, unit)

    looks = {label: f"{value:,.0f}" for label, value in looked_at.items()}
    return [
        line
        for text in (
            f"A message of {MESSAGE} B that is echoed, with the window open and every byte kept, "
            f"takes {beside(MESSAGES, ' µs of processor time')}.",
            f"An idle connection takes {beside(OPEN, ' KiB')}.",
            f"Messages forwarded and recorded in a second of processor time: {_beside(looks, '')}.",
        )
        for line in item(text)
    ]


def _beside(cells: dict[str, str], unit: str) -> str:
    """Portdeck's window, which is the first, and the programs of others."""
    first, *_ = cells.values()
    others = (f"{label} {cell}" for label, cell in cells.items() if "Portdeck" not in label)
    return f"**{first}{unit}**; {', '.join(others)}"
