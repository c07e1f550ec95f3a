"""Capture files of other programs, each in a window of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from app.traffic.capture.reader import SUFFIXES, Capture
from app.ui.conversations.file_windows import FileWindow, FileWindows
from app.ui.style.icons import Icons
from app.ui.widgets.copy_actions import CopyActions
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.translation import translated

STEP_SECONDS: Final = 0.004
SHOW_SECONDS: Final = 0.1
"""Showing what is new takes as long as several steps, so it is not done after each."""

PROGRESS_STEPS: Final = 1000


class CaptureWindow(FileWindow):
    """Shows one capture while it is read, in steps of `STEP_SECONDS`.

    What was read can be looked at, filtered and searched meanwhile. Reading can be cancelled; what
    was read until then stays.
    """

    def __init__(
        self,
        capture: Capture,
        icons: Icons,
        owner: QWidget,
        copy_actions: CopyActions | None = None,
    ) -> None:
        """It looks as `owner` does and closes with it."""
        super().__init__(capture, icons, owner, copy_actions)
        self.capture = capture
        self.progress = QProgressBar()
        self.cancel = QPushButton(self.tr("Cancel"))
        self.reading = QWidget()
        self.facts = WrappingLabel()
        self._is_cancelled = False
        self._shown_at = 0.0
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)
        self._lay_out()
        self.setWindowTitle(self.tr("{0} – capture").format(capture.path.name))
        self.cancel.clicked.connect(self.stop_reading)
        self._timer.start()
        self._show_facts()

    @property
    def is_reading(self) -> bool:
        """Whether the file is still being read."""
        return self._timer.isActive()

    def stop_reading(self) -> None:
        """Read no further. What was read stays."""
        if self.is_reading:
            self._is_cancelled = True
            self._end_reading()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._timer.stop()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        self.progress.setRange(0, PROGRESS_STEPS)
        self.progress.setAccessibleName(self.tr("How much of the capture is read"))
        self.cancel.setToolTip(self.tr("Read no further, and keep what is read"))
        self.facts.setObjectName("quiet")
        bar = QHBoxLayout(self.reading)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.addWidget(self.progress, 1)
        bar.addWidget(self.cancel)
        self.notes.insertWidget(0, self.reading)
        self.notes.addWidget(self.facts)

    def _step(self) -> None:
        if self.capture.step(STEP_SECONDS):
            self._end_reading()
            return
        now = monotonic()
        if now - self._shown_at >= SHOW_SECONDS and self.isVisible():
            self._shown_at = now
            self._show_new()

    def _end_reading(self) -> None:
        self._timer.stop()
        self._show_new()
        self._show_facts()

    def _show_new(self) -> None:
        """Show what was read since the last time."""
        self.progress.setValue(round(self.capture.progress * PROGRESS_STEPS))
        self.pane.filter_bar.add_listeners()
        self.pane.scans.resume()

    def _show_facts(self) -> None:
        self.reading.setVisible(self.is_reading)
        self.show_damage()
        said = (
            []
            if self.is_reading
            else [self._read_so_far(), *map(translated, self.capture.counts.sentences())]
        )
        self.facts.setText("\n".join(said))
        self.facts.setVisible(bool(said))

    def _read_so_far(self) -> str:
        counts = self.capture.counts
        words = self.tr("Read: {0} packets. Connections: {1}.")
        if self._is_cancelled:
            words = self.tr("Cancelled. Read until then: {0} packets. Connections: {1}.")
        return words.format(f"{counts.packets:,}", f"{self.capture.connections:,}")


class Captures(FileWindows[CaptureWindow]):
    """Opens captures."""

    @property
    def title(self) -> str:
        return self.tr("Open a capture")

    @property
    def name_filters(self) -> Sequence[str]:
        patterns = " ".join(f"*.{suffix}" for suffix in SUFFIXES)
        return self.tr("Captures ({0})").format(patterns), self.tr("All files (*)")

    def window_for(self, path: Path) -> CaptureWindow:
        return CaptureWindow(Capture(path), self.icons, self.parent_window, self.copy_actions)
