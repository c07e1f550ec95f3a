"""Runs programs beside the tests, with an end to every wait."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

ROOT = Path(__file__).parents[2]

PATIENCE_SECONDS = 30.0
"""A safety net: a program that says nothing for so long never will."""


class Program:
    """A running program whose output is read line by line."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            arguments,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.output = self.process.stdout
        self._net = Timer(PATIENCE_SECONDS, self.process.kill)
        self._net.start()

    def line(self) -> str:
        """The next line, without its end; empty when there is none any more."""
        return self.output.readline().removesuffix("\n")

    def event(self) -> dict[str, Any]:
        """The next line as the JSON object that it is."""
        event: dict[str, Any] = json.loads(self.output.readline())
        return event

    def send(self, signal: int) -> None:
        self.process.send_signal(signal)

    def end(self) -> tuple[int, str, str]:
        """Wait for it to end by itself; gives the exit code and what is left of both outputs."""
        out, err = self.process.communicate()
        return self.process.returncode, out, err

    def close(self) -> None:
        self._net.cancel()
        if self.process.poll() is None:
            self.process.kill()
        if not self.output.closed:
            self.process.communicate()


@contextmanager
def running(*arguments: str) -> Iterator[Program]:
    """A program that is gone in the end."""
    program = Program(arguments)
    try:
        yield program
    finally:
        program.close()


def serving(*arguments: str) -> list[str]:
    """The command line of `portdeck serve`, as it is in this checkout."""
    return [sys.executable, "-m", "app", "serve", *arguments]


def connecting(*arguments: str) -> list[str]:
    """The command line of `portdeck connect`."""
    return [sys.executable, "-m", "app", "connect", *arguments]
