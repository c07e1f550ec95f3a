"""*Copy as*: the lines that reach a listener and the script that does what it does, for others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.codegen.command_lines import client_address, command_lines
from app.codegen.script import file_name, script
from app.codegen.tls_files import TlsFiles, tls_files
from app.files import atomic_write
from app.server.listener import Listener
from app.tls import TlsError
from app.ui.widgets.banner import Banner

NOTICE_SECONDS = 8.0


class CopyAsMenu(QObject):
    """Fills menus for a listener, and says through a banner what it copied."""

    def __init__(self, folder: Path, banner: Banner, window: QWidget) -> None:
        """`folder` is where the paths of a profile begin; dialogs open over `window`."""
        super().__init__(window)
        self._folder = folder
        self.banner = banner
        self._window = window

    def fill(self, menu: QMenu, listener: Listener | None) -> None:
        """Let `menu` offer what there is of `listener`."""
        menu.clear()
        menu.setToolTipsVisible(True)
        if listener is None:
            menu.addAction(self.tr("Choose one listener")).setEnabled(False)
            return
        where = client_address(listener.spec, listener.address, self._folder)
        if where is None:
            missing = menu.addAction(self.tr("Start it first: its address is not known yet"))
            missing.setEnabled(False)
        else:
            for line in command_lines(where):
                self._offer(menu, listener, line.tool).setToolTip(line.text)
        menu.addSeparator()
        menu.addAction(self.tr("Twisted script"), lambda: self.copy_script(listener))
        menu.addAction(self.tr("Save as Twisted script…"), lambda: self.save_script(listener))

    def copy_line(self, listener: Listener, tool: str) -> None:
        """Copy the line of that client."""
        with self._told():
            files = self._files(listener)
            where = client_address(listener.spec, listener.address, self._folder, files)
            lines = () if where is None else command_lines(where)
            for line in lines:
                if line.tool == tool:
                    self._copy(line.text, self.tr("Copied: {0}").format(line.text))

    def copy_script(self, listener: Listener) -> None:
        """Copy a script that does what `listener` does."""
        with self._told():
            text = script(listener.spec, self._folder, self._files(listener))
            words = self.tr("Copied: {0} as a script for Python with Twisted.")
            self._copy(text, words.format(listener.spec.name))

    def save_script(self, listener: Listener) -> None:
        """Ask for a file and write the script to it."""
        dialog = QFileDialog(self._window, self.tr("Save as Twisted script"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Python files (*.py)"))
        dialog.setDefaultSuffix("py")
        dialog.selectFile(file_name(listener.spec))
        dialog.fileSelected.connect(lambda path: self.write_script(listener, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write_script(self, listener: Listener, path: Path) -> None:
        """Write the script to `path`, and say so."""
        with self._told():
            text = script(listener.spec, self._folder, self._files(listener))
            atomic_write.write_atomically(path, text.encode())
            words = self.tr("{0} is written. Run it with: python {1}")
            self.banner.say(words.format(path, path.name), seconds=NOTICE_SECONDS)

    def _offer(self, menu: QMenu, listener: Listener, tool: str) -> QAction:
        return menu.addAction(tool, lambda: self.copy_line(listener, tool))

    def _files(self, listener: Listener) -> TlsFiles | None:
        return tls_files(listener.spec, self._folder)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever keeps it from being done is said, and it is not done by half."""
        try:
            yield
        except TlsError as error:
            self.banner.say(str(error))
        except OSError as error:
            words = self.tr("It cannot be written ({0}). Choose another place.")
            self.banner.say(words.format(error.strerror or error))

    def _copy(self, text: str, told: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.banner.say(told, seconds=NOTICE_SECONDS)
