"""Captures and recordings that are dropped on the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QWidget

from app.files.paths import is_file
from app.ui.widgets.drop_target import Act, DropTarget

_SQLITE: Final = b"SQLite format 3\0"


class FileDrops(DropTarget):
    """Opens captures and recordings that are dropped on a window, and leaves other files to it."""

    def __init__(
        self,
        window: QWidget,
        open_capture: Callable[[Path], object],
        open_recording: Callable[[Path], object],
    ) -> None:
        super().__init__(window)
        self._open_capture = open_capture
        self._open_recording = open_recording

    def act_for(self, paths: Sequence[Path]) -> Act | None:
        if not all(map(has_traffic, paths)):
            return None

        def open_all() -> None:
            for path in paths:
                self.open(path)

        return self.tr("Drop to open in a window of its own"), open_all

    def open(self, path: Path) -> bool:
        """Open a capture or a recording. False if the file is neither."""
        if is_recording(path):
            self._open_recording(path)
        elif has_traffic(path):
            self._open_capture(path)
        else:
            return False
        return True


def has_traffic(path: Path) -> bool:
    """Whether the file is a recording, or a capture by its name."""
    from app.traffic.capture.reader import SUFFIXES  # imported late for a faster start

    return is_file(path) and (path.suffix[1:].lower() in SUFFIXES or is_recording(path))


def is_recording(path: Path) -> bool:
    """Whether the file begins as a recording does. A file that cannot be read is none."""
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False
