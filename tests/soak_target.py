"""Portdeck that tells what it consists of: ``python -m tests.soak_target ARGUMENT ...``.

Takes the arguments of Portdeck and is Portdeck. For each line on standard input it writes a line of
JSON to the descriptor that ``SOAK_REPORT`` names::

    {"objects": {type: how many}, "threads": [name, ...]}
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from collections import Counter

from app import cli

MOST_TYPES = 400


def _report(descriptor: int) -> None:
    for _ in sys.stdin:
        gc.collect()
        counts = Counter(type(each).__qualname__ for each in gc.get_objects())
        report = {
            "objects": dict(counts.most_common(MOST_TYPES)),
            "threads": [each.name for each in threading.enumerate()],
        }
        os.write(descriptor, f"{json.dumps(report)}\n".encode())


def main() -> int:
    descriptor = int(os.environ["SOAK_REPORT"])
    threading.Thread(target=_report, args=(descriptor,), daemon=True).start()
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
