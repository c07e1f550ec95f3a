"""Tabs are restored from their file, also from a damaged one."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from app.client.draft import LONGEST_TEXT, Draft
from app.client.options import Options, TlsOptions
from app.client.saved.tabs import LARGEST_BYTES, MOST_PROFILES, MOST_TABS, SavedTab, SavedTabsFile
from app.client.transcript import Display
from app.files.atomic_write import write_atomically
from app.files.locks import folder_lock
from tests.client.drafts import drafts

lines = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), max_size=20)
ways = st.builds(
    Options,
    st.floats(0.1, 600),
    st.booleans(),
    st.sampled_from(["", "127.0.0.2", "::1"]),
    st.integers(0, 65535),
    st.builds(TlsOptions, st.just(True), lines, st.just(()), lines, lines, lines),
)
tabs = st.builds(
    SavedTab, lines, lines, lines, drafts, st.sampled_from(Display), st.booleans(), ways
).filter(lambda tab: not tab.is_empty)

ECHO = SavedTab("Echo", "mine", "127.0.0.1:8007", Draft("hi"), Display.HEX, True)


@pytest.fixture
def file(tmp_path: Path) -> SavedTabsFile:
    return SavedTabsFile(tmp_path / "state" / "tabs.json", Path("/p/profile.toml"))


@given(st.lists(tabs, max_size=MOST_TABS))
def test_what_was_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, kept: list[SavedTab]
) -> None:
    file = SavedTabsFile(tmp_path_factory.mktemp("state") / "tabs.json", Path("p"))
    file.save(kept)
    assert file.load() == kept
    file.save([])
    assert file.load() == []


def test_empty_tabs_make_no_file(file: SavedTabsFile) -> None:
    file.save([SavedTab()])
    assert not file.path.exists()
    assert file.load() == []


def test_only_the_owner_can_read_the_file(file: SavedTabsFile) -> None:
    file.save([ECHO])
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_each_profile_has_its_own_tabs_and_the_oldest_are_dropped(file: SavedTabsFile) -> None:
    file.save([ECHO])
    for number in range(MOST_PROFILES - 1):
        SavedTabsFile(file.path, Path(str(number))).save([ECHO])
    assert file.load() == [ECHO]
    SavedTabsFile(file.path, Path("one more")).save([ECHO])
    assert file.load() == []


def test_tabs_and_texts_are_limited(file: SavedTabsFile) -> None:
    long = evolve(ECHO, draft=Draft("x" * (LONGEST_TEXT + 1)))
    file.save([long] * (MOST_TABS + 1))
    assert file.load() == [evolve(ECHO, draft=Draft())] * MOST_TABS


@pytest.mark.parametrize(
    "content",
    [
        b"\xff",
        b"[" * 100_000,
        b"[]",
        b'{"/p/profile.toml": 3}',
        b'{"/p/profile.toml": [3, {"place": 1}, {"name": "a\\nb"}, {"display": "x"}]}',
        b'{"/p/profile.toml": [{"notation": "morse"}, {"text": 1}]}',
    ],
)
def test_a_broken_file_gives_no_tabs_and_can_be_replaced(
    file: SavedTabsFile, content: bytes
) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(content)
    assert file.load() == []
    file.save([ECHO])
    assert file.load() == [ECHO]


@pytest.mark.parametrize("content", [b'{"/other": [', b"[]", b" " * (LARGEST_BYTES + 1)])
def test_a_file_that_cannot_be_parsed_is_moved_aside(file: SavedTabsFile, content: bytes) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(content)
    file.save([])
    assert file.path.read_bytes() == content
    file.save([ECHO])
    (aside,) = file.path.parent.glob("tabs.broken-*.json")
    assert aside.read_bytes() == content


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_file_that_cannot_be_read_is_not_replaced(
    file: SavedTabsFile, caplog: pytest.LogCaptureFixture
) -> None:
    file.path.parent.mkdir()
    os.mkfifo(file.path)
    assert file.load() == []
    assert "cannot be read" in caplog.text
    file.save([ECHO])
    assert "cannot be kept" in caplog.text
    assert file.path.is_fifo()


@pytest.mark.skipif(sys.platform == "win32", reason="has no such locks")
def test_windows_that_save_at_the_same_time_keep_all_tabs(
    file: SavedTabsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(path: Path, content: bytes) -> None:
        with pytest.raises(TimeoutError), folder_lock(path.parent, patience=0):
            pass
        write_atomically(path, content)

    monkeypatch.setattr("app.client.saved.tabs.write_atomically", meanwhile)
    other = SavedTabsFile(file.path, Path("/other"))
    file.save([ECHO])
    other.save([ECHO, ECHO])
    assert file.load() == [ECHO]
    assert other.load() == [ECHO, ECHO]


def test_a_broken_tab_is_skipped(file: SavedTabsFile) -> None:
    file.save([ECHO, ECHO])
    content = json.loads(file.path.read_text())
    content["/p/profile.toml"][0]["ending"] = 7
    file.path.write_text(json.dumps(content))
    assert file.load() == [ECHO]


def test_a_folder_that_is_not_writable_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("in the way")
    SavedTabsFile(tmp_path / "state" / "tabs.json", Path("p")).save([ECHO])
    assert "cannot be kept" in caplog.text
