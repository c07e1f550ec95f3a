"""Reading recordings: search, damaged and incomplete files, and files that are no recordings."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traffic.chunk_log import Chunk, ChunkLog
from app.traffic.connection_info import CloseKind
from app.traffic.export.job import Job
from app.traffic.export.pcapng import Pcapng
from app.traffic.pattern import PatternKind, parse
from app.traffic.recording import reader
from app.traffic.recording.reader import Recording
from app.traffic.recording.schema import RecordingError
from app.traffic.scan import Criteria, Scan
from tests.traffic.recording.conftest import chunks_of, record, talk

Opened = Callable[[Path], Recording]


def recorded(path: Path, count: int, size: int = 8) -> list[Chunk]:
    log = ChunkLog()
    recorder = record(log, path)
    wanted = talk(log, count, size)
    recorder.finish()
    return wanted


def test_spans_equal_those_of_the_log(path: Path, opened: Opened) -> None:
    log = ChunkLog()
    recorder = record(log, path)
    talk(log, 100)
    recorder.finish()
    recording = opened(path)
    number = 0
    while (of_log := log.span(number, 50, 7)) is not None:
        of_file = recording.span(number, 50, 7)
        assert of_file is not None
        assert (of_file.first, of_file.data, of_file.ends, of_file.owners, of_file.times) == (
            of_log.first,
            of_log.data,
            of_log.ends,
            of_log.owners,
            of_log.times,
        )
        number += len(of_log)
    assert number == 100
    assert recording.span(number, 50, 7) is None


def test_a_search_works_in_a_recording(path: Path, opened: Opened) -> None:
    recorded(path, 5000)
    pattern = parse(PatternKind.HEX, "00 00 00 00 00 00 12 34")
    assert pattern is not None
    scan = Scan(opened(path), Criteria((pattern,)))
    while not scan.is_done:
        scan.step(1.0)
    assert list(scan.numbers(scan.first, scan.end)) == [0x1234]


def test_the_caches_are_bounded(
    path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "KEPT_CHUNKS", 10)
    monkeypatch.setattr(reader, "KEPT_BYTES", 500)
    monkeypatch.setattr(reader, "KEPT_CONNECTIONS", 1)
    recorded(path, 100, size=100)
    recording = opened(path)
    assert len(chunks_of(recording)) == 100
    assert len(recording._kept) == 5
    assert recording.chunk(99) is recording.chunk(99)
    for number in (1, 2, 1):
        recording.info(number)
        assert len(recording._infos) == 1


def test_a_read_only_recording_in_a_read_only_folder_opens(tmp_path: Path, opened: Opened) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    wanted = recorded(folder / "traffic.sqlite", 20)
    (folder / "traffic.sqlite").chmod(0o400)
    folder.chmod(0o500)
    try:
        assert len(opened(folder / "traffic.sqlite")) == len(wanted)
    finally:
        folder.chmod(0o700)


def test_opening_a_recording_changes_nothing_in_it(path: Path, opened: Opened) -> None:
    recorded(path, 20)
    before = path.read_bytes(), sorted(os.listdir(path.parent))  # noqa: PTH208
    recording = opened(path)
    chunks_of(recording)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        recording._database.execute("DELETE FROM chunk")
    assert (path.read_bytes(), sorted(os.listdir(path.parent))) == before  # noqa: PTH208


@pytest.mark.parametrize("part", [0.3, *(0.8 + step / 997 for step in range(30)), 0.999])
def test_the_start_of_a_recording_whose_end_is_missing_is_shown(
    path: Path, opened: Opened, part: float
) -> None:
    wanted = recorded(path, 3000, size=200)
    whole = path.stat().st_size
    os.truncate(path, int(whole * part))
    recording = opened(path)
    assert "The end is missing" in recording.damage
    found = chunks_of(recording)
    assert 3000 * part * 0.9 - 100 < len(found) < 3000
    assert [each.data for each in found] == [each.data for each in wanted[: len(found)]]
    assert recording.span(recording.end - 1, 1000, 10) is not None


def test_a_recording_that_is_cut_to_its_header_is_refused(path: Path) -> None:
    recorded(path, 3000)
    os.truncate(path, 5000)
    with pytest.raises(RecordingError, match="damaged"):
        Recording(path)


def test_a_search_goes_on_behind_a_damaged_page(path: Path, opened: Opened) -> None:
    recorded(path, 3000, size=200)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 8192)
    recording = opened(path)
    number = seen = 0
    while (span := recording.span(number, 1 << 20, 50)) is not None:
        number += len(span)
        seen += bool(span.data)
    assert number == 3000
    assert seen > 10
    assert recording.damage


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no recording"),
        (b"SQLite format 3\0", "no recording"),
        (b"PK\x03\x04" * 1000, "no recording"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_a_sentence(
    path: Path, content: bytes, sentence: str
) -> None:
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=sentence):
        Recording(path)


def test_a_database_of_another_program_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE chunk (number)")
    with pytest.raises(RecordingError, match="no recording"):
        Recording(path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("PRAGMA user_version = 99", "newer Portdeck"),
        ("DROP TABLE chunk", "damaged"),
        ("CREATE VIEW more AS SELECT 1", "damaged"),
        ("ALTER TABLE chunk ADD COLUMN more", "damaged"),
    ],
)
def test_a_recording_with_other_tables_is_refused(path: Path, change: str, sentence: str) -> None:
    recorded(path, 1)
    with closing(sqlite3.connect(path)) as database:
        database.execute(change if "ADD" not in change else f"{change} TEXT")
        database.commit()
    with pytest.raises(RecordingError, match=sentence):
        Recording(path)


def test_a_missing_file_and_a_folder_are_refused_with_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.sqlite", tmp_path):
        with pytest.raises(RecordingError, match=r"No such file|directory|cannot be opened"):
            Recording(path)


@pytest.mark.parametrize(
    "change",
    [
        "peer_host = 'example.org'",
        "peer_port = 99999",
        "peer_port = -1",
        "peer_host = '1.2.3.4%x'",
        "peer_port = NULL",
    ],
)
def test_an_invalid_address_is_left_out_and_the_rest_is_exported(
    path: Path, opened: Opened, change: str
) -> None:
    recorded(path, 10)
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"UPDATE connection SET {change}")
        database.commit()
    recording = opened(path)
    info = recording.info(1)
    assert info is not None
    assert (info.peer_address, info.local_address) == (None, ("127.0.0.1", 8007))
    capture = path.with_name("traffic.pcapng")
    assert Job(recording, range(10), Pcapng(), recording.info, capture).step(60)
    assert capture.stat().st_size > 10 * 40


@pytest.mark.parametrize(
    "change",
    ["at = 99", "at = -1", "time = 9e99", "time = -1.0", "connection = -1", "how = 5"],
)
def test_an_invalid_end_of_a_connection_is_left_out_and_the_others_are_read(
    path: Path, opened: Opened, change: str
) -> None:
    log = ChunkLog()
    recorder = record(log, path)
    talk(log, 10)
    for connection in (1, 2, 4):
        log.end_connection(1_700_000_100.0, connection, CloseKind.CLOSED)
    recorder.finish()
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"UPDATE ending SET {change} WHERE connection = 2")
        database.commit()
    recording = opened(path)
    assert len(recording) == 10
    assert [each.connection for each in recording.endings] == [1, 4]
    assert "damaged" in recording.damage


@given(st.data())
def test_a_recording_with_any_bytes_changed_opens_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    good = _good(tmp_path_factory)
    content = bytearray(good.read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    path = good.with_name("bad.sqlite")
    path.write_bytes(content)
    try:
        recording = Recording(path)
    except RecordingError:
        return
    with closing(recording):
        number = 0
        while number < min(recording.end, 400):
            span = recording.span(number, 1000, 10)
            assert span is not None
            number += len(span)
            chunk = recording.chunk(number)
            assert chunk is None or isinstance(chunk.data, bytes)
        recording.info(1)


def _good(factory: pytest.TempPathFactory) -> Path:
    folder = factory.getbasetemp() / "good"
    if not folder.exists():
        folder.mkdir()
        recorded(folder / "good.sqlite", 200, size=50)
    copy = folder / "copy.sqlite"
    shutil.copy(folder / "good.sqlite", copy)
    return copy
