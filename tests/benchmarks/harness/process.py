"""A server in a process of its own, and what the operating system says it costs (Linux)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
START_SECONDS = 30.0


class Usage:
    """What a process has used up, as the operating system counts it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        # A process's CPU clock, as pthread_getcpuclockid and clock_getcpuclockid build it.
        self._cpu_clock = (~pid << 3) | 2

    def cpu_seconds(self) -> float:
        """CPU time of all its threads since it began, user and system."""
        return time.clock_gettime(self._cpu_clock)

    def pin(self, cpu: int) -> None:
        """Have it run on one processor alone, so that what it is compared with can have another."""
        os.sched_setaffinity(self.pid, {cpu})

    def resident_bytes(self) -> int:
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * PAGE_BYTES

    def wake_ups(self) -> int:
        """How often any of its threads went to sleep and came back."""
        total = 0
        for status in Path(f"/proc/{self.pid}/task").glob("*/status"):
            for line in status.read_text().splitlines():
                if line.startswith("voluntary_ctxt_switches"):
                    total += int(line.split()[1])
        return total


class Server(Usage):
    """``python -m MODULE ARGUMENT ...``, which prints ``{"port": N}`` when it listens.

    It ends when its standard input does, and may print one more JSON object before: its report.
    """

    def __init__(
        self, module: str, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        super().__init__(self._process.pid)
        assert self._process.stdout is not None
        try:
            self.port = int(json.loads(self._process.stdout.readline())["port"])
        except ValueError:
            self._process.kill()
            raise RuntimeError(f"{module} {' '.join(arguments)} did not start") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def finish(self) -> Any:
        """Have the server end; return its report, or None."""
        text, _ = self._process.communicate(timeout=START_SECONDS)
        return json.loads(text) if text.strip() else None
