"""Shows the listeners of the deck and their totals, and enables what has an effect."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton, QStatusBar, QWidget

from app.net.endpoint import Endpoint, EndpointError
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.server.monitor import ChangeBatch, RateMeter
from app.text import readable
from app.ui.commands import Commands
from app.ui.console.pane import ConsolePane
from app.ui.listeners.command_states import update_enabled
from app.ui.listeners.panel import ListenersPanel
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors
from app.ui.widgets.labels import TotalsLine
from app.ui.widgets.translation import listed


class DeckDisplay(QObject):
    """Keeps the rows, the colours, the totals and the commands of a window true to the deck."""

    recolored = Signal()
    """A listener has another colour."""

    updated = Signal()
    """Other listeners are there or marked, or one has changed."""

    def __init__(
        self,
        window: QWidget,
        deck: Deck,
        meter: RateMeter,
        *,
        listeners: ListenersPanel,
        console: ConsolePane,
        totals: StatusBarTotals,
        commands: Commands,
        icons: Icons,
        colors: ListenerColors,
    ) -> None:
        super().__init__(window)
        self._deck = deck
        self._meter = meter
        self._listeners = listeners
        self._console = console
        self._totals = totals
        self._commands = commands
        self._icons = icons
        self._colors = colors
        listeners.marks_changed.connect(self.update_actions)

    def show(self) -> None:
        """Show the listeners that the deck has now."""
        self._show_colors()
        every = list(self._deck.every())
        self._listeners.show_listeners(every, set(every).difference(self._deck.listeners))
        self._console.show_listeners()
        self._totals.refresh(list(self._deck.with_sockets()), self._meter)
        self.update_actions()

    def refresh(self, batch: ChangeBatch) -> None:
        """Show what changed of the listeners."""
        if batch.listeners:
            # A program has its places only once it was loaded.
            if self._listeners.shown != list(self._deck.every()):
                self.show()
            else:
                self._show_colors()
                self._console.show_listeners()
                self.update_actions()
        self._listeners.refresh(batch, self._meter)
        self._totals.refresh(list(self._deck.with_sockets()), self._meter)

    def update_actions(self) -> None:
        """Enable the commands that have an effect now."""
        update_enabled(self._commands, self._icons, self._deck.listeners, self._listeners.marked)
        self.updated.emit()

    def recolor(self) -> None:
        """Draw what depends on the palette again."""
        self._icons.recolor()
        self._listeners.recolor()

    def _show_colors(self) -> None:
        if self._colors.refresh():
            self._listeners.recolor()
            self.recolored.emit()


class StatusBarTotals(QStatusBar):
    """Shows the number of listeners and connections, the rates, and the exposed listeners."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = TotalsLine()
        self.text.setContentsMargins(12, 2, 12, 4)
        self.addWidget(self.text, 1)
        # The bar is as high as the buttons that come into it later. A hidden one keeps that height.
        height = QPushButton()
        self.addPermanentWidget(height)
        height.hide()
        self.setSizeGripEnabled(False)

    def say(self, text: str) -> None:
        """Show `text` immediately instead of the totals, until the next refresh."""
        self.text.setText(text)
        self.text.repaint()

    def refresh(self, listeners: Sequence[Listener], meter: RateMeter) -> None:
        """Show the deck as it is now."""
        parts = [
            self.tr("{0} of {1} listening").format(
                sum(each.state is State.LISTENING for each in listeners), len(listeners)
            ),
            self._connections(listeners),
            f"↓ {readable.format_size(meter.bytes_in)}/s"
            f"  ↑ {readable.format_size(meter.bytes_out)}/s",
            self._exposure(listeners),
        ]
        self.text.setText("   ·   ".join(parts))

    def _connections(self, listeners: Sequence[Listener]) -> str:
        count = sum(each.connection_count for each in listeners)
        one, many = self.tr("1 connection"), self.tr("{0} connections").format(f"{count:,}")
        words = one if count == 1 else many
        refused = sum(each.factory.refused for each in listeners if each.factory is not None)
        return words + self.tr(", {0} refused").format(f"{refused:,}") if refused else words

    def _exposure(self, listeners: Sequence[Listener]) -> str:
        on = (each.spec for each in listeners if each.is_on)
        wide = [spec.name for spec in on if not _is_local(spec.endpoint)]
        if not wide:
            return self.tr("loopback only")
        return self.tr("others can reach {0}").format(listed(wide))


@lru_cache(maxsize=1024)  # called for every listener ten times a second under traffic
def _is_local(description: str) -> bool:
    try:
        return Endpoint.parse(description).bound().loopback_only
    except EndpointError:
        return True
