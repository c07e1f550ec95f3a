"""One direction of a relay whose bytes are cut into messages, rewritten and held. Bytes in, bytes
out."""

from __future__ import annotations

from collections.abc import Callable

from app.forwarding.holding import Direction, HoldList, HoldQueue
from app.forwarding.rewriting import Rewriter
from app.rules.rendering import WHOLE, Cutter, Frame, frame_of, needs_length
from app.rules.spec import MessageFraming, Unframed
from app.rules.template import RenderError
from app.text.sentence import Sentence
from app.traffic.framing import FixedLength, Message


class Passage:
    """What one listener does with the messages that pass: shared by all of its relays.

    It may change at any time. `MessageStream.update` then follows it.
    """

    def __init__(self, rewriter: Rewriter, holds: HoldList) -> None:
        self.framing: MessageFraming = Unframed.CHUNK
        self.rewriter = rewriter
        self.holds = holds

    def needs_stream(self, direction: Direction) -> bool:
        """Whether messages of `direction` are looked at. If not, bytes pass without any delay."""
        return self.holds.rule is not None or self.rewriter.acts(direction)


class MessageStream:
    """Changes what one leg reads, message by message.

    A message that is too long, or not as the framing says, passes on as it is. So does the rest of
    one that never ended. Of an unfinished message nothing passes on before its end.
    """

    def __init__(
        self, passage: Passage, connection: int, direction: Direction, peer: str = ""
    ) -> None:
        """`connection` and `peer` are the number and the address of the client."""
        self.on_released: Callable[[list[bytes]], None] = lambda messages: None
        """Called with messages that were held, in their order."""
        self._passage = passage
        self._direction = direction
        self._queue = HoldQueue(passage.holds, connection, direction, self._release, peer)
        self._passing: list[bytes] | None = None
        """What passes on while messages are taken: also those that make room for them."""
        self._set_framing(passage.framing)

    @property
    def is_waiting(self) -> bool:
        """Whether messages are held."""
        return self._queue.is_waiting

    @property
    def is_full(self) -> bool:
        """Whether so much is held that nothing more should be read."""
        return self._queue.is_full

    def feed(self, data: bytes) -> list[bytes]:
        """What passes on now that `data` came."""
        return self._pass(self._cutter.feed(data))

    def finish(self) -> list[bytes]:
        """What passes on now that nothing more comes."""
        return self._pass(self._cutter.finish())

    def release_all(self) -> list[bytes]:
        """Everything that is left: the relay ends."""
        return self.finish() + self._queue.take_all()

    def update(self) -> list[bytes]:
        """Follow the passage, which has changed. What passes on because of that."""
        if self._passage.framing == self._framing:
            return []
        rest = self.finish()
        self._set_framing(self._passage.framing)
        return rest

    def _set_framing(self, framing: MessageFraming) -> None:
        self._framing = framing
        self._cutter = Cutter(framing)
        self._frame: Frame | None = frame_of(framing) if needs_length(framing) else None

    def _pass(self, messages: list[Message]) -> list[bytes]:
        passing = self._passing = []
        rewrites = self._passage.rewriter.acts(self._direction)
        for data, flaw in messages:
            changed = self._rewritten(data) if rewrites and flaw is WHOLE else data
            if self._queue.offer(changed):
                passing.append(changed)
        self._passing = None
        return passing

    def _release(self, messages: list[bytes]) -> None:
        if self._passing is None:
            self.on_released(messages)
        else:
            self._passing.extend(messages)

    def _rewritten(self, message: bytes) -> bytes:
        """The message with its frame, rewritten."""
        rewriter = self._passage.rewriter
        bare = self._cutter.bare(message)
        changed = rewriter.rewrite(bare, self._direction)
        if changed == bare:
            return message
        if self._frame is not None:
            try:
                return self._frame(changed)
            except RenderError as error:
                rewriter.failed(str(error))
                return message
        if isinstance(self._framing, FixedLength) and len(changed) != len(bare):
            rewriter.failed(
                Sentence("fixed-length-kept", "A message of fixed length must keep it.")
            )
            return message
        return changed + message[len(bare) :]
