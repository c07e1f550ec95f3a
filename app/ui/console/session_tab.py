"""One tab of the console: a session with one peer at a time, and the controls for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from attrs import define
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QMouseEvent, QPalette
from PySide6.QtWidgets import QLineEdit, QTabBar, QVBoxLayout, QWidget

from app.client.saved_tabs import SavedTab
from app.client.session import Session
from app.client.session_messages import SessionState
from app.client.transcript import EntryKind
from app.server.listener import Listener
from app.text.notation import NotationError
from app.traffic.connection_info import Tap
from app.ui.console.find_bar import TranscriptFindBar
from app.ui.console.input_bar import InputBar
from app.ui.console.repeat_bar import RepeatBar
from app.ui.console.saved_state import ConsoleState
from app.ui.console.target_bar import TargetBar
from app.ui.console.transcript import TranscriptTools, TranscriptView
from app.ui.style.icons import Icons, pixmap
from app.ui.style.theme import AMBER, GREEN, pick, quiet_color


class SessionTab(QWidget):
    """Owns one `Session` and shows its transcript; pulls what is new when `refresh` is called.

    The bar above the transcript connects, the one below it talks.
    """

    start_wanted = Signal(object)
    """The user wants this listener started, to connect to it."""

    title_changed = Signal(str)
    """What the tab should be called now."""

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
        """`listeners` gives those of the deck, for the choice of where to connect; `memory` is what
        all tabs share; `tap` and `numbers` are for the session."""
        super().__init__(parent)
        self.session = Session(reactor, wake=wake, tap=tap, numbers=numbers)
        self._seen = 0
        self._seconds = reactor.seconds
        self.head = TargetBar(self.session, listeners, icons, reactor.seconds)
        self.view = TranscriptView()
        self.foot = InputBar(self.session, memory, icons)
        self.repeat = RepeatBar(self.session, reactor, icons)
        self.tools = TranscriptTools(self.session.transcript, icons)
        self.finder = TranscriptFindBar(self.view, icons)
        self._set_up()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.head)
        layout.addWidget(self.finder)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.foot)
        layout.addWidget(self.repeat)

    def refresh(self) -> None:
        """Show what is new in the session."""
        if not self.session.take_dirty():
            return
        self._show_news()
        self.head.show_state()
        self.foot.show_state()
        self.repeat.show_state()

    def bring_back(self, kept: SavedTab) -> None:
        """Put back what stood here when the program ended."""
        self.head.target.setEditText(kept.place)
        self.foot.put(kept.draft)
        self.tools.show_display(kept.display)
        self.head.choose(kept.options)

    @property
    def kept(self) -> SavedTab:
        """What is to come back at the next start; whoever knows its title adds that."""
        return SavedTab(
            place=self.head.target.currentText(),
            draft=self.foot.draft,
            display=self.tools.display,
            options=self.head.options,
        )

    @property
    def is_unused(self) -> bool:
        """Whether it never had a session."""
        return self.session.state is SessionState.IDLE

    def close_session(self) -> None:
        """The tab goes away: let go of the peer, and of the listener that it waits for.

        What is unsent still goes out.
        """
        self.head.wait_no_longer()
        self.repeat.stop()
        if self.session.state in (SessionState.CONNECTING, SessionState.WAITING):
            self.session.abort()
        elif self.session.state.is_open:  # otherwise it is over, or closes by itself
            self.session.disconnect()

    def _set_up(self) -> None:
        self.head.add_tools(self.tools)
        self.tools.display_chosen.connect(self._show_anew)
        self.tools.find_wanted.connect(self.finder.begin)
        self.tools.clear_wanted.connect(self._clear)
        self.tools.said.connect(self._say)
        self.foot.add_tool(self.repeat.opener)
        self.repeat.opener.toggled.connect(self.foot.allow_variables)
        self.repeat.start_wanted.connect(self._start_repeat)
        self.repeat.said.connect(self._say)
        self.finder.closed.connect(self.view.setFocus)
        self.head.start_wanted.connect(self.start_wanted)
        self.head.title_changed.connect(self.title_changed)
        self.head.connecting.connect(self.foot.input.setFocus)
        self.head.acted.connect(self.refresh)
        self.foot.acted.connect(self.refresh)

    def _clear(self) -> None:
        self.session.transcript.clear()
        self._seen = self.session.transcript.last
        self.view.clear()

    def _show_news(self) -> None:
        self.view.show_news(self.session.transcript.since(self._seen))
        self._seen = self.session.transcript.last
        self.finder.view_changed()

    def _start_repeat(self) -> None:
        try:
            template = self.foot.template()
        except NotationError:
            self.foot.input.setFocus()
            return
        self.foot.remember()
        self.repeat.start(template)
        self.refresh()

    def _show_anew(self) -> None:
        self.view.show_all(self.session.transcript, self.tools.display)
        self._seen = self.session.transcript.last
        self.finder.view_changed()

    def _say(self, sentence: str) -> None:
        self.session.transcript.append(self._seconds(), EntryKind.EVENT, sentence)
        self._show_news()


# MERGED ui/console/tab_bar: The titles of the console's tabs: double-click to rename, middle click to close.

LONGEST_NAME = 60


class ConsoleTabBar(QTabBar):
    """Asks for a new name where the old one stands."""

    renamed = Signal(int, str)
    """The user called this tab so; an empty name is none."""

    close_wanted = Signal(int)

    menu_wanted = Signal(int, QPoint)
    """The menu of this tab is wanted, at this place of the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor: QLineEdit | None = None
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_for_menu)

    @property
    def editor(self) -> QLineEdit | None:
        """Where a name is being typed, if it is."""
        return self._editor

    def rename(self, index: int) -> None:
        """Let the user type another name for the tab at `index`."""
        self._end(index, keeps=False)
        editor = QLineEdit(self.tabText(index).replace("&&", "&"), self)
        editor.setMaxLength(LONGEST_NAME)
        editor.setAccessibleName(self.tr("Name of the tab"))
        editor.setGeometry(self.tabRect(index))
        editor.installEventFilter(self)
        editor.editingFinished.connect(lambda: self._end(index, keeps=True))
        self._editor = editor
        editor.show()
        editor.selectAll()
        editor.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
        ):
            self._end(-1, keeps=False)
            return True
        return False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.tabAt(event.position().toPoint())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.rename(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.tabAt(event.position().toPoint())
        if index >= 0 and event.button() == Qt.MouseButton.MiddleButton:
            self.close_wanted.emit(index)
        else:
            super().mouseReleaseEvent(event)

    def _end(self, index: int, *, keeps: bool) -> None:
        editor, self._editor = self._editor, None
        if editor is None:
            return
        editor.hide()
        editor.deleteLater()
        if keeps:
            self.renamed.emit(index, " ".join(editor.text().split()))

    def _ask_for_menu(self, at: QPoint) -> None:
        index = self.tabAt(at)
        if index < 0:
            index = self.currentIndex()  # the key of menus gives a place of no tab
        self.menu_wanted.emit(index, self.mapToGlobal(at))


# MERGED ui/console/tab_title: What a tab is called, and the sign of the state that its session is in.

SIGN_SIZE = 16


@define
class TabTitle:
    """A number that no other tab has, what the tab talks to, and what the user calls it."""

    number: int
    title: str = ""
    name: str = ""
    shown: SessionState | None = None
    """The state that the tab shows by its sign."""

    def __str__(self) -> str:
        title = self.title or QCoreApplication.translate("TabTitle", "Session")
        return self.name or f"{title} #{self.number}"


def words(session: Session) -> str:
    """The state of `session` for a tool tip, and whom it is with."""
    said = {
        SessionState.IDLE: QCoreApplication.translate("TabTitle", "Not connected yet"),
        SessionState.CONNECTING: QCoreApplication.translate("TabTitle", "Connecting to {0}"),
        SessionState.CONNECTED: QCoreApplication.translate("TabTitle", "Connected to {0}"),
        SessionState.HALF_CLOSED: QCoreApplication.translate("TabTitle", "Only reading from {0}"),
        SessionState.CLOSING: QCoreApplication.translate(
            "TabTitle", "Closing the connection to {0}"
        ),
        SessionState.WAITING: QCoreApplication.translate(
            "TabTitle", "Waiting to connect to {0} again"
        ),
        SessionState.CLOSED: QCoreApplication.translate(
            "TabTitle", "The connection to {0} is closed"
        ),
    }
    return said[session.state].format(session.target)


def sign(state: SessionState, palette: QPalette) -> QIcon:
    """The sign of `state`, in colours that suit `palette`; none before the first connection."""
    match state:
        case SessionState.IDLE:
            return QIcon()
        case SessionState.CONNECTED | SessionState.HALF_CLOSED:
            return QIcon(pixmap("state-listening", SIGN_SIZE, pick(GREEN, palette)))
        case SessionState.CLOSED:
            return QIcon(pixmap("state-stopped", SIGN_SIZE, quiet_color(palette)))
        case _:
            return QIcon(pixmap("state-moving", SIGN_SIZE, pick(AMBER, palette)))
