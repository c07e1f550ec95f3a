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

from app.atomic_file import remove_stale, replace, set_aside, why
from app.folder_lock import alone_in
from app.profile.problem import Problem
from app.profile.reading import LARGEST_SIZE, TOO_LARGE, Reading, parse
from app.profile.spec import FIRST_LISTENERS, ListenerSpec
from app.regular_file import open_regular


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
        """Whether the file has mistakes or cannot be read. Then `save` refuses until `set_aside`
        or until a `load` finds it mended."""
        self._clock = clock
        self._text = ""
        self._seen: bytes | None = None

    def load(self) -> Reading:
        """What the file holds. If there is none, makes one that holds `FIRST_LISTENERS`.

        Raises nothing: a file that cannot be read or made is a problem in the reading. One that
        cannot be made still reads as `FIRST_LISTENERS`, and does not make this file `broken`.
        """
        return self._read(self._first_start)

    def load_again(self) -> Reading:
        """What the file holds now. If it is gone, that is a problem, and none is made.

        Raises nothing. While the file is away, `save` writes it anew, with the comments it had.
        """
        return self._read(self._missing)

    def _read(self, without_file: Callable[[], Reading]) -> Reading:
        try:
            content = self._content()
        except OSError as error:
            self._text, self._seen, self.broken = "", None, True
            advice = "check its rights, or start Portdeck with another --profile"
            return Reading(problems=(self._problem(f"cannot be read ({why(error)}); {advice}"),))
        if content is None:
            return without_file()
        self._text, self._seen = "", content
        reading = self._parsed(content)
        self.broken = bool(reading.problems)
        return reading

    def _missing(self) -> Reading:
        self.broken = False
        return Reading(problems=(self._problem("is not there any more; nothing was changed"),))

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
            with alone_in(self._target().parent):
                self._save(listeners)
        except OSError as error:
            raise ProfileError(f"{self.path} cannot be written ({why(error)}).") from error

    def _save(self, listeners: Sequence[ListenerSpec]) -> None:
        try:
            on_disk = self._content()
        except OSError as error:
            raise ProfileError(f"{self.path} cannot be read ({why(error)}).") from error
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
            aside = set_aside(target, self._clock())
        except OSError as error:
            raise ProfileError(f"{target} cannot be renamed ({why(error)}).") from error
        self._text, self._seen, self.broken = "", None, False
        return aside

    def _first_start(self) -> Reading:
        self._text, self._seen, self.broken = "", None, False
        try:
            self._target().parent.mkdir(parents=True, exist_ok=True)
            with alone_in(self._target().parent):
                if self._content() is not None:  # another process was a little sooner
                    return self.load_again()
                self._write(_render(FIRST_LISTENERS))
        except OSError as error:
            advice = "changes to the listeners will be lost when Portdeck closes"
            problem = self._problem(f"cannot be written ({why(error)}); {advice}")
            return Reading(FIRST_LISTENERS, (problem,))
        return Reading(FIRST_LISTENERS)

    def _parsed(self, content: bytes) -> Reading:
        if len(content) > LARGEST_SIZE:
            return Reading(problems=(TOO_LARGE,))
        try:
            self._text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            problem = Problem(f"line {line}", "this is not UTF-8 text; save the file as UTF-8")
            return Reading(problems=(problem,))
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
        replace(target, content)
        self._text, self._seen = text, content


def _render(listeners: Sequence[ListenerSpec], text: str = "") -> str:
    """`writing.render`; importing its parser is left to the first change, off the start's way."""
    from app.profile.writing import render

    return render(listeners, text)
