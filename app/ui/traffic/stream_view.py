"""The stream: what both sides of one connection said, and which connection that is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.traffic.conversation import Conversation
from app.traffic.endings import How
from app.traffic.party import Parties
from app.traffic.source import ChunkSource
from app.ui.eliding import ElidingLabel
from app.ui.traffic.connection_choice import ConnectionChoice
from app.ui.traffic.stream_text import StreamText


class StreamView(QWidget):
    """Shows the newest ten thousand lines of a conversation, or those up to some chunk.

    Reading it takes steps, for the owner to take, and then to call `show_news`.
    """

    choice_changed = Signal()
    """Another connection is on show, or the cursor is in the line of another chunk."""

    wanted = Signal()
    """There is something else to read."""

    def __init__(
        self, source: ChunkSource, parties: Parties, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._parties = parties
        self._encoding = "utf-8"
        self._has_ended = False
        self._held_at: int | None = None
        self._going_to: int | None = None
        self.conversation: Conversation | None = None
        self.choice = ConnectionChoice(source, parties)
        self.text = StreamText()
        self.note = ElidingLabel()
        self.earlier_button = QPushButton(self.tr("Earlier"))
        self.newest_button = QPushButton(self.tr("Newest"))
        self._lay_out()
        self.choice.chosen.connect(self.show_connection)
        self.text.number_changed.connect(self.choice_changed)
        self.earlier_button.clicked.connect(self._show_earlier)
        self.newest_button.clicked.connect(lambda: self._begin(self._held_at))

    @property
    def chosen(self) -> int | None:
        """The number of the chunk in whose line the cursor is."""
        return self.text.number

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to read, as of now."""
        return self.conversation is None or self.conversation.is_done

    def step(self, seconds: float) -> bool:
        """Read on for about `seconds`. Gives `is_done`."""
        return self.conversation is None or self.conversation.step(seconds)

    def hold(self, number: int | None) -> None:
        """Show nothing from the chunk of that number on, or all again."""
        before, self._held_at = self._held_at, number
        if self.conversation is not None and self.conversation.until == before:
            self.conversation.until = number

    def show_connection(self, number: int) -> None:
        """Show the conversation of that connection, from its newest line up."""
        if self.conversation is None or self.conversation.connection != number:
            self.choice.show_choice(number)
            self._begin(self._held_at, number)

    def use_encoding(self, encoding: str) -> None:
        """Read the bytes as text in `encoding`, as Python calls it."""
        self._encoding = encoding
        if self.conversation is not None:
            self._begin(self.conversation.until)

    def go_to(self, number: int) -> None:
        """Choose the line that the chunk of that number is in, also if it is not on show yet."""
        self._going_to = number
        self._go_on_to()

    def begin_anew(self) -> None:
        """The log was cleared."""
        if self.conversation is not None:
            self._begin(self._held_at)

    def show_news(self) -> None:
        """Show what the conversation has read since the last call."""
        conversation = self.conversation
        if conversation is None:
            newest = self._source.chunk(self._source.end - 1)
            if newest is not None:
                self.show_connection(newest.connection)
            return
        # While it catches up, only the end counts: nobody sees what flies by.
        if conversation.is_done or conversation.progress > 0.999:
            self.text.add(conversation.take())
            self._show_ending(conversation)
            self._go_on_to()
        self._show_note(conversation)

    def _lay_out(self) -> None:
        self.note.setObjectName("quiet")
        head = QHBoxLayout()
        head.addWidget(self.choice)
        head.addWidget(self.note, 1)
        head.addWidget(self.earlier_button)
        head.addWidget(self.newest_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addWidget(self.text, 1)
        self.text.setPlaceholderText(
            self.tr("Choose a connection, and both sides of its conversation are shown here.")
        )
        self.earlier_button.hide()
        self.newest_button.hide()

    def _begin(self, until: int | None, connection: int | None = None) -> None:
        if connection is None:
            if self.conversation is None:
                return
            connection = self.conversation.connection
        party = self._parties.party(connection)
        self.conversation = Conversation(
            self._source,
            connection,
            self._encoding,
            until=until,
            is_datagram=party is not None and party.is_datagram,
        )
        self._has_ended = False
        self.text.begin_anew()
        self.wanted.emit()
        self.choice_changed.emit()

    def _go_on_to(self) -> None:
        """Go where it was to go, once everything is read."""
        number, conversation = self._going_to, self.conversation
        if number is None or conversation is None or not conversation.is_done:
            return
        is_near = conversation.until == number + 1 or not self._has_earlier(conversation)
        if self.text.go_to(number) or is_near:
            self._going_to = None
        else:
            self._begin(number + 1)

    def _show_earlier(self) -> None:
        if self.text.first is not None:
            self._begin(self.text.first + 1)

    def _has_earlier(self, conversation: Conversation) -> bool:
        """Whether there are lines before those on show."""
        if self.text.first is None:
            return False
        is_full = self.text.document().blockCount() >= self.text.maximumBlockCount()
        return conversation.skipped > 0 or is_full

    def _show_ending(self, conversation: Conversation) -> None:
        ending = conversation.ending
        if ending is None or self._has_ended:
            return
        self._has_ended = True
        words = {
            How.CLOSED_BY_PEER: self.tr("closed by the peer"),
            How.CLOSED_HERE: self.tr("closed here"),
            How.RESET_BY_PEER: self.tr("reset by the peer"),
            How.RESET_HERE: self.tr("reset here"),
            How.CLOSED: self.tr("closed"),
        }
        self.text.add_event(ending.at, words[ending.how])

    def _show_note(self, conversation: Conversation) -> None:
        has_more = self._has_earlier(conversation)
        parts = []
        if not conversation.is_done and conversation.progress < 0.999:
            words = self.tr("Reading, {0} %")
            parts.append(words.format(round(100 * conversation.progress)))
        elif has_more:
            parts.append(self.tr("Only the newest lines are shown here."))
        is_past = conversation.until != self._held_at
        if is_past:
            parts.append(self.tr("What came later is not shown."))
        if conversation.has_gap:
            parts.append(self.tr("Some chunks were dropped before they could be shown."))
        self.note.setText("   ".join(parts))
        self.earlier_button.setVisible(has_more)
        self.newest_button.setVisible(is_past)
