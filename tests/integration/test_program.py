"""The installed command with its window on a screen: how it starts and how it ends (Linux)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

import psutil
import pytest

from tests.screen import Screen

ROOT = Path(__file__).parents[2]

PATIENCE_SECONDS = 30.0
"""A safety net: what has not happened by then never will."""

EXIT_SECONDS = 3.0
"""What the user is promised."""

PROFILE = """version = 1
[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
autostart = true
"""

Start = Callable[..., "Program"]
End = Callable[["Program"], object]


class Program:
    """The running command, in a home of its own."""

    def __init__(self, home: Path, environment: dict[str, str], profile: str, name: str) -> None:
        self.home = home
        (home / name).write_text(profile, encoding="utf-8")
        self.settings = home / "portdeck" / "window.conf"
        self.settings.parent.mkdir(exist_ok=True)
        # The question about live connections at the end has tests of its own.
        self.settings.write_text("[General]\nasks_before_closing=false\n", encoding="utf-8")
        folders = {f"XDG_{name}_HOME": str(home) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
        self.process = subprocess.Popen(
            [Path(sys.executable).with_name("portdeck"), "--profile", home / name],
            cwd=ROOT,
            env={**environment, **folders, "HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def port(self) -> int:
        """That of the first listener, once it listens."""
        process = psutil.Process(self.process.pid)
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            assert self.process.poll() is None, self.errors()
            for found in process.net_connections("tcp"):
                if found.status == psutil.CONN_LISTEN:
                    return found.laddr.port
            time.sleep(0.02)
        raise TimeoutError("nothing listens")

    def wait_for_setting(self, name: str) -> None:
        """Wait until the window has saved that setting."""
        until = time.monotonic() + PATIENCE_SECONDS
        while name not in self.settings.read_text(encoding="utf-8"):
            assert time.monotonic() < until, "it was never saved"
            time.sleep(0.02)

    def errors(self) -> str:
        return cast(IO[str], self.process.stderr).read()

    def end_of(self, end: End) -> tuple[int, float, str]:
        """Have it `end`; its exit code, how many seconds that took, and what it complained of."""
        began = time.monotonic()
        end(self)
        _, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, time.monotonic() - began, errors

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    with Screen(1400, 1000) as screen:
        yield screen


@pytest.fixture
def start(screen: Screen, tmp_path: Path) -> Iterator[Start]:
    """Starts the command on the screen, or where `environment` says."""
    programs: list[Program] = []

    def start_one(
        environment: dict[str, str] | None = None,
        profile: str = PROFILE,
        name: str = "profile.toml",
    ) -> Program:
        surroundings = screen.environment if environment is None else environment
        programs.append(Program(tmp_path, surroundings, profile, name))
        return programs[-1]

    yield start_one
    for program in programs:
        program.close()


@pytest.fixture
def window_of(screen: Screen) -> Callable[[Program], str]:
    """The number that X knows a program's window by, once it is there."""

    def find(program: Program) -> str:
        pid = str(program.process.pid)
        found = screen.xdotool("search", "--sync", "--onlyvisible", "--all", "--pid", pid)
        return found.splitlines()[-1]

    return find


@pytest.fixture
def press_close(screen: Screen, window_of: Callable[[Program], str]) -> End:
    """Closes the window as the button of its frame does."""

    def press(program: Program) -> None:
        command = [sys.executable, "-m", "tests.integration.close_button", screen.display]
        subprocess.run([*command, window_of(program)], cwd=ROOT, check=True)

    return press


def terminate(program: Program) -> None:
    program.process.send_signal(signal.SIGTERM)


def interrupt(program: Program) -> None:
    program.process.send_signal(signal.SIGINT)


def hang_up(program: Program) -> None:
    """What the end of a terminal does to what was started in it."""
    program.process.send_signal(signal.SIGHUP)


@pytest.fixture(params=["the close button", "SIGTERM", "Ctrl-C", "its terminal"])
def end(request: pytest.FixtureRequest, press_close: End) -> End:
    ends: dict[str, End] = {
        "the close button": press_close,
        "SIGTERM": terminate,
        "Ctrl-C": interrupt,
        "its terminal": hang_up,
    }
    return ends[request.param]


def client_of(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
    client.sendall(b"hello")
    assert client.recv(5, socket.MSG_WAITALL) == b"hello"
    return client


def test_every_end_is_clean_quick_and_seen_by_the_clients(
    start: Start, window_of: Callable[[Program], str], end: End
) -> None:
    program = start()
    window_of(program)
    port = program.port()
    with client_of(port) as one, client_of(port) as other:
        code, seconds, errors = program.end_of(end)
        assert (code, errors) == (0, "")
        assert seconds < EXIT_SECONDS
        assert one.recv(1) == other.recv(1) == b""


def test_a_client_that_never_reads_does_not_hold_up_the_end(
    start: Start, window_of: Callable[[Program], str], press_close: End
) -> None:
    program = start()
    window_of(program)
    with client_of(program.port()) as client:
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.sendall(bytes(100_000_000))
        code, seconds, _ = program.end_of(press_close)
        assert code == 0
        assert seconds < EXIT_SECONDS


def test_an_open_form_does_not_hold_up_a_signal(
    start: Start, screen: Screen, window_of: Callable[[Program], str]
) -> None:
    program = start()
    window = window_of(program)
    program.port()
    screen.xdotool("windowfocus", "--sync", window, "key", "ctrl+n")
    screen.xdotool("search", "--sync", "--onlyvisible", "--name", "^New listener")
    code, seconds, errors = program.end_of(terminate)
    assert (code, errors) == (0, "")
    assert seconds < EXIT_SECONDS


def test_the_quit_key_ends_it(
    start: Start, screen: Screen, window_of: Callable[[Program], str]
) -> None:
    program = start()
    window = window_of(program)
    program.port()
    code, _, errors = program.end_of(
        lambda _: screen.xdotool("windowfocus", "--sync", window, "key", "ctrl+q")
    )
    assert (code, errors) == (0, "")


def test_a_signal_keeps_what_the_window_remembers(
    start: Start, window_of: Callable[[Program], str]
) -> None:
    program = start()
    window_of(program)
    program.wait_for_setting("recent_profiles")  # the window is complete
    program.end_of(terminate)
    assert "columns" in program.settings.read_text(encoding="utf-8")


def test_nothing_is_written_but_in_the_users_own_folders(
    start: Start, window_of: Callable[[Program], str]
) -> None:
    program = start()
    window_of(program)
    program.port()
    program.end_of(terminate)
    assert (program.home / "profile.toml").read_text(encoding="utf-8") == PROFILE
    (log,) = program.home.rglob("portdeck.log")
    assert "Echo is listening" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0


def test_a_broken_profile_still_opens_the_window(
    start: Start, window_of: Callable[[Program], str]
) -> None:
    broken = PROFILE + "[[listener]\n"
    program = start(profile=broken)
    window_of(program)
    assert program.end_of(terminate)[0] == 0
    assert (program.home / "profile.toml").read_text(encoding="utf-8") == broken


def second_start(program: Program, profile: str, screen: Screen) -> tuple[int, str]:
    """What becomes of another start in the same home: its exit code and what it says."""
    folders = {f"XDG_{name}_HOME": str(program.home) for name in ("CONFIG", "STATE", "CACHE")}
    ended = subprocess.run(
        [Path(sys.executable).with_name("portdeck"), "--profile", program.home / profile],
        cwd=ROOT,
        env={**screen.environment, **folders, "HOME": str(program.home)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ended.stdout == ""
    return ended.returncode, ended.stderr


def test_a_second_window_on_a_profile_is_refused_and_brings_up_the_first(
    start: Start, screen: Screen, window_of: Callable[[Program], str]
) -> None:
    program, other = start(), start(name="other.toml")
    window, above = window_of(program), window_of(other)
    for each in (program, other):
        each.port()

    def on_top() -> str:
        found = screen.xdotool("search", "--onlyvisible", "--class", "^portdeck$")
        return found.splitlines()[-1]  # X tells its windows from the lowest up

    screen.xdotool("windowraise", above)
    assert on_top() == above
    (program.home / "link.toml").symlink_to("profile.toml")
    code, said = second_start(program, "link.toml", screen)
    assert (code, said) == (
        3,
        f"{program.home / 'link.toml'} is open in another window of Portdeck, "
        "which is shown now.\n",
    )
    until = time.monotonic() + PATIENCE_SECONDS
    while on_top() != window:
        assert time.monotonic() < until, "it did not come to the front"
        time.sleep(0.02)


def test_a_window_that_was_killed_leaves_its_profile_free(start: Start) -> None:
    killed = start()
    killed.port()
    killed.process.kill()
    killed.process.wait()
    again = start()
    again.port()
    assert again.end_of(terminate)[0] == 0
    assert list((again.home / "portdeck" / "windows").iterdir()) == []


def test_two_windows_on_two_profiles_run_side_by_side(start: Start, tmp_path: Path) -> None:
    one = start()
    port = one.port()
    other = start(name="other.toml")
    assert other.port() != port
    for program in (one, other):
        assert program.end_of(terminate)[0] == 0


def test_without_a_display_one_line_says_so_and_the_profile_is_served(start: Start) -> None:
    others = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    program = start({name: value for name, value in os.environ.items() if name not in others})
    with client_of(program.port()):
        code, seconds, errors = program.end_of(terminate)
    assert code == 0
    assert seconds < EXIT_SECONDS
    assert errors.splitlines() == ["There is no display to open a window on; serving without one."]


@pytest.mark.parametrize("signalled", [terminate, interrupt])
def test_a_signal_ends_the_program_while_user_code_never_returns(
    start: Start, tmp_path: Path, signalled: End
) -> None:
    begun = tmp_path / "begun"
    (tmp_path / "loops.py").write_text(
        f"from pathlib import Path\nPath({str(begun)!r}).touch()\nwhile True: pass\n"
    )
    profile = 'version = 1\n[[listener]]\nname = "Loops"\nprotocol = "python:../loops.py"\n'
    (tmp_path / "portdeck").mkdir()
    name = "portdeck/profile.toml"  # the default profile runs code without a question
    program = start(profile=f"{profile}autostart = true\n", name=name)
    until = time.monotonic() + PATIENCE_SECONDS
    while not begun.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert begun.exists(), program.process.poll()
    code, _, errors = program.end_of(signalled)
    assert (code, errors) == (0, "")
