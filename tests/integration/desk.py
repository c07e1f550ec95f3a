"""The whole window on the running reactor, with everything `app.ui.application` puts around it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.client.saved.history import HistoryFile
from app.client.saved.snippets import SnippetFile
from app.client.saved.tabs import SavedTabsFile
from app.profile import ProfileFile
from app.runtime.logs import Collector
from app.server.deck import Deck
from app.server.listener import Listener
from app.server.monitor import Changes
from app.server.workspace import Workspace
from app.traffic.chunk_log import ChunkLog
from app.ui.console.saved_state import ConsoleState
from app.ui.event_loop import Lifecycle, Ticker
from app.ui.listener_form.form import ListenerForm
from app.ui.listeners.row import ListenerRow
from app.ui.settings import Settings
from app.ui.traffic.connection_names import ConnectionTracker
from app.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


class Ending:
    """In place of the reactor for the lifecycle alone: the real one goes on after each test."""

    def __init__(self) -> None:
        self.running = True
        self.asked = 0
        self._triggers: list[Callable[[], object]] = []

    def addSystemEventTrigger(
        self, phase: str, event: str, act: Callable[..., object], *arguments: object
    ) -> object:
        assert (phase, event) == ("during", "startup") or event == "shutdown"
        if phase == "before" and not arguments:
            self._triggers.append(act)
        return act

    def removeSystemEventTrigger(self, trigger: object) -> None:
        """As the reactor does; what is left of a window runs at no exit."""
        self._triggers = [act for act in self._triggers if act is not trigger]

    def callLater(self, delay: float, act: Callable[[], object]) -> None:
        act()

    def stop(self) -> None:
        self.asked += 1
        for act in self._triggers:
            act()
        self.running = False


class Desk:
    """A shown window on a profile, and hands for its controls."""

    def __init__(
        self, app: QApplication, reactor: Any, qtbot: QtBot, profile: Path, settings: Path
    ) -> None:
        self.qtbot = qtbot
        self.ending = Ending()
        self.ticker = Ticker()
        self.collector = Collector(lambda: reactor.callFromThread(self.ticker.wake))
        logging.getLogger().addHandler(self.collector)
        traffic = ChunkLog(self.ticker.wake)
        tracker = ConnectionTracker(traffic)
        changes = Changes(self.ticker.wake, tracker)
        self.deck = Deck(
            reactor,
            changes,
            tap=traffic.append,
            folder=profile.parent,
            loading=lambda path: self.workspace.require_trust(path),
        )
        self.workspace = Workspace(self.deck, ProfileFile(profile))
        self.workspace.load()
        self.settings = Settings(QSettings(str(settings), QSettings.Format.IniFormat))
        self.settings.asks_before_closing = False  # most tests are about what follows
        if not self.settings.text("tab"):
            self.settings.save_text("tab", "connections")  # most tests are about them
        self.lifecycle = Lifecycle(app, self.ending, self.deck.stop_all)
        saved_state = ConsoleState(
            HistoryFile(settings.with_name("history.jsonl")),
            SnippetFile(settings.with_name("snippets.toml")),
            SavedTabsFile(settings.with_name("tabs.json"), profile),
            self.settings,
        )

        def make() -> MainWindow:
            return MainWindow(
                reactor=reactor,
                workspace=self.workspace,
                changes=changes,
                ticker=self.ticker,
                collector=self.collector,
                traffic=traffic,
                settings=self.settings,
                saved_state=saved_state,
                lifecycle=self.lifecycle,
                tracker=tracker,
            )

        self.make_window = make
        self.window = make()
        self.window.show()
        qtbot.waitUntil(lambda: self.window.is_complete and not self.ticker.is_awake)

    def close(self) -> None:
        """Leave nothing behind; the listeners must be stopped by now."""
        for tab in self.window.console.tabs:
            tab.close_session()
            tab.session.abort()
        logging.getLogger().removeHandler(self.collector)
        self.ending.running = False
        self.ticker.remove(self.window.tick)
        self.ticker.deleteLater()
        self.window.close()
        self.window.deleteLater()

    def listener(self, name: str) -> Listener:
        found = self.deck.named(name)
        assert found is not None
        return found

    def port(self, name: str) -> int:
        port: int = getattr(self.listener(name).address, "port")  # noqa: B009
        return port

    def row(self, name: str) -> ListenerRow:
        return self.window.listeners.row(self.listener(name))

    def click(self, button: QPushButton | QToolButton | QWidget) -> None:
        assert button.isVisible()
        self.qtbot.mouseClick(button, LEFT)

    def flip(self, name: str) -> None:
        """Click a switch. That chooses its row, so the rows of before are marked again."""
        marked = self.window.listeners.marked
        self.click(self.row(name).switch)
        self.window.listeners.mark(marked)

    def switch_on(self, name: str) -> int:
        """Flip the switch and wait until the row says that it listens; its port."""
        self.flip(name)
        # A narrow row leaves "listening" out: the switch says it.
        self.until(
            lambda: self.row(name).status.text().rpartition(" ")[2] in ("connected", "peers")
        )
        return self.port(name)

    def choose(self, name: str) -> None:
        row = self.row(name)
        self.qtbot.mouseClick(row, LEFT, pos=QPoint(row.width() // 2, row.height() - 3))
        assert self.window.listeners.chosen is self.listener(name)

    def do(self, action: QAction) -> None:
        assert action.isEnabled(), action.text()
        action.trigger()

    def rows(self) -> list[list[str]]:
        """The connections table as it reads, each row from left to right."""
        model = self.window.rest.connections.model
        return [
            [str(model.index(row, column).data()) for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]

    def peers(self) -> list[str]:
        return [row[0] for row in self.rows()]

    def select(self, *rows: int) -> None:
        """Click the rows, each after the first with Ctrl."""
        table = self.window.rest.connections.table
        for number, row in enumerate(rows):
            keys = Qt.KeyboardModifier.ControlModifier if number else Qt.KeyboardModifier.NoModifier
            where = table.visualRect(self.window.rest.connections.model.index(row, 0)).center()
            self.qtbot.mouseClick(table.viewport(), LEFT, keys, where)

    def press(self, action: QAction) -> None:
        """Click the tool button of `action`."""
        buttons = self.window.findChildren(QToolButton)
        (button,) = [each for each in buttons if each.defaultAction() is action]
        assert button.isEnabled()
        self.click(button)

    def menu_item(self, text: str) -> QAction:
        """What the menu bar calls `text`."""
        menus = [each.menu() for each in self.window.menuBar().actions()]
        items = [item for menu in menus if isinstance(menu, QMenu) for item in menu.actions()]
        (found,) = [item for item in items if item.text() == text]
        return found

    def offer(self, word: str) -> QPushButton:
        """The button of the banner that says `word`."""
        QApplication.processEvents()  # a layout shows its new buttons as soon as events are served
        buttons = self.window.rest.banner.findChildren(QPushButton)
        (button,) = [each for each in buttons if each.text() == word and each.isVisible()]
        return button

    def form(self) -> ListenerForm:
        """The form that is open."""
        (form,) = [each for each in self.window.findChildren(ListenerForm) if each.isVisible()]
        return form

    def tab_text(self, name: str) -> str:
        """What the tab of the pane `name` says, such as "log"."""
        return self.window.tabs.tabText(self.window.tabs.indexOf(getattr(self.window.rest, name)))

    def log_text(self) -> str:
        return self.window.rest.log.text.toPlainText()

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=10_000)


OpenWindow = Callable[[str], Desk]
"""Opens the window on a profile of the given text; the profile of before, if that is empty."""
