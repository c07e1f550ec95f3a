"""Sends the replies of one connection in order, with their delays, files and the closing action.

A later item never overtakes an earlier one, whatever their delays. Files are sent in bounded
pieces, as fast as the peer takes them.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

from attrs import define
from twisted.internet.interfaces import IDelayedCall, IPushProducer, IReactorTime, ISSLTransport
from zope.interface import implementer

from app.files.paths import open_regular, resolve_path
from app.rules.running import Perform, RunningRule, Send
from app.rules.spec import Action, FilePiece
from app.text.sentence import Sentence, system_reason

PIECE_BYTES: Final = 64 * 1024
"""Of a file: what is read and written in one turn of the reactor."""

MAX_WAITING_BYTES: Final = 1024 * 1024
"""Beyond these, or so many items, nothing more should be asked of the connection for now."""

MAX_WAITING: Final = 10_000

RESET_SECONDS: Final = 1.0
"""How long a reset waits at most until the system has the reply before it."""

RESET_CHECK_SECONDS: Final = 0.002

Failed = Callable[[RunningRule | None, str], None]


@define
class _Waiting:
    """One item and when it is due, in seconds of the clock."""

    due: float
    item: Send | Perform
    size: int


@implementer(IPushProducer)
class Outbox:
    """Sends to one transport. It is the transport's producer while it sends a file."""

    def __init__(
        self,
        transport: Any,
        clock: IReactorTime,
        *,
        folder: Path,
        failed: Failed,
        moved: Callable[[], None],
    ) -> None:
        """`transport` is an `ITransport` and an `IConsumer`. Paths of files begin in `folder`.

        Where it has `bytes_unsent`, a reset waits until nothing is.

        `failed` is told what could not be sent, with the rule whose reply it is; `moved` is called
        when items have gone out that had to wait.
        """
        self._transport = transport
        self._clock = clock
        self._folder = folder
        self.failed = failed
        self.moved = moved
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        self._timer: IDelayedCall | None = None
        self._file: BinaryIO | None = None
        self._file_left = 0
        self._rule: RunningRule | None = None
        self._rest: deque[bytes | FilePiece] = deque()
        """The pieces left of the item that is being sent."""
        self._is_paused = False
        self._is_working = False
        self.is_shut = False
        """Whether nothing can be sent any more."""
        self.is_closing = False
        """Whether the connection is to end."""
        self.stops_reading = False
        """Whether the peer is to be read from no more."""
        self.is_idle = True
        """Whether nothing waits, so that bytes may go right to the transport."""

    @property
    def is_full(self) -> bool:
        """Whether so much waits that nothing more should be asked of the connection."""
        return self._waiting_bytes > MAX_WAITING_BYTES or len(self._waiting) > MAX_WAITING

    def add(self, item: Send | Perform) -> None:
        """Carry out `item` after all that was added before, and not before its delay is over."""
        now = self._clock.seconds()
        last = self._waiting[-1].due if self._waiting else now
        size = 0
        if isinstance(item, Send):
            size = sum(len(piece) for piece in item.pieces if isinstance(piece, bytes))
        self._waiting.append(_Waiting(max(now + item.delay, last), item, size))
        self._waiting_bytes += size
        self.is_idle = False
        if self._file is None:  # which goes on by itself
            self._work()

    def stop(self) -> None:
        """The connection is gone: forget what waits."""
        self.is_shut = True
        self._drop_waiting()
        self._rest.clear()
        if self._file is not None:
            self._file.close()
            self._file = None

    # What the transport says while a file is sent

    def pauseProducing(self) -> None:
        self._is_paused = True

    def resumeProducing(self) -> None:
        self._is_paused = False
        if self._file is not None:
            self._work_soon()

    def stopProducing(self) -> None:
        self.stop()

    # Items

    def _work(self) -> None:
        """Send what is due. Does nothing while called by itself, through the transport."""
        if self._is_working or self._is_paused:
            return
        self._is_working = True
        had_waiting = len(self._waiting) + len(self._rest)
        try:
            while self._next():
                pass
        finally:
            self._is_working = False
        self.is_idle = not (self._waiting or self._rest or self._file)
        if had_waiting > len(self._waiting) + len(self._rest):
            self.moved()

    def _next(self) -> bool:
        """Go one step on; whether another may follow at once."""
        if self._file is not None:
            return self._send_piece(self._file)
        if self._rest:
            return self._send(self._rest.popleft())
        if not self._waiting:
            return False
        now = self._clock.seconds()
        first = self._waiting[0]
        if first.due > now:
            self._wake_in(first.due - now)
            return False
        self._waiting.popleft()
        self._waiting_bytes -= first.size
        if isinstance(first.item, Perform):
            self.perform(first.item.action)
        elif not self.is_shut:
            self._rule = first.item.rule
            self._begin(first.item)
        return True

    def _begin(self, item: Send) -> None:
        self._rest.extend(item.pieces)

    def _send(self, piece: bytes | FilePiece) -> bool:
        if isinstance(piece, bytes):
            self._transport.write(piece)
        else:
            self._open(piece)
        return not self._is_paused

    def perform(self, action: Action) -> None:
        """Do to the connection what `action` says."""
        transport = self._transport
        match action:
            case Action.CLOSE:
                self._shut()
                transport.loseConnection()
            case Action.RESET:
                self._shut()
                self._reset_when_sent(self._clock.seconds() + RESET_SECONDS)
            case Action.HALF_CLOSE:
                self._half_close()
            case Action.STOP_READING:
                self.stops_reading = True
                transport.pauseProducing()
            case Action.DRAIN:
                pass  # the engine hears nothing more

    def _reset_when_sent(self, latest: float) -> None:
        """Reset the connection. That drops what the transport has not handed to the system yet."""
        is_waiting = bool(getattr(self._transport, "bytes_unsent", 0))
        if is_waiting and self._clock.seconds() < latest:
            self._timer = self._clock.callLater(RESET_CHECK_SECONDS, self._reset_when_sent, latest)
        else:
            self._transport.abortConnection()

    def _half_close(self) -> None:
        if self.is_shut:
            return
        self.is_shut = True
        if ISSLTransport.providedBy(self._transport):  # TLS has no half-close
            self.is_closing = True
            self._transport.loseConnection()
        else:
            self._transport.loseWriteConnection()

    def _shut(self) -> None:
        self.is_shut = self.is_closing = True
        self._drop_waiting()

    def _drop_waiting(self) -> None:
        self._waiting.clear()
        self._waiting_bytes = 0
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None

    def _wake_in(self, seconds: float) -> None:
        timer = self._timer
        if timer is None or not timer.active():
            self._timer = self._clock.callLater(seconds, self._work)
        elif timer.getTime() > self._clock.seconds() + seconds:
            timer.reset(seconds)

    def _work_soon(self) -> None:
        self._wake_in(0)

    # Files

    def _open(self, piece: FilePiece) -> None:
        try:
            self._file = open_regular(resolve_path(piece.path, self._folder), is_buffered=False)
            # A file that grows while it is sent would never end.
            self._file_left = os.fstat(self._file.fileno()).st_size
        except (OSError, ValueError) as error:
            self.failed(self._rule, unreadable(piece.path, error))
            return
        self._transport.registerProducer(self, True)

    def _send_piece(self, file: BinaryIO) -> bool:
        """Send the next bytes of the file, and leave the rest to another turn of the reactor."""
        try:
            data = file.read(min(PIECE_BYTES, self._file_left))
        except OSError as error:
            self.failed(self._rule, unreadable(file.name, error))
            data = b""
        self._file_left -= len(data)
        if data:
            self._transport.write(data)
        if self._file is None:  # the connection was lost over it
            return False
        if not data or not self._file_left:
            file.close()
            self._file = None
            self._is_paused = False
            self._transport.unregisterProducer()
            return True
        if not self._is_paused:
            self._work_soon()
        return False


def unreadable(path: str, error: Exception) -> str:
    """Why a file could not be sent, as a sentence."""
    why = system_reason(error)
    return Sentence(
        "reply-file-not-sent",
        "The file {path} was not sent: {why}. Put it there, or change the rule.",
        path=path,
        why=why,
    )
