"""Functions to show dialogs, and a field for the path of a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QWidget,
)


def open_modal(dialog: QDialog) -> None:
    """Show `dialog` over its window. It is deleted when it closes.

    Never use `exec`: its event loop would block the callback, and so a connection.
    """
    if isinstance(dialog, QMessageBox):
        dialog.setTextFormat(Qt.TextFormat.PlainText)  # a path in it may look like markup
        strip_icons(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def keep_on_screen(window: QWidget) -> None:
    """Move a window that has grown beyond the lower or the right edge of the screen back on it."""
    if not window.isVisible():
        return  # the window manager finds a place for it
    room, frame = window.screen().availableGeometry(), window.frameGeometry()
    left = max(room.left(), min(frame.left(), room.right() + 1 - frame.width()))
    top = max(room.top(), min(frame.top(), room.bottom() + 1 - frame.height()))
    if (left, top) != (frame.left(), frame.top()):
        window.move(left, top)


def start_folder(widget: QWidget) -> str:
    """The folder in which a file dialog over `widget` opens: that of the profile, which the main
    window has as its file. Otherwise Qt would take the folder in which Portdeck was started."""
    owner: QWidget | None = widget
    while owner is not None:
        if owner.windowFilePath():
            return str(Path(owner.windowFilePath()).parent)
        owner = owner.parentWidget()
    return str(Path.home())


def dialog_buttons(*standard: QDialogButtonBox.StandardButton) -> QDialogButtonBox:
    """A row of standard buttons without icons, a little apart from the fields above it. Some styles
    add icons to a few of them."""
    box = QDialogButtonBox()
    box.setContentsMargins(0, 4, 0, 0)
    for each in standard:
        box.addButton(each).setIcon(QIcon())
    return box


def strip_icons(box: QMessageBox) -> None:
    """Remove the icons of the buttons of `box`."""
    for button in box.buttons():
        button.setIcon(QIcon())


class FileEdit(QWidget):
    """A line for a path, with a button to choose a file.

    A path below the folder of the profile is shown relative to it, as the profile has it.
    """

    changed = Signal()
    """The user entered another path."""

    def __init__(
        self, folder: Path, question: str, name: str, *, kinds: str = "", may_be_new: bool = False
    ) -> None:
        """`question` is the title of the dialog, `name` the accessible name of the line, and
        `kinds` the filter of the dialog. `may_be_new` allows a file that does not exist."""
        super().__init__()
        self._folder = folder
        self._question = question
        self._kinds = kinds
        self._may_be_new = may_be_new
        self.line = QLineEdit()
        self.line.setAccessibleName(name)
        self.button = QPushButton(self.tr("Choose…"))
        self.button.setAccessibleName(question)
        self.setFocusProxy(self.line)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # for the key of its label
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.line.textChanged.connect(self.changed)
        self.button.clicked.connect(self._choose)

    def text(self) -> str:
        """The entered path."""
        return self.line.text().strip()

    def show_path(self, path: str) -> None:
        """Show `path`, relative to the folder if it is below it."""
        chosen = Path(path)
        inside = chosen.is_relative_to(self._folder)
        self.line.setText(chosen.relative_to(self._folder).as_posix() if inside else path)

    def _choose(self) -> None:
        dialog = QFileDialog(self, self._question, str(self._folder), self._kinds)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._may_be_new:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # nothing is written there
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.show_path)
        dialog.open()
