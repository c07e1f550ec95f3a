"""References to user code in a profile: `python:FILE.py:NAME` or `python:MODULE:NAME`.

A reference is only parsed text. The profile and the forms check it here without access to the disk.
The rest of `app.user_code` makes a factory from it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from keyword import iskeyword
from pathlib import Path
from typing import Final

from attrs import frozen

from app.files.paths import home_folder_problem
from app.net.endpoint import quoted

PREFIX: Final = "python:"

TWIST_PREFIX: Final = "twist:"
"""The prefix of a plugin of `twist`, which is a whole program."""

_EXAMPLE: Final = "python:echo_server.py:EchoFactory"


class UserCodeError(ValueError):
    """User code cannot be used. `str()` is a sentence for the user, with the next step."""


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
        # Split at the last colon, as a Windows path has a colon too.
        source, colon, name = text.removeprefix(PREFIX).rpartition(":")
        if not is_user_code(text) or not text.isprintable():
            raise UserCodeError(f"{quoted(text)} names no Python code. Write it as {_EXAMPLE}.")
        is_windows_path_alone = len(source) == 1 and not _is_identifier(name)
        if not colon or is_windows_path_alone:
            raise UserCodeError(
                f"{quoted(text)} does not say what to take from there. "
                f"Write the name of a class after one more colon, as in {_EXAMPLE}."
            )
        if not _is_identifier(name):
            raise UserCodeError(
                f"{quoted(name)} is no Python name. "
                f"Write that of a class, a factory or a function, as in {_EXAMPLE}."
            )
        if source.lower().endswith(".py"):
            if wrong := home_folder_problem(source):
                raise UserCodeError(wrong)
            return cls(CodeLocation.FILE, source, name)
        if all(map(_is_identifier, source.split("."))):
            return cls(CodeLocation.MODULE, source, name)
        raise UserCodeError(
            f"{quoted(source)} is neither a Python file nor a module. "
            "Write a path that ends in .py, or a name such as package.module."
        )

    def __str__(self) -> str:
        return f"{PREFIX}{self.source}:{self.name}"


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
