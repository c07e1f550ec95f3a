"""A stream that is written to on a thread of its own, over real pipes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from app.headless.output import Output

PATIENCE_SECONDS = 30.0
FULL = Path("/dev/full")


@pytest.fixture
def pipe() -> Iterator[tuple[TextIO, TextIO]]:
    """A pipe: the end to write to, and the end to read from."""
    read, write = os.pipe()
    with os.fdopen(write, "w") as out, os.fdopen(read) as lines:
        yield out, lines


def nobody_goes() -> None:
    raise AssertionError


def test_lines_arrive_in_their_order(pipe: tuple[TextIO, TextIO]) -> None:
    out, lines = pipe
    output = Output(out)
    output.begin(nobody_goes)
    for number in range(1000):
        assert output.write(f"line {number}")
    output.close(PATIENCE_SECONDS)
    out.close()
    assert lines.read().splitlines() == [f"line {number}" for number in range(1000)]


def test_who_does_not_read_holds_nobody_up(pipe: tuple[TextIO, TextIO]) -> None:
    output = Output(pipe[0], most=100)
    output.begin(nobody_goes)
    taken = [output.write("x" * 10_000) for _ in range(1000)]
    assert not taken[-1], "what is lost is told to who writes"
    output.close(0.01)
    pipe[1].close()


def test_a_reader_who_is_gone_is_told_once(pipe: tuple[TextIO, TextIO]) -> None:
    out, lines = pipe
    lines.close()
    gone = threading.Event()
    output = Output(out)
    output.begin(gone.set)
    output.write("line")
    assert gone.wait(PATIENCE_SECONDS)
    output.write("line")
    output.close(PATIENCE_SECONDS)


def test_what_an_encoding_lacks_is_written_as_an_escape() -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w", encoding="ascii") as out, os.fdopen(read) as lines:
        output = Output(out)
        output.begin(nobody_goes)
        output.write("回声 \udcff")
        output.close(PATIENCE_SECONDS)
        out.close()
        assert lines.read() == "\\u56de\\u58f0 \\udcff\n"


def test_without_a_stream_lines_are_nobodys() -> None:
    output = Output(None, most=1)
    output.begin(nobody_goes)
    assert output.write("line")
    assert output.write("line")
    output.close()


@pytest.mark.skipif(not FULL.exists(), reason="has no such device")
def test_a_full_disk_is_told_and_ends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with FULL.open("w") as out:
        output = Output(out)
        output.begin(nobody_goes)
        output.write("line")
        output.close(0.2)
    assert capsys.readouterr().err == (
        "The lines cannot be written (No space left on device); trying again.\n"
    )
