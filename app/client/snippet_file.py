"""Snippets as TOML: in a file of their own beside the profile, and where they are exported to.

    version = 1

    [[snippet]]
    folder = "Mail"
    name = "Greeting"
    text = "EHLO localhost"
    notation = "text"
    ending = "crlf"

A file that cannot be read whole is kept: the first save puts it aside and writes a new one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import platformdirs
from attrs import frozen

from app.atomic_file import remove_stale, replace, set_aside, why
from app.client.draft import LONGEST_TEXT, as_plain, from_plain
from app.client.snippet_merge import TooManySnippets, merge
from app.client.snippets import LONGEST_NAME, MOST_SNIPPETS, Snippet
from app.folder_lock import alone_in
from app.profile.problem import Problem
from app.profile.reading import LARGEST_SIZE, document_of
from app.regular_file import open_regular

VERSION = 1
_KEYS = frozenset({"name", "folder", "text", "notation", "ending"})


class SnippetFileError(Exception):
    """Snippets could not be read or saved; `str()` is a sentence that names the file."""


@frozen
class Reading:
    """What a file holds: the snippets that are right, and what is wrong with the rest."""

    snippets: tuple[Snippet, ...] = ()
    problems: tuple[Problem, ...] = ()


def default_path() -> Path:
    """The user's own, beside the profile."""
    return platformdirs.user_config_path("portdeck", appauthor=False) / "snippets.toml"


def parse(text: str) -> Reading:
    """The snippets in `text`. Never raises, whatever it is."""
    document = document_of(text) if len(text) <= LARGEST_SIZE else None
    if document is None:
        return Reading(problems=(Problem("", "these are no snippets: too large or too deep"),))
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    if document.get("version") != VERSION:
        message = f"must be {VERSION}; a newer Portdeck may have written this"
        return Reading(problems=(Problem("version", message),))
    tables = document.get("snippet", [])
    if not isinstance(tables, list) or len(tables) > MOST_SNIPPETS:
        message = f"must be at most {MOST_SNIPPETS} tables; write [[snippet]] above each"
        return Reading(problems=(Problem("snippet", message),))
    found = [_snippet(table, f"snippet[{index}]") for index, table in enumerate(tables)]
    return Reading(
        tuple(each for each in found if isinstance(each, Snippet)),
        tuple(each for each in found if isinstance(each, Problem)),
    )


def render(snippets: Iterable[Snippet]) -> str:
    """`snippets` as the text of a file."""
    import tomlkit  # takes 30 ms, which are none of the start's unless something is saved

    blocks = [f"version = {VERSION}\n"]
    for each in snippets:
        values = {"folder": each.folder, "name": each.name, **as_plain(each.draft)}
        lines = [
            f"{key} = {tomlkit.item(value).as_string()}"
            for key, value in values.items()
            if key != "folder" or value
        ]
        blocks.append("\n".join(("[[snippet]]", *lines, "")))
    return "\n".join(blocks)


def read(path: Path) -> Reading:
    """The snippets in the file `path`. Raises `SnippetFileError` if it cannot be read."""
    try:
        return _parsed(_content(path) or b"")
    except OSError as error:
        raise SnippetFileError(f"{path} cannot be read ({why(error)}).") from error


def write(path: Path, snippets: Iterable[Snippet]) -> None:
    """Make `path` hold `snippets`, in one step. Raises `SnippetFileError`."""
    content = _rendered(path, snippets)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, content, time.time())
    except OSError as error:
        raise SnippetFileError(f"{path} cannot be written ({why(error)}).") from error


class SnippetFile:
    """The user's snippets on the disk. Another window may change them too: see `merge`."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since the epoch."""
        self.path = path
        self._clock = clock
        self._seen: bytes | None = None
        self._known: frozenset[Snippet] = frozenset()
        self._broken = False

    def load(self) -> Reading:
        """What the file holds; nothing if there is none. Raises `SnippetFileError`."""
        try:
            self._seen = _content(self.path)
        except OSError as error:
            self._broken = True
            raise SnippetFileError(f"{self.path} cannot be read ({why(error)}).") from error
        reading = Reading() if self._seen is None else _parsed(self._seen)
        self._broken = bool(reading.problems)
        self._known = frozenset(reading.snippets)
        return reading

    def save(self, snippets: Iterable[Snippet]) -> list[Snippet]:
        """Save `snippets`, and what another window did since; gives all that is saved now.

        Raises `SnippetFileError` if the file cannot be written; then it is as it was.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with alone_in(self.path.parent):
                return self._save(list(snippets))
        except OSError as error:
            raise SnippetFileError(f"{self.path} cannot be saved ({why(error)}).") from error

    def _save(self, ours: list[Snippet]) -> list[Snippet]:
        on_disk = _content(self.path)
        if on_disk is not None and on_disk != self._seen:
            ours = self._merged(ours, on_disk)
        content = _rendered(self.path, ours)
        if self._broken and on_disk is not None:
            set_aside(self.path, self._clock())
        _put(self.path, content, self._clock())
        self._broken = False
        self._seen = content
        self._known = frozenset(ours)
        return ours

    def _merged(self, ours: list[Snippet], on_disk: bytes) -> list[Snippet]:
        reading = _parsed(on_disk)
        self._broken = bool(reading.problems)
        before = self._known
        if self._broken:  # what cannot be read there was not removed
            before &= frozenset(reading.snippets)
        try:
            return merge(ours, reading.snippets, before)
        except TooManySnippets:
            raise SnippetFileError(
                f"{self.path} is not saved: with those of another window they are more than "
                f"{MOST_SNIPPETS:,}. Remove some."
            ) from None


def _content(path: Path) -> bytes | None:
    """What is on the disk, as much of it as may be and one byte more; `None` if nothing is."""
    try:
        with open_regular(path) as file:
            return file.read(LARGEST_SIZE + 1)
    except FileNotFoundError:
        return None


def _rendered(path: Path, snippets: Iterable[Snippet]) -> bytes:
    content = render(snippets).encode()
    if len(content) > LARGEST_SIZE:
        limit = LARGEST_SIZE // 1024
        raise SnippetFileError(f"{path} is not saved: more than {limit} KiB are too much.")
    return content


def _put(path: Path, content: bytes, now: float) -> None:
    remove_stale(path, now)
    replace(path, content)


def _parsed(content: bytes) -> Reading:
    try:
        return parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Reading(problems=(Problem(f"line {line}", "this is not UTF-8 text"),))


def _snippet(table: object, path: str) -> Snippet | Problem:
    if not isinstance(table, dict):
        return Problem(path, "must be a table")
    unknown = table.keys() - _KEYS
    if unknown:
        return Problem(path, f"has the unknown key {min(unknown)!r}")
    name, folder = table.get("name"), table.get("folder", "")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        return Problem(f"{path}.name", f"must be a text of 1 to {LONGEST_NAME} letters")
    if not isinstance(folder, str) or len(folder) > LONGEST_NAME:
        return Problem(f"{path}.folder", f"must be a text of at most {LONGEST_NAME} letters")
    try:
        draft = from_plain(table)
    except ValueError as error:
        return Problem(path, str(error))
    if len(draft.text) > LONGEST_TEXT:
        return Problem(f"{path}.text", f"must not be longer than {LONGEST_TEXT:,} letters")
    return Snippet(name, draft, folder)
