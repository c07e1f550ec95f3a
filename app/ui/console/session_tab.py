"""A tab of the console: one client session with its controls.

Also the tab bar of the console, with the title and the state icon of each tab.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import define
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QMouseEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSplitter, QTabBar, QVBoxLayout, QWidget

from app.client.saved.tabs import SavedTab
from app.client.session import Session
from app.client.session_messages import SessionState
from app.client.transcript import EntryKind
from app.server.listener import Listener
from app.text.notation import NotationError
from app.traffic.connection_info import Tap
from app.traffic.content.form import Form
from app.ui.console.input_bar import InputBar
from app.ui.console.repeat_bar import RepeatBar
from app.ui.console.saved_state import ConsoleState
from app.ui.console.target_bar import TargetBar
from app.ui.console.transcript import TranscriptTools, TranscriptView
from app.ui.style.icons import Icons, pixmap
from app.ui.style.palette import quiet_color, tint_color
from app.ui.style.tokens import Tint
from app.ui.widgets.layouts import fill

if TYPE_CHECKING:
    from app.ui.console.find_bar import TranscriptFindBar
    from app.ui.console.reader import MessageReader

LONGEST_NAME = 60

SHARES = [6_000, 4_000]
"""The sizes of the transcript and the reader. Qt scales them to the room that there is."""

BESIDE_RATIO = 1.6
"""The reader stands beside the transcript in a tab that is wider than its height by this ratio."""

SIGN_SIZE = 16


class SessionTab(QWidget):
    """Owns one `Session` and shows its transcript. `refresh` pulls new entries.

    The bar above the transcript connects, the bar below it sends.
    """

    start_wanted = Signal(object)
    """The user wants this listener started, to connect to it."""

    title_changed = Signal(str)
    """The new title of the tab."""

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
        """`listeners` returns the listeners that the user can connect to.

        `saved_state` is shared by all tabs. `tap` captures the traffic of the session, and
        `numbers` gives its connection numbers.
        """
        super().__init__()
        self.session = Session(reactor, wake=wake, tap=tap, numbers=numbers)
        self._seen = 0
        self.target_bar = TargetBar(self.session, listeners, icons, reactor.seconds)
        self.view = TranscriptView()
        self.input_bar = InputBar(self.session, saved_state, icons)
        self.repeat_bar = RepeatBar(self.session, reactor, icons)
        self.transcript_tools = TranscriptTools(self.session.transcript, icons)
        self.reader: MessageReader | None = None
        """`None` until it is opened."""

        self._icons = icons
        self._saved_state = saved_state
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.view)
        self.split.setChildrenCollapsible(False)
        self._set_up()
        self._layout = fill(
            QVBoxLayout(self),
            self.target_bar,
            (self.split, 1),
            self.input_bar,
            self.repeat_bar,
            margins=8,
        )

    @cached_property
    def find_bar(self) -> TranscriptFindBar:
        """The search in the transcript. It is created when it is first opened."""
        from app.ui.console.find_bar import TranscriptFindBar

        bar = TranscriptFindBar(self.view, self._icons)
        bar.closed.connect(self.view.setFocus)
        self._layout.insertWidget(self._layout.indexOf(self.split), bar)
        return bar

    def resizeEvent(self, event: QResizeEvent) -> None:
        is_wide = self.width() >= BESIDE_RATIO * self.height()
        wanted = Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical
        if self.split.orientation() != wanted:
            self.split.setOrientation(wanted)

    def refresh(self) -> None:
        """Show what is new in the session."""
        if not self.session.take_dirty():
            return
        self._show_new_entries()
        self.target_bar.show_state()
        self.input_bar.show_state()
        self.repeat_bar.show_state()

    def restore(self, saved: SavedTab) -> None:
        """Restore the tab as it was when the program ended."""
        self.target_bar.target.setEditText(saved.place)
        self.input_bar.set_draft(saved.draft)
        self.transcript_tools.show_display(saved.display)
        self.target_bar.set_options(saved.options)

    @property
    def saved_tab(self) -> SavedTab:
        """The state of the tab for the next start. The pane adds the title."""
        return SavedTab(
            place=self.target_bar.target.currentText(),
            draft=self.input_bar.draft,
            display=self.transcript_tools.display,
            options=self.target_bar.options,
        )

    @property
    def is_unused(self) -> bool:
        """Whether the tab was never connected."""
        return self.session.state is SessionState.IDLE

    def close_session(self) -> None:
        """End the session, because the tab closes. Unsent data is still sent.

        The tab also stops waiting for the start of a listener.
        """
        self.target_bar.cancel_wait()
        self.repeat_bar.stop()
        if self.session.state in (SessionState.CONNECTING, SessionState.WAITING):
            self.session.abort()
        elif self.session.state.is_open:  # otherwise it has ended or is closing already
            self.session.disconnect()

    def _set_up(self) -> None:
        self.target_bar.add_tools(self.transcript_tools)
        self.transcript_tools.display_chosen.connect(self._show_again)
        self.transcript_tools.find_wanted.connect(lambda: self.find_bar.begin())
        self.transcript_tools.clear_wanted.connect(self._clear)
        self.transcript_tools.said.connect(self._say)
        self.transcript_tools.reader_button.toggled.connect(self._show_reader)
        self.transcript_tools.reader_button.setChecked(self._saved_state.shows_reader)
        self.input_bar.add_tool(self.repeat_bar.opener)
        self.repeat_bar.opener.toggled.connect(self.input_bar.allow_variables)
        self.repeat_bar.start_wanted.connect(self._start_repeat)
        self.repeat_bar.said.connect(self._say)
        self.target_bar.start_wanted.connect(self.start_wanted)
        self.target_bar.title_changed.connect(self.title_changed)
        self.target_bar.connecting.connect(self.input_bar.input.setFocus)
        self.target_bar.acted.connect(self.refresh)
        self.input_bar.acted.connect(self.refresh)

    def _show_reader(self, shown: bool) -> None:
        self._saved_state.shows_reader = shown
        if self.reader is None:
            # Imported only now, as most sessions are read as they are.
            from app.ui.console.reader import MessageReader

            self.reader = MessageReader(self.session.transcript, self._icons)
            self.reader.forms.choose(self._saved_state.settings.content_form("console"))
            self.reader.form_chosen.connect(self._save_form)
            self.view.entry_chosen.connect(self.reader.choose)
            self.split.addWidget(self.reader)
            self.reader.setVisible(shown)
            self.split.setSizes(SHARES)
        self.reader.setVisible(shown)

    def _save_form(self, form: Form) -> None:
        self._saved_state.settings.save_content_form("console", form)

    def _clear(self) -> None:
        self.session.transcript.clear()
        self._seen = self.session.transcript.last
        self.view.clear()
        if self.reader is not None:
            self.reader.refresh()

    def _show_new_entries(self) -> None:
        self.view.show_news(self.session.transcript.since(self._seen))
        self._seen = self.session.transcript.last
        if "find_bar" in self.__dict__:
            self.find_bar.view_changed()
        if self.reader is not None and self.reader.isVisible():
            self.reader.refresh()

    def _start_repeat(self) -> None:
        try:
            template = self.input_bar.template()
        except NotationError:
            self.input_bar.input.setFocus()
            return
        self.input_bar.add_to_history()
        self.repeat_bar.start(template)
        self.refresh()

    def _show_again(self) -> None:
        self.view.show_all(self.session.transcript, self.transcript_tools.display)
        self._seen = self.session.transcript.last
        if "find_bar" in self.__dict__:
            self.find_bar.view_changed()

    def _say(self, sentence: str) -> None:
        self.session.transcript.append(self.session.unix_seconds(), EntryKind.EVENT, sentence)
        self._show_new_entries()


class ConsoleTabBar(QTabBar):
    """The tab bar of the console. A double click renames in place, a middle click closes."""

    renamed = Signal(int, str)
    """The user renamed the tab at this index. An empty name means the default title."""

    close_wanted = Signal(int)

    menu_wanted = Signal(int, QPoint)
    """The user wants the menu of the tab at this index. The point is in screen coordinates."""

    def __init__(self) -> None:
        super().__init__()
        self._editor: QLineEdit | None = None
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._request_menu)

    @property
    def editor(self) -> QLineEdit | None:
        """The line edit while a name is being typed."""
        return self._editor

    def rename(self, index: int) -> None:
        """Let the user type another name for the tab at `index`."""
        self._end_edit(index, saves=False)
        editor = QLineEdit(self.tabText(index).replace("&&", "&"), self)
        editor.setMaxLength(LONGEST_NAME)
        editor.setAccessibleName(self.tr("Name of the tab"))
        editor.setGeometry(self.tabRect(index))
        editor.installEventFilter(self)
        editor.editingFinished.connect(lambda: self._end_edit(index, saves=True))
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
            self._end_edit(-1, saves=False)
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

    def _end_edit(self, index: int, *, saves: bool) -> None:
        editor, self._editor = self._editor, None
        if editor is None:
            return
        editor.hide()
        editor.deleteLater()
        if saves:
            self.renamed.emit(index, " ".join(editor.text().split()))

    def _request_menu(self, at: QPoint) -> None:
        index = self.tabAt(at)
        if index < 0:
            index = self.currentIndex()  # the menu key gives a point outside of all tabs
        self.menu_wanted.emit(index, self.mapToGlobal(at))


@define
class TabTitle:
    """The title of a tab: the name that the user chose, or the target and a unique number."""

    number: int
    title: str = ""
    name: str = ""
    shown_state: SessionState | None = None
    """The state that the icon of the tab shows."""

    def __str__(self) -> str:
        title = self.title or QCoreApplication.translate("TabTitle", "Session")
        return self.name or f"{title} #{self.number}"


def state_text(session: Session) -> str:
    """The state and the target of `session`, for a tool tip."""
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


def state_icon(state: SessionState, palette: QPalette) -> QIcon:
    """The icon of `state` in the colours of `palette`. Empty before the first connection."""
    match state:
        case SessionState.IDLE:
            return QIcon()
        case SessionState.CONNECTED | SessionState.HALF_CLOSED:
            return QIcon(pixmap("state-listening", SIGN_SIZE, tint_color(Tint.SUCCESS, palette)))
        case SessionState.CLOSED:
            return QIcon(pixmap("state-stopped", SIGN_SIZE, quiet_color(palette)))
        case _:
            return QIcon(pixmap("state-moving", SIGN_SIZE, tint_color(Tint.WARNING, palette)))
