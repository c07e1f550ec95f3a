"""The three views of the same bytes: chunks and messages in a table, and the stream."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.traffic.chunk_log import MAX_BYTES, MAX_CHUNKS, Chunk, ChunkLog
from app.traffic.connection_info import ConnectionDirectory
from app.traffic.framing import Framing
from app.traffic.messages import Messages
from app.traffic.pattern import Pattern
from app.traffic.scan import Criteria
from app.traffic.source import ChunkSource
from app.ui.traffic.copy_actions import MOST_BYTES
from app.ui.traffic.scans import Scans
from app.ui.traffic.stream_view import StreamView
from app.ui.traffic.table import TrafficTable
from app.ui.traffic.view_bar import View

MOST_ROWS = 50_000
"""That are joined to be copied: it takes a tenth of a second."""


class Views(QStackedWidget):
    """Switches between them, and keeps the chosen chunk on the way where it can.

    `log` has what the rows of the table are: the chunks of `source`, or the messages made of them.
    Held, the view stays as it is while the source goes on.
    """

    choice_changed = Signal()
    """Another row, or another line of the stream, is chosen."""

    def __init__(
        self, source: ChunkSource, parties: ConnectionDirectory, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.source = source
        self._parties = parties
        self.log: ChunkSource = source
        self.messages: Messages | None = None
        self.held_at: int | None = None
        """The number in `source` below which chunks are shown; `None` for all."""
        self.scans = Scans(source, self)
        self.table = TrafficTable(source, parties)
        self.stream = StreamView(source, parties)
        self._criteria = Criteria()
        self._place: int | None = None
        """The number in `source` of what was chosen before another view was shown."""
        self._is_seeking = False
        """Whether the message of that chunk is to be chosen as soon as it is framed."""
        self.addWidget(self.table)
        self.addWidget(self.stream)
        self.table.choice_changed.connect(self.choice_changed)
        self.stream.choice_changed.connect(self.choice_changed)
        self.stream.wanted.connect(self._follow_stream)

    @property
    def view(self) -> View:
        """The one on show."""
        if self.currentWidget() is self.stream:
            return View.STREAM
        return View.CHUNKS if self.messages is None else View.MESSAGES

    @property
    def chosen(self) -> int | None:
        """The number in `log` of what is chosen."""
        return self.stream.chosen if self.view is View.STREAM else self.table.chosen

    @property
    def selected(self) -> Sequence[int]:
        """The numbers in `log` of all that is selected."""
        if self.view is not View.STREAM:
            return self.table.selected
        return [] if self.chosen is None else [self.chosen]

    @property
    def selected_data(self) -> bytes | None:
        """The bytes of all that is selected, one after the other; `None` if they are too many."""
        made = bytearray()
        for place, number in enumerate(self.selected):
            chunk = self.log.chunk(number)
            made += b"" if chunk is None else chunk.data
            if len(made) > MOST_BYTES or place >= MOST_ROWS:
                return None
        return bytes(made)

    @property
    def chosen_chunk(self) -> Chunk | None:
        """What is chosen, a chunk or a message, if it is still kept."""
        number = self.chosen
        return None if number is None else self.log.chunk(number)

    @property
    def until(self) -> int | None:
        """The number in `log` from which on nothing is shown; `None` for no such bound."""
        return self.held_at if self.messages is None else None

    def show_view(self, view: View, framing: Framing) -> None:
        """Show that view; `framing` makes the messages."""
        before, self._place = self.view, self._chosen_in_source()
        self.messages = self._frame(framing) if view is View.MESSAGES else None
        self.log = self.source if self.messages is None else self.messages.log
        if view is View.STREAM:
            self.setCurrentWidget(self.stream)
            chosen = None if self._place is None else self.source.chunk(self._place)
            if chosen is not None:
                self.stream.show_connection(chosen.connection)
                if before is not View.STREAM:
                    self.stream.go_to(chosen.number)
        else:
            self.setCurrentWidget(self.table)
            flaw = None if self.messages is None else self.messages.flaw
            self.table.use_log(self.log, flaw, self._place if view is View.CHUNKS else None)
        self._is_seeking = view is View.MESSAGES and self._place is not None
        self.scans.use(self.log, self._first_step())
        self.filter(self._criteria)

    def filter(self, criteria: Criteria) -> None:
        """Show what is as `criteria` want it."""
        self._criteria = criteria
        if self.view is View.STREAM:
            self.scans.show(Criteria(belongs=self._is_streamed))
        else:
            self.scans.show(criteria)
            self.table.show_rows(self.scans.rows, self.until)
        self._mark()

    def look_for(self, pattern: Pattern | None) -> None:
        """Search for `pattern` among what is shown."""
        self.scans.find(pattern)
        self._mark()

    def show_news(self) -> None:
        """Show what the scans have found, and the framing made, since the last call."""
        self._keep_bounds()
        if self.view is View.STREAM:
            self.stream.show_news()
            return
        self.table.pull(self.until)
        self._seek()
        shown = self.scans.filter
        self.table.choose_again(self.log.end if shown is None else shown.looked_at)
        self.table.mark(self.scans.search)

    def hold(self, on: bool) -> None:
        """Leave the view as it is from now on, or go on with what came meanwhile."""
        self.held_at = self.source.end if on else None
        if self.messages is not None:
            self.messages.until = self.held_at
        self.stream.hold(self.held_at)

    def clear(self) -> None:
        """The source was cleared."""
        if self.held_at is not None:
            self.hold(True)
        if self.messages is not None:
            self.messages.clear()
        self.stream.begin_anew()
        self.table.rows.pull()

    def use_encoding(self, encoding: str) -> None:
        """Read bytes as text in `encoding`, as Python calls it."""
        self.table.rows.use_encoding(encoding)
        self.stream.use_encoding(encoding)

    def go_to(self, number: int) -> None:
        """Choose what has that number in `log`, and bring it into view."""
        if self.view is View.STREAM:
            self.stream.go_to(number)
        else:
            self.table.go_to(number)

    def find_next(self) -> None:
        """Choose the next find below what is chosen, or the first one."""
        number = self.scans.next(self._from_where(), self.until)
        if number is not None:
            self.go_to(number)

    def find_previous(self) -> None:
        """Choose the next find above what is chosen, or the last one."""
        number = self.scans.previous(self._from_where(), self.until)
        if number is not None:
            self.go_to(number)

    def _chosen_in_source(self) -> int | None:
        """The number in `source` of what is chosen; while nothing is, of what was before."""
        if self.messages is None or self.view is View.STREAM:
            return self.chosen
        return self._place if self.chosen is None else self.messages.chunk_of(self.chosen)

    def _seek(self) -> None:
        """Choose the message of what was chosen as a chunk, once it is framed."""
        messages, place = self.messages, self._place
        if not self._is_seeking or messages is None or place is None or messages.framed <= place:
            return
        number = messages.message_of(place)
        self._is_seeking = number is None and not messages.is_done
        if number is not None:
            self.table.want(number)

    def _from_where(self) -> int:
        """The number to search from: that of what is chosen, or of the row at the top."""
        chosen, top = self.chosen, self.table.top
        if chosen is not None:
            return chosen
        return -1 if top is None or self.view is View.STREAM else top - 1

    def _mark(self) -> None:
        self.table.mark(self.scans.search)
        self.table.viewport().update()
        self.scans.go_on()

    def _keep_bounds(self) -> None:
        """The messages stay within what the source may have, also when that changes."""
        if self.messages is not None and isinstance(self.source, ChunkLog):
            bounds = self.source.bounds
            if self.messages.log.bounds != bounds:
                self.messages.log.resize(*bounds)

    def _frame(self, framing: Framing) -> Messages:
        bounds = self.source.bounds if isinstance(self.source, ChunkLog) else None
        max_bytes, max_chunks = bounds or (MAX_BYTES, MAX_CHUNKS)
        made = Messages(
            self.source,
            framing,
            max_bytes=max_bytes,
            max_chunks=max_chunks,
            is_datagram=self._is_datagram,
        )
        made.until = self.held_at
        return made

    def _is_datagram(self, connection: int) -> bool:
        party = self._parties.party(connection)
        return party is not None and party.is_datagram

    def _first_step(self) -> Messages | StreamView | None:
        return self.stream if self.view is View.STREAM else self.messages

    def _is_streamed(self, connection: int) -> bool:
        conversation = self.stream.conversation
        return conversation is not None and connection == conversation.connection

    def _follow_stream(self) -> None:
        if self.view is View.STREAM:
            self.filter(self._criteria)
