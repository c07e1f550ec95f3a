"""Puts the window into one state after another, and back into its first one in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from attrs import frozen
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QToolButton, QWidget
from shiboken6 import isValid

from app.server.listener import Listener
from app.ui.command_palette.palette import CommandPalette
from app.ui.console.session_tab import SessionTab
from app.ui.traffic.pane import TrafficPane
from app.ui.traffic.view_bar import View
from tests.screenshots.world import Steps, World

Found = TypeVar("Found", bound=QWidget)


@frozen
class Scene:
    """One state of the window, and how it comes about."""

    name: str
    """Words joined by hyphens; the first is the part of the window."""

    play: Callable[[Stage], Steps]


class Stage:
    """The window, and hands for it that the scenes share."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.window = world.window

    @property
    def pane(self) -> TrafficPane:
        """The traffic pane."""
        return self.window.rest.traffic.open_pane

    @property
    def session_tab(self) -> SessionTab:
        """The current tab of the console."""
        return self.window.console.current

    def listener(self, name: str) -> Listener:
        """The listener called `name`."""
        return self.world.listener(name)

    def file(self, name: str) -> Path:
        """A file beside the profile."""
        return self.window.workspace.file.path.parent / name

    def choose(self, name: str) -> None:
        """Choose a listener in the sidebar."""
        self.window.listeners.choose(self.listener(name))

    def show(self, tab: QWidget) -> None:
        """Show a tab of the window."""
        self.window.tabs.setCurrentWidget(tab)

    def command(self, name: str) -> None:
        """Do as a menu item does."""
        getattr(self.window.commands, name).trigger()

    def open_menu(self, index: int) -> QMenu:
        """Open a menu of the menu bar."""
        bar = self.window.menuBar()
        action = bar.actions()[index]
        menu = action.menu()
        assert isinstance(menu, QMenu)
        menu.popup(bar.mapToGlobal(bar.actionGeometry(action).bottomLeft()))
        return menu

    def open_menu_of(self, button: QToolButton) -> None:
        """Open the menu of a button below it."""
        button.menu().popup(button.mapToGlobal(QPoint(0, button.height())))

    def opened(self, kind: type[Found]) -> Found:
        """The window or dialog of this class that is open."""
        found = [each for each in self.window.findChildren(kind) if each.isVisible()]
        assert found, f"no {kind.__name__} is open"
        return found[-1]

    def windows(self) -> list[QWidget]:
        """Every visible window, the main one first, popups last."""
        others = [
            each
            for each in QApplication.topLevelWidgets()
            if each.isVisible() and each is not self.window
        ]
        return [self.window, *others]

    def clean(self) -> None:
        """Close all that is open, and show what the window shows at first."""
        window = self.window
        while popup := QApplication.activePopupWidget():
            popup.close()
        for each in reversed(self.windows()[1:]):
            if isValid(each):
                each.done(0) if isinstance(each, QMessageBox) else each.close()
        for palette in window.findChildren(CommandPalette):
            palette.close()
        window.rest.banner.dismiss()
        window.listeners.choose(None)
        window.sidebar.search.clear()
        if window.sidebar.compact_button.isChecked():
            window.sidebar.compact_button.click()
        window.rest.connections.filter.clear()
        window.rest.connections.table.clearSelection()
        window.rest.connections.table.setCurrentIndex(window.rest.connections.model.index(-1, -1))
        window.rest.log.search.clear()
        window.rest.choice_display.recording.hide()
        window.rest.tour.end()
        for tab in list(window.console.tabs):
            window.console.close_tab(tab)
        if window.rest.traffic.pane is not None:
            self._clean_traffic(window.rest.traffic.pane)
        window.panes.place_console(False)
        if window.console_area.folder.isVisible():  # a low window has it folded at first
            window.panes.show_console(False)
        window.panes.show_sidebar()
        window.panes.show_details(False)
        window.console_area.opener.setChecked(False)
        self.show(window.rest.connections)

    def _clean_traffic(self, pane: TrafficPane) -> None:
        pane.filter_bar.clear()
        pane.find_bar.pattern.line.clear()
        pane.view_bar.choose(View.CHUNKS)
        pane.place_detail(False)
        pane.table.clearSelection()
        pane.table.setCurrentIndex(pane.table.rows.index(-1, -1))


def at_once(act: Callable[[Stage], object]) -> Callable[[Stage], Steps]:
    """How a scene comes about that needs no waiting."""

    def play(stage: Stage) -> Steps:
        act(stage)
        yield lambda: True

    return play
