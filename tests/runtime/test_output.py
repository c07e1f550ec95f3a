"""A stream that is written to on a thread of its own, over real pipes."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO, UnsupportedOperation
from pathlib import Path
from typing import TextIO

import pytest

from app.runtime.output import MOST_BYTES, DivertedStream, Output, diverted

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


@pytest.mark.skipif(sys.platform == "win32", reason="has no such pipes")
def test_a_pipe_that_does_not_block_gets_all_without_a_word(
    pipe: tuple[TextIO, TextIO], capsys: pytest.CaptureFixture[str]
) -> None:
    out, lines = pipe
    os.set_blocking(out.fileno(), False)
    output = Output(out)
    output.begin(nobody_goes)
    for _ in range(100):
        output.write("x" * 10_000)
    with ThreadPoolExecutor(1) as thread:
        reading = thread.submit(lines.read)
        output.close(PATIENCE_SECONDS)
        out.close()
        assert reading.result() == ("x" * 10_000 + "\n") * 100
    assert capsys.readouterr().err == ""


def test_what_is_diverted_arrives_as_it_was_written(pipe: tuple[TextIO, TextIO]) -> None:
    out, lines = pipe
    with diverted(out) as stream:
        print("half a ", end="", file=stream)
        print("line, \udcff", file=stream)
        stream.buffer.write(b"bytes\n")
        assert stream.fileno() == out.fileno()
        assert not stream.isatty()
    out.close()
    assert lines.read() == "half a line, \\udcff\nbytes\n"


def test_who_does_not_read_what_is_diverted_holds_nobody_up(
    pipe: tuple[TextIO, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runtime.output.CLOSE_SECONDS", 0.01)
    with diverted(pipe[0]) as stream:
        for _ in range(2 * MOST_BYTES // 100_000):
            stream.write("x" * 100_000)
    pipe[1].close()


class Narrow(Output):
    """Has room for a number of bytes."""

    def __init__(self, room: int) -> None:
        super().__init__(None)
        self.room = room
        self.taken = b""

    def put(self, data: bytes) -> bool:
        if len(self.taken) >= self.room:
            return False
        self.taken += data
        return True


def test_what_of_it_is_lost_is_told_once_there_is_room_again() -> None:
    narrow = Narrow(1)
    entrance = DivertedStream(narrow, None)
    for data in (b"one\n", b"two\n", b"three\n"):
        assert entrance.write(data) == len(data), "for who writes it is as if all were well"
    narrow.room = 1000
    entrance.write(b"four\n")
    entrance.write(b"five\n")
    assert narrow.taken.decode().splitlines() == [
        "one",
        "",
        "10 bytes are lost here: those before them were not read in time.",
        "four",
        "five",
    ]


def test_a_reader_of_it_who_is_gone_matters_to_nobody(pipe: tuple[TextIO, TextIO]) -> None:
    out, lines = pipe
    lines.close()
    with diverted(out) as stream:
        print("line", file=stream)
    print("and afterwards", file=stream)


def test_nothing_is_diverted_where_nobody_would_wait() -> None:
    kept = StringIO()
    with diverted(kept) as stream:
        assert stream is kept
    with diverted(None) as stream:
        print("nobody's", file=stream)
        with pytest.raises(UnsupportedOperation):
            stream.fileno()


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
