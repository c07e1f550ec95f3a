"""The tabs of the console."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QTabWidget, QToolButton, QWidget

from app.client.draft import offered
from app.client.session import Session
from app.server.listener import Listener
from app.tap import Tap
from app.ui import formatting
from app.ui.console.memory import Memory
from app.ui.console.session_tab import SessionTab
from app.ui.icons import Icons

CLOSER_SIZE = 12


class ConsolePane(QTabWidget):
    """Owns the session tabs; there is always at least one."""

    start_wanted = Signal(object, object)
    """The user wants a listener started; the tab that waits for it."""

    keep_wanted = Signal(object)
    """This `Draft` is to be kept as a snippet."""

    def __init__(
        self,
        reactor: Any,
        icons: Icons,
        wake: Callable[[], None],
        listeners: Callable[[], Sequence[Listener]],
        memory: Memory,
        parent: QWidget | None = None,
        *,
        tap: Tap | None = None,
        numbers: Iterator[int] | None = None,
    ) -> None:
        """`tap` and `numbers` are for the sessions."""
        super().__init__(parent)
        self._tap = tap
        self._numbers = numbers
        self._reactor = reactor
        self._icons = icons
        self._wake = wake
        self._listeners = listeners
        self.memory = memory
        self._opened = 0
        self.setMovable(True)
        self.setDocumentMode(True)
        self.setAccessibleName(self.tr("Console"))
        self.new_button = QToolButton(autoRaise=True)
        icons.give(self.new_button, "plus")
        self.new_button.setToolTip(self.tr("New console tab (Ctrl+T)"))
        self.new_button.setAccessibleName(self.tr("New console tab"))
        self.new_button.clicked.connect(self.open_tab)
        self._tools: list[QWidget] = [self.new_button]
        corner = QWidget()
        self._corner = QHBoxLayout(corner)
        self._corner.setContentsMargins(0, 0, 4, 0)
        self._corner.setSpacing(2)
        self._corner.addWidget(self.new_button)
        self.setCornerWidget(corner, Qt.Corner.TopRightCorner)
        self.open_tab()

    @property
    def tabs(self) -> Iterator[SessionTab]:
        """Every tab, from left to right."""
        for index in range(self.count()):
            tab = self.widget(index)
            assert isinstance(tab, SessionTab)
            yield tab

    @property
    def sessions(self) -> Iterator[tuple[str, Session]]:
        """What each tab is called, and its session."""
        for index, tab in enumerate(self.tabs):
            yield self.tabText(index).replace("&&", "&"), tab.session

    @property
    def current(self) -> SessionTab:
        """The tab on show."""
        tab = self.currentWidget()
        assert isinstance(tab, SessionTab)
        return tab

    def open_tab(self) -> SessionTab:
        """A new tab, on show."""
        self._opened += 1
        tab = SessionTab(
            self._reactor,
            self._icons,
            self._wake,
            self._listeners,
            self.memory,
            tap=self._tap,
            numbers=self._numbers,
        )
        tab.start_wanted.connect(lambda listener: self.start_wanted.emit(listener, tab))
        number = self._opened
        tab.title_changed.connect(
            lambda title: self.setTabText(
                self.indexOf(tab), f"{formatting.literal(title)} #{number}"
            )
        )
        index = self.addTab(tab, self.tr("Session #{0}").format(number))
        self.tabBar().setTabButton(index, QTabBar.ButtonPosition.RightSide, self._closer(tab))
        self._order_focus()
        self.setCurrentIndex(index)
        tab.head.target.setFocus()
        return tab

    def unused_tab(self) -> SessionTab:
        """A tab that had no session yet: the one on show, or else a new one."""
        return self.current if self.current.is_unused else self.open_tab()

    def add_tool(self, tool: QWidget) -> None:
        """Put `tool` at the right end of the tabs."""
        self._corner.addWidget(tool)
        self._tools.append(tool)
        self._order_focus()

    def offer_bytes(self, data: bytes) -> None:
        """Put `data` into the input of the tab on show, to be sent again as it was."""
        self.current.foot.offer(data)

    def save_snippet(self, data: bytes) -> None:
        """Offer to keep `data` as a snippet."""
        self.keep_wanted.emit(offered(data, self.current.foot.means.ending))

    def show_listeners(self) -> None:
        """The listeners or their addresses are other ones."""
        for tab in self.tabs:
            tab.head.show_listeners()

    def refresh(self) -> None:
        """Show what is new in every session."""
        for tab in self.tabs:
            tab.refresh()

    def _order_focus(self) -> None:
        """Tab goes from the titles to the buttons in them, and then on."""
        before: QWidget = self.tabBar()
        for index in range(self.count()):
            closer = self.tabBar().tabButton(index, QTabBar.ButtonPosition.RightSide)
            self.setTabOrder(before, closer)
            before = closer
        for tool in self._tools:
            self.setTabOrder(before, tool)
            before = tool

    def _closer(self, tab: SessionTab) -> QToolButton:
        button = QToolButton(autoRaise=True)
        button.setObjectName("tabCloser")
        button.setIconSize(QSize(CLOSER_SIZE, CLOSER_SIZE))
        button.setToolTip(self.tr("Close this tab and its connection"))
        button.setAccessibleName(self.tr("Close the tab"))
        self._icons.give(button, "close")
        button.clicked.connect(lambda: self.close_tab(tab))
        return button

    def close_tab(self, tab: SessionTab) -> None:
        """Close `tab` and its connection. The last one makes room for a new one."""
        tab.close_session()
        self.removeTab(self.indexOf(tab))
        tab.deleteLater()
        if self.count() == 0:
            self.open_tab()
