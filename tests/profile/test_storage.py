"""The profile file: created once, replaced atomically, never overwritten by mistake."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve

from app.profile import (
    FIRST_LISTENERS,
    ListenerSpec,
    ParsedProfile,
    ProfileConflict,
    ProfileError,
    ProfileFile,
    default_path,
    parse,
)
from app.profile.reading import LARGEST_SIZE
from app.profile.writing import render

ECHO, HELLO = FIRST_LISTENERS
MORE = (*FIRST_LISTENERS, evolve(ECHO, name="More", endpoint="tcp:9000"))
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX modes, links or signals")


class Clock:
    """A clock that the test sets."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profile.toml"


@pytest.fixture
def saved(path: Path) -> ProfileFile:
    """A loaded profile on disk with the first listeners."""
    file = ProfileFile(path)
    file.load()
    return file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_default_profile_is_in_the_folder_for_settings() -> None:
    assert default_path().name == "profile.toml"
    assert default_path().parent.name == "portdeck"


def test_the_first_start_writes_the_first_listeners_and_the_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "profile.toml"
    file = ProfileFile(path)
    assert file.load() == ParsedProfile(FIRST_LISTENERS)
    assert path.read_text() == render(FIRST_LISTENERS)
    assert not file.broken


@posix
def test_a_new_profile_is_readable_only_by_its_owner(saved: ProfileFile) -> None:
    assert mode(saved.path) == 0o600


def test_a_second_load_does_not_change_the_file(path: Path) -> None:
    path.write_text(render([HELLO]))
    assert ProfileFile(path).load() == ParsedProfile((HELLO,))
    assert path.read_text() == render([HELLO])


def test_saved_listeners_are_loaded_at_the_next_start(saved: ProfileFile) -> None:
    saved.save(MORE)
    assert ProfileFile(saved.path).load() == ParsedProfile(MORE)
    saved.save([])
    assert ProfileFile(saved.path).load() == ParsedProfile()


def test_saving_keeps_the_users_comments(saved: ProfileFile) -> None:
    saved.path.write_text("# mine\n" + render(FIRST_LISTENERS))
    saved.load()
    saved.save(MORE)
    assert saved.path.read_text().startswith("# mine\n")


def test_saving_the_same_listeners_does_not_touch_the_file(saved: ProfileFile) -> None:
    before = saved.path.stat()
    saved.save(FIRST_LISTENERS)
    after = saved.path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_byte_order_mark_does_not_make_a_file_broken(path: Path) -> None:
    path.write_text(render(FIRST_LISTENERS), encoding="utf-8-sig")
    file = ProfileFile(path)
    assert file.load() == ParsedProfile(FIRST_LISTENERS)
    file.save(MORE)
    assert ProfileFile(path).load() == ParsedProfile(MORE)


def test_a_broken_file_is_reported_and_not_changed(path: Path) -> None:
    broken = render(FIRST_LISTENERS).replace("100", "0", 3)
    path.write_text(broken)
    file = ProfileFile(path)
    assert file.load() == parse(broken)
    assert file.broken
    with pytest.raises(ProfileConflict, match="has mistakes, so it is not overwritten"):
        file.save(MORE)
    assert path.read_text() == broken


def test_a_corrected_file_can_be_saved_again(path: Path) -> None:
    path.write_text("version = ")
    file = ProfileFile(path)
    file.load()
    path.write_text("version = 1")
    assert file.load() == ParsedProfile()
    file.save(MORE)
    assert ProfileFile(path).load() == ParsedProfile(MORE)


def test_bytes_that_are_not_utf_8_are_reported_with_their_line(path: Path) -> None:
    path.write_bytes(b"version = 1\n# caf\xe9\n")
    file = ProfileFile(path)
    (problem,) = file.load().problems
    assert str(problem) == "line 2: this is not UTF-8 text; save the file as UTF-8"
    assert file.broken


def test_a_huge_file_is_not_read_to_its_end(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LARGEST_SIZE * 1000)
    (problem,) = ProfileFile(path).load().problems
    assert str(problem) == "this is no profile: it is larger than 1024 KiB"


def test_an_unreadable_path_is_reported_with_advice(tmp_path: Path) -> None:
    file = ProfileFile(tmp_path)
    reading = file.load()
    assert reading.listeners == ()
    assert str(reading.problems[0]) == (
        f"{tmp_path}: cannot be read (Is a directory); "
        "check its rights, or start Portdeck with another --profile"
    )
    with pytest.raises(ProfileConflict):
        file.save(MORE)


def test_a_profile_that_cannot_be_created_still_gives_the_first_listeners(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 250)  # a valid name, but too long for the temporary file beside it
    file = ProfileFile(path)
    reading = file.load()
    assert reading.listeners == FIRST_LISTENERS
    assert [str(problem) for problem in reading.problems] == [
        f"{path}: cannot be written (File name too long); "
        "changes to the listeners will be lost when Portdeck closes"
    ]
    assert not file.broken
    with pytest.raises(ProfileError, match=r"cannot be written \(File name too long\)"):
        file.save(MORE)
    assert list(tmp_path.iterdir()) == []


def test_changes_of_another_program_are_not_overwritten(saved: ProfileFile) -> None:
    saved.path.write_text(render([HELLO]))
    with pytest.raises(ProfileConflict, match="was changed by another program"):
        saved.save(MORE)
    assert saved.path.read_text() == render([HELLO])


def test_a_file_that_has_appeared_is_not_overwritten(path: Path) -> None:
    file = ProfileFile(path)
    path.write_text("version = 1")
    with pytest.raises(ProfileConflict):
        file.save(MORE)


def test_after_loading_again_the_change_can_be_saved(saved: ProfileFile) -> None:
    saved.path.write_text("# theirs\n" + render([HELLO]))
    saved.load()
    saved.save(MORE)
    assert parse(saved.path.read_text()).listeners == MORE
    assert "# theirs" in saved.path.read_text()


def test_a_deleted_file_is_written_again_with_its_comments(
    saved: ProfileFile,
) -> None:
    saved.path.write_text("# mine\n" + render(FIRST_LISTENERS))
    saved.load()
    saved.path.unlink()
    saved.save(FIRST_LISTENERS)
    assert saved.path.read_text() == "# mine\n" + render(FIRST_LISTENERS)


def test_loading_again_does_not_create_a_missing_file(saved: ProfileFile) -> None:
    before = saved.path.read_text()
    saved.path.unlink()
    (problem,) = saved.load_again().problems
    assert str(problem) == f"{saved.path}: is not there any more; nothing was changed"
    assert not saved.path.exists()
    saved.save(FIRST_LISTENERS)
    assert saved.path.read_text() == before


@posix
def test_a_pipe_is_refused_without_blocking(path: Path) -> None:
    os.mkfifo(path)
    file = ProfileFile(path)
    (problem,) = file.load().problems
    assert str(problem).startswith(f"{path}: cannot be read (it is no regular file)")
    with pytest.raises(ProfileConflict):
        file.save(MORE)


def test_a_save_to_an_unreadable_file_is_an_error_with_its_path(saved: ProfileFile) -> None:
    saved.path.unlink()
    saved.path.mkdir()
    with pytest.raises(ProfileError, match=r"profile\.toml cannot be read \(Is a directory\)\."):
        saved.save(MORE)


def test_listeners_that_would_not_parse_again_leave_the_file_unchanged(
    saved: ProfileFile,
) -> None:
    with pytest.raises(ProfileError, match=r"is not saved: listener\[1\]\.name: must be another"):
        saved.save([ECHO, ECHO])
    assert saved.path.read_text() == render(FIRST_LISTENERS)


@posix
def test_saving_keeps_the_file_mode(saved: ProfileFile) -> None:
    saved.path.chmod(0o640)
    saved.save(MORE)
    assert mode(saved.path) == 0o640


@posix
def test_a_write_protected_profile_is_not_replaced(saved: ProfileFile) -> None:
    saved.path.chmod(0o444)
    with pytest.raises(ProfileError, match="write-protected"):
        saved.save(MORE)
    assert saved.path.read_text() == render(FIRST_LISTENERS)
    assert len(list(saved.path.parent.iterdir())) == 1


@posix
def test_a_symbolic_link_stays_a_link(tmp_path: Path) -> None:
    link, real = tmp_path / "profile.toml", tmp_path / "dotfiles" / "deck.toml"
    link.symlink_to(real)
    file = ProfileFile(link)
    file.load()
    file.save(MORE)
    assert link.is_symlink()
    assert parse(real.read_text()).listeners == MORE
    aside = file.set_aside()
    assert (aside.parent, link.is_symlink(), real.exists()) == (real.parent, True, False)


def test_setting_aside_renames_the_file_and_the_next_save_creates_a_new_one(path: Path) -> None:
    path.write_text("no TOML")
    file = ProfileFile(path)
    file.load()
    aside = file.set_aside()
    assert aside.read_text() == "no TOML"
    assert aside.match("profile.broken-*.toml")
    assert not path.exists()
    file.save(MORE)
    assert ProfileFile(path).load() == ParsedProfile(MORE)


def test_a_folder_is_not_set_aside(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(ProfileError, match="folder is no file"):
        ProfileFile(folder).set_aside()
    assert folder.is_dir()


def test_files_set_aside_in_one_second_do_not_replace_each_other(path: Path) -> None:
    file = ProfileFile(path, clock=Clock(1_700_000_000))
    names = []
    for text in ("one", "two", "three"):
        path.write_text(text)
        names.append(file.set_aside())
    assert [name.read_text() for name in names] == ["one", "two", "three"]


def test_setting_aside_a_missing_file_is_an_error_with_its_path(path: Path) -> None:
    with pytest.raises(ProfileError, match=r"profile\.toml cannot be renamed"):
        ProfileFile(path).set_aside()


def test_leftovers_of_killed_saves_are_removed_and_running_ones_stay(path: Path) -> None:
    now = 1_700_000_000
    for name, age in ((".profile.toml.old.new", 61), (".profile.toml.now.new", 59)):
        path.with_name(name).write_text("half")
        os.utime(path.with_name(name), (now - age, now - age))
    ProfileFile(path, clock=Clock(now)).load()
    assert {left.name for left in path.parent.iterdir()} == {
        "profile.toml",
        ".profile.toml.now.new",
    }


# Runs in a child process: loads a profile, and is killed or out of space while it saves.
SAVE = """
import os, resource, signal, sys
from pathlib import Path
from app.profile import ProfileError, ProfileFile

def kill(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

moment, file = sys.argv[1], ProfileFile(Path(sys.argv[2]))
listeners = file.load().listeners
match moment:
    case "halfway":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        limit(100)
    case "no space":
        limit(100)
    case "before fsync":
        os.fsync = kill
    case "before the rename":
        Path.replace = kill
    case "after the rename":
        Path.unlink = kill
try:
    file.save(listeners[:1])
except ProfileError as error:
    limit(resource.RLIM_INFINITY)
    print(error)
"""


def save_in_a_process(path: Path, moment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SAVE, moment, str(path)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@posix
@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("halfway", FIRST_LISTENERS),
        ("before fsync", FIRST_LISTENERS),
        ("before the rename", FIRST_LISTENERS),
        ("after the rename", (ECHO,)),
    ],
)
def test_a_killed_save_leaves_the_complete_old_or_new_file(
    saved: ProfileFile, moment: str, expected: tuple[ListenerSpec, ...]
) -> None:
    ended = save_in_a_process(saved.path, moment)
    assert ended.returncode == -(signal.SIGXFSZ if moment == "halfway" else signal.SIGKILL)
    assert ProfileFile(saved.path).load() == ParsedProfile(expected)


@posix
def test_a_full_disk_is_an_error_and_leaves_only_the_old_file(saved: ProfileFile) -> None:
    ended = save_in_a_process(saved.path, "no space")
    assert ended.stdout == f"{saved.path} cannot be written (File too large).\n"
    assert ProfileFile(saved.path).load() == ParsedProfile(FIRST_LISTENERS)
    assert list(saved.path.parent.iterdir()) == [saved.path]


def test_the_profile_imports_neither_qt_nor_a_reactor() -> None:
    code = "import sys, app.profile; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert "app.profile" in output
    assert not {"PySide6", "qtpy", "twisted.internet.reactor"} & set(output)
