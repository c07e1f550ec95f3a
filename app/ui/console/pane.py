"""The tabs of the console."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from attrs import evolve
from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMenu,
    QTabBar,
    QTabWidget,
    QToolButton,
    QWidget,
)

from app.client.draft import offered
from app.client.saved_tabs import MOST_TABS, SavedTab
from app.client.session import Session
from app.client.session_messages import SessionState
from app.server.listener import Listener
from app.text import readable
from app.traffic.connection_info import Tap
from app.ui.console.saved_state import ConsoleState
from app.ui.console.session_tab import ConsoleTabBar, SessionTab, TabTitle, sign, words
from app.ui.style.icons import Icons

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
        memory: ConsoleState,
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
        self._titles: dict[SessionTab, TabTitle] = {}
        self._closed: list[SavedTab] = []
        self._bar = ConsoleTabBar()
        self.setTabBar(self._bar)
        self._bar.renamed.connect(self._rename)
        self._bar.close_wanted.connect(lambda index: self.close_tab(self._tab_at(index)))
        self._bar.menu_wanted.connect(self._open_menu)
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
        self.actions_of_tab = self._make_actions()
        self._show_what_can_be_done()
        self._bring_back()

    @property
    def tabs(self) -> Iterator[SessionTab]:
        """Every tab, from left to right."""
        for index in range(self.count()):
            yield self._tab_at(index)

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
        self._titles[tab] = TabTitle(self._opened)
        tab.title_changed.connect(lambda title: self._call(tab, title))
        index = self.addTab(tab, str(self._titles[tab]))
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
            if tab.session.state is not self._titles[tab].shown:
                self._show_state(tab)

    def keep(self) -> None:
        """Remember the tabs and what was sent, for the next start."""
        self.memory.tabs.save(map(self._kept, self.tabs))
        self.memory.save()

    def close_current(self) -> None:
        """Close the tab on show."""
        self.close_tab(self.current)

    def reopen(self) -> None:
        """Bring back the tab that was closed last, without its connection."""
        if self._closed:
            self._open_kept(self._closed.pop())
            self._show_what_can_be_done()

    def duplicate(self) -> None:
        """Open a tab like the one on show; connected if that is."""
        like = self.current
        tab = self._open_kept(self._kept(like))
        if like.session.state is SessionState.CONNECTED:
            tab.head.connect_button.click()
            self.refresh()

    def rename_current(self) -> None:
        """Let the user name the tab on show."""
        self._bar.rename(self.currentIndex())

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
        kept = self._kept(tab)
        if not kept.is_empty:
            self._closed = [*self._closed, kept][-MOST_TABS:]
            self._show_what_can_be_done()
        focus = QApplication.focusWidget()
        had_focus = focus is not None and tab.isAncestorOf(focus)
        tab.close_session()
        del self._titles[tab]
        self.removeTab(self.indexOf(tab))
        tab.deleteLater()
        if self.count() == 0:
            self.open_tab()
        if had_focus:
            self._tab_at(self.currentIndex()).foot.input.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_of_tab"):
            for tab in self.tabs:
                self._show_state(tab)

    def _tab_at(self, index: int) -> SessionTab:
        tab = self.widget(index)
        assert isinstance(tab, SessionTab)
        return tab

    def _call(self, tab: SessionTab, title: str) -> None:
        self._titles[tab].title = title
        self._show_title(tab)

    def _rename(self, index: int, name: str) -> None:
        tab = self._tab_at(index)
        title = self._titles[tab]
        # A name that is left as it was is none of the user's.
        title.name = "" if name == str(evolve(title, name="")) else name
        self._show_title(tab)
        tab.foot.input.setFocus()

    def _show_title(self, tab: SessionTab) -> None:
        self.setTabText(self.indexOf(tab), readable.escape_mnemonics(str(self._titles[tab])))
        self._show_state(tab)

    def _show_state(self, tab: SessionTab) -> None:
        index, state = self.indexOf(tab), tab.session.state
        self._titles[tab].shown = state
        self.setTabIcon(index, sign(state, self.palette()))
        self.setTabToolTip(index, words(tab.session))
        if state is not SessionState.IDLE:
            name = f"{self._titles[tab]}: {words(tab.session)}"
            self._bar.setAccessibleTabName(index, name)

    def _kept(self, tab: SessionTab) -> SavedTab:
        title = self._titles[tab]
        is_current = tab is self.currentWidget()
        return evolve(tab.kept, title=title.title, name=title.name, is_current=is_current)

    def _open_kept(self, kept: SavedTab) -> SessionTab:
        tab = self.open_tab()
        self._titles[tab].title, self._titles[tab].name = kept.title, kept.name
        tab.bring_back(kept)
        self._show_title(tab)
        return tab

    def _bring_back(self) -> None:
        current = None
        for kept in self.memory.tabs.load():
            tab = self._open_kept(kept)
            current = tab if kept.is_current else current
        if not self.count():
            self.open_tab()
        if current is not None:
            self.setCurrentWidget(current)

    def _make_actions(self) -> list[QAction]:
        made = []
        for text, keys, act in (
            (self.tr("Rename…"), "", self.rename_current),
            (self.tr("Duplicate"), "", self.duplicate),
            (self.tr("Close the tab"), "Ctrl+W", self.close_current),
            (self.tr("Reopen the closed tab"), "Ctrl+Shift+W", self.reopen),
        ):
            action = QAction(text, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _=False, act=act: act())
            self.addAction(action)
            made.append(action)
        return made

    def _open_menu(self, index: int, at: QPoint) -> None:
        self.setCurrentIndex(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.actions_of_tab)
        menu.popup(at)

    def _show_what_can_be_done(self) -> None:
        self.actions_of_tab[-1].setEnabled(bool(self._closed))
