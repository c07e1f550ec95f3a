"""*Copy as*: command lines of clients for a listener, and a stand-alone script that replaces it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.codegen.command_lines import ClientAddress, client_address, command_lines
from app.codegen.script import NoScript, file_name, has_script, script
from app.codegen.tls_files import TlsFiles, tls_files
from app.files import atomic_write
from app.net.ip import host_and_port
from app.server.listener import Listener
from app.server.program_listener import is_program_entry
from app.text.sentence import system_reason
from app.tls import TlsError
from app.traffic.connection_info import ConnectionInfo
from app.ui.style.tokens import Tint
from app.ui.widgets.banner import Banner
from app.ui.widgets.dialogs import start_folder
from app.ui.widgets.plain_text import set_tip
from app.ui.widgets.translation import translated

NOTICE_SECONDS = 8.0


class CopyAsMenu(QObject):
    """Fills menus for a listener, and reports in a banner what was copied."""

    def __init__(self, folder: Path, banner: Banner, window: QWidget) -> None:
        """Relative paths of a profile start in `folder`. Dialogs open over `window`."""
        super().__init__(window)
        self._folder = folder
        self.banner = banner
        self._window = window

    def fill(self, menu: QMenu, listener: Listener | None) -> None:
        """Fill `menu` with the entries for `listener`; `None` if not exactly one is marked."""
        menu.clear()
        menu.setToolTipsVisible(True)
        if listener is None:
            menu.addAction(self.tr("Choose one listener")).setEnabled(False)
            return
        where = client_address(listener.spec, listener.address, self._folder)
        if is_program_entry(listener):
            menu.addAction(self.tr("Choose one of the places below it")).setEnabled(False)
        elif where is None:
            missing = menu.addAction(self.tr("Start it first: its address is not known yet"))
            missing.setEnabled(False)
        else:
            for line in command_lines(where):
                action = menu.addAction(line.tool, partial(self.copy_line, listener, line.tool))
                set_tip(action, line.text)
        menu.addSeparator()
        copies = menu.addAction(self.tr("Twisted script"), lambda: self.copy_script(listener))
        saves = menu.addAction(
            self.tr("Save as Twisted script…"), lambda: self.save_script(listener)
        )
        for action in (copies, saves):
            action.setEnabled(has_script(listener.spec))

    def copy_line(self, listener: Listener, tool: str) -> None:
        """Copy the command line of the client `tool`."""
        with self._errors_shown():
            files = self._files(listener)
            where = client_address(listener.spec, listener.address, self._folder, files)
            lines = () if where is None else command_lines(where)
            for line in lines:
                if line.tool == tool:
                    self._copy(line.text, self.tr("Copied: {0}").format(line.text))

    def address_for(
        self, connection: ConnectionInfo, listeners: Iterable[Listener]
    ) -> ClientAddress | None:
        """The address of the listener of a connection, as its client needs it.

        `None` if none of `listeners` has that name or, for a session of the console, that port.
        """
        peer = connection.peer_address
        for listener in listeners:
            is_named = listener.spec.name == connection.listener and not connection.began_here
            address = host_and_port(listener.address)
            is_peer = address is not None and peer is not None and peer[1] == address[1]
            if is_named or (connection.began_here and is_peer):
                with self._errors_shown():
                    files = self._files(listener)
                    return client_address(listener.spec, listener.address, self._folder, files)
        return None

    def copy_script(self, listener: Listener) -> None:
        """Copy a script that does the same as `listener`."""
        with self._errors_shown():
            text = script(listener.spec, self._folder, self._files(listener))
            words = self.tr("Copied: {0} as a script for Python with Twisted.")
            self._copy(text, words.format(listener.spec.name))

    def save_script(self, listener: Listener) -> None:
        """Ask for a file and write the script to it."""
        dialog = QFileDialog(
            self._window, self.tr("Save as Twisted script"), start_folder(self._window)
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Python files (*.py)"))
        dialog.setDefaultSuffix("py")
        dialog.selectFile(file_name(listener.spec))
        dialog.fileSelected.connect(lambda path: self.write_script(listener, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write_script(self, listener: Listener, path: Path) -> None:
        """Write the script to `path`, and report it."""
        with self._errors_shown():
            text = script(listener.spec, self._folder, self._files(listener))
            atomic_write.write_atomically(path, text.encode())
            words = self.tr("{0} is written. Run it with: python {1}")
            self.banner.say(words.format(path, path.name), seconds=NOTICE_SECONDS)

    def _files(self, listener: Listener) -> TlsFiles | None:
        # A program has its own certificate, which Portdeck does not know.
        return None if is_program_entry(listener) else tls_files(listener.spec, self._folder)

    @contextmanager
    def _errors_shown(self) -> Iterator[None]:
        """Show an error in the banner. Nothing is copied or written then."""
        try:
            yield
        except (TlsError, NoScript) as error:
            self.banner.say(str(error), tint=Tint.DANGER)
        except OSError as error:
            words = self.tr("It cannot be written ({0}). Choose another place.")
            self.banner.say(words.format(translated(system_reason(error))), tint=Tint.DANGER)

    def _copy(self, text: str, message: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.banner.say(message, seconds=NOTICE_SECONDS)
