"""References to user code in a profile: `python:FILE.py:NAME` or `python:MODULE:NAME`.

A reference is only parsed text. The profile and the forms check it here without access to the disk.
The rest of `app.user_code` makes a factory from it.

A path may have any visible characters. It may be in quotation marks, as in a shell. They are needed
only where the path could end earlier: `python:'a.py b.py'` is one file, and `python:a.py b.py` is a
program with an argument.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from enum import Enum
from keyword import iskeyword
from pathlib import Path
from typing import Final

from attrs import frozen

from app.files.paths import home_folder_problem
from app.text.sentence import SentenceError, quoted

PREFIX: Final = "python:"

TWIST_PREFIX: Final = "twist:"
"""The prefix of a plugin of `twist`, which is a whole program."""

_EXAMPLE: Final = "python:echo_server.py:EchoFactory"


class UserCodeError(SentenceError):
    """User code cannot be used. `str()` is a sentence for the user, with the next step."""


PROGRAM_FILE: Final = re.compile(
    r"(?P<path>.*?\.(?:pyw?|tac)|.*?/)(?:\s+(?P<arguments>.*))?", re.I | re.S
)
PROGRAM_ENDS: Final = (".py", ".pyw", ".tac", "/")
PROGRAM_MODULE: Final = re.compile(
    r"(?P<path>[^\W\d]\w*(?:\.[^\W\d]\w*)*)(?:\s+(?P<arguments>.*))?"
)


def quoted_words(rest: str) -> list[str]:
    """The words of a reference that begins with a quotation mark, as a shell would split it. Empty
    if it begins with none, or with one that has no partner."""
    if not rest.startswith(("'", '"')):
        return []
    try:
        return shlex.split(rest)
    except ValueError:
        return []


def is_whole_program(rest: str) -> bool:
    """Whether `rest`, the text after `python:`, refers to a whole program, not to one object."""
    if words := quoted_words(rest):
        return words[0].lower().endswith(PROGRAM_ENDS)
    if PROGRAM_FILE.fullmatch(rest):
        return True
    source, _, name = rest.rpartition(":")
    is_object = source.lower().endswith(".py") and _is_identifier(name)
    return not is_object and PROGRAM_MODULE.fullmatch(rest) is not None


class CodeLocation(Enum):
    """The place of the code: a file or a module."""

    FILE = "file"
    MODULE = "module"


@frozen
class Reference:
    """The name of an object in a file or in a module. `str` returns the text for `parse`."""

    place: CodeLocation

    source: str
    """The path of the file as it was written, or the full name of the module."""

    name: str
    """The name of the object."""

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Parse `text`. Raises `UserCodeError`."""
        rest = text.removeprefix(PREFIX)
        words = quoted_words(rest)
        # Split at the last colon, as a Windows path has a colon too.
        source, colon, name = (words[0] if len(words) == 1 else rest).rpartition(":")
        if not is_user_code(text) or not text.isprintable():
            raise UserCodeError(
                "no-code-named",
                "{text} names no Python code. Write it as {example}.",
                text=quoted(text),
                example=_EXAMPLE,
            )
        is_windows_path_alone = len(source) == 1 and not _is_identifier(name)
        if not colon or is_windows_path_alone:
            raise UserCodeError(
                "no-name-in-code",
                "{text} does not say what to take from there. Write the name of a class after "
                "one more colon, as in {example}.",
                text=quoted(text),
                example=_EXAMPLE,
            )
        if not _is_identifier(name):
            raise UserCodeError(
                "no-python-name",
                "{name} is no Python name. Write that of a class, a factory or a function, as "
                "in {example}.",
                name=quoted(name),
                example=_EXAMPLE,
            )
        if source.lower().endswith(".py"):
            if wrong := home_folder_problem(source):
                raise UserCodeError(wrong)
            return cls(CodeLocation.FILE, source, name)
        if all(map(_is_identifier, source.split("."))):
            return cls(CodeLocation.MODULE, source, name)
        raise UserCodeError(
            "no-file-or-module",
            "{source} is neither a Python file nor a module. Write a path that ends in .py, "
            "or a name such as package.module.",
            source=quoted(source),
        )

    def __str__(self) -> str:
        plain = f"{self.source}:{self.name}"
        if quoted_words(plain) or is_whole_program(plain):
            plain = f"{shlex.quote(self.source)}:{self.name}"
        return f"{PREFIX}{plain}"


def is_user_code(protocol: str) -> bool:
    """Whether `protocol` refers to user code, even if the reference is not valid."""
    return protocol.startswith((PREFIX, TWIST_PREFIX))


def _is_identifier(word: str) -> bool:
    return word.isidentifier() and not iskeyword(word)


CURRENT_FOLDER: Final = Path()
"""Where relative paths begin if there is no profile file."""

LoadCallback = Callable[[Path], None]
"""Called with the file that is executed next. The program blocks until the file has been executed,
and a bad file may never end. May raise `UserCodeError`, and the file is not executed then.
"""


def announce_nothing(path: Path) -> None:
    """A `LoadCallback` that does nothing."""
