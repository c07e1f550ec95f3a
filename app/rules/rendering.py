"""Frames and replies: take the frame off a message, render a reply, and put its frame around it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final

from app.rules.spec import FilePiece, MessageFraming, Reply, TextPiece, Unframed
from app.rules.template import Part, PartError, RenderError, Scope, Template, Values, read_part
from app.text.sentence import Sentence
from app.traffic.framing import (
    Delimited,
    FixedLength,
    Framer,
    LengthPrefix,
    Lines,
    Message,
    MessageError,
    Netstrings,
)

Frame = Callable[[bytes], bytes]

WHOLE: Final = MessageError.NONE
"""Looked up once: an attribute of an enumeration takes as long as a call."""

SHOWN_FLAWS: Final = {
    MessageError.CUT: Sentence("message-too-long", "it is longer than a message may be"),
    MessageError.BROKEN: Sentence("message-misframed", "it is not as the framing says"),
    MessageError.UNFINISHED: Sentence("message-without-end", "its end never came"),
}


class Cutter:
    """Cuts the bytes of one connection into messages, and takes the frame off each."""

    __slots__ = ("_framer", "_is_in_cut", "bare", "framing")

    def __init__(self, framing: MessageFraming) -> None:
        self.framing = framing
        self.bare: Frame = _bare(framing)
        """Takes the frame off a message without a flaw."""
        self._framer: Framer | None = None if isinstance(framing, Unframed) else framing.framer()
        self._is_in_cut = False

    def feed(self, data: bytes) -> list[Message]:
        """The messages that `data` completes, with their frames on.

        All pieces of a message that is too long have the flaw `CUT`, the last one too.
        """
        if self._framer is None:
            return [(data, WHOLE)]
        messages = self._framer.feed(data)
        if len(messages) == 1 and not self._is_in_cut and messages[0][1] is WHOLE:  # as most are
            return messages
        return self._checked(messages)

    def finish(self) -> list[Message]:
        """The bytes held back of a message, as its end will not come."""
        return [] if self._framer is None else self._framer.finish()

    def cut(self, datagram: bytes) -> list[Message]:
        """The messages of one datagram. The last needs no delimiter: the datagram ends it."""
        messages = self.feed(datagram) + self.finish()
        self._is_in_cut = False
        if messages and messages[-1][1] is MessageError.UNFINISHED:
            end = _delimiter(self.framing)
            if end:
                messages[-1] = messages[-1][0] + end, WHOLE
        return messages

    def _checked(self, messages: list[Message]) -> list[Message]:
        for at, (data, flaw) in enumerate(messages):
            if self._is_in_cut and flaw is WHOLE:
                messages[at] = data, MessageError.CUT
            self._is_in_cut = flaw is MessageError.CUT
        return messages


def _delimiter(framing: MessageFraming) -> bytes:
    match framing:
        case Lines():
            return b"\n"
        case Delimited(delimiter):
            return delimiter
        case _:
            return b""


def frame_of(framing: MessageFraming) -> Frame | None:
    """A function that puts the frame around a reply; `None` where the framing has none.

    The function raises `RenderError` for a reply that is too long for the frame.
    """
    match framing:
        case Lines():
            return lambda data: data + b"\n"
        case Delimited(delimiter):
            return lambda data: data + delimiter
        case LengthPrefix():
            return _prefixed(framing)
        case Netstrings():
            return lambda data: b"%d:%b," % (len(data), data)
        case FixedLength() | Unframed():
            return None


def needs_length(framing: MessageFraming) -> bool:
    """Whether the frame says how long the message is, before it begins."""
    return isinstance(framing, LengthPrefix | Netstrings)


def _prefixed(framing: LengthPrefix) -> Frame:
    width, order = framing.width, framing.order
    more = width if framing.counts_itself else 0
    most = (1 << 8 * width) - 1

    def frame(data: bytes) -> bytes:
        size = len(data) + more
        if size > most:
            raise RenderError(
                "length-too-narrow",
                "A length of {width} bytes cannot say {size:,}. Make the reply shorter, or "
                "the length wider.",
                width=width,
                size=size,
            )
        return size.to_bytes(width, order) + data

    return frame


def _bare(framing: MessageFraming) -> Frame:
    match framing:
        case Lines():
            return _bare_line
        case Delimited(delimiter):
            end = -len(delimiter)
            return lambda data: data[:end]
        case LengthPrefix(width):
            return lambda data: data[width:]
        case Netstrings():
            return lambda data: data[data.index(b":") + 1 : -1]
        case FixedLength() | Unframed():
            return bytes


def _bare_line(line: bytes) -> bytes:
    return line[:-2] if line[-2:] == b"\r\n" else line[:-1]


Rendered = tuple[bytes | FilePiece, ...]
"""The pieces that go out, in order; bytes are never empty."""


class ReplyError(ValueError):
    """A reply is wrong; `str()` is a sentence for the user."""

    def __init__(self, sentence: str, piece: int | None = None) -> None:
        super().__init__(sentence)
        self.piece = piece
        """The index of the piece with the mistake; `None` if it is the whole reply."""


class ReadyReply:
    """One reply. Raises `ReplyError` when it cannot be made."""

    def __init__(
        self,
        reply: Reply,
        scope: Scope,
        *,
        chance: random.Random,
        framing: MessageFraming | None = None,
    ) -> None:
        """`framing` puts its frame around; without one the reply goes out as written."""
        self._files = {at: each for at, each in enumerate(reply) if isinstance(each, FilePiece)}
        try:
            self._template = Template(_parts(reply, scope, chance))
        except PartError as error:
            raise ReplyError(str(error), error.part) from None
        self._frame = None if framing is None else _frame(framing, has_file=bool(self._files))
        self.constant: bytes | None = None
        """The bytes of a reply that is always the same; `None` if it varies or has a file."""
        if not self._template.varies and not self._files:
            try:
                self.constant = self._framed(self._template.render(_UNUSED))
            except RenderError as error:
                raise ReplyError(str(error)) from None

    @property
    def varies(self) -> bool:
        """Whether rendering it looks at the values."""
        return self._template.varies

    def render(self, values: Values) -> Rendered:
        """The pieces to send. Raises `RenderError`."""
        if not self._files:
            data = self._framed(self._template.render(values))
            return (data,) if data else ()
        pieces: list[bytes | FilePiece] = [*self._template.render_parts(values)]
        for at, file in self._files.items():
            pieces[at] = file
        if self._frame is not None:
            pieces.append(self._frame(b""))
        return tuple(_joined(pieces))

    def _framed(self, data: bytes) -> bytes:
        return data if self._frame is None else self._frame(data)


_UNUSED = Values(counter=0, time=0.0)


def _frame(framing: MessageFraming, *, has_file: bool) -> Frame:
    frame = frame_of(framing)
    if frame is None:
        raise ReplyError(
            Sentence(
                "no-frame-for-reply",
                "these messages have no frame that could be put around a reply",
            )
        )
    if has_file and needs_length(framing):
        raise ReplyError(
            Sentence(
                "frame-before-file",
                "the frame begins with a length, and a file's is not known before",
            )
        )
    return frame


def _parts(reply: Reply, scope: Scope, chance: random.Random) -> Sequence[Part]:
    parts: list[Part] = []
    for at, piece in enumerate(reply):
        if isinstance(piece, FilePiece):
            parts.append(Part((), is_opaque=True))
            continue
        try:
            parts.append(_part(piece, scope, chance))
        except ValueError as error:
            raise ReplyError(str(error), at) from None
    return parts


def _part(piece: TextPiece, scope: Scope, chance: random.Random) -> Part:
    written = piece.written
    return read_part(written.text, written.notation, scope, chance=chance, name=piece.name)


def _joined(pieces: Sequence[bytes | FilePiece]) -> list[bytes | FilePiece]:
    """The same with neighbouring bytes made one, and none empty."""
    joined: list[bytes | FilePiece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, bytes) and isinstance(last, bytes):
            joined[-1] = last + piece
        elif piece != b"":
            joined.append(piece)
    return joined
