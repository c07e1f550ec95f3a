"""Reads whole conversations for a dialog or a window, step by step between other events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Final

from attrs import frozen
from PySide6.QtCore import QObject, QTimer, Signal

from app.traffic.capture.reader import Capture
from app.traffic.connection_info import (
    CloseKind,
    ConnectionDirectory,
    ConnectionInfo,
    connection_name,
)
from app.traffic.connection_messages import ConnectionMessage, ConnectionReader
from app.traffic.framing import Framing, Lines
from app.traffic.source import ChunkSource

STEP_SECONDS: Final = 0.004
MOST_ALIKE: Final = 20
"""Other conversations that are compared. More of them find no more bytes that vary."""

SPAN_BYTES: Final = 64 * 1024
SPAN_CHUNKS: Final = 2048


@frozen(eq=False)
class RecordedConnection:
    """One connection of the log, of a recording or of a capture."""

    source: ChunkSource
    directory: ConnectionDirectory
    number: int

    @property
    def info(self) -> ConnectionInfo | None:
        """What the directory has about it."""
        return self.directory.info(self.number)

    @property
    def name(self) -> str:
        """Its name for people."""
        return connection_name(self.number, self.directory)

    @property
    def is_datagram(self) -> bool:
        """Whether it is UDP."""
        return self.info is not None and self.info.is_datagram

    @property
    def began_here(self) -> bool:
        """Whether our side is the client."""
        return self.info is not None and self.info.began_here

    @property
    def ending(self) -> CloseKind | None:
        """How it ended, as the server sees it; `None` if that is not known."""
        for each in self.source.endings:
            if each.connection == self.number:
                return None if self.began_here else each.kind
        return None

    def reader(self, framing: Framing | None) -> ConnectionReader:
        """Reads its messages. `None` makes each turn of a side one message."""
        source = self.source
        missing = source.missing if isinstance(source, Capture) else lambda number: 0
        return ConnectionReader(
            source,
            self.number,
            framing,
            is_datagram=self.is_datagram,
            began_here=self.began_here,
            missing=missing,
        )


class ConversationReading(QObject):
    """Reads several connections one after the other, in steps of `STEP_SECONDS`.

    The first `read` guesses the framing if it gets none and the reading `guesses`.
    """

    stepped = Signal()
    """`progress` is another one."""

    finished = Signal()
    """All are read; see `conversations`."""

    def __init__(self, parent: QObject | None = None, *, guesses: bool) -> None:
        super().__init__(parent)
        self.conversations: list[list[ConnectionMessage]] = []
        """The messages of each connection that is read."""
        self.framing: Framing | None = None
        """How the messages are told apart: as `read` was asked to, or as it was guessed."""
        self.is_cut = False
        """Whether messages were left out because there are too many."""
        self._guesses = guesses
        self._connections: Sequence[RecordedConnection] = ()
        self._readers: list[ConnectionReader] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)

    @property
    def is_reading(self) -> bool:
        """Whether not all is read yet."""
        return self._timer.isActive()

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        if not self._connections:
            return 1.0
        current = self._readers[0].progress if self._readers else 0.0
        return (len(self.conversations) + current) / len(self._connections)

    def read(self, connections: Sequence[RecordedConnection], framing: Framing | None) -> None:
        """Read `connections` from their beginning, and nothing that was wanted before."""
        self._connections, self.framing = connections, framing
        self.conversations = []
        self.is_cut = False
        self._readers = [each.reader(framing) for each in connections]
        self._timer.start()

    def stop(self) -> None:
        """Read no further. `finished` does not come."""
        self._timer.stop()

    def _step(self) -> None:
        if self._readers and self._readers[0].step(STEP_SECONDS):
            reader = self._readers.pop(0)
            self.is_cut |= reader.is_cut
            self.conversations.append(reader.messages)
        self.stepped.emit()
        if not self._readers and not self._reads_as_guessed():
            self._timer.stop()
            self.finished.emit()

    def _reads_as_guessed(self) -> bool:
        """Read again by the framing of the first connection. False if there is none to guess."""
        must_guess = self._guesses and self.framing is None
        self._guesses = False
        framing = guessed_framing(self.conversations[0]) if must_guess else None
        if framing is not None:
            self.read(self._connections, framing)
        return framing is not None


class AlikeSearch(QObject):
    """Finds other connections of the same listener that said something, at most `MOST_ALIKE`."""

    finished = Signal()

    def __init__(self, first: RecordedConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: list[RecordedConnection] = []
        self._first = first
        self._spans = self._owners(first.source)
        self._seen = {first.number}
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)

    def begin(self) -> None:
        """Look through the whole source."""
        self._timer.start()

    def stop(self) -> None:
        """Look no further."""
        self._timer.stop()

    def _step(self) -> None:
        deadline = monotonic() + STEP_SECONDS
        for numbers in self._spans:
            for number in numbers - self._seen:
                self._seen.add(number)
                if self._is_alike(number):
                    self.found.append(
                        RecordedConnection(self._first.source, self._first.directory, number)
                    )
            if len(self.found) >= MOST_ALIKE:
                break
            if monotonic() >= deadline:
                return
        del self.found[MOST_ALIKE:]
        self._timer.stop()
        self.finished.emit()

    def _is_alike(self, number: int) -> bool:
        info, first = self._first.directory.info(number), self._first.info
        return (
            info is not None
            and first is not None
            and (info.listener, info.is_datagram, bool(info.forwards))
            == (first.listener, first.is_datagram, bool(first.forwards))
        )

    @staticmethod
    def _owners(source: ChunkSource) -> Iterator[set[int]]:
        """The connections of each run of chunks."""
        number = source.first
        while span := source.span(number, SPAN_BYTES, SPAN_CHUNKS):
            yield {owner >> 1 for owner in span.owners}
            number = span.first + len(span)


def guessed_framing(messages: Sequence[ConnectionMessage]) -> Framing | None:
    """Lines, if every turn of the client ends with a line end; otherwise each turn is a message."""
    turns = [each.data for each in messages if not each.from_server]
    return Lines() if turns and all(each.endswith(b"\n") for each in turns) else None


def message_at(
    messages: Sequence[ConnectionMessage], *, from_server: bool, time: float, data: bytes
) -> int | None:
    """The index of the message that a row of the traffic shows, whole or in part.

    The row has the time and the bytes of a chunk, or of a message.
    """
    indexes = [
        index
        for index, each in enumerate(messages)
        if each.from_server is from_server and each.time <= time
    ]
    exact = [i for i in indexes if (messages[i].time, messages[i].data) == (time, data)]
    found = exact or indexes
    return found[-1] if found else None
