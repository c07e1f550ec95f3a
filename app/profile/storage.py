"""The profile on disk: made at the first start, replaced in one step, never taken from its user.

A save is all or nothing even if the process is killed in the middle: the new text is written beside
the file, forced to the disk, and put in its place by one rename. What somebody else changed since
it was read, and what could not be read without mistakes, is not overwritten.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import platformdirs
from attrs import evolve

from app.files.atomic_write import move_aside, remove_stale, write_atomically, write_error
from app.files.locks import folder_lock
from app.files.paths import open_regular
from app.net.endpoint import Endpoint
from app.profile.reading import LARGEST_SIZE, TOO_LARGE, ParsedProfile, parse
from app.profile.spec import FIRST_LISTENERS, PATHS, ListenerSpec
from app.profile.validation import Problem
from app.user_code.reference import CodeLocation, Reference, is_user_code


class ProfileError(Exception):
    """The profile could not be saved or moved. Its text is for the user and names the file."""


class ProfileConflict(ProfileError):
    """Saving would overwrite what Portdeck has not read, or could not make sense of."""


def default_path() -> Path:
    """The profile of a user who named no other, in the platform's folder for settings."""
    return platformdirs.user_config_path("portdeck", appauthor=False) / "profile.toml"


class ProfileFile:
    """One profile file: what was last read from it or written to it, and thus what may be replaced.

    A symbolic link is followed: the file it leads to is read, replaced and set aside.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since the epoch, as the file system's times do."""
        self.path = path
        self.broken = False
        """Whether the file has mistakes or cannot be read. Then `save` refuses until `move_aside`
        or until a `load` finds it mended."""
        self._clock = clock
        self._text = ""
        self._seen: bytes | None = None

    def load(self) -> ParsedProfile:
        """What the file holds. If there is none, makes one that holds `FIRST_LISTENERS`.

        Raises nothing: a file that cannot be read or made is a problem in the reading. One that
        cannot be made still reads as `FIRST_LISTENERS`, and does not make this file `broken`.
        """
        return self._read(self._first_start)

    def load_again(self) -> ParsedProfile:
        """What the file holds now. If it is gone, that is a problem, and none is made.

        Raises nothing. While the file is away, `save` writes it anew, with the comments it had.
        """
        return self._read(self._missing)

    def _read(self, without_file: Callable[[], ParsedProfile]) -> ParsedProfile:
        try:
            content = self._content()
        except OSError as error:
            self._text, self._seen, self.broken = "", None, True
            advice = "check its rights, or start Portdeck with another --profile"
            return ParsedProfile(
                problems=(self._problem(f"cannot be read ({write_error(error)}); {advice}"),)
            )
        if content is None:
            return without_file()
        self._text, self._seen = "", content
        reading = self._parsed(content)
        self.broken = bool(reading.problems)
        return reading

    def _missing(self) -> ParsedProfile:
        self.broken = False
        return ParsedProfile(
            problems=(self._problem("is not there any more; nothing was changed"),)
        )

    def save(self, listeners: Sequence[ListenerSpec]) -> None:
        """Puts `listeners` into the file, and keeps its comments, its mode and its owner.

        Raises `ProfileConflict` if the file is `broken` or not the one that was last read or
        written, and `ProfileError` if it cannot be written. Either leaves the file as it was.
        """
        if self.broken:
            raise ProfileConflict(
                f"{self.path} has mistakes, so it is not overwritten. "
                "Correct it and load it again, or set it aside."
            )
        try:
            self._target().parent.mkdir(parents=True, exist_ok=True)
            with folder_lock(self._target().parent):
                self._save(listeners)
        except OSError as error:
            raise ProfileError(f"{self.path} cannot be written ({write_error(error)}).") from error

    def _save(self, listeners: Sequence[ListenerSpec]) -> None:
        try:
            on_disk = self._content()
        except OSError as error:
            raise ProfileError(f"{self.path} cannot be read ({write_error(error)}).") from error
        if on_disk is not None and on_disk != self._seen:
            raise ProfileConflict(
                f"{self.path} was changed by another program, so it is not overwritten. "
                "Load it again, then repeat your change."
            )
        try:
            text = _render(listeners, self._text)
        except ValueError as error:
            raise ProfileError(f"{self.path} is not saved: {error}.") from error
        if on_disk is None or text != self._text:
            self._write(text)

    def set_aside(self) -> Path:
        """Renames the file to `profile.broken-<time>.toml`, and returns that path.

        Afterwards `save` makes a new file, for instance with the listeners that did read well, and
        `load` makes one with the first listeners. Raises `ProfileError` if it cannot be renamed,
        and for a folder or a device, which nobody meant to be a profile.
        """
        target = self._target()
        if target.exists() and not target.is_file():
            raise ProfileError(f"{target} is no file. Start Portdeck with another --profile.")
        try:
            aside = move_aside(target, self._clock())
        except OSError as error:
            raise ProfileError(f"{target} cannot be renamed ({write_error(error)}).") from error
        self._text, self._seen, self.broken = "", None, False
        return aside

    def _first_start(self) -> ParsedProfile:
        self._text, self._seen, self.broken = "", None, False
        try:
            self._target().parent.mkdir(parents=True, exist_ok=True)
            with folder_lock(self._target().parent):
                if self._content() is not None:  # another process was a little sooner
                    return self.load_again()
                self._write(_render(FIRST_LISTENERS))
        except OSError as error:
            advice = "changes to the listeners will be lost when Portdeck closes"
            problem = self._problem(f"cannot be written ({write_error(error)}); {advice}")
            return ParsedProfile(FIRST_LISTENERS, (problem,))
        return ParsedProfile(FIRST_LISTENERS)

    def _parsed(self, content: bytes) -> ParsedProfile:
        if len(content) > LARGEST_SIZE:
            return ParsedProfile(problems=(TOO_LARGE,))
        try:
            self._text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            problem = Problem(f"line {line}", "this is not UTF-8 text; save the file as UTF-8")
            return ParsedProfile(problems=(problem,))
        return parse(self._text)

    def _problem(self, message: str) -> Problem:
        return Problem(str(self.path), message)

    def _target(self) -> Path:
        return Path(os.path.realpath(self.path))

    def _content(self) -> bytes | None:
        """What is on the disk, as much of it as a profile may be and one byte; None if nothing."""
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
        self._text, self._seen = text, content


def _render(listeners: Sequence[ListenerSpec], text: str = "") -> str:
    """`writing.render`; importing its parser is left to the first change, off the start's way."""
    from app.profile.writing import render

    return render(listeners, text)


# MERGED profile/exchange: Listeners that go from one profile to another: written to a file of their own, or taken from one.
#
# What they name by a path that counts from their profile's folder, they still name afterwards.


def create(path: Path) -> None:
    """Make a profile without listeners at `path`, where nothing may be. Raises `ProfileError`."""
    from app.profile.writing import render

    try:
        with open(path, "x", encoding="utf-8", opener=_open_private) as file:
            file.write(render(()))
    except FileExistsError as error:
        raise ProfileError(f"There is {path} already.") from error
    except OSError as error:
        raise ProfileError(f"{path} cannot be written ({write_error(error)}).") from error


def export(listeners: Sequence[ListenerSpec], folder: Path, path: Path) -> None:
    """Write `listeners` of a profile in `folder` to a profile of their own, in place of what is at
    `path`. Raises `ProfileError`, and leaves `path` as it was."""
    from app.profile.writing import render

    moved = [with_paths_from(spec, folder, path.parent) for spec in listeners]
    try:
        write_atomically(Path(os.path.realpath(path)), render(moved).encode())
    except OSError as error:
        raise ProfileError(f"{path} cannot be written ({write_error(error)}).") from error


def read_other_profile(path: Path, folder: Path) -> ParsedProfile:
    """The listeners of the profile at `path`, for one in `folder`; and what is wrong with it."""
    reading = ProfileFile(path).load_again()
    moved = (with_paths_from(spec, path.parent, folder) for spec in reading.listeners)
    return evolve(reading, listeners=tuple(moved))


def with_paths_from(spec: ListenerSpec, source: Path, target: Path) -> ListenerSpec:
    """`spec` of a profile in folder `source`, for a profile in folder `target`."""
    endpoint = Endpoint.parse(spec.endpoint)
    moved = endpoint.with_paths(lambda path: _moved(path, source, target))
    if moved != endpoint:  # or else its words stay as the user wrote them
        spec = evolve(spec, endpoint=str(moved))
    if is_user_code(spec.protocol):
        reference = Reference.parse(spec.protocol)
        if reference.place is CodeLocation.FILE:
            code = _moved(reference.source, source, target)
            spec = evolve(spec, protocol=str(evolve(reference, source=code)))
    if spec.tls is not None:
        files = {name: _moved(getattr(spec.tls, name), source, target) for name in PATHS}
        spec = evolve(spec, tls=evolve(spec.tls, **files))
    return spec


def _moved(path: str, source: Path, target: Path) -> str:
    """A path that counts from `source`, so that it counts from `target`."""
    if not path or path.startswith("~") or Path(path).is_absolute():
        return path
    place = Path(os.path.normpath(source.absolute() / path))
    home = target.absolute()
    return (place.relative_to(home) if place.is_relative_to(home) else place).as_posix()


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
