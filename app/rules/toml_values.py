"""Rules for single values of a table: each gives the value back, or raises with a sentence.

First those of any table and the reader that collects the problems, then those that only replies
have: pieces, what a message is compared with, delays.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from typing import Any, Final, TypeVar

from app.rules.expression import Expression, ExpressionError
from app.rules.spec import (
    AnyMatcher,
    Comparison,
    FilePiece,
    LiteralMatcher,
    Matcher,
    PythonMatcher,
    RegexMatcher,
    Reply,
    TextPiece,
    Unmatched,
    Written,
    wildcard_parts,
)
from app.rules.template import ALL_VARIABLES
from app.text.notation import Notation
from app.text.problems import (
    Problem,
    join_path,
    listed,
    must_be_boolean,
    must_be_number,
    must_be_one_of,
    must_be_shorter,
    must_be_table,
    must_be_text,
    must_be_whole_number,
    unknown_key,
)
from app.text.sentence import Sentence, SentenceError, quoted_value

E = TypeVar("E", bound=Enum)
T = TypeVar("T")


class Wrong(SentenceError):
    """A value that cannot be; `str()` says what it must be."""


def number(least: float, most: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        # bool is a subclass of int; NaN is between no bounds.
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not isinstance(value, int | float) or not is_number or not least <= value <= most:
            raise Wrong(must_be_number(least, most, value))
        return float(value)

    return read


def whole_number(least: int, most: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise Wrong(must_be_whole_number(least, most, value))
        return int(value)

    return read


def text(longest: int) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Wrong(must_be_text(value))
        return bounded(value, longest)

    return read


def bounded(value: str, longest: int) -> str:
    if len(value) > longest:
        raise Wrong(must_be_shorter(longest, len(value)))
    return str(value)


def truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(must_be_boolean(value))
    return value


def member(kind: type[E]) -> Callable[[object], E]:
    def read(value: object) -> E:
        for member in kind:
            if value == member.value:
                return member
        raise Wrong(must_be_one_of((each.value for each in kind), value))

    return read


def choice(*choices: T) -> Callable[[object], T]:
    def read(value: object) -> T:
        for choice in choices:
            if value == choice and not isinstance(value, bool):
                return choice
        raise Wrong(must_be_one_of(choices, value))

    return read


def read_table(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Wrong(must_be_table(value))
    return value


def rule_tables(most: int) -> Callable[[object], tuple[object, ...]]:
    def read(value: object) -> tuple[object, ...]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise Wrong(
                "must-be-array-of-tables",
                "must be an array of tables, not {value}",
                value=quoted_value(value),
            )
        if len(value) > most:
            raise Wrong(
                "too-many-rules",
                "there may be {max_rules} rules at most, not {count}",
                max_rules=most,
                count=len(value),
            )
        return tuple(value)

    return read


class TableReader:
    """Reads tables, and notes what is wrong with them instead of stopping there."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def note(self, path: str, message: str, template: str = "", /, **parameters: object) -> None:
        """There is a mistake at `path`. With a `template` the `message` is the code of its
        sentence."""
        if template:
            message = Sentence(message, template, **parameters)
        self.problems.append(Problem(path, message))

    def attempt(self, rule: Callable[[Any], T], value: object, path: str, default: T) -> T:
        """`value` by `rule`. `default` if it is wrong, which is noted."""
        try:
            return rule(value)
        except ValueError as error:
            self.note(path, str(error))
            return default

    def optional(
        self, table: Mapping[str, Any], key: str, path: str, rule: Callable[[Any], T], default: T
    ) -> T:
        """The value of `key`. `default` if there is none or it is wrong."""
        if key not in table:
            return default
        return self.attempt(rule, table[key], join_path(path, key), default)

    def check_keys(self, table: Mapping[str, Any], known: Collection[str], path: str) -> None:
        """Note the keys of the table at `path` that are not `known`."""
        self.problems += [unknown_key(key, known, path) for key in table if key not in known]


NO_BYTES: Final = Sentence(
    "delimiter-wrong", "must be at least one byte, and none of them a wildcard"
)
MAX_PIECES: Final = 100
MAX_TEXT: Final = 64 * 1024
MAX_NAME: Final = 200
MAX_DELAY: Final = 3600.0


def read_reply(value: object) -> Reply:
    if not isinstance(value, list | tuple):
        return (_piece(value),)
    if not 1 <= len(value) <= MAX_PIECES:
        raise Wrong(
            "pieces-count-wrong",
            "must have 1 to {max_pieces} pieces, not {count}",
            max_pieces=MAX_PIECES,
            count=len(value),
        )
    return tuple(map(_piece, value))


def read_unmatched(value: object) -> Unmatched | Reply:
    if isinstance(value, str) and value in {each.value for each in Unmatched}:
        return Unmatched(value)
    return read_reply(value)


def _piece(value: object) -> TextPiece | FilePiece:
    if isinstance(value, str):
        return TextPiece(Written(bounded(value, MAX_TEXT)))
    if not isinstance(value, Mapping):
        raise Wrong(
            "reply-kind-wrong",
            'must be text, {{ hex = "06 00 ff" }}, {{ file = "big.bin" }}, or a list of '
            "these, not {value}",
            value=quoted_value(value),
        )
    kinds = [key for key in ("text", "hex", "file") if key in value]
    unknown = value.keys() - {"text", "hex", "file", "name"}
    if len(kinds) != 1 or unknown or (kinds == ["file"] and "name" in value):
        raise Wrong(
            "reply-keys-wrong",
            "must have one of text, hex and file, and maybe a name beside text or hex; it has "
            "{value}",
            value=listed(value) or Sentence("nothing", "nothing"),
        )
    kind = kinds[0]
    content = text(MAX_TEXT)(value[kind])
    if kind == "file":
        if not content or "\0" in content:
            raise Wrong("must-name-file", "must name a file")
        return FilePiece(content)
    notation = Notation.HEX if kind == "hex" else Notation.ESCAPES
    return TextPiece(Written(content, notation), text(MAX_NAME)(value.get("name", "")))


def _written(value: object) -> Written:
    """The bytes that a message is compared with."""
    if isinstance(value, Mapping):
        if set(value) != {"hex"}:
            raise Wrong(
                "must-be-text-or-hex",
                'must be text or {{ hex = "01 ?? 03" }}, not {value}',
                value=listed(value),
            )
        written = Written(text(MAX_TEXT)(value["hex"]), Notation.HEX)
    elif isinstance(value, str):
        written = Written(bounded(value, MAX_TEXT))
    else:
        raise Wrong(
            "must-be-text-or-hex",
            'must be text or {{ hex = "01 ?? 03" }}, not {value}',
            value=quoted_value(value),
        )
    wildcard_parts(written)
    return written


def read_delimiter(value: object) -> bytes:
    parts = wildcard_parts(_written(value))
    if len(parts) != 1 or not isinstance(parts[0], bytes) or not parts[0]:
        raise Wrong(NO_BYTES)
    return parts[0]


def _literal(comparison: Comparison) -> Callable[[object], Matcher]:
    def read(value: object) -> Matcher:
        written = _written(value)
        if comparison is not Comparison.EQUALS and wildcard_parts(written) in (
            (),
            (b"",),
        ):
            raise Wrong(
                "matcher-empty", "is empty, which every message matches; write any = true instead"
            )
        return LiteralMatcher(comparison, written)

    return read


def _regex(value: object) -> Matcher:
    source = text(MAX_TEXT)(value)
    try:
        names = Expression(source).names
    except ExpressionError as error:
        raise Wrong(str(error)) from None
    taken = sorted(names & ALL_VARIABLES)
    if taken:
        raise Wrong(
            "group-name-taken",
            "a group cannot be called {taken}, as a variable is; rename it",
            taken=taken[0],
        )
    return RegexMatcher(source)


def _any(value: object) -> Matcher:
    if value is not True:
        raise Wrong("must-be-true", "must be true, not {value}", value=quoted_value(value))
    return AnyMatcher()


def _python(value: object) -> Matcher:
    reference = text(MAX_TEXT)(value)
    source, colon, name = reference.rpartition(":")
    if not colon or not source or not name.isidentifier() or not reference.isprintable():
        raise Wrong(
            "must-name-function",
            "must name a function, such as rules.py:answer, not {value}",
            value=quoted_value(value),
        )
    is_module = all(part.isidentifier() for part in source.split("."))
    if not is_module and not source.lower().endswith(".py"):
        raise Wrong(
            "must-name-python-file",
            "must name a file that ends in .py or a module, not {source}",
            source=quoted_value(source),
        )
    return PythonMatcher(reference)


def read_nothing(_value: object) -> None:
    return None


MATCHER_RULES: Final[Mapping[str, Callable[[object], Matcher]]] = {
    **{each.value: _literal(each) for each in Comparison},
    "regex": _regex,
    "any": _any,
    "python": _python,
}


def read_delay(value: object) -> tuple[float, float]:
    seconds_of = number(0.0, MAX_DELAY)
    if not isinstance(value, list | tuple):
        seconds = seconds_of(value)
        return seconds, seconds
    if len(value) != 2 or seconds_of(value[0]) > seconds_of(value[1]):
        raise Wrong(
            "delay-wrong",
            "must be seconds, or the least and then the most of them, such as [0.1, 0.3]",
        )
    return seconds_of(value[0]), seconds_of(value[1])
