"""How each cost grows with what is open or kept: ``python -m tests.benchmarks scale [--full]``.

Everything is measured at four or more sizes, each in a process of its own, and fitted by a power of
the size: 0 is a cost that does not grow, 1 one that grows with the size. `--full` goes on to the
largest sizes: 20,000 connections beside 2,000 busy ones, 1,000 listeners, a table of 50,000 rows,
10 million chunks in 10 minutes, a recording of 4 GB. It takes about half an hour and 5 GB of disk.
The table goes into `resources/guide/performance.md`.
"""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from statistics import linear_regression

from attrs import frozen

from tests.benchmarks.harness.load import allow_many_descriptors
from tests.benchmarks.harness.report import keep, markdown, publish, show
from tests.benchmarks.scale.live import connections, listeners, table
from tests.benchmarks.scale.traffic import chunks, recording


@frozen
class Part:
    """One thing of which there may be many."""

    title: str
    measure: Callable[[int], dict[str, float]]
    """Given how many there are; named figures."""
    sizes: Sequence[int]
    full_sizes: Sequence[int]
    """Those that are added for `--full`."""
    full_note: str = ""


PARTS = (
    Part(
        "idle connections, a tenth as many busy",
        connections,
        (1_000, 2_000, 4_000, 8_000),
        (20_000,),
    ),
    Part("listeners", listeners, (125, 250, 500, 1_000), ()),
    Part("rows of the connections table", table, (2_500, 5_000, 10_000, 20_000), (50_000,)),
    Part("chunks, 16,667 a second", chunks, (100_000, 200_000, 400_000, 800_000), (10_000_000,)),
    Part("MB of a recording", recording, (64, 128, 256, 512), (1_024, 4_096)),
)


def main(rounds: int, *, is_full: bool = False) -> None:
    """Measure each size once: a fit over several sizes takes the place of several rounds."""
    allow_many_descriptors()
    lines = [
        "Written by `make bench scale`"
        f"{', with `--full`' if is_full else ''}. The exponent is that of a power of the size, "
        "fitted over all sizes: 0 does not grow, 1 grows with the size. Resident memory is that of "
        "the process beyond what it takes without any.",
    ]
    taken = {}
    for part in PARTS:
        figures = _measure(part, is_full)
        taken[part.title] = figures
        heads = [part.title, *(f"{size:,}" for size in figures), "exponent"]
        rows = _rows(figures)
        show(f"Scale: {part.title}", heads, rows)
        lines += ["", *markdown(heads, rows)]
    publish("scale", lines)
    keep("scale", taken)


def _measure(part: Part, is_full: bool) -> dict[int, Mapping[str, float]]:
    """By size. Each in a new process, so that none finds the memory of another."""
    figures: dict[int, Mapping[str, float]] = {}
    for size in (*part.sizes, *(part.full_sizes if is_full else ())):
        print(f"{size:,} {part.title}", flush=True)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as process:
            figures[size] = process.submit(part.measure, size).result()
    return figures


def _rows(figures: Mapping[int, Mapping[str, float]]) -> list[list[str]]:
    names = next(iter(figures.values()))
    rows = []
    for name in names:
        values = [each[name] for each in figures.values()]
        rows.append([name, *map(_number, values), exponent(list(figures), values)])
    return rows


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def exponent(sizes: Sequence[int], values: Sequence[float]) -> str:
    """Of the power of the size that fits the values best; nothing if one of them is not above 0."""
    if min(values) <= 0:
        return "—"
    logarithms = [[math.log(each) for each in column] for column in (sizes, values)]
    return f"{linear_regression(*logarithms).slope:.2f}"
