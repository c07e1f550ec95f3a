"""Capture files of other programs, each in a window of its own."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.traffic.capture.packet_file import CaptureError
from app.traffic.capture.reader import SUFFIXES, Capture
from app.ui.style.icons import Icons
from app.ui.traffic.pane import TrafficPane
from app.ui.widgets.copy_actions import CopyActions
from app.ui.widgets.dialogs import open_modal, start_folder
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.plain_text import message_box
from app.ui.widgets.translation import translated

STEP_SECONDS: Final = 0.004
SHOW_SECONDS: Final = 0.1
"""Showing what is new takes as long as several steps, so it is not done after each."""

PROGRESS_STEPS: Final = 1000


class CaptureWindow(QWidget):
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
        super().__init__(owner, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.capture = capture
        self.pane = TrafficPane(capture, icons, capture, copy_actions=copy_actions)
        self.progress = QProgressBar()
        self.cancel = QPushButton(self.tr("Cancel"))
        self.reading = QWidget()
        self.damage = WrappingLabel()
        self.facts = WrappingLabel()
        self._is_cancelled = False
        self._shown_at = 0.0
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)
        self._lay_out()
        self.setWindowTitle(self.tr("{0} – Portdeck capture").format(capture.path.name))
        self.resize(1000, 700)
        self.cancel.clicked.connect(self.stop_reading)
        self.pane.scans.stepped.connect(self._show_damage)
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
        self.pane.scans.suspend()
        self.capture.close()
        super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = QKeySequence.StandardKey
        if event.matches(keys.Cancel) or event.matches(keys.Close):
            self.close()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        self.progress.setRange(0, PROGRESS_STEPS)
        self.progress.setAccessibleName(self.tr("How much of the capture is read"))
        self.cancel.setToolTip(self.tr("Read no further, and keep what is read"))
        self.damage.setObjectName("trouble")
        self.damage.setProperty("wrong", True)
        self.facts.setObjectName("quiet")
        bar = QHBoxLayout(self.reading)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.addWidget(self.progress, 1)
        bar.addWidget(self.cancel)
        notes = QVBoxLayout()
        notes.setContentsMargins(8, 8, 8, 0)
        notes.addWidget(self.reading)
        notes.addWidget(self.damage)
        notes.addWidget(self.facts)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(notes)
        layout.addWidget(self.pane, 1)

    def _step(self) -> None:
        if self.capture.step(STEP_SECONDS):
            self._end_reading()
            return
        now = monotonic()
        if now - self._shown_at >= SHOW_SECONDS and self.isVisible():
            self._shown_at = now
            self.progress.setValue(round(self.capture.progress * PROGRESS_STEPS))
            self.pane.filter_bar.add_listeners()
            self.pane.scans.resume()

    def _end_reading(self) -> None:
        self._timer.stop()
        self.progress.setValue(round(self.capture.progress * PROGRESS_STEPS))
        self.pane.filter_bar.add_listeners()
        self.pane.scans.resume()
        self._show_facts()

    def _show_facts(self) -> None:
        self.reading.setVisible(self.is_reading)
        self._show_damage()
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

    def _show_damage(self) -> None:
        self.damage.setText(translated(self.capture.damage))
        self.damage.setVisible(bool(self.capture.damage))


class Captures(QObject):
    """Opens captures beside `window`, which they close with."""

    window_opened = Signal(object)
    """A `CaptureWindow` was opened."""

    def __init__(
        self, window: QWidget, icons: Icons, copy_actions: CopyActions | None = None
    ) -> None:
        super().__init__(window)
        self._window = window
        self._icons = icons
        self._copy_actions = copy_actions
        self.opened: list[CaptureWindow] = []

    def ask(self) -> None:
        """Let the user choose a capture, and open it."""
        dialog = QFileDialog(self._window, self.tr("Open a capture"), start_folder(self._window))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        patterns = " ".join(f"*.{suffix}" for suffix in SUFFIXES)
        dialog.setNameFilters(
            [self.tr("Captures ({0})").format(patterns), self.tr("All files (*)")]
        )
        dialog.fileSelected.connect(lambda path: self.open(Path(path)))
        dialog.open()

    def open(self, path: Path) -> None:
        """Open the capture at `path`, or say why not."""
        try:
            capture = Capture(path)
        except CaptureError as error:
            title = self.tr("Open a capture")
            warning = QMessageBox.Icon.Warning
            open_modal(message_box(self._window, title, str(error), icon=warning))
            return
        window = CaptureWindow(capture, self._icons, self._window, self._copy_actions)
        self.opened.append(window)
        window.destroyed.connect(lambda: self._forget(window))
        self.window_opened.emit(window)
        window.show()

    def close(self) -> None:
        """Close all of them."""
        for window in list(self.opened):
            window.close()

    def _forget(self, window: CaptureWindow) -> None:
        if window in self.opened:
            self.opened.remove(window)
