"""The panels of held messages that are open, one for each listener."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.server.listener import Listener
from app.server.workspace import Workspace

if TYPE_CHECKING:
    from app.ui.held_messages.panel import HoldPanel

PROTOCOL: Final = "forward"


def can_hold(listener: Listener) -> bool:
    """Whether `listener` forwards clients, whose messages can be held."""
    return listener.spec.protocol == PROTOCOL


class HoldCommands(QObject):
    """Opens panels over `window`, and keeps them up to date."""

    def __init__(
        self,
        workspace: Workspace,
        seconds: Callable[[], float],
        show_save_error: Callable[[], None],
        window: QWidget,
    ) -> None:
        """`seconds` is the clock of the listeners."""
        super().__init__(window)
        self._workspace = workspace
        self._seconds = seconds
        self._show_save_error = show_save_error
        self._window = window
        self.panels: list[HoldPanel] = []

    def open_for(self, listener: Listener) -> HoldPanel | None:
        """Show what `listener` holds. `None` if it cannot hold anything."""
        if not can_hold(listener):
            return None
        for panel in self.panels:
            if panel.listener is listener:
                panel.raise_()
                panel.activateWindow()
                return panel
        from app.ui.held_messages.panel import HoldPanel  # imported late for a faster start

        panel = HoldPanel(
            listener, self._workspace, self._seconds, self._show_save_error, self._window
        )
        self.panels.append(panel)
        panel.destroyed.connect(lambda: self._forget(panel))
        panel.show()
        return panel

    def refresh(self) -> None:
        """Show the messages that are held now."""
        for panel in self.panels:
            panel.refresh()

    def _forget(self, panel: HoldPanel) -> None:
        if panel in self.panels:
            self.panels.remove(panel)
