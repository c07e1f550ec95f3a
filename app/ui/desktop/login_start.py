"""Start at login: the entry of Portdeck among what the desktop starts with the session.

On Linux it is a file of the XDG autostart specification, on macOS a launch agent, and on Windows a
value of the registry. Each is read anew, as the user may change it elsewhere too.
"""

from __future__ import annotations

import os
import plistlib
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSettings

from app.files.atomic_write import write_atomically
from app.profile import default_path
from app.ui.settings import LoginStart

NAME: Final = "portdeck"
HIDDEN: Final = "--hidden"
RUN_KEY: Final = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run"
_RESERVED: Final = re.compile(r"[^\w@%+=:,./-]")
_OFF: Final = re.compile(r"^(Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$", re.M)


def login_start(profile: Path) -> LoginStart | None:
    """The entry of this platform, for the window of `profile`. `None` where there is none, or no
    command that could be started."""
    script = Path(sys.executable).with_name("portdeck.exe" if os.name == "nt" else NAME)
    if not script.is_file():
        return None
    command = [str(script), HIDDEN]
    if profile.absolute() != default_path():
        command += ["--profile", str(profile.absolute())]
    if sys.platform == "win32":
        return RunKey(command, QSettings(RUN_KEY, QSettings.Format.NativeFormat))
    if sys.platform == "darwin":
        return LaunchAgent(command, Path.home() / "Library" / "LaunchAgents")
    entry = AutostartFile(command, autostart_folder(os.environ))
    return entry if entry.is_on or has_session(os.environ) else None


def autostart_folder(environment: Mapping[str, str]) -> Path:
    """The user's folder of the XDG autostart specification."""
    config = environment.get("XDG_CONFIG_HOME", "")
    base = Path(config) if Path(config).is_absolute() else Path.home() / ".config"
    return base / "autostart"


def has_session(environment: Mapping[str, str]) -> bool:
    """Whether a desktop runs that starts entries. A bare window manager does not."""
    return bool(environment.get("XDG_CURRENT_DESKTOP") or environment.get("DESKTOP_SESSION"))


class _EntryFile(ABC):
    """An entry that is a file. It is off while there is no file."""

    def __init__(self, command: Sequence[str], path: Path) -> None:
        self._command = command
        self._path = path

    @property
    def place(self) -> str:
        return str(self._path)

    def turn(self, on: bool) -> None:
        if on:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path, self._content())
        else:
            self._path.unlink(missing_ok=True)

    @abstractmethod
    def _content(self) -> bytes:
        """The content of the file that starts the command."""


class AutostartFile(_EntryFile):
    """A desktop file in the folder of the XDG autostart specification."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        super().__init__(command, folder / f"{NAME}.desktop")

    @property
    def is_on(self) -> bool:
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        return _OFF.search(text) is None

    def _content(self) -> bytes:
        lines = (
            "[Desktop Entry]",
            "Type=Application",
            "Name=Portdeck",
            f"Exec={' '.join(map(_quoted, self._command))}",
            f"Icon={NAME}",
            "Terminal=false",
            "X-GNOME-Autostart-enabled=true",
            "",
        )
        return "\n".join(lines).encode()


class LaunchAgent(_EntryFile):
    """A property list in the user's folder of launch agents."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        super().__init__(command, folder / f"{NAME}.plist")

    @property
    def is_on(self) -> bool:
        try:
            entry = plistlib.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return False
        values = entry if isinstance(entry, dict) else {}
        return bool(values.get("RunAtLoad")) and not values.get("Disabled")

    def _content(self) -> bytes:
        entry = {"Label": NAME, "ProgramArguments": list(self._command), "RunAtLoad": True}
        return plistlib.dumps(entry)


class RunKey:
    """A value of the registry key `Run` of the user."""

    def __init__(self, command: Sequence[str], store: QSettings) -> None:
        self._command = command
        self._store = store

    @property
    def place(self) -> str:
        return f"{RUN_KEY}\\{NAME}"

    @property
    def is_on(self) -> bool:
        self._store.sync()
        return bool(self._store.value(NAME))

    def turn(self, on: bool) -> None:
        if on:
            self._store.setValue(NAME, " ".join(f'"{each}"' for each in self._command))
        else:
            self._store.remove(NAME)
        self._store.sync()


def _quoted(argument: str) -> str:
    """An argument as the key `Exec` of a desktop file has it."""
    argument = argument.replace("%", "%%")
    if not _RESERVED.search(argument):
        return argument
    for sign in ("\\", '"', "`", "$"):
        argument = argument.replace(sign, f"\\{sign}")
    # The value is a string of the file itself, in which a backslash is written twice.
    return '"' + argument.replace("\\", "\\\\") + '"'
