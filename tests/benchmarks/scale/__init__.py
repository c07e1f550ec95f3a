"""How each cost grows with what is open or kept: ``make bench scale [full]``.

Everything is measured at four or more sizes, each in a process of its own, and fitted by a power of
the size: 0 is a cost that does not grow, 1 one that grows with the size. `full` goes on to the
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
from tests.benchmarks.harness.report import keep, markdown, paragraph, publish, show
from tests.benchmarks.scale.live import connections, listeners, table
from tests.benchmarks.scale.traffic import chunks, recording

SPARE_DESCRIPTORS = 300
"""What a window has open besides."""


@frozen
class Part:
    """One thing of which there may be many."""

    title: str
    measure: Callable[[int], dict[str, float]]
    """Given how many there are; named figures."""
    sizes: Sequence[int]
    full_sizes: Sequence[int]
    """Those that are added for `full`."""
    descriptors: float = 0.0
    """How many each of them takes, of the window and of the load."""

    def possible(self, size: int) -> int:
        """`size`, or what this process may open."""
        limit = allow_many_descriptors()
        if size * self.descriptors <= limit - SPARE_DESCRIPTORS:
            return size
        most = int((limit - SPARE_DESCRIPTORS) / self.descriptors) // 100 * 100
        print(
            f"{most:,} {self.title} instead of {size:,}: a process may have {limit:,} descriptors."
        )
        return most


PARTS = (
    Part(
        "idle connections, a tenth as many busy",
        connections,
        (1_000, 2_000, 4_000, 8_000),
        (20_000,),
        descriptors=1.1,
    ),
    Part("listeners", listeners, (125, 250, 500, 1_000), (), descriptors=1.0),
    Part("rows of the connections table", table, (2_500, 5_000, 10_000, 20_000), (50_000,)),
    Part("chunks, 16,667 a second", chunks, (100_000, 200_000, 400_000, 800_000), (10_000_000,)),
    Part("MB of a recording", recording, (64, 128, 256, 512), (1_024, 4_096)),
)


Figures = Mapping[int, Mapping[str, float]]
"""By size, the named figures of a part."""


def main(rounds: int, *, is_full: bool = False) -> None:
    """Measure each size once: a fit over several sizes takes the place of several rounds."""
    allow_many_descriptors()
    taken: dict[str, Figures] = {}
    for part in PARTS:
        figures = taken[part.title] = _measure(part, is_full)
        show(f"Scale: {part.title}", _heads(part.title, figures), _rows(figures))
        keep("scale", taken)
    publish_all(taken, is_full)


def publish_all(taken: Mapping[str, Figures], is_full: bool) -> None:
    """Put the figures of all parts into the guide."""
    lines = paragraph(
        f"Written by `make bench scale{' full' if is_full else ''}`. The exponent is "
        "that of a power of the size, fitted over all sizes: 0 does not grow, 1 grows with the "
        "size."
    )
    for title, figures in taken.items():
        lines += ["", *markdown(_heads(title, figures), _rows(figures))]
    publish("scale", lines)


def _measure(part: Part, is_full: bool) -> Figures:
    """By size. Each in a new process, so that none finds the memory of another."""
    figures: dict[int, Mapping[str, float]] = {}
    for size in map(part.possible, (*part.sizes, *(part.full_sizes if is_full else ()))):
        print(f"{size:,} {part.title}", flush=True)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as process:
            figures[size] = process.submit(part.measure, size).result()
    return figures


def _heads(title: str, figures: Figures) -> list[str]:
    return [title, *(f"{size:,}" for size in figures), "exponent"]


def _rows(figures: Figures) -> list[list[str]]:
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
