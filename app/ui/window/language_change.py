"""The change of the language while the window is open: the window is made anew.

The listeners, their connections, the traffic and the log belong to the engine and go on. A session
of the console and a recording belong to the window, so the user is asked before one of them ends.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from app.ui.console.pane import ConsolePane
from app.ui.traffic.tab import TrafficTab
from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.plain_text import message_box
from app.ui.widgets.translation import listed


class LanguageChange(QObject):
    """Asks whether the window may be made anew, if something would end by that."""

    wanted = Signal()
    """The window shall be made anew now."""

    def __init__(self, console: ConsolePane, traffic: TrafficTab, window: QWidget) -> None:
        super().__init__(window)
        self._console = console
        self._traffic = traffic
        self._window = window

    def ask(self) -> None:
        """Make the window anew, at once or when the user has agreed."""
        would_end = self._would_end()
        if not would_end:
            self._want()
            return
        box = message_box(
            self._window,
            self.tr("Language"),
            self.tr(
                "The window opens again in the other language. That ends: {0}. Listeners and "
                "their connections go on."
            ).format(listed(would_end)),
            icon=QMessageBox.Icon.Question,
            buttons=QMessageBox.StandardButton.NoButton,
        )
        now = box.addButton(self.tr("Open it again now"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(self.tr("At the next start"), QMessageBox.ButtonRole.RejectRole)
        now.clicked.connect(self._want)
        open_modal(box)

    def _want(self) -> None:
        # Not from here: the caller may be a dialog of the window that goes.
        QTimer.singleShot(0, self, self.wanted.emit)

    def _would_end(self) -> list[str]:
        found = []
        sessions = sum(session.state.is_open for _, session in self._console.sessions)
        if sessions == 1:
            found.append(self.tr("1 session of the console"))
        elif sessions:
            found.append(self.tr("{0} sessions of the console").format(sessions))
        pane = self._traffic.pane
        if pane is not None and pane.recording is not None and pane.recording.is_recording:
            found.append(self.tr("the recording"))
        return found
