"""One window a profile: who has it, who is told so, and what is left when its process ends."""

from __future__ import annotations

import errno
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from twisted.internet.defer import Deferred

from app.runtime.single_instance import ProfileLock, default_folder
from app.ui.reactor.reactor import DeckReactor

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no such locks")

Make = Callable[[Path], ProfileLock]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "windows"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile.toml"


@pytest.fixture
def make(folder: Path) -> Iterator[Make]:
    claims: list[ProfileLock] = []

    def make(profile: Path) -> ProfileLock:
        claims.append(ProfileLock(profile, folder))
        return claims[-1]

    yield make
    for claim in claims:
        claim.release()


def test_claims_lie_in_the_users_own_folder() -> None:
    assert default_folder().parts[-2:] == ("portdeck", "windows")


def test_a_profile_has_one_claimant_until_it_is_released(make: Make, profile: Path) -> None:
    first, second = make(profile), make(profile)
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()


def test_two_profiles_have_a_claimant_each(make: Make, profile: Path) -> None:
    assert make(profile).take()
    assert make(profile.with_name("other.toml")).take()


def test_a_profile_is_the_same_however_one_gets_there(
    make: Make, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile.touch()
    (tmp_path / "link.toml").symlink_to(profile)
    (tmp_path / "folder").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert make(profile).take()
    for way in ("link.toml", "folder/profile.toml", "folder/folder/profile.toml", "profile.toml"):
        assert not make(Path(way)).take(), way


def test_what_lies_there_is_its_owners_alone_and_goes_with_the_claim(
    make: Make, profile: Path, folder: Path
) -> None:
    claim = make(profile)
    claim.take()
    (lock,) = folder.iterdir()
    assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    claim.release()
    assert list(folder.iterdir()) == []


HOLD = """
import sys
from pathlib import Path
from app.runtime.single_instance import ProfileLock
claim = ProfileLock(Path(sys.argv[1]), Path(sys.argv[2]))
assert claim.take()
print("taken", flush=True)
sys.stdin.read()
"""


def test_a_claim_ends_with_its_process_also_when_that_is_killed(
    make: Make, profile: Path, folder: Path
) -> None:
    command = [sys.executable, "-c", HOLD, str(profile), str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"taken\n"
        assert not make(profile).take()
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert make(profile).take()


def test_of_many_at_once_one_has_it(make: Make, profile: Path) -> None:
    claims = [make(profile) for _ in range(20)]
    with ThreadPoolExecutor(20) as threads:
        taken = list(threads.map(ProfileLock.take, claims))
    assert taken.count(True) == 1


def test_a_folder_that_cannot_be_made_costs_the_claim_and_not_the_window(
    make: Make, profile: Path, folder: Path
) -> None:
    folder.parent.write_text("a file in its place")
    assert make(profile).take()
    assert make(profile).take()


def test_a_link_in_the_place_of_the_lock_is_not_followed(
    make: Make, profile: Path, folder: Path, tmp_path: Path
) -> None:
    first = make(profile)
    first.take()
    (lock,) = folder.iterdir()
    first.release()
    lock.symlink_to(tmp_path / "victim")
    assert make(profile).take()
    assert not (tmp_path / "victim").exists()


# To the front


class Noting:
    """The reactor; keeps the ports, to close them again."""

    def __init__(self, reactor: DeckReactor, ports: list[Any]) -> None:
        self._reactor = reactor
        self._ports = ports

    def listenUNIX(self, *arguments: object, **options: object) -> None:
        self._ports.append(self._reactor.listenUNIX(*arguments, **options))


@pytest.fixture
def answering(
    make: Make, profile: Path, reactor: DeckReactor, result_of: Callable[[Deferred[None]], None]
) -> Iterator[list[str]]:
    """A claimant that is asked: the tokens that it was given."""
    shown: list[str] = []
    ports: list[Any] = []

    claim = make(profile)
    assert claim.take()
    claim.listen(Noting(reactor, ports), shown.append)
    yield shown
    for port in ports:
        result_of(port.stopListening())


def ask(qtbot: QtBot, claim: ProfileLock, token: str = "") -> bool:
    """What `ask_to_show` gives, while the reactor runs."""
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(claim.ask_to_show, token)
        qtbot.waitUntil(asking.done, timeout=20_000)
        return asking.result()


@pytest.mark.parametrize("token", ["", "gnome-shell/Terminal/123-0-host_TIME456", "\udcff"])
def test_a_second_one_has_the_first_shown_with_the_leave_it_was_given(
    make: Make, profile: Path, answering: list[str], qtbot: QtBot, token: str
) -> None:
    second = make(profile)
    assert not second.take()
    assert ask(qtbot, second, token)
    assert answering == [token]


def test_only_its_owner_can_ask(answering: list[str], folder: Path) -> None:
    (lock,) = folder.iterdir()
    address = Path(lock.read_text())
    assert stat.S_IMODE(address.stat().st_mode) == 0o600
    assert stat.S_IMODE(address.parent.stat().st_mode) == 0o700


def test_who_only_says_rubbish_shows_nothing(
    answering: list[str], folder: Path, qtbot: QtBot
) -> None:
    (lock,) = folder.iterdir()
    with socket.socket(socket.AF_UNIX) as rude:
        rude.connect(lock.read_text())
        rude.setblocking(False)
        rude.sendall(b"x" * 10_000)

        def is_over() -> bool:
            try:
                return rude.recv(1) == b""
            except BlockingIOError:
                return False
            except ConnectionResetError:
                return True

        qtbot.waitUntil(is_over)
    assert answering == []


def test_nobody_answers_as_long_as_nobody_listens(make: Make, profile: Path) -> None:
    assert not make(profile).ask_to_show()
    make(profile).take()
    assert not make(profile).ask_to_show()


def test_a_path_too_long_for_a_socket_is_no_trouble(
    make: Make,
    profile: Path,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    shown = request.getfixturevalue("answering")
    assert ask(qtbot, make(profile))
    assert shown == [""]
    assert list(deep.iterdir()) == []


def test_the_socket_that_a_killed_process_left_is_removed(
    make: Make, profile: Path, folder: Path, tmp_path: Path
) -> None:
    first = make(profile)
    first.take()
    (lock,) = folder.iterdir()
    first.release()
    left = tmp_path / "portdeck-left"
    left.mkdir()
    (left / "socket").touch()
    lock.write_text(str(left / "socket"))
    assert make(profile).take()
    assert not left.exists()


def test_the_socket_lies_beside_the_lock_where_the_path_is_short(
    profile: Path, reactor: DeckReactor, qtbot: QtBot, result_of: Callable[[Deferred[None]], None]
) -> None:
    with tempfile.TemporaryDirectory() as short:
        folder = Path(short)
        killed, claim = ProfileLock(profile, folder), ProfileLock(profile, folder)
        assert killed.take()
        (lock,) = folder.iterdir()
        killed.release()
        lock.with_suffix(".socket").touch()  # what a process left that was killed
        lock.write_text(str(lock.with_suffix(".socket")))
        assert claim.take()
        assert list(folder.iterdir()) == [lock]
        ports: list[Any] = []
        claim.listen(Noting(reactor, ports), lambda token: None)
        assert {each.suffix for each in folder.iterdir()} == {".lock", ".socket"}
        assert ask(qtbot, ProfileLock(profile, folder))
        for port in ports:
            result_of(port.stopListening())
        claim.release()
        assert list(folder.iterdir()) == []


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder for claims where sockets lie beside the locks."""
    with tempfile.TemporaryDirectory() as short:
        yield Path(short)


def test_a_socket_that_no_lock_names_is_in_nobodys_way(
    short: Path,
    profile: Path,
    reactor: DeckReactor,
    qtbot: QtBot,
    result_of: Callable[[Deferred[None]], None],
) -> None:
    claim = ProfileLock(profile, short)
    assert claim.take()
    (lock,) = short.iterdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(lock.with_suffix(".socket")))
    ports: list[Any] = []
    shown: list[str] = []
    claim.listen(Noting(reactor, ports), shown.append)
    assert ask(qtbot, ProfileLock(profile, short))
    assert shown == [""]
    for port in ports:
        result_of(port.stopListening())
    claim.release()


class Killed(BaseException):
    """Nothing after it is run."""


class Killing:
    """The reactor at whose first socket the process is killed."""

    def listenUNIX(self, address: str, *arguments: object, **options: object) -> None:
        Path(address).touch()
        raise Killed


def test_a_process_that_is_killed_as_it_makes_its_socket_leaves_nothing(
    short: Path, profile: Path
) -> None:
    killed, claim = ProfileLock(profile, short), ProfileLock(profile, short)
    assert killed.take()
    with pytest.raises(Killed):
        killed.listen(Killing(), lambda token: None)
    assert killed._descriptor is not None
    os.close(killed._descriptor)  # what the system does then
    assert {each.suffix for each in short.iterdir()} == {".lock", ".socket"}
    assert claim.take()
    assert [each.suffix for each in short.iterdir()] == [".lock"]
    claim.release()


def test_a_full_disk_costs_the_answer_and_not_the_window(
    short: Path,
    profile: Path,
    reactor: DeckReactor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def write(*arguments: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.pwrite", write)
    claim = ProfileLock(profile, short)
    assert claim.take()
    ports: list[Any] = []
    claim.listen(Noting(reactor, ports), lambda token: None)
    assert "No space left on device" in caplog.text
    assert not ports
    assert not ProfileLock(profile, short).ask_to_show()
    claim.release()
    assert list(short.iterdir()) == []
