"""Traffic that is in a file, each in a window of its own. Recordings are such files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QMessageBox, QVBoxLayout, QWidget

from app.traffic.capture.packet_file import CaptureError
from app.traffic.connection_info import ConnectionDirectory
from app.traffic.recording.reader import Recording
from app.traffic.recording.schema import SUFFIX, RecordingError
from app.traffic.source import ChunkSource
from app.ui.style.icons import Icons
from app.ui.traffic.pane import TrafficPane
from app.ui.widgets.copy_actions import CopyActions
from app.ui.widgets.dialogs import open_modal, start_folder
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.plain_text import message_box
from app.ui.widgets.task_window import TaskWindow
from app.ui.widgets.translation import translated


class TrafficFile(ChunkSource, ConnectionDirectory, Protocol):
    """The traffic in a file that is open."""

    damage: str
    """What is wrong with the file, in a sentence; empty if nothing is."""

    def close(self) -> None:
        """Close the file."""


class FileWindow(TaskWindow):
    """Shows the traffic of one file, to read, search and export. It never changes the file."""

    def __init__(
        self,
        file: TrafficFile,
        icons: Icons,
        owner: QWidget,
        copy_actions: CopyActions | None = None,
    ) -> None:
        """It looks as `owner` does and closes with it."""
        super().__init__(owner)
        self.file = file
        self.pane = TrafficPane(file, icons, file, copy_actions=copy_actions)
        self.damage = WrappingLabel()
        self.damage.setObjectName("trouble")
        self.damage.setProperty("wrong", True)
        self.notes = QVBoxLayout()
        """What stands above the traffic."""
        self.notes.setContentsMargins(8, 8, 8, 0)
        self.notes.addWidget(self.damage)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self.notes)
        layout.addWidget(self.pane, 1)
        self.resize(1000, 700)
        self.pane.scans.stepped.connect(self.show_damage)
        self.show_damage()

    def closeEvent(self, event: QCloseEvent) -> None:
        for each in self.findChildren(TaskWindow):  # they read the file
            each.close()
        self.pane.scans.suspend()
        self.file.close()
        super().closeEvent(event)

    def show_damage(self) -> None:
        """Show what is known by now to be wrong with the file."""
        self.damage.setText(translated(self.file.damage))
        self.damage.setVisible(bool(self.file.damage))


W = TypeVar("W", bound=FileWindow)


class FileWindows(QObject, Generic[W]):
    """Opens files of one kind beside `window`, which they close with."""

    window_opened = Signal(object)
    """A `FileWindow` was opened."""

    def __init__(
        self, window: QWidget, icons: Icons, copy_actions: CopyActions | None = None
    ) -> None:
        super().__init__(window)
        self.parent_window = window
        self.icons = icons
        self.copy_actions = copy_actions
        self.opened: list[W] = []

    @property
    def title(self) -> str:
        """The title of the dialogs."""
        raise NotImplementedError

    @property
    def name_filters(self) -> Sequence[str]:
        """Which files can be chosen, as file dialogs take it."""
        raise NotImplementedError

    def window_for(self, path: Path) -> W:
        """A window that shows the file at `path`. Raises `RecordingError` or `CaptureError`."""
        raise NotImplementedError

    def ask(self) -> None:
        """Let the user choose a file, and open it."""
        dialog = QFileDialog(self.parent_window, self.title, start_folder(self.parent_window))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(list(self.name_filters))
        dialog.fileSelected.connect(lambda path: self.open(Path(path)))
        dialog.open()

    def open(self, path: Path) -> None:
        """Open the file at `path`, or say why that is not possible."""
        try:
            window = self.window_for(path)
        except (RecordingError, CaptureError) as error:
            warning = QMessageBox.Icon.Warning
            open_modal(message_box(self.parent_window, self.title, str(error), icon=warning))
            return
        self.opened.append(window)
        window.destroyed.connect(lambda: self._forget(window))
        self.window_opened.emit(window)
        window.show()

    def close(self) -> None:
        """Close all windows."""
        for window in list(self.opened):
            window.close()

    def _forget(self, window: W) -> None:
        if window in self.opened:
            self.opened.remove(window)


class Recordings(FileWindows[FileWindow]):
    """Opens recordings."""

    @property
    def title(self) -> str:
        return self.tr("Open a recording")

    @property
    def name_filters(self) -> Sequence[str]:
        return self.tr("Recordings (*.{0})").format(SUFFIX), self.tr("All files (*)")

    def window_for(self, path: Path) -> FileWindow:
        window = FileWindow(Recording(path), self.icons, self.parent_window, self.copy_actions)
        window.setWindowTitle(self.tr("{0} – recording").format(path.name))
        return window
