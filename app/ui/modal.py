"""How a dialog is shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QMessageBox

from app.ui.dialog_buttons import strip_icons


def open_modal(dialog: QDialog) -> None:
    """Show `dialog` over its window, and let go of it when it closes.

    Never `exec`: a loop inside a callback holds up the connection that the callback serves.
    """
    if isinstance(dialog, QMessageBox):
        strip_icons(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
