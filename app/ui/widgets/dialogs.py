"""How a dialog is shown."""

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

# MERGED ui/dialog_buttons: The buttons of dialogs: words alone, whatever icons the style has for some of them.


def dialog_buttons(*standard: QDialogButtonBox.StandardButton) -> QDialogButtonBox:
    """A row of these."""
    box = QDialogButtonBox()
    for each in standard:
        box.addButton(each).setIcon(QIcon())
    return box


def strip_icons(box: QMessageBox) -> None:
    """Let the buttons of `box` have words alone."""
    for button in box.buttons():
        button.setIcon(QIcon())


def open_modal(dialog: QDialog) -> None:
    """Show `dialog` over its window, and let go of it when it closes.

    Never `exec`: a loop inside a callback holds up the connection that the callback serves.
    """
    if isinstance(dialog, QMessageBox):
        strip_icons(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


# MERGED ui/listeners/file_edit: A line for the path of a file, and a button to choose one.


class FileEdit(QWidget):
    """Shows paths below the folder of the profile short, as the profile has them."""

    changed = Signal()
    """Another path was entered."""

    def __init__(
        self,
        folder: Path,
        question: str,
        name: str,
        *,
        kinds: str = "",
        may_be_new: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`question` is what the dialog asks, `name` what the line is called for who cannot see it,
        `kinds` the filter of the dialog, and `may_be_new` whether the file need not be there."""
        super().__init__(parent)
        self._folder = folder
        self._question = question
        self._kinds = kinds
        self._may_be_new = may_be_new
        self.line = QLineEdit()
        self.line.setAccessibleName(name)
        self.button = QPushButton(self.tr("Choose…"))
        self.button.setAccessibleName(question)
        self.setFocusProxy(self.line)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # or the key of its label does nothing
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.line.textChanged.connect(self.changed)
        self.button.clicked.connect(self._choose)

    def text(self) -> str:
        """The path that was entered."""
        return self.line.text().strip()

    def take(self, path: str) -> None:
        """Show `path`, short if it is below the folder."""
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
        dialog.fileSelected.connect(self.take)
        dialog.open()
