"""What the window restores at its start and saves at its end: sizes, places and the shown tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.ui.connections.pane import ConnectionsPane
from app.ui.traffic.tab import TrafficTab
from app.ui.window.window_frame import WindowFrame

if TYPE_CHECKING:
    from app.ui.traffic.pane import TrafficPane


class SavedLayout(QObject):
    """Restores and saves the layout of `window` and of its panes."""

    def __init__(
        self,
        window: WindowFrame,
        *,
        connections: ConnectionsPane,
        traffic: TrafficTab,
        named_tabs: Mapping[str, QWidget],
    ) -> None:
        """`named_tabs` are the tabs by their names in the settings; the first is the usual one."""
        super().__init__(window)
        self._window = window
        self._settings = window.settings
        self._tabs = window.tabs
        self._connections = connections
        self._traffic = traffic
        self._named_tabs = named_tabs
        traffic.pane_created.connect(self._restore_traffic)

    def restore(self) -> None:
        """Make the tabs as they were at the last end. `WindowFrame` restores its own parts."""
        settings = self._settings
        self._connections.restore(settings)
        self._traffic.log.resize(*settings.traffic_bounds)
        usual = next(iter(self._named_tabs.values()))
        self._tabs.setCurrentWidget(self._named_tabs.get(settings.text("tab"), usual))

    def save(self) -> None:
        """Save how the window is now."""
        settings = self._settings
        settings.save_window(self._window)
        self._connections.save(settings)
        self._window.panes.save()
        self._window.sidebar.save(settings)
        shown = self._tabs.currentWidget()
        names = (name for name, tab in self._named_tabs.items() if tab is shown)
        settings.save_text("tab", next(names, ""))
        pane = self._traffic.pane
        if pane is not None:
            settings.save_part("traffic", pane.table.horizontalHeader())
            settings.save_part("bytes", pane.split)
            settings.save_content_form("traffic", pane.detail.forms.form)
            settings.save_text("traffic_detail", "beside" if pane.is_detail_beside else "below")

    def _restore_traffic(self, pane: TrafficPane) -> None:
        self._settings.restore_part("traffic", pane.table.horizontalHeader())
        pane.place_detail(self._settings.text("traffic_detail") == "beside")
        self._settings.restore_part("bytes", pane.split)
        pane.detail.forms.choose(self._settings.content_form("traffic"))
