"""`SourceFiles` notices when the user's files change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.user_code.errors import LoadingFailed, SourceFiles


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "echo.py"
    path.write_bytes(b"first\n")
    return path


@pytest.fixture
def sources(path: Path) -> SourceFiles:
    sources = SourceFiles()
    assert sources.read(path) == b"first\n"
    return sources


def test_an_untouched_file_has_not_changed(sources: SourceFiles) -> None:
    assert not sources.changed()


def test_a_file_rewritten_with_the_same_content_has_not_changed(
    sources: SourceFiles, path: Path
) -> None:
    path.write_bytes(b"first\n")
    os.utime(path, ns=(0, 0))
    assert not sources.changed()


@pytest.mark.parametrize("content", [b"longer than before\n", b"fIrst\n", b""])
def test_a_file_with_other_content_has_changed(
    sources: SourceFiles, path: Path, content: bytes
) -> None:
    path.write_bytes(content)
    os.utime(path, ns=(0, 0))
    assert sources.changed()
    assert sources.changed()


def test_a_replaced_file_has_changed(sources: SourceFiles, path: Path) -> None:
    status = path.stat()
    other = path.with_name("other")
    other.write_bytes(b"fIrst\n")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)
    assert sources.changed()


def test_a_deleted_file_is_no_change_until_it_exists_again(
    sources: SourceFiles, path: Path
) -> None:
    path.unlink()
    assert not sources.changed()
    path.write_bytes(b"second\n")
    assert sources.changed()


def test_a_missing_file_changes_when_it_appears(tmp_path: Path) -> None:
    sources = SourceFiles()
    path = tmp_path / "late.py"
    with pytest.raises(LoadingFailed):
        sources.read(path)
    assert not sources.changed()
    path.write_bytes(b"")
    assert sources.changed()


def test_a_change_of_any_file_counts(sources: SourceFiles, tmp_path: Path) -> None:
    helper = tmp_path / "helper.py"
    helper.write_bytes(b"1")
    sources.read(helper)
    assert not sources.changed()
    helper.write_bytes(b"22")
    assert sources.changed()


def test_an_unchanged_file_is_not_read_again(
    sources: SourceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Path, "read_bytes")
    assert not sources.changed()
