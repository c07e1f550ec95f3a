"""The status bar: the totals of all listeners, and whether other computers can connect."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtWidgets import QStatusBar, QWidget

from app.net.endpoint import Endpoint, EndpointError
from app.server.listener import Listener, State
from app.server.monitor import RateMeter
from app.text import readable
from app.ui.widgets.labels import TotalsLine


class StatusBarTotals(QStatusBar):
    """Shows the number of listeners and connections, the rates, and the exposed listeners."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = TotalsLine()
        self.text.setContentsMargins(12, 2, 12, 4)
        self.addWidget(self.text, 1)
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
        return self.tr("others can reach {0}").format(", ".join(wide))


@lru_cache(maxsize=1024)  # called for every listener ten times a second under traffic
def _is_local(description: str) -> bool:
    try:
        return Endpoint.parse(description).bound().loopback_only
    except EndpointError:
        return True
