"""The engine's sentences as values: English text that also has a code and its parts.

A `Sentence` is the finished English text, and everything that takes a `str` takes it. It also has a
`code` that scripts may rely on, and the `template` and the `parameters` that it was made of. The
window makes the same sentence in another language from these.

`str()` of a `SentenceError` returns its `Sentence`. An f-string, `+` and the methods of `str`
return plain text; `composed` joins sentences and keeps their parts. `quoted` and `system_reason`
are for what a sentence tells of the user's text and of the system's errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, Self


class Sentence(str):
    """A sentence or a part of one, such as the reason why a connection was closed."""

    code: str
    """Stable and in kebab-case, such as `port-in-use`. Empty if no part of it has one."""

    template: str
    """The English text, with fields as `str.format` has them."""

    parameters: Mapping[str, object]
    """The values of the fields by name: each a `Sentence`, a number or plain text."""

    is_part: bool = False
    """Whether it is without the full stop of its template."""

    def __new__(cls, code: str, template: str, /, **parameters: object) -> Self:
        """Fill the fields of `template`. A value that is no text and no number counts as its
        `str()`.

        Write `code` and `template` out where you call it: `.ci/translations` reads them there, and
        in the calls of each `SentenceError`.
        """
        kept = {
            name: value if isinstance(value, str | int | float) else str(value)
            for name, value in parameters.items()
        }
        made = super().__new__(cls, template.format_map(kept))
        made.code, made.template, made.parameters = code, template, kept
        return made

    def capitalized(self) -> Self:
        """The same with a capital at its beginning, which its template lacks."""
        return self._as(f"{self[:1].upper()}{self[1:]}")

    def without_stop(self) -> Self:
        """The same without its full stop, as a part of another sentence."""
        made = self._as(self.removesuffix("."))
        made.is_part = True
        return made

    def _as(self, text: str) -> Self:
        made = super().__new__(type(self), text)
        made.code, made.template, made.parameters = self.code, self.template, self.parameters
        return made

    def __str__(self) -> str:
        """The sentence itself, where `str` would return plain text."""
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str, str], dict[str, Any]]:
        """How `copy` and `pickle` make it again."""
        return (self.code, self.template), dict(self.parameters)


def sentence_template(code: str, template: str, /) -> Callable[..., Sentence]:
    """What makes the sentence with a code and a template, as soon as its parameters are known."""
    return partial(Sentence, code, template)


class SentenceError(ValueError):
    """An exception whose text is a sentence for the user.

    It takes a sentence, or what one is made of: `raise TargetError("no-port", "Add a port.")`.
    """

    def __init__(self, sentence: str, template: str = "", /, **parameters: object) -> None:
        super().__init__(Sentence(sentence, template, **parameters) if template else sentence)


def composed(template: str, /, **parts: object) -> Sentence:
    """Several sentences as one, such as `composed("{first} {second}", first=…, second=…)`.

    Its code is that of the first part that has one.
    """
    made = Sentence("", template, **parts)
    made.code = next(filter(None, map(code_of, made.parameters.values())), "")
    return made


def code_of(text: object) -> str:
    """The code of a `Sentence`; empty for any other value."""
    return text.code if isinstance(text, Sentence) else ""


def without_stop(text: str) -> str:
    """`text` without its full stop, to be a part of another sentence."""
    return text.without_stop() if isinstance(text, Sentence) else text.removesuffix(".")


def quoted(text: str) -> str:
    """`text` in quotes for a sentence, at most 60 characters, without control characters."""
    short = text if len(text) <= 60 else f"{text[:59]}…"
    return '"' + "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short) + '"'


def quoted_value(value: object) -> str:
    """Any value of TOML for a sentence."""
    match value:
        case str():
            return quoted(value)
        case bool():
            return str(value).lower()
        case int() if value.bit_length() > 64:
            # TOML allows hex integers of any length. Python refuses to convert very long ones.
            return Sentence("value-huge-number", "a number of that size")
        case int() | float():
            return str(value)
        case Mapping():
            return Sentence("value-table", "a table")
        case list() | tuple():
            return Sentence("value-array", "an array")
        case _:
            return Sentence("value-date", "a date or a time")


_KNOWN: Final[dict[str, Sentence]] = {
    words: words
    for words in (
        Sentence("not-permitted", "Operation not permitted"),
        Sentence("no-such-file", "No such file or directory"),
        Sentence("input-output-error", "Input/output error"),
        Sentence("resource-unavailable", "Resource temporarily unavailable"),
        Sentence("out-of-memory", "Cannot allocate memory"),
        Sentence("permission-denied", "Permission denied"),
        Sentence("busy", "Device or resource busy"),
        Sentence("already-exists", "File exists"),
        Sentence("not-a-folder", "Not a directory"),
        Sentence("is-a-folder", "Is a directory"),
        Sentence("invalid-argument", "Invalid argument"),
        Sentence("too-many-open-files", "Too many open files"),
        Sentence("file-too-large", "File too large"),
        Sentence("no-space-left", "No space left on device"),
        Sentence("read-only-file-system", "Read-only file system"),
        Sentence("broken-pipe", "Broken pipe"),
        Sentence("name-too-long", "File name too long"),
        Sentence("too-many-links", "Too many levels of symbolic links"),
        Sentence("address-taken", "Address already in use"),
        Sentence("address-unavailable", "Cannot assign requested address"),
        Sentence("network-unreachable", "Network is unreachable"),
        Sentence("no-buffer-space", "No buffer space available"),
        Sentence("timed-out", "Connection timed out"),
        Sentence("connection-refused", "Connection refused"),
        Sentence("no-route", "No route to host"),
        Sentence("quota-exceeded", "Disk quota exceeded"),
        Sentence("embedded-null", "embedded null byte"),
    )
}
"""The reasons that the system gives for an error, by its words."""


def system_reason(error: object) -> str:
    """Why the system refused something: a few words, without a full stop.

    `error` is an exception or its words. Words that are not known here stay as they are.
    """
    words = getattr(error, "strerror", None) or str(error)
    return _KNOWN.get(words, words)
