"""The stream: what both sides of one connection said, and which connection that is."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.traffic.connection_info import CloseKind, ConnectionDirectory, name_of
from app.traffic.conversation import Conversation, Piece
from app.traffic.source import ChunkSource
from app.ui.widgets.labels import ElidingLabel
from app.ui.widgets.text_view import Ink, LinesView

# MERGED ui/traffic/connection_choice: A list of the connections that said something, to choose one from.

MOST_OFFERED = 100
LOOK_BACK_SPANS = 200
SPAN_CHUNKS = 2_048
SPAN_BYTES = 256 * 1024


class ConnectionChoice(QComboBox):
    """Offers those that spoke last, the newest first, as of when the list is opened."""

    chosen = Signal(int)
    """The number of the connection that the user chose."""

    def __init__(
        self, source: ChunkSource, parties: ConnectionDirectory, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._parties = parties
        self.setAccessibleName(self.tr("Connection to follow"))
        self.setToolTip(self.accessibleName())
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(24)
        self.activated.connect(lambda _: self.chosen.emit(self.currentData()))

    def showPopup(self) -> None:
        self.fill()
        super().showPopup()

    def show_choice(self, number: int) -> None:
        """That connection is on show."""
        place = self.findData(number)
        if place < 0:
            self.insertItem(0, name_of(number, self._parties), number)
            place = 0
        self.setCurrentIndex(place)

    def fill(self) -> None:
        """Offer those that spoke last."""
        current = self.currentData()
        self.clear()
        for number in self._newest():
            self.addItem(name_of(number, self._parties), number)
        if current is not None:
            self.show_choice(current)

    def _newest(self) -> list[int]:
        found: dict[int, None] = {}
        stop = self._source.end
        for _ in range(LOOK_BACK_SPANS):
            start = max(self._source.first, stop - SPAN_CHUNKS)
            if start >= stop or len(found) >= MOST_OFFERED:
                break
            found.update(dict.fromkeys(owner >> 1 for owner in self._owners(start, stop)))
            stop = start
        return list(found)[:MOST_OFFERED]

    def _owners(self, start: int, stop: int) -> list[int]:
        """Those of the chunks in that range, the newest first."""
        owners: list[int] = []
        while start < stop:
            span = self._source.span(start, SPAN_BYTES, stop - start)
            if span is None:
                break
            owners.extend(span.owners)
            start = span.first + len(span)
        return owners[::-1]


# MERGED ui/traffic/stream_text: The text of a conversation: each side in its own colour and mark, the newest at the end.

MARKS = {False: "← ", True: "→ "}
_INKS = {False: Ink.GREEN, True: Ink.BLUE}


class StreamText(LinesView):
    """Each line begins with the mark of who said it, and knows the chunk that it began in."""

    number_changed = Signal()
    """The cursor is in a line of another chunk: see `number`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers: deque[int] = deque()
        self._told: int | None = None
        self.setAccessibleName(self.tr("Conversation"))
        self.cursorPositionChanged.connect(self._tell)

    @property
    def number(self) -> int | None:
        """Of the chunk in whose line the cursor is; `None` in an empty text."""
        line = self.textCursor().blockNumber()
        return self._numbers[line] if line < len(self._numbers) else None

    @property
    def first(self) -> int | None:
        """The number of the oldest chunk that is shown."""
        return self._numbers[0] if self._numbers else None

    def add(self, pieces: Sequence[Piece]) -> None:
        """Append what was said, all in one go."""
        document = self.document()
        styles = {sent: self._style(ink) for sent, ink in _INKS.items()}
        cursor = QTextCursor(document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for piece in pieces:
            if piece.begins or not self._numbers:
                self._begin_line(cursor, piece.number, _INKS[piece.sent])
                cursor.insertText(MARKS[piece.sent], styles[piece.sent])
            cursor.insertText(piece.text, styles[piece.sent])
        cursor.endEditBlock()
        self._forget_gone()

    def add_event(self, number: int, words: str) -> None:
        """Append a line that nobody said."""
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._begin_line(cursor, number, Ink.FAINT)
        cursor.insertText(f"· {words}", self._style(Ink.FAINT))
        self._forget_gone()

    def begin_anew(self) -> None:
        """Show nothing."""
        self.clear()
        self._numbers.clear()
        self._told = None

    def go_to(self, number: int) -> bool:
        """Select the first line of that chunk; whether it is shown."""
        if not self._numbers or number < self._numbers[0]:
            return False
        numbers = list(self._numbers)
        # What a chunk says may go on in a line that began before it.
        line = max(0, bisect_right(numbers, number) - 1)
        while line and numbers[line - 1] == number:
            line -= 1
        cursor = QTextCursor(self.document().findBlockByNumber(line))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.centerCursor()
        return True

    def _begin_line(self, cursor: QTextCursor, number: int, ink: Ink) -> None:
        if self._numbers:
            cursor.insertBlock()
        cursor.block().setUserState(ink)
        self._numbers.append(number)

    def _forget_gone(self) -> None:
        """The text drops its oldest lines by itself."""
        while len(self._numbers) > self.document().blockCount():
            self._numbers.popleft()

    def _tell(self) -> None:
        number = self.number
        if number != self._told:
            self._told = number
            self.number_changed.emit()


class StreamView(QWidget):
    """Shows the newest ten thousand lines of a conversation, or those up to some chunk.

    Reading it takes steps, for the owner to take, and then to call `show_news`.
    """

    choice_changed = Signal()
    """Another connection is on show, or the cursor is in the line of another chunk."""

    wanted = Signal()
    """There is something else to read."""

    def __init__(
        self, source: ChunkSource, parties: ConnectionDirectory, parent: QWidget | None = None
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
            CloseKind.CLOSED_BY_PEER: self.tr("closed by the peer"),
            CloseKind.CLOSED_HERE: self.tr("closed here"),
            CloseKind.RESET_BY_PEER: self.tr("reset by the peer"),
            CloseKind.RESET_HERE: self.tr("reset here"),
            CloseKind.CLOSED: self.tr("closed"),
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
