"""The actions on bytes of the traffic: copy them in several formats, send them again, save them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from app.files.atomic_write import unwritable, write_atomically
from app.text.hex import as_c_array, as_hex, as_python, hexdump
from app.traffic.connection_info import ConnectionInfo
from app.ui.widgets.dialogs import open_modal, start_folder
from app.ui.widgets.plain_text import message_box
from app.ui.widgets.translation import translated

if TYPE_CHECKING:
    from app.codegen.command_lines import ClientAddress

MOST_BYTES: Final = 4 * 1024 * 1024
"""The most bytes that are copied to the clipboard. Larger selections can be exported."""


AddressOf = Callable[[ConnectionInfo], "ClientAddress | None"]


class CopyActions(QObject):
    """Fills menus with the actions on bytes. The console connects to the signals."""

    send_wanted = Signal(bytes)
    """The user wants to send these bytes again through the console."""

    snippet_wanted = Signal(bytes)
    """The user wants to save these bytes as a snippet."""

    def __init__(
        self, parent: QObject | None = None, *, address_of: AddressOf = lambda connection: None
    ) -> None:
        """`address_of` returns the address of the listener of a connection, if it is known."""
        super().__init__(parent)
        self._address_of = address_of

    def curl_line(self, data: bytes, connection: ConnectionInfo) -> str | None:
        """The `curl` command that sends a request again. `None` if `data` is no whole request."""
        # Imported only now: the window opens faster without them.
        from app.traffic.content.http_body import read_head
        from app.traffic.http_framing import HttpMessage, describe

        request = describe(data) if len(data) <= MOST_BYTES and read_head(data) else None
        if not isinstance(request, HttpMessage) or not request.is_request or request.is_cut:
            return None
        from app.codegen.curl import curl_line

        address = self._address_of(connection) or _address_in(connection)
        return None if address is None else curl_line(request, address)

    def add_curl(self, menu: QMenu, line: str) -> None:
        """Add the action that copies a command line of `curl_line`."""
        clipboard = QGuiApplication.clipboard()
        menu.addAction(self.tr("Copy as curl"), lambda: clipboard.setText(line))

    def fill(self, menu: QMenu, data: Callable[[], bytes], read: Callable[[bytes], str]) -> None:
        """Add the actions on the bytes that `data` returns. `read` decodes them."""
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
        menu.addAction(self.tr("Send again through the console"), lambda: self.send_again(data()))
        menu.addAction(self.tr("Save as a snippet…"), lambda: self.save_snippet(data()))
        window = (menu.parentWidget() or menu).window()
        menu.addAction(self.tr("Save to a file…"), lambda: self._ask_for_file(window, data()))

    def send_again(self, data: bytes) -> None:
        """Emit `send_wanted` unless `data` is empty."""
        if data:
            self.send_wanted.emit(data)

    def save_snippet(self, data: bytes) -> None:
        """Emit `snippet_wanted` unless `data` is empty."""
        if data:
            self.snippet_wanted.emit(data)

    def _ask_for_file(self, window: QWidget, data: bytes) -> None:
        """Let the user choose a file for `data`."""
        dialog = QFileDialog(window, self.tr("Save the bytes"), start_folder(window))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda path: self._save(window, Path(path), data))
        dialog.open()

    def _save(self, window: QWidget, path: Path, data: bytes) -> None:
        try:
            write_atomically(path, data)
        except OSError as error:
            title, words = self.tr("Save the bytes"), translated(unwritable(path, error))
            warning = QMessageBox.Icon.Warning
            open_modal(message_box(window, title, words, icon=warning))


def _address_in(connection: ConnectionInfo) -> ClientAddress | None:
    """The server's end of a connection whose listener is not here, as in a recording."""
    from app.codegen.command_lines import ClientAddress, ClientTransport

    end = connection.peer_address if connection.began_here else connection.local_address
    return None if end is None else ClientAddress(ClientTransport.TCP, *end)
