"""References to whole programs in a profile: `python:server.py` or `twist:web --path .`.

A reference is only parsed text, without access to the disk. `app.user_code.reference` has the
references to one object in a file, such as `python:server.py:EchoFactory`.
"""

from __future__ import annotations

import re
import shlex
from enum import Enum
from pathlib import Path
from typing import Final

from attrs import frozen

from app.files.paths import home_folder_problem
from app.net.endpoint import quoted
from app.user_code.reference import PREFIX, TWIST_PREFIX, UserCodeError

OWN_PLACES: Final = "program"
"""The endpoint of a program that listens at its own places."""

_FILE: Final = re.compile(r"(?P<path>.+?\.(?:pyw?|tac)|.+?/)(?:\s+(?P<arguments>.*))?", re.I | re.S)
_MODULE: Final = re.compile(r"(?P<path>[^\W\d]\w*(?:\.[^\W\d]\w*)*)(?:\s+(?P<arguments>.*))?")
_PLUGIN: Final = re.compile(r"(?P<path>[\w.-]+)(?:\s+(?P<arguments>.*))?")


class ProgramKind(Enum):
    """The ways to run a program."""

    SCRIPT = "script"
    """Like `python server.py`."""

    FOLDER = "folder"
    """Like `python folder/`, or `python -m` for a package."""

    MODULE = "module"
    """Like `python -m package.module`."""

    SERVICE_FILE = "service file"
    """Like `twistd --python app.tac`."""

    PLUGIN = "plugin"
    """Like `twist NAME ARGUMENTS`."""


@frozen
class ProgramReference:
    """One program and its arguments. `str` returns the text for `parse`."""

    kind: ProgramKind

    source: str
    """The path as it was written, or the name of the module or plugin."""

    arguments: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> ProgramReference:
        """Parse `text`. Raises `UserCodeError`, also for a reference to one object in a file."""
        if not text.isprintable():
            raise UserCodeError(f"{quoted(text)} must be one line of visible characters.")
        if text.startswith(TWIST_PREFIX):
            found = _PLUGIN.fullmatch(text.removeprefix(TWIST_PREFIX).strip())
            if found is None:
                raise UserCodeError(
                    f"{quoted(text)} names no plugin. Write it as twist:web --path ."
                )
            return cls(ProgramKind.PLUGIN, found["path"], _split(text, found["arguments"]))
        return cls._of_python(text)

    @classmethod
    def _of_python(cls, text: str) -> ProgramReference:
        rest = text.removeprefix(PREFIX).strip()
        found = _FILE.fullmatch(rest)
        if found is not None and text.startswith(PREFIX):
            path = found["path"]
            if wrong := home_folder_problem(path):
                raise UserCodeError(wrong)
            return cls(_kind_of_path(path), path, _split(text, found["arguments"]))
        found = _MODULE.fullmatch(rest)
        if found is None or not text.startswith(PREFIX):
            raise UserCodeError(
                f"{quoted(text)} names no program. "
                "Write it as python:server.py, python:app.tac or twist:web."
            )
        return cls(ProgramKind.MODULE, found["path"], _split(text, found["arguments"]))

    def __str__(self) -> str:
        prefix = TWIST_PREFIX if self.kind is ProgramKind.PLUGIN else PREFIX
        return " ".join((f"{prefix}{self.source}", *map(shlex.quote, self.arguments)))

    @property
    def has_path(self) -> bool:
        """Whether `source` is a path. A relative one begins in the folder of the profile."""
        return self.kind not in (ProgramKind.MODULE, ProgramKind.PLUGIN)

    @property
    def command(self) -> str:
        """The command that runs the same without Portdeck, as text for a shell."""
        before = {
            ProgramKind.SERVICE_FILE: "twistd --nodaemon --python",
            ProgramKind.MODULE: "python -m",
            ProgramKind.PLUGIN: "twist",
        }.get(self.kind, "python")
        return " ".join((before, shlex.quote(self.source), *map(shlex.quote, self.arguments)))

    @property
    def title(self) -> str:
        """The name of its file, module or plugin."""
        if self.kind in (ProgramKind.MODULE, ProgramKind.PLUGIN):
            return self.source
        return Path(self.source).name or self.source


def is_program(protocol: str) -> bool:
    """Whether `protocol` refers to a whole program, not to one object."""
    if protocol.startswith(TWIST_PREFIX):
        return True
    if not protocol.startswith(PREFIX):
        return False
    rest = protocol.removeprefix(PREFIX).strip()
    return _FILE.fullmatch(rest) is not None or _MODULE.fullmatch(rest) is not None


def program_of(path: str) -> str:
    """The protocol text for the file or folder at `path`. A reference stays as it is."""
    if path.startswith((PREFIX, TWIST_PREFIX)):
        return path
    is_file = path.lower().endswith((".py", ".pyw", ".tac"))
    return f"{PREFIX}{path}" if is_file or path.endswith("/") else f"{PREFIX}{path}/"


def _kind_of_path(path: str) -> ProgramKind:
    if path.endswith("/"):
        return ProgramKind.FOLDER
    is_service_file = path.lower().endswith(".tac")
    return ProgramKind.SERVICE_FILE if is_service_file else ProgramKind.SCRIPT


def _split(text: str, arguments: str | None) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(arguments or ""))
    except ValueError:
        raise UserCodeError(
            f"{quoted(text)} has a quotation mark without its partner. Close it."
        ) from None
