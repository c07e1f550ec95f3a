"""The head of a console tab: where to connect to, and the connection's controls."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.client.session import Session, State
from app.client.target import Target, TargetError
from app.client.target_text import read_target
from app.server.listener import Listener
from app.ui import formatting
from app.ui.console.choice import chosen_listener, label, target_of
from app.ui.console.offer import Offer


class TargetBar(QWidget):
    """Connects `session` to what the user chooses or types, and lets go of it."""

    start_wanted = Signal(object)
    """The user wants this listener started, to connect to it."""

    title_changed = Signal(str)
    """What the tab should be called now."""

    connecting = Signal()
    """The session connects to a new place: what follows is talk."""

    acted = Signal()
    """The user did something with the session: show what came of it at once."""

    def __init__(
        self,
        session: Session,
        listeners: Callable[[], Sequence[Listener]],
        parent: QWidget | None = None,
    ) -> None:
        """`listeners` gives those of the deck, for the choice of where to connect."""
        super().__init__(parent)
        self._session = session
        self._listeners = listeners
        self._waiting_for: Listener | None = None
        self.target = QComboBox()
        self.connect_button = QPushButton()
        self.offer = Offer()
        self._row = QHBoxLayout()
        self._set_up()
        self._lay_out()
        self.show_listeners()
        self.show_state()

    def add_tools(self, *tools: QWidget) -> None:
        """Put `tools` at the right end of the bar."""
        for tool in tools:
            self._row.addWidget(tool)

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

    def show_state(self) -> None:
        """The session is in another state."""
        state = self._session.state
        words = {
            State.IDLE: self.tr("Connect"),
            State.CONNECTING: self.tr("Cancel"),
            State.CONNECTED: self.tr("Disconnect"),
            State.HALF_CLOSED: self.tr("Disconnect"),
            State.CLOSING: self.tr("Abort"),
            State.WAITING: self.tr("Cancel"),
            State.CLOSED: self.tr("Connect"),
        }
        self.connect_button.setText(words[state])
        self.target.setEnabled(state.is_over)

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
            self.offer.say(str(error))

    def started(self, listener: Listener) -> None:
        """`listener` was asked to start, and has done so or failed."""
        if self._waiting_for is not listener:
            return
        self._waiting_for = None
        if listener.is_on:
            self.connect_to(listener)
        else:
            self.offer.say(listener.reason)

    def wait_no_longer(self) -> None:
        """Whatever starts from now on, it is not for this tab."""
        self._waiting_for = None

    def _set_up(self) -> None:
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
        self.offer.accepted.connect(self._accept_offer)

    def _lay_out(self) -> None:
        self._row.addWidget(self.target)
        self._row.addWidget(self.connect_button)
        self._row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._row)
        layout.addWidget(self.offer)

    def _toggle(self) -> None:
        if self._session.state.is_over:
            self._connect_to_choice()
        elif self._session.state is State.CLOSING:
            self._session.abort()
        else:
            self._session.disconnect()
        self.acted.emit()

    def _connect_to_choice(self) -> None:
        text = self.target.currentText()
        listener = self._listener_of_item(self.target.currentIndex(), text)
        listener = listener or chosen_listener(text, self._listeners())
        if listener is not None:
            self.connect_to(listener)
            return
        try:
            self._connect(read_target(text), "")
        except TargetError as error:
            self.offer.say(str(error))

    def _connect(self, target: Target, name: str) -> None:
        self.offer.hide()
        if self._session.connect(target):
            self.title_changed.emit(name or str(target))
            self.connecting.emit()
        self.acted.emit()

    def _offer_to_start(self, listener: Listener) -> None:
        self._waiting_for = listener
        name = listener.spec.name
        self.offer.say(
            self.tr("{0} is not listening.").format(name),
            self.tr("Start {0} and connect").format(formatting.literal(name)),
        )
        self.offer.button.setFocus()

    def _accept_offer(self) -> None:
        if self._waiting_for is not None:
            self.start_wanted.emit(self._waiting_for)

    def _listener_of_item(self, index: int, text: str) -> Listener | None:
        if index < 0 or self.target.itemText(index) != text:
            return None
        listener: Listener = self.target.itemData(index)
        return listener
