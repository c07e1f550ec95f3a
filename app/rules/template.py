"""Text with variables, which stand for something else each time it is sent.

    {counter}           counts from 1
    {time}              the time of day in UTC (ISO 8601)
    {uuid}              a random UUID
    {random:8}          8 random letters and digits, or 8 random bytes in hex
    {connection}        the number of the connection
    {peer}              the address of the peer
    {1} {name}          what a rule captured; {0} is the whole match
    {length}            how many bytes come before it, in digits; {length/2} as 2 bytes, big-endian
    {crc16} {crc32} {xor}   a checksum of the bytes before it

A length or a checksum of named parts is `{crc16:body}` or `{xor:head,body}`. In text a checksum is
written in hex digits, most significant first; in hex it is bytes, in the order in which the
checksum is usually sent. `{{` stands for a brace. All other braces stand for themselves, so JSON
needs no care; only `{word}` without such a meaning is a mistake.

One template is made of one or several parts, as a reply is; the console's has one.
"""

from __future__ import annotations

import random
import re
import string
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, Protocol

from attrs import define

from app.rules.checksums import WAYS
from app.text.notation import Notation, NotationError, read
from app.text.sentence import Sentence, SentenceError

MOST_RANDOM: Final = 65_536
"""Bytes of one `{random:…}`."""

MOST_COMPUTED: Final = 16
"""Lengths and checksums in one template: each reads what it is made of."""

MOST_RENDERED: Final = 1024 * 1024
"""Bytes of one rendered template."""

CONSOLE_VARIABLES: Final = frozenset({"counter", "time", "uuid", "random"})
COMPUTED: Final = frozenset(WAYS)
ALL_VARIABLES: Final = CONSOLE_VARIABLES | COMPUTED | {"connection", "peer"}

_LETTERS = string.ascii_lowercase + string.digits
_SHOWN = {
    "random": "{random:8}",
    "crc16": "{crc16} {crc16/ccitt}",
    "length": "{length} {length/2}",
}
_MARK = re.compile(
    r"(?P<brace>\{\{)"
    r"|\{(?P<name>[A-Za-z_]\w*|0|[1-9]\d?)"
    r"(?:(?:(?<=crc16)|(?<=length))/(?P<variant>\w+))?"
    r"(?::(?P<argument>[^{}\n]*))?\}"
)


class RenderError(SentenceError):
    """A template cannot be rendered with these values; `str()` is a sentence for the user."""


class PartError(ValueError):
    """The parts of a template do not fit together; `str()` is a sentence for the user."""

    def __init__(self, sentence: str, part: int) -> None:
        super().__init__(sentence)
        self.part = part
        """The index of the part with the mistake."""


class Captures(Protocol):
    """The groups of a match, as the matches of `re` and `regex` have them."""

    def __getitem__(self, key: Any, /) -> bytes | None: ...


@define
class Values:
    """The values of the variables for one send."""

    counter: int
    """1 for the first."""

    time: float
    """Unix seconds."""

    connection: int = 0
    peer: str = ""
    message: bytes = b""
    captures: Captures | None = None


class Scope(NamedTuple):
    """The variables that a text may have."""

    variables: frozenset[str] = ALL_VARIABLES
    captures: frozenset[str] | None = None
    """The names and numbers of captures. `None`: there are none, and `{1}` stands for itself."""


Drawn = Callable[[Values], bytes]
"""A variable that knows its value by itself."""


class Computed(NamedTuple):
    """A length or a checksum: its value follows from other pieces of the same template."""

    compute: Callable[[bytes], bytes]
    parts: tuple[str, ...] = ()
    """The parts that it is made of; none for all that comes before it."""

    shown: str = ""


Piece = bytes | Drawn | Computed


class Part(NamedTuple):
    """A part of a template, read but not yet bound to the others."""

    pieces: tuple[Piece, ...]
    name: str = ""
    is_opaque: bool = False
    """Whether its bytes are not known here, as those of a file."""


def read_part(
    text: str,
    notation: Notation,
    scope: Scope,
    *,
    chance: random.Random,
    name: str = "",
    literal: Callable[[int, int], bytes] | None = None,
) -> Part:
    """The part that `text` means. Raises `NotationError`, with a position in `text`.

    `chance` is where random values come from. `literal` gives the bytes of `text` between two
    positions, where they are not just those of the notation.
    """
    reader = _Reader(text, notation, scope, chance)
    return Part(tuple(reader.pieces(literal or reader.literal)), name)


class Template:
    """Parts bound together. Rendering is deterministic but for `chance` and the values."""

    def __init__(self, parts: Sequence[Part]) -> None:
        """Raises `PartError` for a name that no part has, and for what depends on itself."""
        self._ends: list[int] = []
        self._pieces: list[Piece] = []
        for part in parts:
            self._pieces += part.pieces
            self._ends.append(len(self._pieces))
        self._drawn = [_later if isinstance(piece, Computed) else piece for piece in self._pieces]
        self._plan = _Plan(parts, self._ends).steps()
        self._constant = None if self.varies else b"".join(map(bytes, self._literals()))

    @property
    def varies(self) -> bool:
        """Whether it has any variable."""
        return any(not isinstance(piece, bytes) for piece in self._pieces)

    def render(self, values: Values) -> bytes:
        """All the bytes. Raises `RenderError` if they are more than `MOST_RENDERED`."""
        if self._constant is not None:
            return self._constant
        return b"".join(self._rendered(values))

    def render_parts(self, values: Values) -> list[bytes]:
        """The bytes of each part; nothing for one that is opaque. Raises as `render`."""
        rendered = self._rendered(values)
        starts = [0, *self._ends[:-1]]
        return [
            b"".join(rendered[start:end]) for start, end in zip(starts, self._ends, strict=True)
        ]

    def _literals(self) -> Iterable[bytes]:
        return (piece for piece in self._pieces if isinstance(piece, bytes))

    def _rendered(self, values: Values) -> list[bytes]:
        rendered = [
            piece if type(piece) is bytes else piece(values)  # type: ignore[operator]
            for piece in self._drawn
        ]
        if sum(map(len, rendered)) > MOST_RENDERED:
            raise RenderError(
                "reply-too-long",
                "It would be longer than {most_rendered:,} bytes. Make it shorter, or send a file.",
                most_rendered=MOST_RENDERED,
            )
        for index, sources, compute in self._plan:
            rendered[index] = compute(b"".join([rendered[source] for source in sources]))
        return rendered


def _later(_values: Values) -> bytes:
    """Stands for a computed piece until the others are rendered."""
    return b""


class _Plan:
    """Puts the computed pieces of a template into an order in which they can be computed."""

    def __init__(self, parts: Sequence[Part], ends: Sequence[int]) -> None:
        self._parts = parts
        self._ends = ends
        self._order: list[tuple[int, list[int], Callable[[bytes], bytes]]] = []
        self._under_way: set[int] = set()
        self._done: set[int] = set()
        self._computed: dict[int, tuple[int, Computed]] = {}
        """By the index of the piece: the part that it is in, and itself."""
        at = 0
        for number, part in enumerate(parts):
            for piece in part.pieces:
                if isinstance(piece, Computed):
                    self._computed[at] = (number, piece)
                at += 1

    def steps(self) -> list[tuple[int, list[int], Callable[[bytes], bytes]]]:
        """Index, the indexes of the pieces it is made of, and how. Raises `PartError`."""
        if len(self._computed) > MOST_COMPUTED:
            last = list(self._computed.values())[-1][0]
            raise PartError(
                Sentence(
                    "too-many-computed",
                    "There may be {most_computed} lengths and checksums.",
                    most_computed=MOST_COMPUTED,
                ),
                last,
            )
        for index in self._computed:
            self._visit(index)
        return self._order

    def _visit(self, index: int) -> None:
        if index in self._done:
            return
        part, piece = self._computed[index]
        if index in self._under_way:
            raise PartError(
                Sentence("depends-on-itself", "{shown} would depend on itself.", shown=piece.shown),
                part,
            )
        self._under_way.add(index)
        sources = self._sources(index, part, piece)
        for source in sources:
            if source in self._computed:
                self._visit(source)
        self._done.add(index)
        self._order.append((index, sources, piece.compute))

    def _sources(self, index: int, part: int, piece: Computed) -> list[int]:
        if not piece.parts:
            if any(before.is_opaque for before in self._parts[:part]):
                sentence = Sentence(
                    "cannot-look-into-file",
                    "{shown} cannot look into the file before it: name its parts.",
                    shown=piece.shown,
                )
                raise PartError(sentence, part)
            return list(range(index))
        known = {each.name: number for number, each in enumerate(self._parts) if each.name}
        sources: list[int] = []
        for name in piece.parts:
            if name not in known:
                sentence = Sentence(
                    "no-part-with-name",
                    '{shown}: no part of this reply has the name "{name}".',
                    shown=piece.shown,
                    name=name,
                )
                raise PartError(sentence, part)
            number = known[name]
            start = self._ends[number - 1] if number else 0
            sources += range(start, self._ends[number])
        return sources


class _Reader:
    """Reads one text into pieces."""

    def __init__(self, text: str, notation: Notation, scope: Scope, chance: random.Random) -> None:
        self._text = text
        self._notation = notation
        self._scope = scope
        self._chance = chance

    def pieces(self, literal: Callable[[int, int], bytes]) -> list[Piece]:
        pieces: list[Piece] = []
        start = 0
        for mark in _MARK.finditer(self._text):
            if self._stands_for_itself(mark):
                continue
            pieces.append(literal(start, mark.start()))
            if mark["brace"]:
                pieces.append(b"" if self._notation is Notation.HEX else b"{")
            else:
                pieces.append(self._variable(mark))
            start = mark.end()
        pieces.append(literal(start, len(self._text)))
        return [piece for piece in pieces if piece != b""]

    def literal(self, start: int, end: int) -> bytes:
        """The bytes of the text between two positions."""
        try:
            return read(self._text[start:end], self._notation)
        except NotationError as error:
            raise NotationError(str(error), start + error.position, error.length) from None

    def _stands_for_itself(self, mark: re.Match[str]) -> bool:
        name = mark["name"]
        is_number = name is not None and name.isdigit()
        return is_number and (self._scope.captures is None or mark["argument"] is not None)

    def _variable(self, mark: re.Match[str]) -> Drawn | Computed:
        name, argument = mark["name"], mark["argument"]
        captures = self._scope.captures or frozenset()
        if argument is None and mark["variant"] is None and name in captures:
            return _capture(name)
        if name in self._scope.variables:
            if name in COMPUTED:
                return self._computed(mark)
            if name == "random":
                return self._random(mark)
            if argument is None:
                return self._uuid if name == "uuid" else _DRAWN[name]
        raise self._mistake(mark, self._unknown(mark[0]))

    def _unknown(self, shown: str) -> str:
        known = ", ".join(_SHOWN.get(each, f"{{{each}}}") for each in sorted(self._scope.variables))
        captures = self._scope.captures
        if captures is None:
            return Sentence(
                "unknown-variable",
                "{shown} is no variable. There are {known}; {{{{ is a brace.",
                shown=shown,
                known=known,
            )
        captured = ", ".join(f"{{{each}}}" for each in sorted(captures))
        return Sentence(
            "unknown-variable-or-capture",
            "{shown} is no variable and no capture. The captures are {captured}, the variables "
            "{known}; {{{{ is a brace.",
            shown=shown,
            captured=captured,
            known=known,
        )

    def _mistake(self, mark: re.Match[str], sentence: str) -> NotationError:
        return NotationError(sentence, mark.start(), len(mark[0]))

    def _uuid(self, _values: Values) -> bytes:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4)).encode()

    def _random(self, mark: re.Match[str]) -> Drawn:
        argument = mark["argument"]
        if argument is None or not _is_count(argument):
            sentence = Sentence(
                "random-needs-count",
                "{{random:8}} needs how many, from 1 to {most_random:,}.",
                most_random=MOST_RANDOM,
            )
            raise self._mistake(mark, sentence)
        count, chance = int(argument), self._chance
        if self._notation is Notation.HEX:
            return lambda _: chance.randbytes(count)
        return lambda _: "".join(chance.choices(_LETTERS, k=count)).encode()

    def _computed(self, mark: re.Match[str]) -> Computed:
        argument = mark["argument"]
        names = () if argument is None else tuple(map(str.strip, argument.split(",")))
        if argument is not None and not all(names):
            raise self._mistake(
                mark,
                Sentence(
                    "computed-without-part", "{mark} names no part after the colon.", mark=mark[0]
                ),
            )
        ways = WAYS[mark["name"]]
        way = ways.get(mark["variant"] or "")
        if way is None:
            known = ", ".join(f"{mark['name']}/{each}" for each in ways if each)
            raise self._mistake(
                mark,
                Sentence(
                    "computed-unknown",
                    "{mark} is unknown. There are {name}, {known}.",
                    mark=mark[0],
                    name=mark["name"],
                    known=known,
                ),
            )
        as_text, as_bytes = way
        compute = as_bytes if self._notation is Notation.HEX else as_text
        return Computed(compute, names, mark[0])


def _is_count(argument: str) -> bool:
    is_number = argument.isascii() and argument.isdecimal() and len(argument) <= 5
    return is_number and 1 <= int(argument) <= MOST_RANDOM


def _capture(name: str) -> Drawn:
    key = int(name) if name.isdigit() else name

    def value(values: Values) -> bytes:
        captures = values.captures
        return values.message if captures is None else captures[key] or b""

    return value


def iso_time(seconds: float) -> bytes:
    """Unix seconds as ISO 8601 in UTC, to the millisecond."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z").encode()


_DRAWN: Final[dict[str, Drawn]] = {
    "counter": lambda values: b"%d" % values.counter,
    "time": lambda values: iso_time(values.time),
    "connection": lambda values: b"%d" % values.connection,
    "peer": lambda values: values.peer.encode(),
}
