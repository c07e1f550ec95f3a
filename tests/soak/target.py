"""Portdeck that tells what it consists of: ``python -m tests.soak.target ARGUMENT ...`` (Linux).

Takes the arguments of Portdeck and is Portdeck. For each line on standard input it writes a line of
JSON to the descriptor that ``SOAK_REPORT`` names::

    {"objects": {type: how many}, "threads": [name, ...], "traffic": bytes that its logs take,
     "heap": bytes that the C library has given out, "free": bytes that it keeps for later,
     "blocks": how many pieces of memory Python has given out, those of strings included}
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
import threading
from collections import Counter
from typing import Any
from weakref import WeakSet

from app import cli
from app.traffic.chunk_log import ChunkLog

MOST_TYPES = 400


class _Heap(ctypes.Structure):
    """What ``mallinfo2`` returns."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def _report(descriptor: int, logs: WeakSet[ChunkLog]) -> None:
    library = ctypes.CDLL(None)
    library.mallinfo2.restype = _Heap
    for _ in sys.stdin:
        # On the thread of the program: what is destroyed here may belong to Qt.
        _reactor().callFromThread(_write_report, descriptor, logs, library)


def _reactor() -> Any:
    from twisted.internet import reactor  # what the program has installed by now

    return reactor


def _write_report(descriptor: int, logs: WeakSet[ChunkLog], library: Any) -> None:
    gc.collect()
    library.malloc_trim(0)  # as the window does now and then: or the figures depend on when it did
    counts = Counter(type(each).__qualname__ for each in gc.get_objects())
    heap = library.mallinfo2()
    report = {
        "objects": dict(counts.most_common(MOST_TYPES)),
        "threads": [each.name for each in threading.enumerate()],
        "traffic": sum(each.cost for each in logs),
        "heap": heap.uordblks + heap.hblkhd,
        "free": heap.fordblks,
        "blocks": sys.getallocatedblocks(),
    }
    os.write(descriptor, f"{json.dumps(report)}\n".encode())


def _logs() -> WeakSet[ChunkLog]:
    """All traffic logs that are made from now on."""
    logs: WeakSet[ChunkLog] = WeakSet()
    begin: Any = ChunkLog.__init__

    def begin_watched(log: ChunkLog, *arguments: Any, **options: Any) -> None:
        begin(log, *arguments, **options)
        logs.add(log)

    setattr(ChunkLog, "__init__", begin_watched)  # noqa: B010 - it stands in for a method
    return logs


def main() -> int:
    arguments = int(os.environ["SOAK_REPORT"]), _logs()
    threading.Thread(target=_report, args=arguments, daemon=True).start()
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
