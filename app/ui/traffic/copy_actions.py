"""What can be done with bytes of the traffic: copy them in several forms, say them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from app.text.hex import as_c_array, as_hex, as_python, hexdump

MOST_BYTES: Final = 4 * 1024 * 1024
"""More of them than this are for a file, not for a clipboard or a line of input."""


class CopyActions(QObject):
    """Fills menus; who talks to peers listens to its signals."""

    send_wanted = Signal(bytes)
    """These bytes shall be sent again, by hand, through the console."""

    snippet_wanted = Signal(bytes)
    """These bytes shall be kept as a snippet."""

    def fill(self, menu: QMenu, data: Callable[[], bytes], read: Callable[[bytes], str]) -> None:
        """Add to `menu` what can be done with what `data` gives; `read` makes it text."""
        for words, form in (
            (self.tr("Copy as hex"), as_hex),
            (self.tr("Copy as text"), read),
            (self.tr("Copy as hex dump"), hexdump),
            (self.tr("Copy as C array"), as_c_array),
            (self.tr("Copy as Python bytes"), as_python),
        ):
            action = menu.addAction(words)
            action.triggered.connect(
                lambda _checked=False, form=form: QGuiApplication.clipboard().setText(form(data()))
            )
        menu.addSeparator()
        menu.addAction(self.tr("Send again through the console"), lambda: self.say_again(data()))
        menu.addAction(self.tr("Save as a snippet…"), lambda: self.keep(data()))

    def say_again(self, data: bytes) -> None:
        """Put `data` where it can be sent again."""
        if data:
            self.send_wanted.emit(data)

    def keep(self, data: bytes) -> None:
        """Offer to keep `data` as a snippet."""
        if data:
            self.snippet_wanted.emit(data)
