"""A screen of its own for a program under test: Xvfb, which nobody looks at but we can (Linux)."""

from __future__ import annotations

import mmap
import os
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

LOOK_SECONDS = 0.001
"""The pause between two looks at the picture."""

XDOTOOL_SECONDS = 30.0
"""The longest it may wait for a window."""

LINES_APART = 32
"""How many lines of the picture are between two that are looked at."""

_HEADER_BYTES, _BYTES_PER_LINE, _COLORS = 0, 12, 19
"""Where an XWD header says these: numbers of its big-endian 32-bit fields."""

_COLOR_BYTES = 12


class Screen:
    """Owns an X server on a display that was free. Its root window is black and has no pointer.

    Whoever draws on it runs with `environment`, and must be gone before the screen is.
    """

    def __init__(self, width: int, height: int) -> None:
        """Start the server and wait until it takes clients. Raises `OSError` if it cannot."""
        self._folder = tempfile.TemporaryDirectory(prefix="portdeck-screen-")
        reading, writing = os.pipe()
        try:
            self._server = subprocess.Popen(
                [
                    *("Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24"),
                    *("-fbdir", self._folder.name, "-nolisten", "tcp", "-nocursor", "-noreset"),
                ],
                pass_fds=[writing],
                stderr=subprocess.DEVNULL,
            )
        finally:
            os.close(writing)
        with os.fdopen(reading) as told:
            number = told.read().strip()
        if not number:
            self.close()
            raise OSError("Xvfb did not start")
        self.display = f":{number}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.terminate()
        self._server.wait()
        self._folder.cleanup()

    @property
    def environment(self) -> dict[str, str]:
        """That of this process, but for whatever would lead a program to another screen."""
        others = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "QT_SCALE_FACTOR"}
        kept = {name: value for name, value in os.environ.items() if name not in others}
        return kept | {"DISPLAY": self.display}

    def xdotool(self, *arguments: str) -> str:
        """Have `xdotool` do on this screen what a hand would; gives what it prints."""
        done = subprocess.run(
            ["xdotool", *arguments],
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=XDOTOOL_SECONDS,
        )
        return done.stdout.strip()

    def wait_for_a_picture(self, seconds: float) -> float:
        """Wait until anything is on the black screen; when that was, on `time.monotonic`.

        Reads the server's frame buffer, so nothing is asked of the program that paints or of the
        server. Raises `TimeoutError` if the screen stays black for `seconds`.
        """
        deadline = time.monotonic() + seconds
        with (
            (Path(self._folder.name) / "Xvfb_screen0").open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as picture,
        ):
            while not _is_painted(picture):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"The screen stayed black for {seconds} s.")
                time.sleep(LOOK_SECONDS)
            return time.monotonic()


def _is_painted(picture: mmap.mmap) -> bool:
    """Whether one of some lines of an XWD picture is not black."""
    fields = struct.unpack_from(">25I", picture)
    start = fields[_HEADER_BYTES] + fields[_COLORS] * _COLOR_BYTES
    length = fields[_BYTES_PER_LINE]
    return any(
        picture[line : line + length].lstrip(b"\0")
        for line in range(start, len(picture), length * LINES_APART)
    )
