"""One tab of the console: a session with one peer at a time, and the controls for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from app.client.formatting import plain_text
from app.client.session import Session, State
from app.server.listener import Listener
from app.ui.console.input_bar import InputBar
from app.ui.console.memory import Memory
from app.ui.console.target_bar import TargetBar
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
    ) -> None:
        """`listeners` gives those of the deck, for the choice of where to connect; `memory` is what
        all tabs share."""
        super().__init__(parent)
        self.session = Session(reactor, wake=wake)
        self._seen = 0
        self.head = TargetBar(self.session, listeners)
        self.view = TranscriptView()
        self.foot = InputBar(self.session, memory, icons)
        self.clear_button = QToolButton(autoRaise=True)
        self.copy_button = QToolButton(autoRaise=True)
        self._set_up(icons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.head)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.foot)

    def refresh(self) -> None:
        """Show what is new in the session."""
        if not self.session.take_dirty():
            return
        self.view.show_news(self.session.transcript.since(self._seen))
        self._seen = self.session.transcript.last
        self.head.show_state()
        self.foot.show_state()

    @property
    def is_unused(self) -> bool:
        """Whether it never had a session."""
        return self.session.state is State.IDLE

    def close_session(self) -> None:
        """The tab goes away: let go of the peer, and of the listener that it waits for."""
        self.head.wait_no_longer()
        if self.session.state not in (State.IDLE, State.CLOSED):
            self.session.abort()

    def _set_up(self, icons: Icons) -> None:
        icons.give(self.clear_button, "clear")
        self._name(self.clear_button, self.tr("Clear the transcript"))
        self.clear_button.clicked.connect(self._clear)
        icons.give(self.copy_button, "copy")
        self._name(self.copy_button, self.tr("Copy the transcript"))
        self.copy_button.clicked.connect(self._copy)
        self.head.add_tools(self.copy_button, self.clear_button)
        self.head.start_wanted.connect(self.start_wanted)
        self.head.title_changed.connect(self.title_changed)
        self.head.connecting.connect(self.foot.input.setFocus)
        self.head.acted.connect(self.refresh)
        self.foot.acted.connect(self.refresh)

    def _clear(self) -> None:
        self.session.transcript.clear()
        self._seen = self.session.transcript.last
        self.view.clear()

    def _copy(self) -> None:
        transcript = self.session.transcript
        QGuiApplication.clipboard().setText(
            plain_text(transcript.entries, dropped=transcript.dropped)
        )

    @staticmethod
    def _name(button: QToolButton, name: str) -> None:
        button.setAccessibleName(name)
        button.setToolTip(name)
