"""The sign of a recording in the status bar of the window, and what one can do after it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app.text import readable
from app.ui.style.icons import Icons
from app.ui.style.palette import tint_color
from app.ui.style.tokens import Tint
from app.ui.widgets.labels import ElidingLabel
from app.ui.widgets.layouts import fill
from app.ui.widgets.plain_text import set_tip

if TYPE_CHECKING:
    from app.ui.traffic.recording_bar import RecordingBar

DOT_SIZE = 14
STEP_MS = 1_000


class RecordingSign(QWidget):
    """A red dot with time and size while something is recorded; after it, the file.

    It is hidden before the first recording, and once the user has dismissed the last one.
    """

    open_wanted = Signal(object)
    """The user wants to look into the recording at this `Path`."""

    folder_asked = Signal(object, bool)
    """The desktop was asked to show this folder, a `Path`; false if no program took it."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._bar: RecordingBar | None = None
        self.dot = QLabel()
        self.words = ElidingLabel()
        self.stop_button = QPushButton(self.tr("Stop"))
        self.open_button = QPushButton(self.tr("Open"))
        self.folder_button = QPushButton(self.tr("Show in folder"))
        self.close_button = QToolButton(autoRaise=True)
        icons.give(self.close_button, "close")
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self._show_progress)
        self._set_up()
        self.hide()

    def follow(self, bar: RecordingBar) -> None:
        """Show the recordings that `bar` makes."""
        self._bar = bar
        bar.state_changed.connect(self._show_state)

    @property
    def path(self) -> Path | None:
        """The file of the recording under way, or of the last one."""
        return None if self._bar is None else self._bar.path

    def _set_up(self) -> None:
        self.setAccessibleName(self.tr("Recording"))
        layout = fill(QHBoxLayout(self), self.dot, self.words, spacing=6, margins=(0, 0, 8, 0))
        for button, name in (
            (self.stop_button, self.tr("Stop recording")),
            (self.open_button, self.tr("Open the recording")),
            (self.folder_button, self.tr("Show the recording in its folder")),
            (self.close_button, self.tr("Dismiss")),
        ):
            button.setAccessibleName(name)
            set_tip(button, name)
            layout.addWidget(button)
        for button in (self.stop_button, self.open_button, self.folder_button):
            button.setProperty("small", True)
        self.stop_button.clicked.connect(self._stop)
        self.open_button.clicked.connect(lambda: self.open_wanted.emit(self.path))
        self.folder_button.clicked.connect(self._show_folder)
        self.close_button.clicked.connect(self.hide)

    def _show_state(self) -> None:
        if self._bar is None:
            return
        is_recording = self._bar.is_recording
        self.dot.setVisible(is_recording)
        self.stop_button.setVisible(is_recording)
        for button in (self.open_button, self.folder_button, self.close_button):
            button.setHidden(is_recording)
        if is_recording:
            color = tint_color(Tint.DANGER, QGuiApplication.palette())
            scale = self.devicePixelRatioF()
            self.dot.setPixmap(self._icons.pixmap("record", DOT_SIZE, color, scale))
            self._timer.start()
            self._show_progress()
        else:
            self._timer.stop()
            self._show_result()
        self.show()

    def _show_progress(self) -> None:
        if self._bar is not None:
            time = readable.format_duration(self._bar.recorded_seconds)
            size = readable.format_size(self._bar.recorded_bytes)
            self.words.setText(self.tr("Recording {0} · {1}").format(time, size))

    def _show_result(self) -> None:
        if self._bar is not None and self.path is not None:
            size = readable.format_size(self._bar.recorded_bytes)
            self.words.setText(f"{self.path.name} · {size}")

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _show_folder(self) -> None:
        if self.path is not None:
            folder = self.path.absolute().parent
            is_taken = QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
            self.folder_asked.emit(folder, bool(is_taken))
