"""Files of keys: whole or not there, and nothing of a key left beside them."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from app.tls import private_files
from app.tls.trouble import TlsError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "authority.pem"


def test_a_file_is_made_once_and_is_its_owners_alone(path: Path) -> None:
    assert private_files.create(path, b"first")
    assert not private_files.create(path, b"second")
    assert path.read_bytes() == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    private_files.replace(path, b"third")
    assert private_files.read(path) == b"third"
    assert list(path.parent.iterdir()) == [path]


def test_of_a_key_that_finds_no_room_nothing_is_left(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    private_files.create(path, b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TlsError, match="No space left on device"):
        private_files.replace(path, b"new")
    with pytest.raises(TlsError, match="No space left on device"):
        private_files.create(path.with_name("other.pem"), b"new")
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == b"old"


def test_of_a_key_that_cannot_take_its_name_nothing_is_left(path: Path) -> None:
    path.mkdir()
    with pytest.raises(TlsError, match="cannot be used"):
        private_files.replace(path, b"new")
    assert list(path.parent.iterdir()) == [path]
