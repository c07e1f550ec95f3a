"""One tab of the console: a session with one peer at a time, and the controls for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.client.formatting import plain_text
from app.client.history import History
from app.client.line_ending import LineEnding, encode
from app.client.session import Session, State
from app.client.target import Target, TargetError
from app.server.listener import Listener
from app.ui import formatting
from app.ui.console.choice import chosen_listener, label, target_of
from app.ui.console.input_line import InputLine
from app.ui.console.transcript_view import TranscriptView
from app.ui.icons import Icons


class SessionTab(QWidget):
    """Drives one `Session` and shows its transcript; pulls what is new when `refresh` is called."""

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
        history: History,
        parent: QWidget | None = None,
    ) -> None:
        """`listeners` gives those of the deck, for the choice of where to connect."""
        super().__init__(parent)
        self.session = Session(reactor, wake=wake)
        self._listeners = listeners
        self._seen = 0
        self._waiting_for: Listener | None = None
        self.target = QComboBox()
        self.connect_button = QPushButton()
        self.view = TranscriptView()
        self.input = InputLine(history)
        self.ending = QComboBox()
        self.send_button = QPushButton(self.tr("Send"))
        self.clear_button = QToolButton(autoRaise=True)
        self.copy_button = QToolButton(autoRaise=True)
        self.offer = QFrame()
        self.offer_text = QLabel()
        self.offer_button = QPushButton()
        self._set_up(icons)
        self._lay_out()
        self._show_state()

    def show_listeners(self) -> None:
        """Offer the listeners of the deck as they are now; what is typed stays."""
        typed = self.target.currentText()
        offered = [(label(listener), listener) for listener in self._listeners()]
        places = range(self.target.count())
        if [(self.target.itemText(i), self.target.itemData(i)) for i in places] == offered:
            return
        chosen = self._listener_of_item(self.target.currentIndex(), typed)
        self.target.clear()
        for name, listener in offered:
            self.target.addItem(name, listener)
        self.target.setEditText(label(chosen) if chosen is not None else typed)

    def refresh(self) -> None:
        """Show what is new in the session."""
        if not self.session.take_dirty():
            return
        self.view.show_news(self.session.transcript.since(self._seen))
        self._seen = self.session.transcript.last
        self._show_state()

    def connect_to(self, listener: Listener) -> None:
        """Connect to `listener`, or offer to start it."""
        self.target.setEditText(label(listener))
        if not listener.is_on:
            self._offer_to_start(listener)
            return
        self.offer.hide()
        try:
            self._connect(target_of(listener), listener.spec.name)
        except TargetError as error:
            self._complain(str(error))

    def started(self, listener: Listener) -> None:
        """`listener` was asked to start, and has done so or failed."""
        if self._waiting_for is not listener:
            return
        self._waiting_for = None
        if listener.is_on:
            self.connect_to(listener)
        else:
            self._complain(listener.reason)

    @property
    def is_unused(self) -> bool:
        """Whether it never had a session."""
        return self.session.state is State.IDLE

    def close_session(self) -> None:
        """The tab goes away: let go of the peer, and of the listener that it waits for."""
        self._waiting_for = None
        if self.session.state not in (State.IDLE, State.CLOSED):
            self.session.abort()

    def _set_up(self, icons: Icons) -> None:
        self.target.setEditable(True)
        self.target.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.target.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.target.setMinimumContentsLength(20)
        place = self.target.lineEdit()
        assert place is not None
        place.setPlaceholderText(self.tr("listener or host:port"))
        place.returnPressed.connect(self._toggle)
        self.target.setAccessibleName(self.tr("Where to connect to"))
        self.connect_button.clicked.connect(self._toggle)
        self.input.setAccessibleName(self.tr("Text to send"))
        self.input.returnPressed.connect(self._send)
        for ending in LineEnding:
            self.ending.addItem(ending.label, ending)
        self.ending.setCurrentIndex(self.ending.findData(LineEnding.LF))
        self.ending.setAccessibleName(self.tr("Line ending"))
        self.ending.setToolTip(self.tr("What is sent after the text"))
        self.send_button.clicked.connect(self._send)
        icons.give(self.clear_button, "clear")
        self._name(self.clear_button, self.tr("Clear the transcript"))
        self.clear_button.clicked.connect(self._clear)
        icons.give(self.copy_button, "copy")
        self._name(self.copy_button, self.tr("Copy the transcript"))
        self.copy_button.clicked.connect(self._copy)
        self.offer.setObjectName("offer")
        self.offer_text.setWordWrap(True)
        self.offer_text.setTextFormat(Qt.TextFormat.PlainText)
        self.offer_button.clicked.connect(self._accept_offer)
        self.offer_button.setAutoDefault(True)  # Enter accepts it
        self.offer.hide()
        self.show_listeners()

    def _lay_out(self) -> None:
        offer = QHBoxLayout(self.offer)
        offer.setContentsMargins(8, 4, 8, 4)
        offer.addWidget(self.offer_text, 1)
        offer.addWidget(self.offer_button)
        bar = QHBoxLayout()
        bar.addWidget(self.target)
        bar.addWidget(self.connect_button)
        bar.addStretch(1)
        bar.addWidget(self.copy_button)
        bar.addWidget(self.clear_button)
        bottom = QHBoxLayout()
        bottom.addWidget(self.input, 1)
        bottom.addWidget(self.ending)
        bottom.addWidget(self.send_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(bar)
        layout.addWidget(self.offer)
        layout.addWidget(self.view, 1)
        layout.addLayout(bottom)

    def _toggle(self) -> None:
        if self.session.state in (State.IDLE, State.CLOSED):
            self._connect_to_choice()
        elif self.session.state is State.CLOSING:
            self.session.abort()
        else:
            self.session.disconnect()
        self.refresh()

    def _connect_to_choice(self) -> None:
        text = self.target.currentText()
        listener = self._listener_of_item(self.target.currentIndex(), text)
        listener = listener or chosen_listener(text, self._listeners())
        if listener is not None:
            self.connect_to(listener)
            return
        try:
            self._connect(Target.parse(text), "")
        except TargetError as error:
            self._complain(str(error))

    def _connect(self, target: Target, name: str) -> None:
        self.offer.hide()
        if self.session.connect(target):
            self.title_changed.emit(name or str(target))
            self.input.setFocus()
        self.refresh()

    def _send(self) -> None:
        if self.session.send(encode(self.input.text(), self.ending.currentData())):
            self.input.remember()
        self.refresh()

    def _clear(self) -> None:
        self.session.transcript.clear()
        self._seen = self.session.transcript.last
        self.view.clear()

    def _copy(self) -> None:
        transcript = self.session.transcript
        QGuiApplication.clipboard().setText(
            plain_text(transcript.entries, dropped=transcript.dropped)
        )

    def _offer_to_start(self, listener: Listener) -> None:
        self._waiting_for = listener
        name = listener.spec.name
        self.offer_text.setText(self.tr("{0} is not listening.").format(name))
        self.offer_button.setText(self.tr("Start {0} and connect").format(formatting.literal(name)))
        self.offer_button.show()
        self.offer.show()
        self.offer_button.setFocus()

    def _accept_offer(self) -> None:
        if self._waiting_for is not None:
            self.start_wanted.emit(self._waiting_for)

    def _complain(self, sentence: str) -> None:
        self.offer_text.setText(sentence)
        self.offer_button.hide()
        self.offer.show()

    def _listener_of_item(self, index: int, text: str) -> Listener | None:
        if index < 0 or self.target.itemText(index) != text:
            return None
        listener: Listener = self.target.itemData(index)
        return listener

    def _show_state(self) -> None:
        state = self.session.state
        words = {
            State.IDLE: self.tr("Connect"),
            State.CONNECTING: self.tr("Cancel"),
            State.CONNECTED: self.tr("Disconnect"),
            State.CLOSING: self.tr("Abort"),
            State.CLOSED: self.tr("Connect"),
        }
        self.connect_button.setText(words[state])
        self.target.setEnabled(state in (State.IDLE, State.CLOSED))
        self.send_button.setEnabled(state is State.CONNECTED)
        connected = state is State.CONNECTED
        hint = self.tr("Type a line and press Enter") if connected else self.tr("Not connected")
        self.input.setPlaceholderText(hint)

    @staticmethod
    def _name(button: QToolButton, name: str) -> None:
        button.setAccessibleName(name)
        button.setToolTip(name)
