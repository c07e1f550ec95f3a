"""The place of the traffic pane in the window. The pane is made when somebody first looks at it.

It has more parts than all the others together and is not on show when the window opens; making it
would take an eighth of that time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from time import time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.client.session import Session
from app.server.changes import Batch
from app.server.listener import Listener
from app.traffic.chunk_log import ChunkLog
from app.ui.icons import Icons
from app.ui.traffic.followed import Followed
from app.ui.traffic.names import Names
from app.ui.traffic.taking import Taking

if TYPE_CHECKING:
    from app.ui.traffic.pane import TrafficPane


class TrafficTab(QWidget):
    """Owns what must be kept from the start on: whose chunk is whose."""

    made = Signal(QWidget)
    """The pane, just made: whoever remembers its sizes may set them."""

    def __init__(
        self,
        log: ChunkLog,
        icons: Icons,
        seconds: Callable[[], float] = time,
        parent: QWidget | None = None,
        *,
        taking: Taking | None = None,
    ) -> None:
        """`seconds` gives unix seconds; `taking` is as in `TrafficPane`."""
        super().__init__(parent)
        self.log = log
        self._icons = icons
        self._names = Names()
        self._taking = taking
        self._off: tuple[str, ...] = ()
        self._called: WeakKeyDictionary[Listener, str] = WeakKeyDictionary()
        self._followed = Followed(log, self._names, seconds)
        self.pane: TrafficPane | None = None
        """`None` until the tab was on show."""

    def refresh(self, batch: Batch) -> None:
        """Take what a batch of changes brought, whether there is a pane yet or not."""
        self._rename(batch.listeners)
        self._followed.follow_connections(batch)
        if self.pane is not None:
            self.pane.refresh(batch)

    def follow_sessions(self, sessions: Iterable[tuple[str, Session]]) -> None:
        """Learn of the console's sessions, each with its title. Before `refresh`."""
        self._followed.follow_sessions(sessions)

    def show_off(self, listeners: Sequence[str]) -> None:
        """The traffic of those listeners is not kept."""
        self._off = tuple(listeners)
        if self.pane is not None:
            self.pane.show_off(self._off)

    @property
    def wants_more(self) -> bool:
        """Whether `refresh` should come again soon, even if nothing happens meanwhile."""
        return self.pane is not None and self.pane.wants_more

    def showEvent(self, event: object) -> None:
        if self.pane is None:
            self._make()

    def _rename(self, listeners: Iterable[Listener]) -> None:
        """See which of them have another name than when they changed last."""
        for listener in listeners:
            new = listener.spec.name
            old = self._called.get(listener, new)
            self._called[listener] = new
            if new != old:
                self._names.rename(old, new)
                if self.pane is not None:
                    self.pane.rename(old, new)

    def _make(self) -> None:
        from app.ui.traffic.pane import TrafficPane

        self.pane = TrafficPane(self.log, self._icons, self._names, taking=self._taking)
        self.pane.show_off(self._off)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pane)
        self.made.emit(self.pane)
        self.pane.show()  # at once: the layout would leave it to the next turn of the event loop
