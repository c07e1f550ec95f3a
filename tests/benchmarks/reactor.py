"""What a message costs each reactor: processor time of an echo server, told by the system (Linux).

The servers run in processes of their own, all with a window but those that cannot have one, and
take turns within each round. Every figure is the median of the rounds. The load comes from this
process; a server stays on one processor, so that the load can have another.

``--only churn,panel,twisted-epoll`` takes one figure of two servers.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any, NamedTuple

from tests.benchmarks.harness.load import Load, PingPong, Rounds, allow_many_descriptors
from tests.benchmarks.harness.process import Server, Usage
from tests.benchmarks.harness.report import keep, show
from tests.benchmarks.subjects.watched_window import BEAT_MS
from tests.portdeck_process import CONNECTIONS_ON_SHOW, PortdeckProcess
from tests.screen import Screen

MESSAGE = 64
LARGE_MESSAGE = 65_536
CONNECTIONS = 50
IDLE = 5_000

WARM_UP_SECONDS = 0.2
SECONDS = 1.0
LAG_SECONDS = 2.0
SLEEP_SECONDS = 1.0
PATIENCE_SECONDS = 60.0

PANEL = "panel"
SERVERS = {
    "qt-reactor": "qt-reactor as it is",
    "twisted-epoll": "Twisted epoll, no window",
    "deck-reactor": "DeckReactor",
    PANEL: "DeckReactor, the whole panel",
    "asyncio": "asyncio Protocol, no window",
    "uvloop": "uvloop Protocol, no window",
}

PLOTS_ON_SHOW = "[General]\ntab=overview\n\n[room]\nshown=details\n"
"""What a window remembers whose overview and details, both with plots, were on show."""

PROFILE = f"""
version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
max_connections = {4 * IDLE}
autostart = true
"""


class Subject(NamedTuple):
    """A server under load."""

    port: int
    usage: Usage
    late: Callable[[], list[float]]
    """The seconds by which timers were late in the last ``LAG_SECONDS``; ends a server."""


@contextmanager
def serving(variant: str, screen: Screen, *, watched: bool = False) -> Iterator[Subject]:
    """Start a server of this variant, and end it."""
    if variant == PANEL:
        with _panel(screen, CONNECTIONS_ON_SHOW, watched=watched) as subject:
            yield subject
        return
    arguments = [variant, "--probe"] if watched else [variant]
    with Server(
        "tests.benchmarks.subjects.echo_servers", *arguments, environment=screen.environment
    ) as server:
        yield Subject(server.port, server, lambda: _recent(server.finish()["lags"]))


@contextmanager
def _panel(screen: Screen, settings: str, *, watched: bool) -> Iterator[Subject]:
    module = "tests.benchmarks.subjects.watched_window" if watched else "app"
    pipe = subprocess.PIPE if watched else None
    with PortdeckProcess(screen, PROFILE, module=module, settings=settings, pipe=pipe) as portdeck:
        ((_, port),) = portdeck.wait_until_listening(1)
        window = portdeck.window(screen)
        if settings == PLOTS_ON_SHOW:  # choose the listener, whose plot is then on show
            screen.xdotool("windowfocus", "--sync", window)
            screen.xdotool("key", "ctrl+1", "Down")

        def late() -> list[float]:
            return [gap - BEAT_MS / 1000 for gap in _recent(_ask(portdeck.process)["beats"])]

        yield Subject(port, Usage(portdeck.process.pid), late)


def _ask(process: subprocess.Popen[str]) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def _recent(samples: list[tuple[float, float]]) -> list[float]:
    since = time.monotonic() - LAG_SECONDS
    recent = [value for when, value in samples if when >= since]
    return recent or [LAG_SECONDS]  # a timer that never ran


def main(rounds: int, only: Collection[str] = ()) -> None:
    """Measure. `only` names servers or figures, by the keys of `SERVERS` and `FIGURES`."""
    if unknown := set(only) - SERVERS.keys() - FIGURES.keys():
        known = ", ".join((*SERVERS, *FIGURES))
        raise SystemExit(f"There is no {', '.join(unknown)}, but there are {known}.")
    allow_many_descriptors()
    servers = [each for each in SERVERS if each in only] or list(SERVERS)
    names = [each for each in FIGURES if each in only] or list(FIGURES)
    taken: dict[str, dict[str, list[float]]] = {each: {} for each in servers}
    with Screen(1280, 800) as screen:
        for number in range(rounds):
            for server, figures in taken.items():
                print(f"round {number + 1} of {rounds}: {SERVERS[server]}", flush=True)
                for name, value in _measure(server, screen, names):
                    figures.setdefault(name, []).append(value)
    medians = {
        server: {name: median(values) for name, values in figures.items()}
        for server, figures in taken.items()
    }
    _show(medians, rounds)
    if not only:
        keep("reactor", {"medians": medians, "rounds": taken})


def _measure(variant: str, screen: Screen, names: Collection[str]) -> Iterator[tuple[str, float]]:
    loads = [name for name in names if name in LOADS]
    if loads:
        with serving(variant, screen) as subject, Load(subject.port) as load:
            apart(subject.usage)
            _settle(subject.usage)
            for name in loads:
                yield name, LOADS[name](subject, load)
    if "memory" in names:
        with serving(variant, screen) as subject, Load(subject.port) as load:
            yield "memory", _memory(subject, load)
    if "lag" in names:
        with serving(variant, screen, watched=True) as subject:
            yield from zip(("lag", "lag-most"), _lag(subject), strict=True)
    if "lag" in names and variant == PANEL:
        with _panel(screen, PLOTS_ON_SHOW, watched=True) as subject:
            yield from zip(("plots-lag", "plots-lag-most"), _lag(subject), strict=True)


def _single(subject: Subject, load: Load) -> float:
    return microseconds(subject, Rounds(load.open(1), MESSAGE).run)


def _many(size: int) -> Callable[[Subject, Load], float]:
    def measure(subject: Subject, load: Load) -> float:
        many = load.open(CONNECTIONS)
        _settle(subject.usage)  # what is done once for each connection is not for its messages
        return microseconds(subject, Rounds(many, size).run)

    return measure


def _churn(subject: Subject, load: Load) -> float:
    def run(seconds: float) -> int:
        end = time.monotonic() + seconds
        return load.churn(bytes(MESSAGE), lambda: time.monotonic() > end)

    return microseconds(subject, run)


def _beside_idle(subject: Subject, load: Load) -> float:
    load.open(IDLE)
    return _many(MESSAGE)(subject, load)


def _asleep(subject: Subject, load: Load) -> float:
    _settle(subject.usage)
    before = subject.usage.wake_ups()
    time.sleep(SLEEP_SECONDS)
    return (subject.usage.wake_ups() - before) / SLEEP_SECONDS


def _one_by_one(subject: Subject, load: Load) -> float:
    many = load.open(CONNECTIONS)
    _settle(subject.usage)
    return microseconds(subject, PingPong(many, MESSAGE).run)


def _memory(subject: Subject, load: Load) -> float:
    _settle(subject.usage)
    before = subject.usage.resident_bytes()
    load.open(IDLE)
    _settle(subject.usage)
    return (subject.usage.resident_bytes() - before) / IDLE / 1024


LOADS: dict[str, Callable[[Subject, Load], float]] = {
    "single": _single,
    "small": _many(MESSAGE),
    "large": _many(LARGE_MESSAGE),
    "churn": _churn,
    "beside": _beside_idle,
    "asleep": _asleep,
    "turns": _one_by_one,
}
"""The figures that one server can give one after the other. `beside` leaves its idle connections
to those after it."""

FIGURES = {
    "single": "1 × 64 B, µs",
    "small": "50 × 64 B, µs",
    "large": "50 × 64 KiB, µs",
    "churn": "connect, echo, close, µs",
    "beside": "50 × 64 B + 5 000 idle, µs",
    "asleep": "wake-ups a second",
    "turns": "50 × 64 B one by one, µs",
    "memory": "idle connection, KiB",
    "lag": "lag p99, ms",
}


def _lag(subject: Subject) -> tuple[float, float]:
    """By how many ms timers are late while the server is saturated: the 99th percentile, and the
    most."""
    with Load(subject.port) as load:
        apart(subject.usage)
        _settle(subject.usage)
        Rounds(load.open(CONNECTIONS), MESSAGE).run(LAG_SECONDS)
        late = sorted(subject.late())
    return late[len(late) * 99 // 100] * 1000, late[-1] * 1000


def microseconds(subject: Subject, run: Callable[[float], int]) -> float:
    """Processor time that the server takes for each message of a load."""
    run(WARM_UP_SECONDS)
    before = subject.usage.cpu_seconds()
    messages = run(SECONDS)
    return (subject.usage.cpu_seconds() - before) / messages * 1e6


def _settle(usage: Usage) -> None:
    """Wait until the server has nothing left to do."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    quiet = 0
    while quiet < 5 and time.monotonic() < deadline:
        before = usage.cpu_seconds()
        time.sleep(0.1)
        quiet = quiet + 1 if usage.cpu_seconds() - before < 0.005 else 0


def apart(usage: Usage) -> None:
    """Keep the server on the last processor, so that the load may have the others to itself."""
    usage.pin(max(os.sched_getaffinity(0)))


GOALS = (
    ("deck-reactor", "twisted-epoll", "small", "≤ 0.55"),
    ("qt-reactor", "deck-reactor", "small", "≥ 10"),
    ("deck-reactor", "twisted-epoll", "large", "≤ 0.60"),
    (PANEL, "twisted-epoll", "single", "≤ 0.85"),
    (PANEL, "twisted-epoll", "small", "≤ 0.65"),
    (PANEL, "twisted-epoll", "large", "≤ 0.60"),
    (PANEL, "twisted-epoll", "churn", "≤ 1.15"),
    (PANEL, "twisted-epoll", "memory", "≤ 1.20"),
)
"""Two servers, a figure, and what is wanted of its ratio."""


def _show(medians: dict[str, dict[str, float]], rounds: int) -> None:
    names = [each for each in FIGURES if each in next(iter(medians.values()))]
    show(
        f"An echo server, median of {rounds} rounds; µs are processor time a message",
        ["", *(FIGURES[name] for name in names)],
        [
            [SERVERS[server], *(f"{taken[name]:.1f}" for name in names)]
            for server, taken in medians.items()
        ],
    )
    rows = [
        [
            f"{SERVERS[one]} / {SERVERS[other]}: {FIGURES[name]}",
            f"{medians[one][name] / medians[other][name]:.2f}",
            goal,
        ]
        for one, other, name, goal in GOALS
        if {one, other} <= medians.keys() and name in names
    ]
    deck, panel = medians.get("deck-reactor", {}), medians.get(PANEL, {})
    if {"small", "beside"} <= deck.keys():
        grown = deck["beside"] / deck["small"]
        rows.append(["DeckReactor, with 5 000 idle / without", f"{grown:.2f}", "≤ 1.10"])
    if "lag" in panel:
        for words, lag in (("", "lag"), (" with plots open", "plots-lag")):
            rows.append([f"the panel's lag p99{words}, ms", f"{panel[lag]:.1f}", "< 16"])
            rows.append([f"the panel's lag max{words}, ms", f"{panel[f'{lag}-most']:.1f}", "< 50"])
    if rows:
        show("Beside the goals", ["", "measured", "goal"], rows)
