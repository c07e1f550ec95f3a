"""How a dialog is shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog


def open_modal(dialog: QDialog) -> None:
    """Show `dialog` over its window, and let go of it when it closes.

    Never `exec`: a loop inside a callback holds up the connection that the callback serves.
    """
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
