"""The buttons of dialogs: words alone, whatever icons the style has for some of them."""

from __future__ import annotations

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialogButtonBox, QMessageBox


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
