"""Files of keys: whole or not there, and nothing of a key left beside them."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from app.tls import TlsError, local_ca


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "authority.pem"


def test_a_file_is_made_once_and_is_its_owners_alone(path: Path) -> None:
    assert local_ca.create_private(path, b"first")
    assert not local_ca.create_private(path, b"second")
    assert path.read_bytes() == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    local_ca.write_private(path, b"third")
    assert local_ca.read_private(path) == b"third"
    assert list(path.parent.iterdir()) == [path]


def test_of_a_key_that_finds_no_room_nothing_is_left(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    local_ca.create_private(path, b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TlsError, match="No space left on device"):
        local_ca.write_private(path, b"new")
    with pytest.raises(TlsError, match="No space left on device"):
        local_ca.create_private(path.with_name("other.pem"), b"new")
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == b"old"


def test_of_a_key_that_cannot_take_its_name_nothing_is_left(path: Path) -> None:
    path.mkdir()
    with pytest.raises(TlsError, match="cannot be used"):
        local_ca.write_private(path, b"new")
    assert list(path.parent.iterdir()) == [path]
