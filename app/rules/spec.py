"""A rule set as a value: which messages a listener answers, and with what.

Everything is frozen and keeps what the user wrote, so that a form can show it again and `writing`
gives back the same tables. `reading` checks it; what is made here by hand is not checked.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from attrs import field, frozen

from app.text.hex import HexError, parse_hex
from app.text.notation import Notation, read
from app.text.sentence import Sentence
from app.traffic.framing import Delimited, FixedLength, LengthPrefix, Lines, Netstrings

WILDCARD: Final = "??"
"""In hex: any byte."""


class Unframed(Enum):
    """Messages that nothing has to cut."""

    CHUNK = "chunk"
    """Each read of a stream is a message."""

    DATAGRAM = "datagram"


MessageFraming = Unframed | Lines | Delimited | FixedLength | LengthPrefix | Netstrings
"""How the bytes of a peer become messages. Over UDP, each datagram is framed by itself."""


class Action(Enum):
    """A change of the connection after the reply."""

    CLOSE = "close"
    """Close it, once everything is sent."""

    RESET = "reset"
    """Abort it with a reset."""

    HALF_CLOSE = "half-close"
    """Close the sending side alone. Messages are still matched, and no reply goes out."""

    STOP_READING = "stop-reading"
    """Read nothing more, so that the peer's window fills up. Rules with `every` go on."""

    DRAIN = "drain"
    """Read on and drop all of it: no rule applies to this connection any more."""


class Target(Enum):
    """The connections that get a reply."""

    PEER = "peer"
    OTHERS = "others"
    ALL = "all"


class Order(Enum):
    """The reply that follows after the last of several."""

    REPEAT = "then-repeat"
    LAST = "then-last"
    NOTHING = "then-nothing"


class Unmatched(Enum):
    """The consequence of a message that no rule matches, if it gets no reply."""

    IGNORE = "ignore"
    CLOSE = "close"
    RESET = "reset"


@frozen
class Written:
    """Bytes as the user wrote them: text with escapes, or hex digits."""

    text: str
    notation: Notation = Notation.ESCAPES
    """`ESCAPES` or `HEX`."""


@frozen
class TextPiece:
    """A part of a reply that is written out. Variables are rendered in it."""

    written: Written
    name: str = ""
    """The name by which a checksum or a length refers to it, as in `{crc16:body}`."""


@frozen
class FilePiece:
    """A part of a reply that is the content of a file, read anew each time."""

    path: str


Reply = tuple[TextPiece | FilePiece, ...]
"""Pieces that go out together. Over UDP they are one datagram."""


class Comparison(Enum):
    """How a literal is compared with a message."""

    EQUALS = "equals"
    STARTS = "starts"
    ENDS = "ends"
    CONTAINS = "contains"


@frozen
class LiteralMatcher:
    """Compares bytes. Each run of wildcards in hex is captured: `{1}`, `{2}` and so on."""

    comparison: Comparison
    written: Written


@frozen
class RegexMatcher:
    """Searches a message for an expression, in the syntax of the `regex` package."""

    source: str


@frozen
class AnyMatcher:
    """Matches every message."""


@frozen
class PythonMatcher:
    """Lets a function of the user's decide and answer; see `app.rules.protocol`."""

    reference: str


Matcher = LiteralMatcher | RegexMatcher | AnyMatcher | PythonMatcher


@frozen
class Rule:
    """One rule. Exactly one of `matcher` and `every` is set."""

    matcher: Matcher | None = None
    name: str = ""
    state: str | None = None
    """It applies only to connections in that state; a new connection is in the state ""."""

    then: str | None = None
    """The state that the connection moves to."""

    replies: tuple[Reply, ...] = ()
    """One for each time, in this order; none for a rule that says nothing."""

    order: Order = Order.REPEAT
    delay: tuple[float, float] = (0.0, 0.0)
    """Seconds before the reply: a random number between the two."""

    every: float = 0.0
    """Seconds between unsolicited replies; 0 for a rule that answers messages."""

    action: Action | None = None
    to: Target = Target.PEER
    times: int = 0
    """After so many hits, over all connections, the rule is spent; 0 for never."""

    framed: bool = False
    """Whether the frame of the framing is put around the reply."""

    enabled: bool = True

    def label(self, index: int) -> str:
        """The rule for people: its name, or its place counted from 1."""
        return (
            f'"{self.name}"'
            if self.name
            else Sentence("rule-number", "number {index}", index=index + 1)
        )


@frozen
class RuleSet:
    """The options of a `replies` listener."""

    framing: MessageFraming = field(factory=Lines)
    greeting: Reply = ()
    """Sent to each new connection; nothing if it is empty."""

    unmatched: Unmatched | Reply = Unmatched.IGNORE
    rules: tuple[Rule, ...] = ()


WildcardPart = bytes | int
"""Literal bytes, or a number of bytes that may be any."""


def wildcard_parts(written: Written) -> tuple[WildcardPart, ...]:
    """The bytes that `written` stands for, and its wildcards. Only hex has wildcards.

    Raises `NotationError` or `HexError`, both a `ValueError` with a sentence and a position.
    """
    if written.notation is not Notation.HEX:
        return (read(written.text, written.notation),)
    parts: list[WildcardPart] = []
    at = 0
    for piece in written.text.split(WILDCARD):
        if at:
            _add_wildcard(parts)
        try:
            literal = parse_hex(piece)
        except HexError as error:
            raise HexError(str(error), at + error.position) from None
        if literal:
            parts.append(literal)
        at += len(piece) + len(WILDCARD)
    return tuple(parts)


def _add_wildcard(parts: list[WildcardPart]) -> None:
    last = parts[-1] if parts else b""
    if isinstance(last, int):
        parts[-1] = last + 1
    else:
        parts.append(1)
