"""Captures and recordings that are dropped on the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from app.files.paths import is_file
from app.ui.widgets.labels import DropSign

_SQLITE: Final = b"SQLite format 3\0"


class FileDrops(QObject):
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
        self._sign = DropSign(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DragLeave:
            self._sign.say("")
        if not isinstance(event, QDropEvent):  # a drag that enters is one too
            return super().eventFilter(watched, event)
        paths = _traffic_files(event)
        if not paths:
            return False
        is_dropped = event.type() is QEvent.Type.Drop
        self._sign.say("" if is_dropped else self.tr("Drop to open in a window of its own"))
        if is_dropped:
            for path in paths:
                self.open(path)
        event.acceptProposedAction()
        return True

    def open(self, path: Path) -> bool:
        """Open a capture or a recording. False if the file is neither."""
        if is_recording(path):
            self._open_recording(path)
        elif has_traffic(path):
            self._open_capture(path)
        else:
            return False
        return True


def _traffic_files(event: QDropEvent) -> list[Path]:
    """The captures and recordings of a drop; empty if there is anything else in it."""
    urls = event.mimeData().urls()
    paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    all_fit = len(paths) == len(urls) and all(map(has_traffic, paths))
    return paths if all_fit else []


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
