"""The history comes back whatever happened to its file."""

from __future__ import annotations

import errno
import os
import stat
import sys
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.atomic_file import replace
from app.client.draft import Draft
from app.client.history import MAX_DRAFTS
from app.client.history_file import LONG_BYTES, HistoryFile
from app.client.notation import Notation
from app.folder_lock import alone_in
from tests.client.drafts import drafts


@pytest.fixture
def file(tmp_path: Path) -> HistoryFile:
    return HistoryFile(tmp_path / "state" / "history.jsonl")


@given(st.lists(st.lists(drafts)))
def test_what_was_appended_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Draft]]
) -> None:
    file = HistoryFile(tmp_path_factory.mktemp("state") / "history.jsonl")
    for batch in batches:
        file.append(batch)
    assert file.load() == [draft for batch in batches for draft in batch][-MAX_DRAFTS:]


def test_no_file_is_no_history(file: HistoryFile) -> None:
    assert file.load() == []


def test_only_its_owner_may_read_it(file: HistoryFile) -> None:
    file.append([Draft("secret")])
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "broken",
    [
        b"\x00\xff\xfe not json",
        b"[" * 100_000,
        b'{"text": 5}',
        b'{"text": "\\ud800"}',
        b'"text"',
        b"12",
        b'{"text": "cut of',
    ],
)
def test_a_broken_line_costs_itself_alone(file: HistoryFile, broken: bytes) -> None:
    file.append([Draft("one")])
    with file.path.open("ab") as raw:
        raw.write(broken)
    file.append([Draft("two", Notation.HEX)])
    assert file.load() == [Draft("one"), Draft("two", Notation.HEX)]


def test_a_long_file_is_cut_to_its_newest(file: HistoryFile) -> None:
    file.append(Draft(f"{number} {'x' * 10_000}") for number in range(1000))
    loaded = file.load()
    assert 400 < len(loaded) < 420
    assert loaded[-1].text.startswith("999 ")
    assert file.path.stat().st_size < LONG_BYTES
    assert file.load() == loaded


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_file_is_left_alone_and_told(
    file: HistoryFile, caplog: pytest.LogCaptureFixture
) -> None:
    file.path.parent.mkdir()
    os.mkfifo(file.path)
    assert file.load() == []
    assert "is no regular file" in caplog.text
    file.append([Draft("one")])
    assert "cannot be kept" in caplog.text
    assert file.path.is_fifo()


@pytest.mark.skipif(sys.platform == "win32", reason="has no such locks")
def test_nobody_appends_while_it_is_cut(file: HistoryFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(path: Path, content: bytes) -> None:
        with pytest.raises(TimeoutError), alone_in(path.parent, patience=0):
            pass
        replace(path, content)

    monkeypatch.setattr("app.client.history_file.replace", meanwhile)
    file.append([Draft("x" * LONG_BYTES), Draft("last")])
    assert file.load() == [Draft("last")]
    assert file.path.stat().st_size < LONG_BYTES


@pytest.mark.skipif(sys.platform == "win32", reason="has no such locks")
def test_who_appends_or_clears_waits_for_who_cuts(
    file: HistoryFile, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.append([Draft("one")])
    monkeypatch.setattr("app.client.history_file.alone_in", partial(alone_in, patience=0))
    with alone_in(file.path.parent):
        file.append([Draft("two")])
        file.clear()
    assert caplog.text.count("another program is saving there") == 2
    assert file.load() == [Draft("one")]


def test_a_long_file_that_cannot_be_cut_is_read(
    file: HistoryFile, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("app.client.history_file.replace", full)
    file.append([Draft("x" * LONG_BYTES), Draft("last")])
    assert file.load() == [Draft("last")]
    assert "cannot be shortened" in caplog.text


def test_a_place_that_cannot_be_written_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("in the way")
    HistoryFile(tmp_path / "state" / "history.jsonl").append([Draft("one")])
    assert "cannot be kept" in caplog.text


def test_it_can_be_cleared_even_twice(file: HistoryFile) -> None:
    file.append([Draft("one")])
    file.clear()
    file.clear()
    assert file.load() == []
