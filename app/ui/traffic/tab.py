"""The tab with the traffic pane.

The pane is created when the tab is shown for the first time. It has more widgets than all other
panes together, and would make the start of the window an eighth longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.client.session import Session
from app.server.listener import Listener
from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import ChunkLog
from app.ui.style.icons import Icons
from app.ui.traffic.connection_names import ConnectionNames, ConnectionTracker
from app.ui.widgets.copy_actions import CopyActions

if TYPE_CHECKING:
    from app.ui.traffic.pane import TrafficPane


class TrafficTab(QWidget):
    """Owns the pane once it is shown, and keeps the names of what it shows up to date."""

    pane_created = Signal(QWidget)
    """The pane was created. The window restores its sizes then."""

    def __init__(
        self,
        log: ChunkLog,
        icons: Icons,
        tracker: ConnectionTracker,
        *,
        copy_actions: CopyActions | None = None,
    ) -> None:
        """`tracker` follows the connections in `log`. `copy_actions` is as in `TrafficPane`."""
        super().__init__()
        self.log = log
        self._icons = icons
        self._copy_actions = copy_actions
        self._disabled: tuple[str, ...] = ()
        self._last_names: WeakKeyDictionary[Listener, str] = WeakKeyDictionary()
        self._tracker = tracker
        self.pane: TrafficPane | None = None
        """`None` until the tab is shown."""

    @property
    def directory(self) -> ConnectionNames:
        """The names of the connections in the log."""
        return self._tracker.names

    def refresh(self, batch: ChangeBatch) -> None:
        """Handle a batch of changes, with or without a pane."""
        self._rename(batch.listeners)
        self._tracker.forget()
        if self.pane is not None:
            self.pane.refresh(batch)

    def follow_sessions(self, sessions: Iterable[tuple[str, Session]]) -> None:
        """Update the sessions of the console, each with its title. Call it before `refresh`."""
        self._tracker.follow_sessions(sessions)

    def show_disabled(self, listeners: Sequence[str]) -> None:
        """Show that the traffic of these listeners is not kept."""
        self._disabled = tuple(listeners)
        if self.pane is not None:
            self.pane.show_disabled(self._disabled)

    @property
    def wants_more(self) -> bool:
        """Whether `refresh` should be called again soon, even without changes."""
        return self.pane is not None and self.pane.wants_more

    @property
    def open_pane(self) -> TrafficPane:
        """The pane, which is made if the tab was never shown."""
        if self.pane is None:
            self._create_pane()
        assert self.pane is not None
        return self.pane

    def show_only(
        self, *, listener: str | None = None, connection: int | None = None, words: str
    ) -> None:
        """Show only the traffic of a listener or of a connection; `words` name it."""
        from app.ui.traffic.filter_bar import FilterSource
        from app.ui.traffic.view_bar import View

        pane = self.open_pane
        if pane.view_bar.view is View.STREAM:
            pane.view_bar.choose(View.CHUNKS)
        source = FilterSource(listener=listener, connection=connection)
        pane.filter_bar.show_only(source, words)

    def showEvent(self, event: object) -> None:
        if self.pane is None:
            self._create_pane()

    def _rename(self, listeners: Iterable[Listener]) -> None:
        """Rename those listeners whose names differ from those of their last change."""
        for listener in listeners:
            new = listener.spec.name
            old = self._last_names.get(listener, new)
            self._last_names[listener] = new
            if new != old:
                self.directory.rename(old, new)
                if self.pane is not None:
                    self.pane.rename(old, new)

    def _create_pane(self) -> None:
        from app.ui.traffic.pane import TrafficPane

        self.pane = TrafficPane(
            self.log, self._icons, self.directory, copy_actions=self._copy_actions
        )
        self.pane.show_disabled(self._disabled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pane)
        self.setFocusProxy(self.pane.views)  # a key that shows the tab goes to the rows
        self.pane_created.emit(self.pane)
        self.pane.show()  # now, and not in the next turn of the event loop
