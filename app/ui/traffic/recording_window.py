"""The windows that show recordings."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox, QVBoxLayout, QWidget

from app.traffic.recording.reader import Recording
from app.traffic.recording.schema import SUFFIX, RecordingError
from app.ui.style.icons import Icons
from app.ui.traffic.pane import TrafficPane
from app.ui.widgets.copy_actions import CopyActions
from app.ui.widgets.dialogs import open_modal, start_folder
from app.ui.widgets.plain_text import message_box
from app.ui.widgets.translation import translated


class RecordingWindow(QWidget):
    """Shows one recording, to read, search and export. It never changes the file."""

    def __init__(
        self,
        recording: Recording,
        icons: Icons,
        owner: QWidget,
        copy_actions: CopyActions | None = None,
    ) -> None:
        """It has the style of `owner`, and closes with it."""
        super().__init__(owner, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.recording = recording
        self.pane = TrafficPane(recording, icons, recording, copy_actions=copy_actions)
        self.damage = QLabel()
        self.damage.setObjectName("trouble")
        self.damage.setProperty("wrong", True)
        self.damage.setTextFormat(Qt.TextFormat.PlainText)
        self.damage.setWordWrap(True)
        self.damage.setContentsMargins(8, 8, 8, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.damage)
        layout.addWidget(self.pane, 1)
        self.setWindowTitle(self.tr("{0} – recording").format(recording.path.name))
        self.resize(1000, 700)
        self.pane.scans.stepped.connect(self._show_damage)
        self._show_damage()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.pane.scans.suspend()
        self.recording.close()
        super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = QKeySequence.StandardKey
        if event.matches(keys.Cancel) or event.matches(keys.Close):
            self.close()
        else:
            super().keyPressEvent(event)

    def _show_damage(self) -> None:
        self.damage.setText(translated(self.recording.damage))
        self.damage.setVisible(bool(self.recording.damage))


class Recordings(QObject):
    """Opens recordings beside the main window. They close with it."""

    window_opened = Signal(object)
    """A `RecordingWindow` was opened."""

    def __init__(
        self, window: QWidget, icons: Icons, copy_actions: CopyActions | None = None
    ) -> None:
        super().__init__(window)
        self._window = window
        self._icons = icons
        self._copy_actions = copy_actions
        self.opened: list[RecordingWindow] = []

    def ask(self) -> None:
        """Ask for a recording, and open it."""
        dialog = QFileDialog(self._window, self.tr("Open a recording"), start_folder(self._window))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [self.tr("Recordings (*.{0})").format(SUFFIX), self.tr("All files (*)")]
        )
        dialog.fileSelected.connect(lambda path: self.open(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open(self, path: Path) -> None:
        """Open the recording at `path`, or show why that is not possible."""
        try:
            recording = Recording(path)
        except RecordingError as error:
            title = self.tr("Open a recording")
            warning = QMessageBox.Icon.Warning
            open_modal(message_box(self._window, title, str(error), icon=warning))
            return
        window = RecordingWindow(recording, self._icons, self._window, self._copy_actions)
        self.opened.append(window)
        self.window_opened.emit(window)
        window.destroyed.connect(lambda: self._forget(window))
        window.show()

    def close(self) -> None:
        """Close all windows."""
        for window in list(self.opened):
            window.close()

    def _forget(self, window: RecordingWindow) -> None:
        if window in self.opened:
            self.opened.remove(window)
