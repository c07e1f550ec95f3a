"""Portdeck beside real programs: what a message, a connection and a datagram cost each (Linux).

The load comes from this process. Programs take turns within each round, every figure is the median
of the rounds, and processor time is what the system counts for all processes of a program. The
table goes into `resources/guide/performance.md`, the picture beside it.
"""

from __future__ import annotations

import os
import select
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.bar_chart import Bar, draw
from tests.benchmarks.load import Load, Rounds, allow_many_descriptors
from tests.benchmarks.peer_programs import HOST, KINDS, MESSAGE, Kind, Program, mitmdump
from tests.benchmarks.peer_programs import plain_server as server
from tests.benchmarks.report import keep, show
from tests.screen import Screen

BUSY = 50
IDLE = 200
CONNECTS = 1_000
WATCHED = 20
RATE = 5_000
BURST = 25
SECONDS = 1.5
WARM_UP_SECONDS = 0.3
SETTLE_SECONDS = 0.5
ANSWER_SECONDS = 5.0
LEAST_KIB = 5
"""Less memory for a connection cannot be told from what else a program does meanwhile."""

MOST_SECONDS = 15.0
"""For how long connects go on; a slow program makes fewer of them."""

GUIDE = Path(__file__).parents[2] / "resources" / "guide"
BEGIN, END = "<!-- peers: begin -->", "<!-- peers: end -->"

MESSAGES = f"{BUSY} × {MESSAGE} B, µs a message"
OPEN = f"{IDLE} idle, KiB each"
CHURN = f"{CONNECTS:,} connects, µs each"
DATAGRAM = f"UDP {RATE:,}/s, µs each"
ANSWERED = "UDP answered, %"
HEADS = (MESSAGES, OPEN, CHURN, DATAGRAM, ANSWERED)

Figures = dict[str, float]


def main(rounds: int) -> None:
    allow_many_descriptors()
    for kind in KINDS:
        if kind.missing:
            print(kind.missing, flush=True)
    kinds = [kind for kind in KINDS if not kind.missing]
    taken: dict[str, dict[str, list[float]]] = {kind.label: {} for kind in kinds}
    watched: dict[str, list[float]] = {}
    with Screen(1280, 800) as screen:
        for number in range(rounds):
            for kind in kinds:
                print(f"round {number + 1} of {rounds}: {kind.label}", flush=True)
                for name, value in _measure(kind, screen).items():
                    taken[kind.label].setdefault(name, []).append(value)
            for label, value in _watch(screen).items():
                watched.setdefault(label, []).append(value)
    medians = {
        label: {name: median(values) for name, values in figures.items()}
        for label, figures in taken.items()
    }
    looked_at = {label: median(values) for label, values in watched.items()}
    rows = [
        [label, *(_cell(figures, name) for name in HEADS)] for label, figures in medians.items()
    ]
    show(f"Echo, median of {rounds} rounds; µs are processor time", ["", *HEADS], rows)
    watched_rows = [[label, f"{value:,.0f}"] for label, value in looked_at.items()]
    heads = ["", "messages recorded in a second of processor time"]
    show("Looking at traffic", heads, watched_rows)
    keep("peers", {"medians": medians, "watched": looked_at, "rounds": taken})
    _write_guide([["", *HEADS], *rows], [heads, *watched_rows], medians, rounds)


# Loads


def _measure(kind: Kind, screen: Screen) -> Figures:
    figures: Figures = {}
    running: Any = kind.run(screen)
    with running as program:
        for processor in program.processes():
            processor.cpu_affinity([max(os.sched_getaffinity(0))])
        _settle(program)
        steps: tuple[Callable[[Program], Figures], ...] = (_busy, _idle, _churn, _datagrams)
        for step in steps:
            try:
                figures |= step(program)
            except (OSError, ZeroDivisionError) as error:
                print(f"  {kind.label} gave up at {step.__name__[1:]}: {error}", flush=True)
    return figures


def _busy(program: Program) -> Figures:
    with Load(program.port) as load:
        connections = _patient(load.open(BUSY))
        _settle(program)
        return {MESSAGES: _cost(program, Rounds(connections, MESSAGE).run)}


def _idle(program: Program) -> Figures:
    """Memory of connections on each of which one message was echoed."""
    _settle(program)
    with Load(program.port) as load:
        before = program.memory_bytes()
        Rounds(_patient(load.open(IDLE)), MESSAGE).run(0.01)
        _settle(program)
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


def _settle(program: Program) -> None:
    """Wait until it has nothing left to do of its own."""
    deadline = time.monotonic() + ANSWER_SECONDS
    used = -1.0
    while used != (used := program.cpu_seconds()) and time.monotonic() < deadline:
        time.sleep(SETTLE_SECONDS)


def _patient(connections: list[socket.socket]) -> list[socket.socket]:
    """A program that does not answer costs a figure, not the run."""
    for each in connections:
        each.settimeout(ANSWER_SECONDS)
    return connections


def _cost(program: Program, run: Callable[[float], int]) -> float:
    """Microseconds of processor time a message."""
    run(WARM_UP_SECONDS)
    before = program.cpu_seconds()
    messages = run(SECONDS)
    return (program.cpu_seconds() - before) / messages * 1e6


# Looking at traffic


def _watch(screen: Screen) -> Figures:
    """Messages recorded in a second of processor time, Portdeck and mitmdump."""
    figures: Figures = {}
    running: Any = KINDS[0].run(screen)
    with running as program, Load(program.port) as load:
        cost = _cost(program, Rounds(_patient(load.open(WATCHED)), MESSAGE).run)
        figures["Portdeck, traffic on"] = 1e6 / cost
    command = os.environ.get("MITMDUMP") or shutil.which("mitmdump")
    if command is None:
        print(
            "mitmdump is left out: install mitmproxy in an environment of its own and name it with "
            "MITMDUMP=/path/to/mitmdump.",
            flush=True,
        )
        return figures
    upstream: Any = server("asyncio")(screen)
    with upstream as echo, mitmdump(command, echo.port) as program, Load(program.port) as load:
        cost = _cost(program, Rounds(_patient(load.open(WATCHED)), MESSAGE).run)
        figures["mitmdump --mode reverse:tcp"] = 1e6 / cost
    return figures


# The guide


def _cell(figures: Figures, name: str) -> str:
    if name not in figures:
        return "—"
    value = figures[name]
    if name == OPEN and value < LEAST_KIB:
        return f"< {LEAST_KIB}"
    return f"{value:.1f}" if value < 1_000 else f"{value:,.0f}"


def _write_guide(
    table: list[list[str]],
    watched: list[list[str]],
    medians: dict[str, Figures],
    rounds: int,
) -> None:
    GUIDE.mkdir(parents=True, exist_ok=True)
    bars = [Bar(label, each[MESSAGES]) for label, each in medians.items() if MESSAGES in each]
    title = f"Processor time of one echoed message, {BUSY} connections, µs"
    for scheme in ("light", "dark"):
        (GUIDE / f"peers-{scheme}.svg").write_text(draw(title, bars, scheme), encoding="utf-8")
    lines = [
        BEGIN,
        f"Written by `make bench peers`: the median of {rounds} rounds on "
        f"{len(os.sched_getaffinity(0))} processors. Portdeck has its window open, the table of "
        "connections on show, and keeps every byte. µs are processor time of all processes of a "
        "program. Packet Sender cannot echo; it answers with 64 fixed bytes.",
        "",
        "<picture>",
        '  <source media="(prefers-color-scheme: dark)" srcset="peers-dark.svg">',
        f'  <img src="peers-light.svg" alt="{title}">',
        "</picture>",
        "",
        *_markdown(table),
        "",
        *_markdown(watched),
        END,
    ]
    path = GUIDE / "performance.md"
    text = path.read_text(encoding="utf-8") if path.exists() else f"# Performance\n\n{BEGIN}{END}\n"
    if BEGIN not in text or END not in text:
        text = f"{text.rstrip()}\n\n{BEGIN}{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(before + "\n".join(lines) + after, encoding="utf-8")


def _markdown(rows: list[list[str]]) -> list[str]:
    heads, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return [heads, f"|---|{'---:|' * (len(rows[0]) - 1)}", *rest]
