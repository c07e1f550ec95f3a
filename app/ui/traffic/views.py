"""The three views of the same bytes: chunks and messages in a table, and the stream."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from app.traffic.chunk_log import MAX_BYTES, MAX_CHUNKS, Chunk, ChunkLog
from app.traffic.connection_info import ConnectionDirectory
from app.traffic.framing import Framing
from app.traffic.messages import Messages
from app.traffic.pattern import Pattern
from app.traffic.scan import Criteria
from app.traffic.source import ChunkSource
from app.ui.traffic.scans import Scans
from app.ui.traffic.stream_view import StreamView
from app.ui.traffic.table import TrafficTable
from app.ui.traffic.view_bar import View
from app.ui.widgets.copy_actions import MOST_BYTES

MOST_ROWS = 50_000
"""The most rows that are joined for a copy. That takes a tenth of a second."""


class Views(QStackedWidget):
    """Switches between the views, and chooses the same chunk in the new view if it is there.

    `source` has the chunks. `log` has the rows of the table: the chunks of `source`, or the
    messages made of them. While it is paused, the views do not change and the source keeps growing.
    """

    choice_changed = Signal()
    """Another row or another line of the stream is chosen."""

    def __init__(self, source: ChunkSource, directory: ConnectionDirectory) -> None:
        super().__init__()
        self.source = source
        self._directory = directory
        self.log: ChunkSource = source
        self.messages: Messages | None = None
        self.paused_at: int | None = None
        """The number of the first chunk of `source` after the pause; `None` if not paused."""
        self.scans = Scans(source, self)
        self.table = TrafficTable(source, directory)
        self.stream = StreamView(source, directory)
        self._criteria = Criteria()
        self._source_choice: int | None = None
        """The number in `source` of the chunk that was chosen in the view before."""
        self._is_choice_pending = False
        """Whether the message with that chunk is to be chosen as soon as it is framed."""
        self._is_growing = False
        """Whether the chosen message had not got its last piece when it was shown."""
        self.addWidget(self.table)
        self.addWidget(self.stream)
        self.currentChanged.connect(
            lambda _: self.setFocusProxy(
                self.stream if self.currentWidget() is self.stream else self.table
            )
        )
        self.setFocusProxy(self.table)
        self.table.choice_changed.connect(self.choice_changed)
        self.stream.choice_changed.connect(self.choice_changed)
        self.choice_changed.connect(self._note_growth)
        self.stream.reading_needed.connect(self._follow_stream)

    @property
    def view(self) -> View:
        """The shown view."""
        if self.currentWidget() is self.stream:
            return View.STREAM
        return View.CHUNKS if self.messages is None else View.MESSAGES

    @property
    def chosen(self) -> int | None:
        """The number in `log` of the chosen row or line."""
        return self.stream.chosen if self.view is View.STREAM else self.table.chosen

    @property
    def selected(self) -> Sequence[int]:
        """The numbers in `log` of all selected rows."""
        if self.view is not View.STREAM:
            return self.table.selected
        return [] if self.chosen is None else [self.chosen]

    @property
    def selected_data(self) -> bytes | None:
        """The bytes of all selected rows, joined; `None` if they are too many."""
        made = bytearray()
        for place, number in enumerate(self.selected):
            chunk = self.log.chunk(number)
            made += b"" if chunk is None else chunk.data
            if len(made) > MOST_BYTES or place >= MOST_ROWS:
                return None
        return bytes(made)

    @property
    def chosen_chunk(self) -> Chunk | None:
        """The chosen chunk or message; `None` if there is none or it was dropped.

        Of a message that takes several rows, all of it as far as it is kept.
        """
        return None if self.chosen is None else self._whole(self.chosen)

    @property
    def partner_chunk(self) -> Chunk | None:
        """With HTTP: the response to the chosen message, or the request that it answers."""
        if self.messages is None or self.chosen is None:
            return None
        number = self.messages.partner(self.chosen)
        return None if number is None else self._whole(number)

    @property
    def until(self) -> int | None:
        """The number in `log` of the first row that a pause hides; `None` if it hides none."""
        return self.paused_at if self.messages is None else None

    def show_view(self, view: View, framing: Framing) -> None:
        """Show `view`. `framing` separates the messages."""
        before, self._source_choice = self.view, self._chosen_in_source()
        self.messages = self._frame(framing) if view is View.MESSAGES else None
        self.log = self.source if self.messages is None else self.messages.log
        if view is View.STREAM:
            self.setCurrentWidget(self.stream)
            chosen = None if self._source_choice is None else self.source.chunk(self._source_choice)
            if chosen is not None:
                self.stream.show_connection(chosen.connection)
                if before is not View.STREAM:
                    self.stream.go_to(chosen.number)
        else:
            self.setCurrentWidget(self.table)
            error_of = None if self.messages is None else self.messages.flaw
            self.table.use_log(
                self.log, error_of, self._source_choice if view is View.CHUNKS else None
            )
        self._is_choice_pending = view is View.MESSAGES and self._source_choice is not None
        self.scans.use(self.log, self._preparation())
        self.filter(self._criteria)

    def filter(self, criteria: Criteria) -> None:
        """Show only what meets `criteria`."""
        self._criteria = criteria
        if self.view is View.STREAM:
            self.scans.show(Criteria(belongs=self._is_streamed))
        else:
            self.scans.show(criteria)
            self.table.show_rows(self.scans.rows, self.until)
        self._update_marks()

    def search_for(self, pattern: Pattern | None) -> None:
        """Search for `pattern` in the shown rows."""
        self.scans.find(pattern)
        self._update_marks()

    def show_news(self) -> None:
        """Show the finds and the messages since the last call."""
        self._match_bounds()
        if self.view is View.STREAM:
            self.stream.show_news()
            return
        self.table.pull(self.until)
        self._choose_pending_message()
        shown = self.scans.filter
        self.table.restore_choice(self.log.end if shown is None else shown.looked_at)
        self.table.mark(self.scans.search)
        if self._is_growing:
            self._note_growth()
            if not self._is_growing:
                self.choice_changed.emit()

    def pause(self, on: bool) -> None:
        """Pause the views, or continue and show what was added meanwhile."""
        self.paused_at = self.source.end if on else None
        if self.messages is not None:
            self.messages.until = self.paused_at
        self.stream.show_until(self.paused_at)

    def clear(self) -> None:
        """Remove all rows after the source was cleared."""
        if self.paused_at is not None:
            self.pause(True)
        if self.messages is not None:
            self.messages.clear()
        self.stream.reset()
        self.table.rows.pull()

    def use_encoding(self, encoding: str) -> None:
        """Decode bytes with the Python codec `encoding`."""
        self.table.rows.use_encoding(encoding)
        self.stream.use_encoding(encoding)

    def go_to(self, number: int) -> None:
        """Choose the row or line with this number in `log`, and scroll to it."""
        if self.view is View.STREAM:
            self.stream.go_to(number)
        else:
            self.table.go_to(number)

    def find_next(self) -> None:
        """Choose the next find after the chosen row, or the first one."""
        number = self.scans.next(self._search_start(), self.until)
        if number is not None:
            self.go_to(number)

    def find_previous(self) -> None:
        """Choose the last find before the chosen row, or the last of all."""
        number = self.scans.previous(self._search_start(), self.until)
        if number is not None:
            self.go_to(number)

    def _chosen_in_source(self) -> int | None:
        """The number in `source` of the chosen chunk, or of the one in the view before."""
        if self.messages is None or self.view is View.STREAM:
            return self.chosen
        return self._source_choice if self.chosen is None else self.messages.chunk_of(self.chosen)

    def _choose_pending_message(self) -> None:
        """Choose the message with the chunk that was chosen before, once it is framed."""
        messages, place = self.messages, self._source_choice
        if (
            not self._is_choice_pending
            or messages is None
            or place is None
            or messages.framed <= place
        ):
            return
        number = messages.message_of(place)
        self._is_choice_pending = number is None and not messages.is_done
        if number is not None:
            self.table.choose_when_shown(number)

    def _whole(self, number: int) -> Chunk | None:
        return self.log.chunk(number) if self.messages is None else self.messages.whole(number)

    def _note_growth(self) -> None:
        messages, chosen = self.messages, self.chosen
        self._is_growing = (
            messages is not None and chosen is not None and messages.is_growing(chosen)
        )

    def _search_start(self) -> int:
        """The number to search from: that of the chosen row, or of the row at the top."""
        chosen, top = self.chosen, self.table.top
        if chosen is not None:
            return chosen
        return -1 if top is None or self.view is View.STREAM else top - 1

    def _update_marks(self) -> None:
        self.table.mark(self.scans.search)
        self.table.viewport().update()
        self.scans.resume()

    def _match_bounds(self) -> None:
        """Give the messages the bounds of the source when these change."""
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
        made.until = self.paused_at
        return made

    def _is_datagram(self, connection: int) -> bool:
        info = self._directory.info(connection)
        return info is not None and info.is_datagram

    def _preparation(self) -> Messages | StreamView | None:
        return self.stream if self.view is View.STREAM else self.messages

    def _is_streamed(self, connection: int) -> bool:
        conversation = self.stream.conversation
        return conversation is not None and connection == conversation.connection

    def _follow_stream(self) -> None:
        if self.view is View.STREAM:
            self.filter(self._criteria)
