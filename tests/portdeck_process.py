"""The real program with its window, in a process and in a home of its own (Linux)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

import psutil

from app.user_code.trust import Trust
from tests.screen import Screen

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS_ON_SHOW = "[General]\ntab=connections\n"
"""What a window remembers that was closed while its connections table was on show."""

START_SECONDS = 30.0
EXIT_SECONDS = 10.0
POLL_SECONDS = 0.02


class PortdeckProcess:
    """Owns the process and its folders; ends it as a user who logs out does, and waits for that."""

    def __init__(
        self,
        screen: Screen,
        profile: str,
        *,
        module: str = "app",
        settings: str = "",
        environment: Mapping[str, str] | None = None,
        pipe: int | None = None,
        trusted: Iterable[Path] = (),
    ) -> None:
        """Start `python -m MODULE --profile FILE`.

        `profile` is the text of that file, `settings` the text of what the window remembers;
        `pipe` is `subprocess.PIPE` to talk with the module over its standard input and output;
        `trusted` are the files of code that the profile names and the user has agreed to run.
        """
        self._home = tempfile.TemporaryDirectory(prefix="portdeck-home-")
        home = Path(self._home.name)
        file = home / "profile.toml"
        file.write_text(profile, encoding="utf-8")
        (home / "portdeck").mkdir()
        (home / "portdeck" / "window.conf").write_text(settings, encoding="utf-8")
        if code := list(trusted):
            Trust(home / "portdeck" / "trusted_code.json").keep([file, *code])
        folders = {f"XDG_{name}_HOME": str(home) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, "--profile", str(file)],
            cwd=ROOT,
            env={**screen.environment, **folders, **(environment or {})},
            stdin=pipe,
            stdout=pipe,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.communicate(timeout=EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        self._home.cleanup()

    def window(self, screen: Screen) -> str:
        """The number that X knows the main window by, once it is there."""
        found = screen.xdotool("search", "--sync", "--onlyvisible", "--class", "^portdeck$")
        return found.splitlines()[0]

    def listening(self) -> list[tuple[str, int]]:
        """The TCP addresses it listens on: host and port, in order."""
        found = psutil.Process(self.process.pid).net_connections("tcp")
        listening = (each.laddr for each in found if each.status == psutil.CONN_LISTEN)
        return sorted((address.ip, address.port) for address in listening)

    def wait_until_listening(self, listeners: int) -> list[tuple[str, int]]:
        """Their addresses, once so many listeners listen. Raises `TimeoutError`, or `RuntimeError`
        if the program ended."""
        deadline = time.monotonic() + START_SECONDS
        while len(addresses := self.listening()) < listeners:
            if self.process.poll() is not None:
                raise RuntimeError(f"The window ended with {self.process.returncode}.")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(addresses)} of {listeners} listeners listen.")
            time.sleep(POLL_SECONDS)
        return addresses
