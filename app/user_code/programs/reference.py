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
from app.text.sentence import quoted
from app.user_code.reference import (
    PREFIX,
    PROGRAM_ENDS,
    PROGRAM_FILE,
    PROGRAM_MODULE,
    TWIST_PREFIX,
    CodeLocation,
    Reference,
    UserCodeError,
    is_user_code,
    is_whole_program,
    quoted_words,
)

OWN_PLACES: Final = "program"
"""The endpoint of a program that listens at its own places."""

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

    OBJECT = "object"
    """The services of one object in a file or module."""


@frozen
class ProgramReference:
    """One program and its arguments. `str` returns the text for `parse`."""

    kind: ProgramKind

    source: str
    """The path as it was written, or the name of the module or plugin."""

    arguments: tuple[str, ...] = ()

    object: Reference | None = None
    """The object of an `OBJECT`."""

    @classmethod
    def of_listener(cls, protocol: str) -> ProgramReference:
        """The program of a listener for which `runs_as_program` is true. Raises `UserCodeError`."""
        if is_program(protocol):
            return cls.parse(protocol)
        found = Reference.parse(protocol)
        return cls(ProgramKind.OBJECT, found.source, object=found)

    @classmethod
    def parse(cls, text: str) -> ProgramReference:
        """Parse `text`. Raises `UserCodeError`, also for a reference to one object in a file."""
        if not text.isprintable():
            raise UserCodeError(
                "program-not-one-line",
                "{text} must be one line of visible characters.",
                text=quoted(text),
            )
        if text.startswith(TWIST_PREFIX):
            found = _PLUGIN.fullmatch(text.removeprefix(TWIST_PREFIX).strip())
            if found is None:
                raise UserCodeError(
                    "no-plugin-named",
                    "{text} names no plugin. Write it as twist:web --path .",
                    text=quoted(text),
                )
            return cls(ProgramKind.PLUGIN, found["path"], _split(text, found["arguments"]))
        return cls._of_python(text)

    @classmethod
    def _of_python(cls, text: str) -> ProgramReference:
        rest = text.removeprefix(PREFIX).strip()
        words = quoted_words(rest)
        if words and is_whole_program(rest) and text.startswith(PREFIX):
            return cls._of_path(words[0], tuple(words[1:]))
        found = PROGRAM_FILE.fullmatch(rest)
        if found is not None and text.startswith(PREFIX):
            return cls._of_path(found["path"], _split(text, found["arguments"]))
        found = PROGRAM_MODULE.fullmatch(rest)
        if found is None or not text.startswith(PREFIX):
            raise UserCodeError(
                "no-program-named",
                "{text} names no program. Write it as python:server.py, python:app.tac or "
                "twist:web.",
                text=quoted(text),
            )
        return cls(ProgramKind.MODULE, found["path"], _split(text, found["arguments"]))

    @classmethod
    def _of_path(cls, path: str, arguments: tuple[str, ...]) -> ProgramReference:
        if wrong := home_folder_problem(path):
            raise UserCodeError(wrong)
        return cls(_kind_of_path(path), path, arguments)

    def __str__(self) -> str:
        if self.object is not None:
            return str(self.object)
        prefix = TWIST_PREFIX if self.kind is ProgramKind.PLUGIN else PREFIX
        arguments = tuple(map(shlex.quote, self.arguments))
        source = self._quoted_source(arguments) if self.has_path else self.source
        return " ".join((f"{prefix}{source}", *arguments))

    def _quoted_source(self, arguments: tuple[str, ...]) -> str:
        """`source`, in quotation marks if the path would end elsewhere without them."""
        rest = " ".join((self.source, *arguments))
        found = PROGRAM_FILE.fullmatch(rest)
        ends_there = found is not None and found["path"] == self.source == self.source.strip()
        if ends_there and not quoted_words(rest):
            return self.source
        # `shlex.quote` would leave a lone slash without its quotation marks.
        return "'{}'".format(self.source.replace("'", "'\"'\"'"))

    @property
    def has_path(self) -> bool:
        """Whether `source` is a path. A relative one begins in the folder of the profile."""
        if self.object is not None:
            return self.object.place is CodeLocation.FILE
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
        if not self.has_path:
            return self.source
        return Path(self.source).name or self.source


def is_program(protocol: str) -> bool:
    """Whether `protocol` refers to a whole program, not to one object."""
    if protocol.startswith(TWIST_PREFIX):
        return True
    if not protocol.startswith(PREFIX):
        return False
    return is_whole_program(protocol.removeprefix(PREFIX).strip())


def runs_as_program(protocol: str, endpoint: str) -> bool:
    """Whether a listener is the entry of a program: it has no socket, and its places have.

    One object is served so if its services are to listen where they say.
    """
    return is_program(protocol) or (is_user_code(protocol) and endpoint == OWN_PLACES)


def program_at(path: str) -> ProgramReference:
    """The program in the file or folder at `path`, without arguments."""
    whole = path if path.lower().endswith(PROGRAM_ENDS) else f"{path}/"
    return ProgramReference(_kind_of_path(whole), whole)


def program_of(text: str) -> str:
    """The protocol for a path and its arguments, such as `server.py --port 80`. A protocol stays
    as it is."""
    if text.startswith((PREFIX, TWIST_PREFIX)):
        return text
    is_whole = quoted_words(text) or PROGRAM_FILE.fullmatch(text)
    return f"{PREFIX}{text}" if is_whole else str(program_at(text))


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
            "quotation-mark-missing",
            "{text} has a quotation mark without its partner. Close it.",
            text=quoted(text),
        ) from None
