"""The engine's sentences as values: English text that also has a code and its parts.

A `Sentence` is the finished English text, and everything that takes a `str` takes it. It also has a
`code` that scripts may rely on, and the `template` and the `parameters` that it was made of. The
window makes the same sentence in another language from these.

`str()` of an exception whose only argument is a `Sentence` returns that `Sentence`. An f-string,
`+` and the methods of `str` return plain text; `composed` joins sentences and keeps their parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self


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

        Write `code` and `template` out where you call it: `.ci/translations` reads them there.
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
