"""Mistakes in tables of TOML: where each one is, and the sentences that all readers share.

The readers of profiles, rules, faults and rewrites have rules of their own, but say the same about
a value of the wrong kind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from attrs import frozen

from app.text.sentence import Sentence, composed, quoted, quoted_value


@frozen
class Problem:
    """One mistake in a profile or a form, with advice for the user."""

    path: str
    """`listener[1].max_connections` (counted from 0), a position in the text, a file, or ""."""

    message: str

    @classmethod
    def of(cls, path: str, code: str, template: str, /, **parameters: object) -> Problem:
        """The mistake at `path` with the `Sentence` that the rest makes."""
        return cls(path, Sentence(code, template, **parameters))

    def __str__(self) -> str:
        if not self.path:
            return self.message
        return composed("{path}: {message}", path=self.path, message=self.message)


def join_path(path: str, name: str) -> str:
    """The path of `name` inside `path`. A name such as `[1].kind` is inside a list."""
    if name.startswith("["):
        return f"{path}{name}"
    return f"{path}.{name}" if path and name else path or name


def unknown_key(key: str, known: Collection[str], path: str, *, kind: str = "key") -> Problem:
    """The problem of an unknown key, with a similar known one as a suggestion."""
    close = get_close_matches(key, known, n=1)
    if close:
        advice = Sentence("did-you-mean-key", "did you mean `{suggestion}`?", suggestion=close[0])
    elif known:
        advice = Sentence("remove-or-use", "remove it, or use: {known}", known=listed(known))
    else:
        advice = Sentence("remove-no-such", "remove it; there is no {kind} to set here", kind=kind)
    return Problem.of(
        path,
        "unknown-in-table",
        "unknown {kind} `{key}`; {advice}",
        kind=kind,
        key=quoted(key)[1:-1],
        advice=advice,
    )


def did_you_mean(name: str, known: Collection[str], otherwise: Sentence) -> Sentence:
    """Asks for the known name that is like `name`. `otherwise` if there is none."""
    close = get_close_matches(name, known, n=1)
    if not close:
        return otherwise
    return Sentence("did-you-mean", "Did you mean {suggestion}?", suggestion=close[0])


# What a value must be instead of `value`.


def must_be_table(value: object) -> Sentence:
    return Sentence("must-be-table-not", "must be a table, not {value}", value=quoted_value(value))


def must_be_tables(name: str) -> Sentence:
    return Sentence(
        "must-be-tables",
        "must be a list of tables; write [[{name}]] with two brackets on each side",
        name=name,
    )


def must_be_text(value: object) -> Sentence:
    return Sentence(
        "must-be-quoted-text", "must be text in quotes, not {value}", value=quoted_value(value)
    )


def must_be_shorter(longest: int, count: int) -> Sentence:
    return Sentence(
        "at-most-characters",
        "must be at most {longest} characters long, not {count}",
        longest=longest,
        count=count,
    )


def must_be_boolean(value: object) -> Sentence:
    return Sentence(
        "must-be-true-or-false", "must be true or false, not {value}", value=quoted_value(value)
    )


def must_be_whole_number(least: int, most: int, value: object) -> Sentence:
    return Sentence(
        "must-be-whole-number",
        "must be a whole number from {least} to {most}, not {value}",
        least=least,
        most=most,
        value=quoted_value(value),
    )


def must_be_number(least: float, most: float, value: object) -> Sentence:
    return Sentence(
        "must-be-number",
        "must be a number from {least:.15g} to {most:.15g}, not {value}",
        least=least,
        most=most,
        value=quoted_value(value),
    )


def must_be_one_of(known: Iterable[object], value: object) -> Sentence:
    return Sentence(
        "must-be-one-of",
        "must be one of {known}, not {value}",
        known=listed(known),
        value=quoted_value(value),
    )


def listed(names: Iterable[object]) -> str:
    """The names, with commas between them."""
    return ", ".join(map(str, names))
