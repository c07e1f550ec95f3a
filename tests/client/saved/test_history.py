"""Up restores sent drafts, Down the draft that was being typed; and the file of the history."""

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

from app.client.draft import LONGEST_TEXT, Draft
from app.client.saved.history import LONG_BYTES, MAX_DRAFTS, History, HistoryFile, HistoryWalk
from app.files.atomic_write import write_atomically
from app.files.locks import folder_lock
from app.text.notation import Notation
from tests.client.drafts import drafts

TEXTS = st.lists(st.text(max_size=3))


def history_of(*texts: str, limit: int = 500) -> History:
    return History(map(Draft, texts), limit=limit)


def texts(history_of: History) -> list[str]:
    return [draft.text for draft in history_of.drafts]


def older(history: HistoryWalk, shown: str) -> str:
    return history.older(Draft(shown)).text


def newer(history: HistoryWalk, shown: str) -> str:
    return history.newer(Draft(shown)).text


def test_older_goes_back_and_stays_at_the_oldest() -> None:
    history = HistoryWalk(history_of("one", "two"))
    assert older(history, "") == "two"
    assert older(history, "two") == "one"
    assert older(history, "one") == "one"


def test_newer_comes_back_to_the_draft_and_stays_there() -> None:
    history = HistoryWalk(history_of("one", "two"))
    older(history, "half a th")
    older(history, "two")
    assert newer(history, "one") == "two"
    assert newer(history, "two") == "half a th"
    assert newer(history, "half a thought") == "half a thought"


def test_edits_stay_until_something_is_sent() -> None:
    shared = history_of("one", "two")
    history = HistoryWalk(shared)
    older(history, "")
    older(history, "two, edited")
    assert newer(history, "one") == "two, edited"
    older(history, "two, edited")
    shared.add(Draft("three"))
    history.reset()
    assert older(history, "") == "three"
    assert older(history, "three") == "two"


def test_the_notation_is_restored_with_the_text() -> None:
    history = HistoryWalk(History([Draft("48 69", Notation.HEX)]))
    assert history.older(Draft("")) == Draft("48 69", Notation.HEX)


def test_a_draft_from_another_tab_does_not_move_a_walk() -> None:
    shared = history_of("one", "two")
    history = HistoryWalk(shared)
    assert older(history, "") == "two"
    shared.add(Draft("three"))
    assert older(history, "two") == "one"
    assert newer(history, "one") == "two"
    assert newer(history, "two") == ""
    assert older(history, "") == "three"


@pytest.mark.parametrize("step", [older, newer])
def test_without_entries_the_shown_draft_stays(step: object) -> None:
    assert callable(step)
    assert step(HistoryWalk(History()), "draft") == "draft"


def test_duplicate_empty_and_huge_drafts_are_not_added() -> None:
    assert texts(history_of("one", "one", "", "two", "x" * (LONGEST_TEXT + 1), "one")) == [
        "one",
        "two",
        "one",
    ]


def test_the_oldest_drafts_are_dropped_first() -> None:
    assert texts(history_of("one", "two", "three", limit=2)) == ["two", "three"]


def test_a_search_finds_all_words_in_any_case_newest_first_and_each_once() -> None:
    found = history_of("GET /a", "hello", "get /b now", "GET /a").matching("get /")
    assert [draft.text for draft in found] == ["GET /a", "get /b now"]
    assert history_of("one").matching("") == [Draft("one")]


def test_the_history_can_be_cleared() -> None:
    shared = history_of("one")
    history = HistoryWalk(shared)
    shared.clear()
    assert older(history, "") == ""


@given(TEXTS, st.text(), st.lists(st.booleans()))
def test_the_typed_draft_is_at_the_end_after_any_steps(
    sent: list[str], draft: str, ways: list[bool]
) -> None:
    shared = history_of(*sent, limit=5)
    history = HistoryWalk(shared)
    shown = draft
    for back in ways:
        shown = older(history, shown) if back else newer(history, shown)
        assert shown in (draft, *texts(shared))
    for _ in range(5):
        shown = newer(history, shown)
    assert shown == draft


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


def test_a_missing_file_is_an_empty_history(file: HistoryFile) -> None:
    assert file.load() == []


def test_only_the_owner_can_read_the_file(file: HistoryFile) -> None:
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
def test_a_broken_line_is_skipped(file: HistoryFile, broken: bytes) -> None:
    file.append([Draft("one")])
    with file.path.open("ab") as raw:
        raw.write(broken)
    file.append([Draft("two", Notation.HEX)])
    assert file.load() == [Draft("one"), Draft("two", Notation.HEX)]


def test_a_long_file_is_shortened_to_its_newest_drafts(file: HistoryFile) -> None:
    file.append(Draft(f"{number} {'x' * 10_000}") for number in range(1000))
    loaded = file.load()
    assert 400 < len(loaded) < 420
    assert loaded[-1].text.startswith("999 ")
    assert file.path.stat().st_size < LONG_BYTES
    assert file.load() == loaded


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_path_that_is_not_a_file_is_logged_and_not_touched(
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
def test_shortening_locks_out_an_append(file: HistoryFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(path: Path, content: bytes) -> None:
        with pytest.raises(TimeoutError), folder_lock(path.parent, patience=0):
            pass
        write_atomically(path, content)

    monkeypatch.setattr("app.client.saved.history.write_atomically", meanwhile)
    file.append([Draft("x" * LONG_BYTES), Draft("last")])
    assert file.load() == [Draft("last")]
    assert file.path.stat().st_size < LONG_BYTES


@pytest.mark.skipif(sys.platform == "win32", reason="has no such locks")
def test_append_and_clear_wait_for_the_lock(
    file: HistoryFile, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.append([Draft("one")])
    monkeypatch.setattr("app.client.saved.history.folder_lock", partial(folder_lock, patience=0))
    with folder_lock(file.path.parent):
        file.append([Draft("two")])
        file.clear()
    assert caplog.text.count("another program is saving there") == 2
    assert file.load() == [Draft("one")]


def test_a_long_file_that_cannot_be_shortened_is_still_read(
    file: HistoryFile, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("app.client.saved.history.write_atomically", full)
    file.append([Draft("x" * LONG_BYTES), Draft("last")])
    assert file.load() == [Draft("last")]
    assert "cannot be shortened" in caplog.text


def test_a_folder_that_is_not_writable_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("in the way")
    HistoryFile(tmp_path / "state" / "history.jsonl").append([Draft("one")])
    assert "cannot be kept" in caplog.text


def test_the_file_can_be_cleared_twice(file: HistoryFile) -> None:
    file.append([Draft("one")])
    file.clear()
    file.clear()
    assert file.load() == []
