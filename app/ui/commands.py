"""The commands of the window, each once: for the menu, the tool bar and the keyboard alike."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.ui.style.icons import Icons


class Commands(QObject):
    """Makes the actions of a window; what they do is bound to them by who owns it."""

    def __init__(self, owner: QWidget, icons: Icons) -> None:
        super().__init__(owner)
        self._owner = owner
        self._icons = icons
        self.new = self._make(self.tr("New listener…"), "plus", QKeySequence("Ctrl+N"))
        self.edit = self._make(self.tr("Edit…"), "edit", QKeySequence("F2"))
        self.remove = self._make(self.tr("Remove"), "remove", QKeySequence("Ctrl+Shift+Del"))
        self.undo = self._make(self.tr("Undo remove"), "undo", QKeySequence("Ctrl+Shift+Z"))
        self.toggle = self._make(self.tr("Start"), "start", QKeySequence("Ctrl+Return"))
        self.reload = self._make(self.tr("Reload the code"), None, QKeySequence("Ctrl+R"))
        self.drain = self._make(self.tr("Drain"), "drain", QKeySequence("Ctrl+Shift+D"))
        self.restart = self._make(self.tr("Restart"), "restart", QKeySequence("Ctrl+Shift+R"))
        self.duplicate = self._make(self.tr("Duplicate"), "copy", QKeySequence("Ctrl+D"))
        self.move_up = self._make(self.tr("Move up"), None, QKeySequence("Ctrl+Shift+Up"))
        self.move_down = self._make(self.tr("Move down"), None, QKeySequence("Ctrl+Shift+Down"))
        self.start_all = self._make(self.tr("Start all"), "start", QKeySequence("F5"))
        self.stop_all = self._make(self.tr("Stop all"), "stop", QKeySequence("Shift+F5"))
        self.talk = self._make(self.tr("Open in console"), None, QKeySequence("Ctrl+Shift+T"))
        self.send_all = self._make(self.tr("Send to its connections…"), "send", None)
        self.new_tab = self._make(self.tr("New console tab"), None, QKeySequence("Ctrl+T"))
        self.find = self._make(self.tr("Filter connections"), None, QKeySequence("Ctrl+F"))
        self.new_profile = self._make(self.tr("New profile…"), None, QKeySequence("Ctrl+Shift+N"))
        self.other_profile = self._make(
            self.tr("Open profile…"), None, QKeySequence("Ctrl+Shift+O")
        )
        self.import_listeners = self._make(self.tr("Import listeners from…"), None, None)
        self.export_profile = self._make(self.tr("Export profile as…"), None, None)
        self.open_profile = self._make(self.tr("Open the profile in an editor"), None, None)
        self.load_profile = self._make(self.tr("Load the profile again"), None, None)
        self.open_recording = self._make(self.tr("Open a recording…"), None, QKeySequence("Ctrl+O"))
        self.export_ca = self._make(self.tr("Export the CA certificate…"), None, None)
        self.preferences = self._make(self.tr("Settings…"), None, QKeySequence("Ctrl+,"))
        self.quit = self._make(self.tr("Quit"), "quit", QKeySequence("Ctrl+Q"))
        self.about = self._make(self.tr("About Portdeck"), None, None)

    def _make(self, text: str, icon: str | None, shortcut: QKeySequence | None) -> QAction:
        action = QAction(text, self._owner)
        if icon is not None:
            self._icons.give(action, icon)
        if shortcut is not None:
            action.setShortcut(shortcut)
            keys = shortcut.toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{text.removesuffix('…')} ({keys})")
        self._owner.addAction(action)
        return action

    @staticmethod
    def bind(action: QAction, act: Callable[[], object]) -> None:
        """`action` does `act`."""
        action.triggered.connect(lambda _checked=False: act())
