"""The console pane: a tab for each client session.

Tabs can be renamed, duplicated, closed and reopened. They come back at the next start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from attrs import evolve
from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMenu,
    QTabBar,
    QToolButton,
    QWidget,
)

from app.client.draft import readable_draft
from app.client.saved.tabs import MOST_TABS, SavedTab
from app.client.session import Session
from app.client.session_messages import SessionState
from app.server.listener import Listener
from app.text import readable
from app.traffic.connection_info import Tap
from app.ui.console.saved_state import ConsoleState
from app.ui.console.session_tab import ConsoleTabBar, SessionTab, TabTitle, state_icon, state_text
from app.ui.style.icons import Icons
from app.ui.widgets.controls import icon_button
from app.ui.widgets.layouts import FoldingTabs, fill
from app.ui.widgets.plain_text import plain_tip

CLOSER_SIZE = 12


class ConsolePane(FoldingTabs):
    """Owns the session tabs; there is always at least one."""

    start_wanted = Signal(object, object)
    """The user wants to start this listener. The second argument is the tab that waits for it."""

    snippet_wanted = Signal(object)
    """The user wants to save this `Draft` as a snippet."""

    def __init__(
        self,
        reactor: Any,
        icons: Icons,
        wake: Callable[[], None],
        listeners: Callable[[], Sequence[Listener]],
        saved_state: ConsoleState,
        *,
        tap: Tap | None = None,
        numbers: Iterator[int] | None = None,
    ) -> None:
        """`tap` captures the traffic of the sessions, and `numbers` gives their connection
        numbers."""
        super().__init__()
        self._icons = icons
        self.saved_state = saved_state
        self._make_tab = partial(
            SessionTab, reactor, icons, wake, listeners, saved_state, tap=tap, numbers=numbers
        )
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
        self.new_button = icon_button(
            icons, "plus", self.tr("New console tab (Ctrl+T)"), name=self.tr("New console tab")
        )
        self.new_button.clicked.connect(self.open_tab)
        self._tools: list[QWidget] = [self.new_button]
        corner = QWidget()
        self._corner = fill(QHBoxLayout(corner), self.new_button, spacing=2, margins=(0, 0, 4, 0))
        self.setCornerWidget(corner, Qt.Corner.TopRightCorner)
        self.actions_of_tab = self._make_actions()
        self._update_actions()
        self._restore_tabs()

    @property
    def tabs(self) -> Iterator[SessionTab]:
        """The tabs from left to right."""
        for index in range(self.count()):
            yield self._tab_at(index)

    @property
    def sessions(self) -> Iterator[tuple[str, Session]]:
        """The title and the session of each tab."""
        for index, tab in enumerate(self.tabs):
            yield self.tabText(index).replace("&&", "&"), tab.session

    @property
    def current(self) -> SessionTab:
        """The selected tab."""
        tab = self.currentWidget()
        assert isinstance(tab, SessionTab)
        return tab

    def open_tab(self) -> SessionTab:
        """Open a new tab and select it."""
        self._opened += 1
        tab = self._make_tab()
        tab.input_bar.set_draft(self.saved_state.empty_draft)
        tab.start_wanted.connect(lambda listener: self.start_wanted.emit(listener, tab))
        self._titles[tab] = TabTitle(self._opened)
        tab.title_changed.connect(lambda title: self._set_title(tab, title))
        index = self.addTab(tab, str(self._titles[tab]))
        self.tabBar().setTabButton(index, QTabBar.ButtonPosition.RightSide, self._closer(tab))
        self._order_focus()
        self.setCurrentIndex(index)
        tab.target_bar.target.setFocus()
        return tab

    def unused_tab(self) -> SessionTab:
        """The current tab if it was never connected, otherwise a new tab."""
        return self.current if self.current.is_unused else self.open_tab()

    def add_tool(self, tool: QWidget) -> None:
        """Put `tool` at the right end of the tab bar."""
        self._corner.addWidget(tool)
        self._tools.append(tool)
        self._order_focus()

    def put_bytes(self, data: bytes) -> None:
        """Put `data` into the input of the current tab, to be sent again unchanged."""
        self.current.input_bar.put_bytes(data)

    def save_snippet(self, data: bytes) -> None:
        """Ask the user to save `data` as a snippet."""
        self.snippet_wanted.emit(
            readable_draft(data, self.current.input_bar.notation_picker.ending)
        )

    def show_listeners(self) -> None:
        """Update the listeners and their addresses in every tab."""
        for tab in self.tabs:
            tab.target_bar.show_listeners()

    def refresh(self) -> None:
        """Show what is new in every session."""
        for tab in self.tabs:
            tab.refresh()
            if tab.session.state is not self._titles[tab].shown_state:
                self._show_state(tab)

    def save(self) -> None:
        """Save the tabs and the history for the next start."""
        self.saved_state.tabs.save(map(self._saved_tab, self.tabs))
        self.saved_state.save()

    def close_current(self) -> None:
        """Close the current tab."""
        self.close_tab(self.current)

    def reopen(self) -> None:
        """Reopen the tab that was closed last, without its connection."""
        if self._closed:
            self._open_saved(self._closed.pop())
            self._update_actions()

    def duplicate(self) -> None:
        """Open a copy of the current tab. It connects if the current tab is connected."""
        like = self.current
        tab = self._open_saved(self._saved_tab(like))
        if like.session.state is SessionState.CONNECTED:
            tab.target_bar.connect_button.click()
            self.refresh()

    def rename_current(self) -> None:
        """Let the user rename the current tab."""
        self._bar.rename(self.currentIndex())

    def _order_focus(self) -> None:
        """Set the focus order: the tab titles, their close buttons, then the tools."""
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
        """Close `tab` and its connection. If it was the last tab, open a new one."""
        saved = self._saved_tab(tab)
        if not saved.is_empty:
            self._closed = [*self._closed, saved][-MOST_TABS:]
            self._update_actions()
        focus = QApplication.focusWidget()
        had_focus = focus is not None and tab.isAncestorOf(focus)
        tab.close_session()
        del self._titles[tab]
        self.removeTab(self.indexOf(tab))
        tab.deleteLater()
        if self.count() == 0:
            self.open_tab()
        if had_focus:
            self._tab_at(self.currentIndex()).input_bar.input.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_of_tab"):
            for tab in self.tabs:
                self._show_state(tab)

    def _tab_at(self, index: int) -> SessionTab:
        tab = self.widget(index)
        assert isinstance(tab, SessionTab)
        return tab

    def _set_title(self, tab: SessionTab, title: str) -> None:
        self._titles[tab].title = title
        self._show_title(tab)

    def _rename(self, index: int, name: str) -> None:
        tab = self._tab_at(index)
        title = self._titles[tab]
        # An unchanged title is not a name that the user chose.
        title.name = "" if name == str(evolve(title, name="")) else name
        self._show_title(tab)
        tab.input_bar.input.setFocus()

    def _show_title(self, tab: SessionTab) -> None:
        self.setTabText(self.indexOf(tab), readable.escape_mnemonics(str(self._titles[tab])))
        self._show_state(tab)

    def _show_state(self, tab: SessionTab) -> None:
        index, state = self.indexOf(tab), tab.session.state
        self._titles[tab].shown_state = state
        self.setTabIcon(index, state_icon(state, self.palette()))
        self.setTabToolTip(index, plain_tip(state_text(tab.session)))
        if state is not SessionState.IDLE:
            name = f"{self._titles[tab]}: {state_text(tab.session)}"
            self._bar.setAccessibleTabName(index, name)

    def _saved_tab(self, tab: SessionTab) -> SavedTab:
        title = self._titles[tab]
        is_current = tab is self.currentWidget()
        return evolve(tab.saved_tab, title=title.title, name=title.name, is_current=is_current)

    def _open_saved(self, saved: SavedTab) -> SessionTab:
        tab = self.open_tab()
        self._titles[tab].title, self._titles[tab].name = saved.title, saved.name
        tab.restore(saved)
        self._show_title(tab)
        return tab

    def _restore_tabs(self) -> None:
        current = None
        for saved in self.saved_state.tabs.load():
            tab = self._open_saved(saved)
            current = tab if saved.is_current else current
        if not self.count():
            self.open_tab()
        if current is not None:
            self.setCurrentWidget(current)

    def _make_actions(self) -> list[QAction]:
        actions = []
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
            actions.append(action)
        return actions

    def _open_menu(self, index: int, at: QPoint) -> None:
        self.setCurrentIndex(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.actions_of_tab)
        menu.popup(at)

    def _update_actions(self) -> None:
        self.actions_of_tab[-1].setEnabled(bool(self._closed))
