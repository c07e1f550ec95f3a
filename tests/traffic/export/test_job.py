"""Exports in steps: a complete file or none."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.traffic.chunk_log import Chunk, ChunkLog
from app.traffic.connection_info import CloseKind, ConnectionEnd, ConnectionInfo
from app.traffic.export.job import BATCH_BYTES, BATCH_CHUNKS, ExportError, ExportFormat, Job
from app.traffic.export.text import Raw


@pytest.fixture
def log() -> ChunkLog:
    log = ChunkLog(max_chunks=8_000)
    for number in range(5 * BATCH_CHUNKS):
        log.append(0.0, 1, True, b"%d," % number)
    return log


def job(log: ChunkLog, path: Path, form: ExportFormat | None = None) -> Job:
    numbers = range(log.first, log.end)
    return Job(log, numbers, form or Raw(sent=True), lambda number: None, path)


def test_the_file_appears_only_when_it_is_complete(log: ChunkLog, tmp_path: Path) -> None:
    path = tmp_path / "out"
    export = job(log, path)
    steps = 1
    while not export.step(0.0):
        assert not path.exists()
        steps += 1
    assert steps == 5
    assert path.read_bytes() == b"".join(b"%d," % each for each in range(5 * BATCH_CHUNKS))
    assert (export.written, export.missed, export.is_over) == (5 * BATCH_CHUNKS, 0, True)
    assert list(tmp_path.iterdir()) == [path]


def test_only_its_owner_can_read_it(log: ChunkLog, tmp_path: Path) -> None:
    path = tmp_path / "out"
    job(log, path).step(60)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_cancelled_export_leaves_no_file_and_does_not_change_an_older_one(
    log: ChunkLog, tmp_path: Path
) -> None:
    path = tmp_path / "out"
    path.write_text("older")
    export = job(log, path)
    export.step(0.0)
    export.cancel()
    export.cancel()
    assert export.is_over
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


def test_chunks_dropped_before_they_were_written_are_counted(log: ChunkLog, tmp_path: Path) -> None:
    path = tmp_path / "out"
    export = job(log, path)
    export.step(0.0)
    log.clear()
    assert export.step(60)
    assert (export.written, export.missed) == (BATCH_CHUNKS, 4 * BATCH_CHUNKS)
    assert path.read_bytes().endswith(b"%d," % (BATCH_CHUNKS - 1))


def test_large_chunks_are_written_in_small_steps(tmp_path: Path) -> None:
    log = ChunkLog()
    for _ in range(4):
        log.append(0.0, 1, True, bytes(BATCH_BYTES))
    export = job(log, tmp_path / "out")
    export.step(0.0)
    assert export.done == 1
    assert export.step(60)
    assert (tmp_path / "out").stat().st_size == 4 * BATCH_BYTES


def test_an_export_of_no_chunks_is_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "out"
    assert job(ChunkLog(), path).step(0.0)
    assert path.read_bytes() == b""


def test_a_missing_folder_is_refused_with_a_sentence(log: ChunkLog, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="out was not written: No such file or directory"):
        job(log, tmp_path / "none" / "out")


def test_a_path_that_is_a_folder_fails_and_leaves_no_file(log: ChunkLog, tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.mkdir()
    export = job(log, path)
    with pytest.raises(ExportError, match="Is a directory"):
        export.step(60)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
@pytest.mark.parametrize("size", [1, 1_000_000])
def test_a_full_disk_fails_and_leaves_no_file(log: ChunkLog, tmp_path: Path, size: int) -> None:
    log.append(0.0, 1, True, bytes(size))
    export = job(log, tmp_path / "out")
    export._file.close()
    with Path("/dev/full").open("wb") as full:
        export._file = full
        with pytest.raises(ExportError, match="No space left on device"):
            export.step(60)
    assert export.is_over
    assert list(tmp_path.iterdir()) == []


class EventFormat:
    """Writes the number of each chunk, and `!` with the connection for each end."""

    def head(self) -> bytes:
        return b""

    def body(self, chunk: Chunk, info: ConnectionInfo | None) -> bytes:
        return b"%d " % chunk.number

    def end(self, ending: ConnectionEnd) -> bytes:
        return b"!%d " % ending.connection


def test_the_end_of_a_connection_comes_after_its_last_chunk(tmp_path: Path) -> None:
    log = ChunkLog()
    log.end_connection(0.0, 6, CloseKind.CLOSED)
    log.append(0.0, 7, True, b"x")
    log.append(0.0, 8, True, b"x")
    log.end_connection(0.0, 7, CloseKind.CLOSED)
    log.append(0.0, 8, True, b"x")
    log.end_connection(0.0, 8, CloseKind.CLOSED)
    path = tmp_path / "out"
    job(log, path, EventFormat()).step(60)
    assert path.read_bytes() == b"!6 0 1 !7 2 !8 "
    Job(log, [1], EventFormat(), lambda number: None, path).step(60)
    assert path.read_bytes() == b"1 !7 !8 "


class Failing(EventFormat):
    """A format that fails at a chunk, as one may at invalid data from a recording."""

    def body(self, chunk: Chunk, info: ConnectionInfo | None) -> bytes:
        raise ValueError(chunk.number)


def test_a_format_that_fails_ends_the_export_with_a_sentence_and_no_file(
    log: ChunkLog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    export = job(log, tmp_path / "out", Failing())
    with pytest.raises(ExportError, match="out was not written: the traffic cannot be put"):
        export.step(60)
    assert export.is_over
    assert list(tmp_path.iterdir()) == []
    assert "ValueError" in caplog.text
