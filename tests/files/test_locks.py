"""One at a time in a folder, and nobody for ever."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.files.locks import folder_lock

posix = pytest.mark.skipif(sys.platform == "win32", reason="has no such locks")

HOLD = """
import sys
from pathlib import Path
from app.files.locks import folder_lock
with folder_lock(Path(sys.argv[1])):
    print("alone", flush=True)
    sys.stdin.read()
"""


@posix
def test_one_waits_for_the_other_and_not_for_ever(tmp_path: Path) -> None:
    with folder_lock(tmp_path):
        message = "another program is saving there"
        with pytest.raises(TimeoutError, match=message), folder_lock(tmp_path, patience=0):
            pass
        with folder_lock(tmp_path.parent):
            pass
    with folder_lock(tmp_path, patience=0):
        pass


@posix
def test_it_goes_on_as_soon_as_the_other_is_done(tmp_path: Path) -> None:
    order = []
    entered = threading.Event()

    def second() -> None:
        entered.set()
        with folder_lock(tmp_path, patience=30):
            order.append("second")

    thread = threading.Thread(target=second)
    with folder_lock(tmp_path):
        thread.start()
        entered.wait()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


@posix
def test_who_is_killed_is_in_nobodys_way(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"alone\n"
        with pytest.raises(TimeoutError), folder_lock(tmp_path, patience=0):
            pass
        other.kill()
        other.wait()
    with folder_lock(tmp_path, patience=0):
        pass


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    with folder_lock(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_is_left_to_who_writes_there(tmp_path: Path) -> None:
    with folder_lock(tmp_path / "missing"):
        pass
