"""The stream view: the conversation of one connection, with a list to choose the connection."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.traffic.connection_info import CloseKind, ConnectionDirectory, connection_name
from app.traffic.conversation import Conversation, Piece
from app.traffic.source import ChunkSource
from app.ui.widgets.labels import ElidingLabel
from app.ui.widgets.layouts import fill
from app.ui.widgets.text_view import Ink, LineNumbers, LinesView

MOST_LISTED = 100
"""The most connections in the list."""

LOOK_BACK_SPANS = 200
"""How far back the list looks for connections, in spans of the log."""

SPAN_CHUNKS = 2_048
SPAN_BYTES = 256 * 1024

MARKS = {False: "← ", True: "→ "}
_INKS = {False: Ink.GREEN, True: Ink.BLUE}


class StreamView(QWidget):
    """Shows the newest ten thousand lines of a conversation, or those before some chunk.

    The conversation is read in steps. The owner runs them, and then calls `show_news`.
    """

    choice_changed = Signal()
    """Another connection is shown, or the cursor moved to a line of another chunk."""

    reading_needed = Signal()
    """Another conversation must be read."""

    def __init__(self, source: ChunkSource, directory: ConnectionDirectory) -> None:
        super().__init__()
        self._source = source
        self._directory = directory
        self._encoding = "utf-8"
        self._shows_end = False
        self._paused_at: int | None = None
        self._target: int | None = None
        self.conversation: Conversation | None = None
        self.choice = ConnectionChoice(source, directory)
        self.text = StreamText()
        self.note = ElidingLabel()
        self.earlier_button = QPushButton(self.tr("Earlier"))
        self.newest_button = QPushButton(self.tr("Newest"))
        self._lay_out()
        self.choice.chosen.connect(self.show_connection)
        self.text.number_changed.connect(self.choice_changed)
        self.earlier_button.clicked.connect(self._show_earlier)
        self.newest_button.clicked.connect(lambda: self._begin(self._paused_at))

    @property
    def chosen(self) -> int | None:
        """The number of the chunk at the cursor."""
        return self.text.number

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to read at the moment."""
        return self.conversation is None or self.conversation.is_done

    def step(self, seconds: float) -> bool:
        """Read for about `seconds`. Returns `is_done`."""
        return self.conversation is None or self.conversation.step(seconds)

    def show_until(self, number: int | None) -> None:
        """Show only chunks below this number; `None` for all."""
        before, self._paused_at = self._paused_at, number
        if self.conversation is not None and self.conversation.until == before:
            self.conversation.until = number

    def show_connection(self, number: int) -> None:
        """Show the newest lines of this connection."""
        if self.conversation is None or self.conversation.connection != number:
            self.choice.show_choice(number)
            self._begin(self._paused_at, number)

    def use_encoding(self, encoding: str) -> None:
        """Decode the bytes with the Python codec `encoding`."""
        self._encoding = encoding
        if self.conversation is not None:
            self._begin(self.conversation.until)

    def go_to(self, number: int) -> None:
        """Choose the line of this chunk. If it is not shown, it is read first."""
        self._target = number
        self._continue_to_target()

    def reset(self) -> None:
        """Read the conversation again after the log was cleared."""
        if self.conversation is not None:
            self._begin(self._paused_at)

    def show_news(self) -> None:
        """Show the text that was read since the last call."""
        conversation = self.conversation
        if conversation is None:
            newest = self._source.chunk(self._source.end - 1)
            if newest is not None:
                self.show_connection(newest.connection)
            return
        # While it reads old chunks, only the end is worth showing.
        if conversation.is_done or conversation.progress > 0.999:
            self.text.add(conversation.take())
            self._show_end(conversation)
            self._continue_to_target()
        self._show_note(conversation)

    def _lay_out(self) -> None:
        self.note.setObjectName("quiet")
        head = fill(
            QHBoxLayout(), self.choice, (self.note, 1), self.earlier_button, self.newest_button
        )
        fill(QVBoxLayout(self), head, (self.text, 1), margins=0)
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
        info = self._directory.info(connection)
        self.conversation = Conversation(
            self._source,
            connection,
            self._encoding,
            until=until,
            is_datagram=info is not None and info.is_datagram,
        )
        self._shows_end = False
        self.text.reset()
        self.reading_needed.emit()
        self.choice_changed.emit()

    def _continue_to_target(self) -> None:
        """Go to the target of `go_to` when everything is read."""
        number, conversation = self._target, self.conversation
        if number is None or conversation is None or not conversation.is_done:
            return
        is_near = conversation.until == number + 1 or not self._has_earlier(conversation)
        if self.text.go_to(number) or is_near:
            self._target = None
        else:
            self._begin(number + 1)

    def _show_earlier(self) -> None:
        if self.text.first is not None:
            self._begin(self.text.first + 1)

    def _has_earlier(self, conversation: Conversation) -> bool:
        """Whether there are lines before the shown ones."""
        if self.text.first is None:
            return False
        is_full = self.text.document().blockCount() >= self.text.maximumBlockCount()
        return conversation.skipped > 0 or is_full

    def _show_end(self, conversation: Conversation) -> None:
        end = conversation.ending
        if end is None or self._shows_end:
            return
        self._shows_end = True
        words = {
            CloseKind.CLOSED_BY_PEER: self.tr("closed by the peer"),
            CloseKind.CLOSED_HERE: self.tr("closed here"),
            CloseKind.RESET_BY_PEER: self.tr("reset by the peer"),
            CloseKind.RESET_HERE: self.tr("reset here"),
            CloseKind.CLOSED: self.tr("closed"),
        }
        self.text.add_event(end.next_chunk, words[end.kind])

    def _show_note(self, conversation: Conversation) -> None:
        has_more = self._has_earlier(conversation)
        parts = []
        if not conversation.is_done and conversation.progress < 0.999:
            words = self.tr("Reading, {0} %")
            parts.append(words.format(round(100 * conversation.progress)))
        elif has_more:
            parts.append(self.tr("Only the newest lines are shown here."))
        is_past = conversation.until != self._paused_at
        if is_past:
            parts.append(self.tr("What came later is not shown."))
        if conversation.has_gap:
            parts.append(self.tr("Some chunks were dropped before they could be shown."))
        self.note.setText("   ".join(parts))
        self.earlier_button.setVisible(has_more)
        self.newest_button.setVisible(is_past)


class StreamText(LinesView):
    """The text of a conversation. Each side has a colour, and its lines begin with its mark.

    For each line it keeps the number of the chunk that the line begins in.
    """

    number_changed = Signal()
    """The cursor moved to a line of another chunk; see `number`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, hangs_after=len(MARKS[True]))
        self._numbers = LineNumbers()
        self._reported: int | None = None
        self.setAccessibleName(self.tr("Conversation"))
        self.cursorPositionChanged.connect(self._report_number)

    @property
    def number(self) -> int | None:
        """The number of the chunk at the cursor; `None` in an empty text."""
        return self._numbers.at(self.textCursor().blockNumber())

    @property
    def first(self) -> int | None:
        """The number of the oldest shown chunk."""
        return self._numbers.at(0)

    def add(self, pieces: Sequence[Piece]) -> None:
        """Append pieces of the conversation in one edit."""
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
        self._numbers.keep(self.document().blockCount())

    def add_event(self, number: int, words: str) -> None:
        """Append a line about the connection, such as its end."""
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._begin_line(cursor, number, Ink.FAINT)
        cursor.insertText(f"· {words}", self._style(Ink.FAINT))
        self._numbers.keep(self.document().blockCount())

    def reset(self) -> None:
        """Remove all lines."""
        self.clear()
        self._numbers.clear()
        self._reported = None

    def go_to(self, number: int) -> bool:
        """Select the first line of this chunk. False if it is not in the text."""
        if self.first is None or number < self.first:
            return False
        numbers = list(self._numbers)
        # The text of a chunk may continue a line that began in an earlier chunk.
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
        self._numbers.add(number)

    def _report_number(self) -> None:
        number = self.number
        if number != self._reported:
            self._reported = number
            self.number_changed.emit()


class ConnectionChoice(QComboBox):
    """A list of the connections with the newest chunks. It is filled when it is opened."""

    chosen = Signal(int)
    """The user chose the connection with this number."""

    def __init__(self, source: ChunkSource, directory: ConnectionDirectory) -> None:
        super().__init__()
        self._source = source
        self._directory = directory
        self.setAccessibleName(self.tr("Connection to follow"))
        self.setToolTip(self.accessibleName())
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(24)
        self.activated.connect(lambda _: self.chosen.emit(self.currentData()))

    def showPopup(self) -> None:
        self.fill()
        super().showPopup()

    def show_choice(self, number: int) -> None:
        """Show this connection as the chosen one."""
        place = self.findData(number)
        if place < 0:
            self.insertItem(0, connection_name(number, self._directory), number)
            place = 0
        self.setCurrentIndex(place)

    def fill(self) -> None:
        """Fill the list. The chosen connection stays in it."""
        current = self.currentData()
        self.clear()
        for number in self._newest():
            self.addItem(connection_name(number, self._directory), number)
        if current is not None:
            self.show_choice(current)

    def _newest(self) -> list[int]:
        found: dict[int, None] = {}
        stop = self._source.end
        for _ in range(LOOK_BACK_SPANS):
            start = max(self._source.first, stop - SPAN_CHUNKS)
            if start >= stop or len(found) >= MOST_LISTED:
                break
            found.update(dict.fromkeys(owner >> 1 for owner in self._owners(start, stop)))
            stop = start
        return list(found)[:MOST_LISTED]

    def _owners(self, start: int, stop: int) -> list[int]:
        """The owners of the chunks in a range, the newest first."""
        owners: list[int] = []
        while start < stop:
            span = self._source.span(start, SPAN_BYTES, stop - start)
            if span is None:
                break
            owners.extend(span.owners)
            start = span.first + len(span)
        return owners[::-1]
