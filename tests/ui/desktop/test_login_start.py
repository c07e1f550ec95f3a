"""Start at login: the entries of the platforms, and what the user changes in them elsewhere."""

from __future__ import annotations

import plistlib
import shlex
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from app.profile import default_path
from app.ui.desktop import login_start
from app.ui.desktop.login_start import AutostartFile, LaunchAgent, RunKey
from app.ui.settings import LoginStart

COMMAND = ["/opt/port deck/portdeck", "--hidden", "--profile", '/home/ä/100 % "x"$.toml']


def entries(folder: Path) -> list[LoginStart]:
    store = QSettings(str(folder / "run.ini"), QSettings.Format.IniFormat)
    return [
        AutostartFile(COMMAND, folder / "autostart"),
        LaunchAgent(COMMAND, folder / "agents"),
        RunKey(COMMAND, store),
    ]


@pytest.mark.parametrize("number", range(3))
def test_an_entry_is_written_read_and_removed(tmp_path: Path, number: int) -> None:
    entry, other = entries(tmp_path)[number], entries(tmp_path)[number]
    assert not entry.is_on
    entry.turn(True)
    assert other.is_on
    assert entry.place
    other.turn(False)
    assert not entry.is_on
    other.turn(False)


def test_the_command_survives_the_quoting_of_a_desktop_file(tmp_path: Path) -> None:
    entry = AutostartFile(COMMAND, tmp_path)
    entry.turn(True)
    (line,) = [
        each
        for each in Path(entry.place).read_text(encoding="utf-8").splitlines()
        if each.startswith("Exec=")
    ]
    value = line.removeprefix("Exec=").replace("\\\\", "\\").replace("%%", "%")
    value = value.replace("\\$", "$")  # `shlex` leaves this one
    assert shlex.split(value) == COMMAND


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_an_entry_that_the_desktop_switched_off_is_off(tmp_path: Path, line: str) -> None:
    entry = AutostartFile(COMMAND, tmp_path)
    entry.turn(True)
    path = Path(entry.place)
    path.write_text(f"{path.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
    assert not entry.is_on
    entry.turn(True)
    assert entry.is_on


def test_a_disabled_launch_agent_is_off(tmp_path: Path) -> None:
    entry = LaunchAgent(COMMAND, tmp_path)
    entry.turn(True)
    path = Path(entry.place)
    before = plistlib.loads(path.read_bytes())
    assert before["ProgramArguments"] == COMMAND
    path.write_bytes(plistlib.dumps({**before, "Disabled": True}))
    assert not entry.is_on
    path.write_bytes(b"nothing")
    assert not entry.is_on


@pytest.mark.skipif(sys.platform != "linux", reason="the XDG specification is of Linux desktops")
def test_it_is_offered_only_where_a_desktop_starts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "portdeck"
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "GNOME")
    assert login_start.login_start(default_path()) is None  # there is no command to start
    script.touch()
    entry = login_start.login_start(tmp_path / "other.toml")
    assert entry is not None
    entry.turn(True)
    text = Path(entry.place).read_text(encoding="utf-8")
    assert f"Exec={script} --hidden --profile {tmp_path}/other.toml" in text
    monkeypatch.delenv("XDG_CURRENT_DESKTOP")
    monkeypatch.delenv("DESKTOP_SESSION", raising=False)
    entry = login_start.login_start(default_path())
    assert entry is not None  # it is on, so it must be possible to switch it off
    entry.turn(False)
    assert login_start.login_start(default_path()) is None
