"""``python -m tests.benchmarks [NAME ...] [full] [--only WORD,WORD]``: run benchmarks.

Each is a module of this package, with a docstring whose first line says what it measures, and
``main(rounds)``. Without a name all are run. ``full`` has ``scale`` go on to the largest sizes;
``--only`` chooses servers and figures of ``reactor``. Figures are printed, and kept in
``build/benchmarks/NAME.json``; none passes or fails.
"""

from __future__ import annotations

import argparse
import importlib
from typing import Any

BENCHMARKS = (
    "reactor",
    "datagrams",
    "startup",
    "idle",
    "listeners",
    "burst",
    "table",
    "traffic",
    "flood",
    "tap",
    "recording",
    "console",
    "rules",
    "behaviour",
    "scale",
    "peers",
)

FULL = "full"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--rounds", type=int, default=5, help="how often each figure is taken")
    parser.add_argument(
        "--only", default="", help="servers and figures of `reactor`, with commas between them"
    )
    arguments = parser.parse_args()
    names = [name for name in arguments.names if name != FULL]
    is_full = FULL in arguments.names
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    for name in names or BENCHMARKS:
        options: dict[str, Any] = {}
        if name == "scale":
            options = {"is_full": is_full}
        elif name == "reactor":
            options = {"only": [word for word in arguments.only.split(",") if word]}
        importlib.import_module(f"tests.benchmarks.{name}").main(arguments.rounds, **options)


if __name__ == "__main__":
    main()
