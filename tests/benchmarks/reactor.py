"""What a message costs each reactor: processor time of an echo server, told by the system (Linux).

The servers run in processes of their own, all with a window but those that cannot have one, and
take turns within each round. Every figure is the median of the rounds. The load comes from this
process; a server stays on one processor, so that the load can have another.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any, NamedTuple

from tests.benchmarks.harness.load import Load, PingPong, Rounds, allow_many_descriptors
from tests.benchmarks.harness.process import Server, Usage
from tests.benchmarks.harness.report import keep, show
from tests.benchmarks.subjects.watched_window import BEAT_MS
from tests.panel import CONNECTIONS_ON_SHOW, Panel
from tests.screen import Screen

MESSAGE = 64
LARGE_MESSAGE = 65_536
CONNECTIONS = 50
IDLE_BESIDE = 5_000
IDLE_ALONE = 10_000

WARM_UP_SECONDS = 0.2
SECONDS = 1.0
LAG_SECONDS = 3.0
SLEEP_SECONDS = 2.0
PATIENCE_SECONDS = 60.0

PANEL = "whole panel"
LABELS = {
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
max_connections = {2 * IDLE_ALONE}
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
    with Panel(screen, PROFILE, module=module, settings=settings, pipe=pipe) as panel:
        ((_, port),) = panel.wait_until_listening(1)
        window = panel.window(screen)
        if settings == PLOTS_ON_SHOW:  # choose the listener, whose plot is then on show
            screen.xdotool("windowfocus", "--sync", window)
            screen.xdotool("key", "ctrl+1", "Down")

        def late() -> list[float]:
            return [gap - BEAT_MS / 1000 for gap in _recent(_ask(panel.process)["beats"])]

        yield Subject(port, Usage(panel.process.pid), late)


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


def main(rounds: int) -> None:
    allow_many_descriptors()
    figures: dict[str, dict[str, list[float]]] = {variant: {} for variant in LABELS}
    with Screen(1280, 800) as screen:
        for number in range(rounds):
            for variant, taken in figures.items():
                print(f"round {number + 1} of {rounds}: {LABELS[variant]}", flush=True)
                for name, value in _measure(variant, screen).items():
                    taken.setdefault(name, []).append(value)
    medians = {
        variant: {name: median(values) for name, values in taken.items()}
        for variant, taken in figures.items()
    }
    _show(medians, rounds)
    keep("reactor", {"medians": medians, "rounds": figures})


def _measure(variant: str, screen: Screen) -> dict[str, float]:
    taken: dict[str, float] = {}
    with serving(variant, screen) as subject, Load(subject.port) as load:
        apart(subject.usage)
        (alone,) = load.open(1)
        many = load.open(CONNECTIONS)
        _settle(subject.usage)  # what is done once for each connection is not for its messages
        taken["1 × 64 B, µs"] = microseconds(subject, Rounds([alone], MESSAGE).run)
        taken["50 × 64 B, µs"] = microseconds(subject, Rounds(many, MESSAGE).run)
        taken["50 × 64 KiB, µs"] = microseconds(subject, Rounds(many, LARGE_MESSAGE).run)
        taken["connect, echo, close, µs"] = microseconds(subject, _churn(load))
        load.open(IDLE_BESIDE)
        _settle(subject.usage)
        taken["50 × 64 B + 5 000 idle, µs"] = microseconds(subject, Rounds(many, MESSAGE).run)
        _settle(subject.usage)
        before = subject.usage.wake_ups()
        time.sleep(SLEEP_SECONDS)
        taken["wake-ups a second"] = (subject.usage.wake_ups() - before) / SLEEP_SECONDS
        taken["50 × 64 B one by one, µs"] = microseconds(subject, PingPong(many, MESSAGE).run)
    with serving(variant, screen) as subject, Load(subject.port) as load:
        _settle(subject.usage)
        before = subject.usage.resident_bytes()
        load.open(IDLE_ALONE)
        _settle(subject.usage)
        taken["idle connection, KiB"] = (
            (subject.usage.resident_bytes() - before) / IDLE_ALONE / 1024
        )
    with serving(variant, screen, watched=True) as subject:
        taken |= _lag(subject)
    if variant == PANEL:
        with _panel(screen, PLOTS_ON_SHOW, watched=True) as subject:
            lag = _lag(subject)
        taken |= {f"{name} with plots": value for name, value in lag.items()}
    return taken


def _lag(subject: Subject) -> dict[str, float]:
    """By how much timers are late while the server is saturated."""
    with Load(subject.port) as load:
        apart(subject.usage)
        _settle(subject.usage)
        Rounds(load.open(CONNECTIONS), MESSAGE).run(LAG_SECONDS)
        late = sorted(subject.late())
    return {"lag p99, ms": late[len(late) * 99 // 100] * 1000, "lag max, ms": late[-1] * 1000}


def _churn(load: Load) -> Callable[[float], int]:
    def run(seconds: float) -> int:
        end = time.monotonic() + seconds
        return load.churn(bytes(MESSAGE), lambda: time.monotonic() > end)

    return run


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


def _show(medians: dict[str, dict[str, float]], rounds: int) -> None:
    names = list(next(iter(medians.values())))
    show(
        f"An echo server, median of {rounds} rounds; µs are processor time a message",
        ["", *names],
        [
            [LABELS[variant], *(f"{taken[name]:.1f}" for name in names)]
            for variant, taken in medians.items()
        ],
    )
    deck, panel, twisted = (
        medians[variant] for variant in ("deck-reactor", PANEL, "twisted-epoll")
    )
    stock = medians["qt-reactor"]
    small, large, beside = "50 × 64 B, µs", "50 × 64 KiB, µs", "50 × 64 B + 5 000 idle, µs"
    memory = "idle connection, KiB"
    show(
        "Beside the goals",
        ["", "ratio", "goal"],
        [
            ["DeckReactor / Twisted epoll, 50 × 64 B", _ratio(deck, twisted, small), "≤ 0.55"],
            ["qt-reactor / DeckReactor, 50 × 64 B", _ratio(stock, deck, small), "≥ 10"],
            ["whole panel / Twisted epoll, 50 × 64 B", _ratio(panel, twisted, small), "≤ 0.90"],
            ["DeckReactor / Twisted epoll, 50 × 64 KiB", _ratio(deck, twisted, large), "≤ 0.60"],
            [
                "DeckReactor, with 5 000 idle / without",
                f"{deck[beside] / deck[small]:.2f}",
                "≤ 1.10",
            ],
            ["whole panel / Twisted epoll, memory", _ratio(panel, twisted, memory), "≤ 1.50"],
            ["whole panel, lag p99, ms", f"{panel['lag p99, ms']:.1f}", "< 16"],
            ["whole panel, lag max, ms", f"{panel['lag max, ms']:.1f}", "< 50"],
            ["with plots open, lag p99, ms", f"{panel['lag p99, ms with plots']:.1f}", "< 16"],
            ["with plots open, lag max, ms", f"{panel['lag max, ms with plots']:.1f}", "< 50"],
        ],
    )


def _ratio(numerator: dict[str, float], denominator: dict[str, float], name: str) -> str:
    return f"{numerator[name] / denominator[name]:.2f}"
