"""Trust in user code: which files may be executed, by path and content.

A profile from elsewhere must not run code just because it was opened. The caller asks
`needs_question`, shows the files to the user, and keeps the answer with `Trust.keep`. Code of a
profile that is saved on this machine is kept too.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from attrs import field, frozen

from app.files import atomic_write
from app.files.locks import folder_lock
from app.files.paths import is_file, is_folder, resolve_path
from app.user_code.programs.reference import ProgramKind, ProgramReference, is_program
from app.user_code.reference import (
    PREFIX,
    CodeLocation,
    Reference,
    UserCodeError,
    is_user_code,
)

LARGEST_FILE: Final = 4 * 1024 * 1024
"""Bytes of the file of answers. A larger file is ignored."""

LARGEST_CODE: Final = 1024 * 1024
"""Bytes of a file of code; the loader has the same limit."""

MOST_ANSWERS: Final = 10_000
MOST_FILES: Final = 500
"""The most files of one folder that are named and hashed."""

_VERSION: Final = 1


@frozen
class Answers:
    """The answers of the user: for each path, the content that may be executed."""

    contents: Mapping[str, str] = field(factory=dict)
    """SHA-256 digests, in hexadecimal, by absolute path."""

    def needs_question(self, profile: Path, files: Iterable[Path]) -> tuple[Path, ...]:
        """The files, with their present content, that the user has not trusted. Executes nothing.

        The profile itself is included: it may name code that is no file, such as an installed
        module. A missing file needs no question.
        """
        return tuple(
            each
            for each in (profile, *files)
            if (digest := _digest(each)) and self.contents.get(_key(each)) != digest
        )

    def with_yes(self, files: Iterable[Path]) -> Answers:
        """The answers with a yes to each of `files` as it is now. Drops the oldest answers."""
        contents = dict(self.contents)
        for each in files:
            digest = _digest(each)
            contents.pop(_key(each), None)
            if digest:
                contents[_key(each)] = digest
        return Answers(dict(list(contents.items())[-MOST_ANSWERS:]))


class Trust:
    """The answers of one user, in a file that only the user can write."""

    def __init__(self, path: Path | None = None) -> None:
        """`path` is the file of the answers, by default in the folder for Portdeck's state."""
        self.path = path or default_path()

    def answers(self) -> Answers:
        """All answers. Empty if there is no file, or one that other users can write."""
        try:
            status = self.path.stat()
            if status.st_size > LARGEST_FILE or not _is_ours(status):
                return Answers()
            document = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return Answers()
        return Answers(dict(_read(document)))

    def keep(self, files: Iterable[Path]) -> None:
        """Remember a yes to each of `files` as it is now. Raises `OSError`."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with folder_lock(self.path.parent):
            answers = self.answers().with_yes(files)
            document = {"version": _VERSION, "trusted": dict(answers.contents)}
            text = json.dumps(document, indent=1)
            atomic_write.write_atomically(self.path, text.encode())
            if os.name == "posix":
                self.path.chmod(0o600)


def default_path() -> Path:
    """The default file of the answers."""
    from platformdirs import user_state_path

    return user_state_path("portdeck") / "trusted_code.json"


def references_in(protocol: str, options: Mapping[str, object]) -> Iterator[str]:
    """The references to user code of one listener: its protocol, and functions in its options.

    An option names a function with the key `python`, as in `python = "rules.py:answer"`.
    """
    if is_user_code(protocol):
        yield protocol
    waiting: list[object] = [options]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            name = value.get("python")
            if isinstance(name, str):
                yield f"{PREFIX}{name}"
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value


def files_of(references: Iterable[str], folder: Path) -> tuple[Path, ...]:
    """The files that would be executed for these references, each once.

    `folder` is the folder of the profile. For a program in a folder these are all of its Python
    files. For a file, those beside it are included, as it may import them.
    """
    found: dict[Path, None] = {}
    for reference in references:
        for path in _starting_points(reference, folder):
            found.update(dict.fromkeys(_with_neighbours(path)))
    return tuple(found)


def _starting_points(text: str, folder: Path) -> Iterator[Path]:
    try:
        if is_program(text):
            program = ProgramReference.parse(text)
            if program.kind is ProgramKind.MODULE:
                yield from _of_module(program.source, folder)
            elif program.kind is not ProgramKind.PLUGIN:
                yield Path(os.path.realpath(resolve_path(program.source, folder)))
        elif is_user_code(text):
            reference = Reference.parse(text)
            if reference.place is CodeLocation.FILE:
                yield Path(os.path.realpath(resolve_path(reference.source, folder)))
            else:
                yield from _of_module(reference.source, folder)
    except UserCodeError:  # it will not be executed
        return


def _of_module(name: str, folder: Path) -> Iterator[Path]:
    """The files of a module in `folder`. An installed module needs no trust."""
    top = Path(os.path.realpath(folder)) / name.partition(".")[0]
    yield from (each for each in (top, top.with_suffix(".py")) if is_file(each) or is_folder(each))


def _with_neighbours(path: Path) -> Iterator[Path]:
    if is_folder(path):
        yield from sorted(path.rglob("*.py"))[:MOST_FILES]
        return
    yield path
    yield from (each for each in sorted(path.parent.glob("*.py"))[:MOST_FILES] if each != path)


def _key(path: Path) -> str:
    """The absolute path without symbolic links."""
    return os.path.realpath(path)


def _digest(path: Path) -> str:
    """The SHA-256 of the content; empty if it cannot be executed."""
    try:
        if not is_file(path) or path.stat().st_size > LARGEST_CODE:
            return ""
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _is_ours(status: os.stat_result) -> bool:
    if os.name != "posix":
        return True
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _read(document: object) -> Iterator[tuple[str, str]]:
    if not isinstance(document, dict) or document.get("version") != _VERSION:
        return
    trusted = document.get("trusted")
    if isinstance(trusted, dict):
        yield from (
            (path, digest)
            for path, digest in trusted.items()
            if isinstance(path, str) and isinstance(digest, str)
        )
