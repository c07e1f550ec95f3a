"""Nothing that is no file is ever waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.files.paths import NotRegular, open_regular


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"what it holds")
    return path


@pytest.mark.parametrize("is_buffered", [True, False])
def test_a_file_is_read(path: Path, is_buffered: bool) -> None:
    with open_regular(path, is_buffered=is_buffered) as file:
        assert file.read() == b"what it holds"


def test_a_system_without_such_pipes_reads_it_too(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_NONBLOCK", raising=False)
    with open_regular(path) as file:
        assert file.read(4) == b"what"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotRegular, match="it is no regular file"):
        open_regular(tmp_path / "pipe")


def test_a_folder_and_nothing_are_errors(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"Is a directory|Permission denied"):
        open_regular(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "none")
