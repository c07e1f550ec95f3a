"""The main window: its first picture, and soon after that the rest of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from app.runtime.logs import Collector
from app.server.monitor import Changes
from app.server.workspace import Workspace
from app.traffic.chunk_log import ChunkLog
from app.ui.console.saved_state import ConsoleState
from app.ui.event_loop import Lifecycle, Steps, Ticker
from app.ui.settings import Settings
from app.ui.style import theme
from app.ui.traffic.connection_names import ConnectionTracker
from app.ui.window.window_frame import WindowFrame

if TYPE_CHECKING:
    from app.ui.window.rest_of_window import RestOfWindow

LONGEST_WAIT_MS = 1_000
"""The longest wait for the first picture. A window that nobody can see may never paint one."""


class MainWindow(WindowFrame):
    """A window on a deck. It ticks as soon as it is complete."""

    completed = Signal()
    """The rest of the window was created."""

    def __init__(
        self,
        *,
        reactor: Any,
        workspace: Workspace,
        changes: Changes,
        ticker: Ticker,
        collector: Collector,
        traffic: ChunkLog,
        settings: Settings,
        saved_state: ConsoleState,
        lifecycle: Lifecycle,
        tracker: ConnectionTracker,
    ) -> None:
        super().__init__(
            reactor=reactor,
            workspace=workspace,
            wake=ticker.wake,
            traffic=traffic,
            settings=settings,
            saved_state=saved_state,
        )
        self._changes = changes
        self._ticker = ticker
        self._lifecycle = lifecycle

        def create_rest() -> RestOfWindow:
            # Imported only now, so that the window shows earlier.
            from app.ui.window.rest_of_window import RestOfWindow

            return RestOfWindow(
                self,
                reactor=reactor,
                collector=collector,
                traffic=traffic,
                saved_state=saved_state,
                lifecycle=lifecycle,
                tracker=tracker,
            )

        self._create_rest = create_rest
        self._forget_exit = lifecycle.before_exit(self._save)
        for menu in self.menus.values():
            menu.aboutToShow.connect(self.complete)
        if self.shows_all:
            FirstPicture(self, self.complete)
            QTimer.singleShot(LONGEST_WAIT_MS, self, self.complete)
        else:
            self.complete()

    @property
    def is_complete(self) -> bool:
        """Whether there is more than what the first picture shows."""
        return "rest" in self.__dict__

    def complete(self) -> None:
        """Create the rest of the window, unless it is there."""
        _ = self.rest

    @cached_property
    def rest(self) -> RestOfWindow:
        """All that the first picture does not show. It is created at the first use."""
        rest = self._create_rest()
        self._ticker.add(self.tick)
        self._ticker.wake()
        QTimer.singleShot(0, self, self.completed.emit)
        return rest

    def retire(self) -> None:
        """Save and end what belongs to the window, because another one takes its place."""
        self._ticker.finish()
        for _ in self.tick():
            pass
        self._save()
        self._forget_exit()
        self._ticker.remove(self.tick)
        self.rest.tray.hide()
        for tab in self.console.tabs:
            tab.close_session()
        self.hide()
        self.deleteLater()

    def tick(self) -> Steps:
        """Pull and show what is new, pane by pane."""
        batch = self._changes.take()
        moving = self.meter.sample(self.seconds(), batch.active, self.deck.with_sockets())
        yield
        self.display.refresh(batch)
        if self.first_steps is not None:
            self.first_steps.refresh()
        yield
        yield from self.rest.refresh(batch)
        return moving or self.rest.wants_more

    def show_loading(self, path: Path) -> None:
        """Show which user code is about to load. An endless loop in it would freeze the window."""
        self.totals.say(self.tr("Loading {0}…").format(path))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._lifecycle.is_over:
            event.ignore()
            stays = self.settings.closes_to_tray and self.rest.tray.is_shown
            self.hide() if stays else self.rest.quitting.quit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ThemeChange:
            theme.follow_system()
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "display"):
            self.display.recolor()

    def _save(self) -> None:
        self.console.save()
        if self.is_complete:
            self.rest.save()


class FirstPicture(QObject):
    """Calls `after` once, when the first picture of a window is on the screen.

    That is before the next input of the user is handled: Qt handles its own calls first.
    """

    def __init__(self, window: QWidget, after: Callable[[], None]) -> None:
        super().__init__(window)
        self._after = after
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:  # the picture is complete when this event returns
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._after)
        return False
