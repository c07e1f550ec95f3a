"""One tab of the console: a session with one peer at a time, and the controls for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.client.notation import NotationError
from app.client.session import Session, State
from app.client.tabs_file import KeptTab
from app.client.transcript import Kind
from app.server.listener import Listener
from app.tap import Tap
from app.ui.console.find_bar import FindBar
from app.ui.console.input_bar import InputBar
from app.ui.console.memory import Memory
from app.ui.console.repeat_bar import RepeatBar
from app.ui.console.target_bar import TargetBar
from app.ui.console.transcript_tools import TranscriptTools
from app.ui.console.transcript_view import TranscriptView
from app.ui.icons import Icons


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
        memory: Memory,
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
        self.finder = FindBar(self.view, icons)
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

    def bring_back(self, kept: KeptTab) -> None:
        """Put back what stood here when the program ended."""
        self.head.target.setEditText(kept.place)
        self.foot.put(kept.draft)
        self.tools.show_display(kept.display)
        self.head.choose(kept.options)

    @property
    def kept(self) -> KeptTab:
        """What is to come back at the next start; whoever knows its title adds that."""
        return KeptTab(
            place=self.head.target.currentText(),
            draft=self.foot.draft,
            display=self.tools.display,
            options=self.head.options,
        )

    @property
    def is_unused(self) -> bool:
        """Whether it never had a session."""
        return self.session.state is State.IDLE

    def close_session(self) -> None:
        """The tab goes away: let go of the peer, and of the listener that it waits for.

        What is unsent still goes out.
        """
        self.head.wait_no_longer()
        self.repeat.stop()
        if self.session.state in (State.CONNECTING, State.WAITING):
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
        self.session.transcript.append(self._seconds(), Kind.EVENT, sentence)
        self._show_news()
