"""The profile on disk: created at the first start, replaced atomically, copied between profiles.

A save is atomic, even if the process is killed in the middle: the new text is written to another
file, flushed to the disk, and renamed over the old file. `ProfileFile` does not overwrite a file
that another program has changed since it was read, or a file with mistakes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import platformdirs
from attrs import evolve

from app.files.atomic_write import (
    move_aside,
    remove_stale,
    unreadable,
    unwritable,
    write_atomically,
)
from app.files.locks import folder_lock
from app.files.paths import open_regular
from app.net.endpoint import Endpoint
from app.profile.reading import LARGEST_SIZE, TOO_LARGE, ParsedProfile, parse
from app.profile.spec import FIRST_LISTENERS, PATHS, ListenerSpec
from app.protocols import catalog
from app.protocols.definition import describe_options
from app.text.problems import Problem
from app.text.sentence import Sentence, SentenceError, system_reason
from app.user_code.programs.reference import ProgramReference, is_program
from app.user_code.reference import CodeLocation, Reference, is_user_code


class ProfileError(SentenceError):
    """The profile could not be saved or moved. The text is for the user and names the file."""


class ProfileConflict(ProfileError):
    """Saving would overwrite changes that Portdeck has not read, or a file with mistakes."""


def default_path() -> Path:
    """The path of the default profile, in the platform's folder for settings."""
    return platformdirs.user_config_path("portdeck", appauthor=False) / "profile.toml"


class ProfileFile:
    """One profile file, with the content that was last read or written.

    `save` overwrites the file only if it still has that content. A symbolic link is followed: its
    target is read, replaced and set aside.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """`clock` returns Unix seconds, which are compared with file times."""
        self.path = path
        self.broken = False
        """Whether the file has mistakes or cannot be read. `save` refuses then, until `set_aside`
        renames the file or a `load` finds no mistakes."""
        self._clock = clock
        self._text = ""
        self._last_content: bytes | None = None

    def load(self) -> ParsedProfile:
        """Read the file. If there is none, create it with `FIRST_LISTENERS`.

        Raises nothing: if the file cannot be read or created, that is a problem in the result. If
        it cannot be created, the result has `FIRST_LISTENERS`, and `broken` stays false.
        """
        return self._read(self._create_first)

    def load_again(self) -> ParsedProfile:
        """Read the file. If there is none, that is a problem in the result; it is not created.

        Raises nothing. If the file is missing, `save` writes it again with its old comments.
        """
        return self._read(self._report_missing)

    def _read(self, without_file: Callable[[], ParsedProfile]) -> ParsedProfile:
        try:
            content = self._content()
        except OSError as error:
            self._text, self._last_content, self.broken = "", None, True
            advice = Sentence(
                "check-rights", "check its rights, or start Portdeck with another --profile"
            )
            return ParsedProfile(
                problems=(
                    self._problem(
                        Sentence(
                            "profile-unreadable",
                            "cannot be read ({reason}); {advice}",
                            reason=system_reason(error),
                            advice=advice,
                        )
                    ),
                )
            )
        if content is None:
            return without_file()
        self._text, self._last_content = "", content
        profile = self._parsed(content)
        self.broken = bool(profile.problems)
        return profile

    def _report_missing(self) -> ParsedProfile:
        self.broken = False
        return ParsedProfile(
            problems=(
                self._problem(
                    Sentence("profile-gone", "is not there any more; nothing was changed")
                ),
            )
        )

    def save(self, listeners: Sequence[ListenerSpec]) -> None:
        """Write `listeners` to the file. Its comments, mode and owner stay.

        Raises `ProfileConflict` if the file is `broken` or has changed since it was last read or
        written. Raises `ProfileError` if it cannot be written. The file is unchanged then.
        """
        if self.broken:
            raise ProfileConflict(
                "profile-has-mistakes",
                "{path} has mistakes, so it is not overwritten. Correct it and load it again, "
                "or set it aside.",
                path=self.path,
            )
        try:
            self._target().parent.mkdir(parents=True, exist_ok=True)
            with folder_lock(self._target().parent):
                self._save(listeners)
        except OSError as error:
            raise ProfileError(unwritable(self.path, error)) from error

    def _save(self, listeners: Sequence[ListenerSpec]) -> None:
        try:
            on_disk = self._content()
        except OSError as error:
            raise ProfileError(unreadable(self.path, error)) from error
        if on_disk is not None and on_disk != self._last_content:
            raise ProfileConflict(
                "profile-changed",
                "{path} was changed by another program, so it is not overwritten. Load it "
                "again, then repeat your change.",
                path=self.path,
            )
        try:
            text = _render(listeners, self._text)
        except ValueError as error:
            raise ProfileError(
                "profile-not-saved", "{path} is not saved: {error}.", path=self.path, error=error
            ) from error
        if on_disk is None or text != self._text:
            self._write(text)

    def set_aside(self) -> Path:
        """Rename the file to `profile.broken-<time>.toml`, and return that path.

        After that there is no file. `save` creates it with the given listeners, `load` with
        `FIRST_LISTENERS`. Raises `ProfileError` if the file cannot be renamed, or is a folder or a
        device.
        """
        target = self._target()
        if target.exists() and not target.is_file():
            raise ProfileError(
                "profile-no-file",
                "{target} is no file. Start Portdeck with another --profile.",
                target=target,
            )
        try:
            aside = move_aside(target, self._clock())
        except OSError as error:
            raise ProfileError(
                "file-not-renamed",
                "{target} cannot be renamed ({reason}).",
                target=target,
                reason=system_reason(error),
            ) from error
        self._text, self._last_content, self.broken = "", None, False
        return aside

    def _create_first(self) -> ParsedProfile:
        self._text, self._last_content, self.broken = "", None, False
        try:
            self._target().parent.mkdir(parents=True, exist_ok=True)
            with folder_lock(self._target().parent):
                if self._content() is not None:  # another process has just created it
                    return self.load_again()
                self._write(_render(FIRST_LISTENERS))
        except OSError as error:
            advice = Sentence(
                "changes-will-be-lost", "changes to the listeners will be lost when Portdeck closes"
            )
            problem = self._problem(
                Sentence(
                    "profile-unwritable",
                    "cannot be written ({reason}); {advice}",
                    reason=system_reason(error),
                    advice=advice,
                )
            )
            return ParsedProfile(FIRST_LISTENERS, (problem,))
        return ParsedProfile(FIRST_LISTENERS)

    def _parsed(self, content: bytes) -> ParsedProfile:
        if len(content) > LARGEST_SIZE:
            return ParsedProfile(problems=(TOO_LARGE,))
        try:
            self._text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            problem = Problem.of(
                Sentence("line-number", "line {line}", line=line),
                "save-as-utf8",
                "this is not UTF-8 text; save the file as UTF-8",
            )
            return ParsedProfile(problems=(problem,))
        return parse(self._text)

    def _problem(self, message: str) -> Problem:
        return Problem(str(self.path), message)

    def _target(self) -> Path:
        return Path(os.path.realpath(self.path))

    def _content(self) -> bytes | None:
        """The content of the file, or None if there is no file. Reads at most the size limit plus
        one byte, so that a larger file is noticed."""
        try:
            with open_regular(self.path) as file:
                return file.read(LARGEST_SIZE + 1)
        except FileNotFoundError:
            return None

    def _write(self, text: str) -> None:
        content = text.encode()
        target = self._target()
        remove_stale(target, self._clock())
        write_atomically(target, content)
        self._text, self._last_content = text, content


def _render(listeners: Sequence[ListenerSpec], text: str = "") -> str:
    """`writing.render`. It is imported late, as `tomlkit` would delay the start."""
    from app.profile.writing import render

    return render(listeners, text)


def create(path: Path) -> None:
    """Create a profile without listeners. Raises `ProfileError`, also if `path` exists."""
    text = _render(())
    try:
        with open(path, "x", encoding="utf-8", opener=_open_private) as file:
            file.write(text)
    except FileExistsError as error:
        raise ProfileError("profile-exists", "There is {path} already.", path=path) from error
    except OSError as error:
        raise ProfileError(unwritable(path, error)) from error


def export(listeners: Sequence[ListenerSpec], folder: Path, path: Path) -> None:
    """Write `listeners` of a profile in `folder` to a new profile at `path`. Replaces a file there.

    Raises `ProfileError`; `path` is unchanged then.
    """
    text = _render([with_paths_from(spec, folder, path.parent) for spec in listeners])
    try:
        write_atomically(Path(os.path.realpath(path)), text.encode())
    except OSError as error:
        raise ProfileError(unwritable(path, error)) from error


def read_other_profile(path: Path, folder: Path) -> ParsedProfile:
    """The listeners and problems of the profile at `path`, for use in a profile in `folder`."""
    profile = ProfileFile(path).load_again()
    moved = (with_paths_from(spec, path.parent, folder) for spec in profile.listeners)
    return profile._replace(listeners=tuple(moved))


def with_paths_from(spec: ListenerSpec, source: Path, target: Path) -> ListenerSpec:
    """Convert `spec` from a profile in folder `source` to one in folder `target`.

    Relative paths are rewritten, so that they still lead to the same files.
    """
    endpoint = Endpoint.parse(spec.endpoint)
    moved = endpoint.with_paths(lambda path: _move_path(path, source, target))
    if moved != endpoint:  # otherwise keep the spelling of the user
        spec = evolve(spec, endpoint=str(moved))
    if is_program(spec.protocol):
        program = ProgramReference.parse(spec.protocol)
        if program.has_path:
            code = _move_path(program.source, source, target)
            spec = evolve(spec, protocol=str(evolve(program, source=code)))
    elif is_user_code(spec.protocol):
        reference = Reference.parse(spec.protocol)
        if reference.place is CodeLocation.FILE:
            code = _move_path(reference.source, source, target)
            spec = evolve(spec, protocol=str(evolve(reference, source=code)))
    options = _move_options(spec, lambda path: _move_path(path, source, target))
    if options != spec.options:
        spec = evolve(spec, options=options)
    if spec.tls is not None:
        files = {name: _move_path(getattr(spec.tls, name), source, target) for name in PATHS}
        spec = evolve(spec, tls=evolve(spec.tls, **files))
    return spec


def _move_options(spec: ListenerSpec, move: Callable[[str], str]) -> dict[str, object]:
    """The options of `spec` with their paths rewritten by `move`.

    Paths are the options marked `is_path`, and inside tables the values of the keys `file` and
    `python`, such as `python = "rules.py:answer"`.
    """
    paths: set[str] = set()
    if spec.protocol in catalog.names():
        options = describe_options(catalog.find(spec.protocol).options)
        paths = {option.name for option in options if option.is_path}

    def moved(key: str, value: object) -> object:
        match value:
            case dict():
                return {name: moved(name, each) for name, each in value.items()}
            case list():
                return [moved("", each) for each in value]
            case str() if key == "file" or key in paths:
                return move(value)
            case str() if key == "python":
                file, colon, name = value.rpartition(":")
                return f"{move(file)}{colon}{name}" if file.lower().endswith(".py") else value
        return value

    return {name: moved(name, value) for name, value in spec.options.items()}


def _move_path(path: str, source: Path, target: Path) -> str:
    """Rewrite a path that is relative to `source`.

    The result is relative to `target` if it is inside `target`, and otherwise absolute.
    """
    if not path or path.startswith("~") or Path(path).is_absolute():
        return path
    absolute = Path(os.path.normpath(source.absolute() / path))
    folder = target.absolute()
    is_inside = absolute.is_relative_to(folder)
    return (absolute.relative_to(folder) if is_inside else absolute).as_posix()


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
