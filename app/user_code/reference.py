"""How a listener names a protocol of the user's own: `python:FILE.py:NAME` or `python:MODULE:NAME`.

A reference is only text taken apart: a profile and a form check it here without touching the disk.
`app.user_code` turns it into a factory.
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

_EXAMPLE: Final = "python:echo_server.py:EchoFactory"


class UserCodeError(ValueError):
    """A protocol of the user's own cannot be used. Its text is for the user: what to do now."""


class CodeLocation(Enum):
    """Where the code of a reference is."""

    FILE = "file"
    MODULE = "module"


@frozen
class Reference:
    """Names one object in a file or in a module. `str` gives the text that `parse` took."""

    place: CodeLocation

    source: str
    """The path of the file, as written; or the module's full name."""

    name: str
    """What the object is called in there."""

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Take `text` apart. Raises `UserCodeError`."""
        # From the right: a Windows path has a colon of its own.
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
    """Whether `protocol` means the user's own code, well written or not."""
    return protocol.startswith(PREFIX)


def _is_identifier(word: str) -> bool:
    return word.isidentifier() and not iskeyword(word)


# MERGED server/own/surroundings: What the user's code is loaded with: where its relative paths begin, and who is told.

CURRENT_FOLDER: Final = Path()

LoadCallback = Callable[[Path], None]
"""Told which file is executed next. Nothing else happens until that ends, and it may never end."""


def announce_nothing(path: Path) -> None:
    """For whoever has nobody to tell."""
