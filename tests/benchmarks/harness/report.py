"""What a benchmark leaves: a table to read, and a file of figures to compare with later ones."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import wrap

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "build" / "benchmarks"
GUIDE = ROOT / "resources" / "guide"
PAGE = GUIDE / "performance.md"
README = ROOT / "README.md"
PAGE_WIDTH = 115


def keep(name: str, figures: Mapping[str, object]) -> None:
    """Write `figures` to `build/benchmarks/NAME.json`, with what they were measured on."""
    machine = {
        "cpus": len(os.sched_getaffinity(0)),
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine, **figures}, indent=2)
    (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


def show(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, in Markdown. The first column is words, the rest are numbers."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    print(f"\n{title}\n")
    print(_line(heads, widths))
    print(
        "|".join(["", "-" * (widths[0] + 2), *("-" * (each + 1) + ":" for each in widths[1:]), ""])
    )
    for row in rows:
        print(_line(row, widths))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    words = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
    return f"| {' | '.join(words)} |"


def publish(name: str, lines: Sequence[str], page: Path = PAGE) -> None:
    """Put `lines` into a page, in place of what the benchmark `name` put there before."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = page.read_text(encoding="utf-8")
    if begin not in text:
        text = f"{text.rstrip()}\n\n{begin}{end}\n"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    page.write_text("\n".join([f"{before}{begin}", *lines, f"{end}{after}"]), encoding="utf-8")


def paragraph(text: str) -> list[str]:
    """The lines of a paragraph of a page."""
    return wrap(text, PAGE_WIDTH, break_on_hyphens=False)


def item(text: str) -> list[str]:
    """The lines of one item of a list."""
    return wrap(f"- {text}", PAGE_WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table. The first column is words, the rest are numbers."""
    lines = [f"| {' | '.join(row)} |" for row in (heads, *rows)]
    return [lines[0], f"|---|{'---:|' * (len(heads) - 1)}", *lines[1:]]


def circumstances(rounds: int) -> str:
    """How figures were taken, as a sentence begins."""
    return f"the median of {rounds} rounds on {len(os.sched_getaffinity(0))} processors"
