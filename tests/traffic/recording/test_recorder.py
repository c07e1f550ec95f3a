"""Recording: all traffic from the start on, in batches, with a count of what was missed."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.traffic.chunk_log import ChunkLog
from app.traffic.connection_info import CloseKind, ConnectionEnd
from app.traffic.recording import recorder as recorder_module
from app.traffic.recording.reader import Recording
from app.traffic.recording.recorder import RESERVE_BYTES, Recorder, Writer
from app.traffic.recording.schema import RecordingError
from tests.traffic.recording.conftest import CONNECTIONS, chunks_of, record, talk

Opened = Callable[[Path], Recording]


def test_only_traffic_between_start_and_stop_is_recorded(path: Path, opened: Opened) -> None:
    log = ChunkLog()
    talk(log, 5)
    recorder = record(log, path)
    wanted = talk(log, 1000)
    recorder.stop()
    talk(log, 5)
    recorder.finish()
    assert (recorder.chunks, recorder.missed, recorder.trouble) == (1000, 0, "")
    found = chunks_of(opened(path))
    assert [chunk.number for chunk in found] == list(range(1000))
    assert [(each.time, each.connection, each.sent, each.data) for each in found] == [
        (each.time, each.connection, each.sent, each.data) for each in wanted
    ]


def test_connections_are_recorded(path: Path, opened: Opened) -> None:
    log = ChunkLog()
    recorder = record(log, path)
    talk(log, 4)
    log.append(1_700_000_001, 4, False, b"datagram")
    recorder.finish()
    recording = opened(path)
    assert {number: recording.info(number) for number in (1, 2, 3, 4)} == {**CONNECTIONS, 3: None}
    assert recording.listeners == ("Echo", "Socket", "UDP")


def test_the_ends_of_connections_are_recorded_with_their_position(
    path: Path, opened: Opened
) -> None:
    log = ChunkLog()
    talk(log, 5)
    log.end_connection(1.0, 9, CloseKind.CLOSED_HERE)
    recorder = record(log, path)
    talk(log, 3)
    log.end_connection(2.0, 1, CloseKind.CLOSED_BY_PEER)
    while recorder.is_behind:
        recorder.step()
    talk(log, 2)
    log.end_connection(3.0, 2, CloseKind.RESET_HERE)
    recorder.stop()
    log.end_connection(4.0, 3, CloseKind.RESET_HERE)
    recorder.finish()
    assert list(opened(path).endings) == [
        ConnectionEnd(3, 2.0, 1, CloseKind.CLOSED_BY_PEER),
        ConnectionEnd(5, 3.0, 2, CloseKind.RESET_HERE),
    ]


def test_the_totals_count_bytes_too(path: Path, opened: Opened) -> None:
    log = ChunkLog()
    recorder = record(log, path)
    talk(log, 10, size=100)
    recorder.finish()
    assert recorder.bytes == opened(path).kept_bytes == 1000


def test_a_batch_is_bounded_and_the_rest_follows(
    path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "SPAN_CHUNKS", 4)
    monkeypatch.setattr(recorder_module, "BATCH_CHUNKS", 8)
    log = ChunkLog()
    recorder = record(log, path)
    wanted = talk(log, 100)
    recorder.step()
    assert recorder.is_behind
    recorder.finish()
    assert not recorder.is_behind
    assert [each.data for each in chunks_of(opened(path))] == [each.data for each in wanted]


def test_chunks_that_the_log_drops_before_they_are_written_are_counted(
    path: Path, opened: Opened
) -> None:
    log = ChunkLog(max_chunks=100)
    recorder = record(log, path)
    talk(log, 1000)
    recorder.finish()
    recording = opened(path)
    assert recorder.chunks + recorder.missed == 1000
    assert recorder.missed == log.first == recording.dropped
    assert len(recording) == recorder.chunks


def test_only_the_owner_can_read_it(path: Path) -> None:
    recorder = record(ChunkLog(), path)
    recorder.finish()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_empty_recording_opens(path: Path, opened: Opened) -> None:
    record(ChunkLog(), path).finish()
    recording = opened(path)
    assert (len(recording), recording.span(0, 100, 100), recording.chunk(0)) == (0, None, None)


def test_recording_to_a_missing_folder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"cannot be opened|No such file"):
        record(ChunkLog(), tmp_path / "nowhere" / "traffic.sqlite")


def test_recording_to_a_full_disk_is_refused_with_a_sentence(path: Path) -> None:
    with pytest.raises(RecordingError, match="nearly full"):
        Recorder(ChunkLog(), CONNECTIONS.get, path, free=lambda _: RESERVE_BYTES - 1)
    assert not path.exists()


def test_a_disk_that_fills_up_ends_the_recording_and_keeps_its_chunks(
    path: Path, opened: Opened
) -> None:
    free = [RESERVE_BYTES * 2]
    log = ChunkLog()
    recorder = Recorder(log, CONNECTIONS.get, path, free=lambda _: free[0])
    wanted = talk(log, 10)
    while recorder.is_behind:
        recorder.step()
    free[0] = 0
    talk(log, 10)
    recorder.finish()
    assert "nearly full" in recorder.trouble
    assert [each.data for each in chunks_of(opened(path))] == [each.data for each in wanted]


def test_a_batch_that_does_not_fit_is_undone_completely(path: Path, opened: Opened) -> None:
    log = ChunkLog()
    recorder = record(log, path)
    wanted = talk(log, 3)
    while recorder.is_behind:
        recorder.step()
    recorder._writer._database.execute("PRAGMA max_page_count = 20")
    talk(log, 500, size=1000)
    recorder.finish()
    assert recorder.trouble == f"{path}: The disk is full. Make room, or record to another one."
    assert [each.data for each in chunks_of(opened(path))] == [each.data for each in wanted]


def test_a_recording_that_failed_records_no_more(path: Path) -> None:
    free = [RESERVE_BYTES * 2]
    log = ChunkLog()
    recorder = Recorder(log, CONNECTIONS.get, path, free=lambda _: free[0])
    free[0] = 0
    talk(log, 1)
    recorder.finish()
    assert recorder.is_over
    talk(log, 1)
    recorder.step()
    assert not recorder.is_behind


def test_an_existing_file_is_replaced(path: Path, opened: Opened) -> None:
    path.write_text("an old one")
    record(ChunkLog(), path).finish()
    assert len(opened(path)) == 0


KILLED = """
import os, signal, sys
from pathlib import Path
from app.traffic.chunk_log import ChunkLog
from tests.traffic.recording.conftest import record, talk

log = ChunkLog()
recorder = record(log, Path(sys.argv[1]))
talk(log, 1000)
while recorder.is_behind:
    recorder.step()
# A batch in the middle, spilled to the file and to its journal.
database = recorder._writer._database
database.execute("PRAGMA cache_size = 1")
database.execute("BEGIN")
for number in range(1000, 3000):
    database.execute("INSERT INTO chunk VALUES (?, 0, 1, 0, zeroblob(2000))", (number,))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_after_a_kill_in_the_middle_of_a_batch_all_earlier_batches_are_safe(
    path: Path, opened: Opened
) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, path], check=False, timeout=60)
    assert killed.returncode == -9
    assert path.with_name(path.name + "-journal").stat().st_size > 0
    recording = opened(path)
    assert [each.data for each in chunks_of(recording)] == [
        number.to_bytes(8, "big") for number in range(1000)
    ]
    assert not recording.damage


def test_a_recording_that_replaces_a_killed_one_has_nothing_of_it(
    path: Path, opened: Opened
) -> None:
    subprocess.run([sys.executable, "-c", KILLED, path], check=False, timeout=60)
    log = ChunkLog()
    recorder = record(log, path)
    wanted = talk(log, 10)
    recorder.finish()
    assert recorder.trouble == ""
    assert [each.data for each in chunks_of(opened(path))] == [each.data for each in wanted]
    assert os.listdir(path.parent) == [path.name]  # noqa: PTH208


def test_an_unfinished_batch_does_not_count_as_a_missing_end(path: Path, opened: Opened) -> None:
    subprocess.run([sys.executable, "-c", KILLED, path], check=False, timeout=60)
    journal = path.with_name(path.name + "-journal").read_bytes()
    pages_before = int.from_bytes(journal[16:20], "big")
    os.truncate(
        path, pages_before * 4096
    )  # as if the machine had crashed and some data had not reached the disk
    with path.open("r+b") as file:
        file.seek(28)
        file.write((pages_before + 100).to_bytes(4, "big"))
    recording = opened(path)
    assert (len(recording), recording.damage) == (1000, "")


def test_a_file_that_another_window_records_to_is_not_replaced(path: Path, opened: Opened) -> None:
    theirs, ours = ChunkLog(), ChunkLog()
    first = record(theirs, path)
    wanted = talk(theirs, 10)
    with pytest.raises(RecordingError, match="Another window is recording to it"):
        record(ours, path)
    first.finish()
    assert (first.trouble, first.chunks) == ("", 10)
    assert [each.data for each in chunks_of(opened(path))] == [each.data for each in wanted]
    second = record(ours, path)
    second.finish()
    assert second.trouble == ""
    assert len(opened(path)) == 0
    assert os.listdir(path.parent) == [path.name]  # noqa: PTH208


def test_a_recording_can_be_read_while_it_grows(path: Path, opened: Opened) -> None:
    log = ChunkLog()
    recorder = record(log, path)
    talk(log, 10)
    while recorder.is_behind:
        recorder.step()
    assert len(opened(path)) == 10
    talk(log, 10)
    recorder.finish()
    assert len(opened(path)) == 20


def test_the_memory_for_known_connections_is_bounded(
    path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "KNOWN_CONNECTIONS", 2)
    info = CONNECTIONS[1]
    log = ChunkLog()
    recorder = Recorder(log, lambda number: info, path)
    for connection in (1, 2, 3, 4, 1):
        log.append(1_700_000_000.0, connection, False, b"x")
        while recorder.is_behind:
            recorder.step()
        assert len(recorder._known) <= 3
    recorder.finish()
    assert recorder.trouble == ""
    recording = opened(path)
    assert [recording.info(number) for number in range(1, 6)] == [info] * 4 + [None]


def test_any_sqlite_tool_can_read_a_recording(path: Path) -> None:
    log = ChunkLog()
    recorder = record(log, path)
    talk(log, 3)
    recorder.finish()
    database = sqlite3.connect(path)
    rows = database.execute(
        "SELECT listener, hex(data) FROM chunk JOIN connection ON connection = connection.number "
        "ORDER BY chunk.number"
    ).fetchall()
    database.close()
    assert rows[0] == ("Echo", "0000000000000000")
    assert [listener for listener, _ in rows] == ["Echo", "Socket", "Echo"]


def test_a_writer_closes_its_file(path: Path) -> None:
    writer = Writer(path)
    writer.close()
    with pytest.raises(sqlite3.ProgrammingError):
        writer._database.execute("SELECT 1")
