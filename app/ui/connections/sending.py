"""Opens the dialogs in which one says something to connections, and tells them who came or went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.server.audience import Audience, Everyone
from app.server.changes import Batch
from app.server.connection import Connection
from app.server.listener import Listener
from app.ui.console.memory import Memory
from app.ui.icons import Icons

if TYPE_CHECKING:
    from app.ui.connections.send_dialog import SendDialog


class Sending(QObject):
    """Owns the dialogs that are open. They are not modal, and there may be several."""

    def __init__(self, window: QWidget, memory: Memory, icons: Icons) -> None:
        super().__init__(window)
        self._window = window
        self._memory = memory
        self._icons = icons
        self.dialogs: list[SendDialog] = []

    def to(self, connections: Sequence[Connection]) -> None:
        """Ask what to send to these."""
        if len(connections) == 1:
            (one,) = connections
            whom = self.tr("{0} of {1}").format(one.peer, one.factory.spec.name)
        else:
            whom = self.tr("{0} connections").format(f"{len(connections):,}")
        self._open(Audience(connections), whom)

    def to_all_of(self, listener: Listener) -> None:
        """Ask what to send to all who are connected to `listener`."""
        self._open(Everyone(listener), self.tr("all of {0}").format(listener.spec.name))

    def refresh(self, batch: Batch) -> None:
        """Tell the dialogs of connections that came or went."""
        if batch.opened or batch.closed:
            for dialog in self.dialogs:
                dialog.refresh()

    def _open(self, audience: Audience, whom: str) -> None:
        from app.ui.connections.send_dialog import SendDialog  # off the start's way

        dialog = SendDialog(audience, whom, self._memory, self._icons, self._window)
        dialog.closed.connect(self.dialogs.remove)
        self.dialogs.append(dialog)
        dialog.show()
