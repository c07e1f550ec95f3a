"""Snippets: named drafts in folders, in the user's order, and the TOML file that stores them.

`Snippets` is the collection. `merge` combines the snippets of two windows that changed them at the
same time. `SnippetFile` is the user's file beside the profile; exported files have the same form:

    version = 1

    [[snippet]]
    folder = "Mail"
    name = "Greeting"
    text = "EHLO localhost"
    notation = "text"
    ending = "crlf"

A file that cannot be parsed completely is not lost: the first save moves it aside and writes a new
one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Set
from pathlib import Path
from typing import NamedTuple

import platformdirs
from attrs import evolve, field, frozen

from app.client.draft import LONGEST_TEXT, Draft, draft_from_dict, draft_to_dict
from app.files.atomic_write import (
    move_aside,
    remove_stale,
    unreadable,
    unwritable,
    write_atomically,
)
from app.files.locks import folder_lock
from app.files.paths import open_regular
from app.profile.reading import LARGEST_SIZE, parse_toml
from app.text.problems import Problem
from app.text.sentence import Sentence, SentenceError

LONGEST_NAME = 80
MOST_SNIPPETS = 2_000
VERSION = 1
_KEYS = frozenset({"name", "folder", "text", "notation", "ending"})


def _one_line(text: str) -> str:
    """`text` as a name: one line, without spaces around it, cut to `LONGEST_NAME`."""
    return " ".join(text.split())[:LONGEST_NAME].strip()


@frozen
class Snippet:
    """A draft with a name. Names are unique in a folder."""

    name: str = field(converter=_one_line)
    draft: Draft
    folder: str = field(default="", converter=_one_line)
    """Empty for a snippet without a folder."""

    @property
    def key(self) -> tuple[str, str]:
        """The unique key: folder and name."""
        return self.folder, self.name


class SnippetsFull(Exception):
    """There would be more than `MOST_SNIPPETS`."""


class Snippets:
    """The collection. A new snippet whose name is in use gets a free name, so that none is lost."""

    def __init__(self, snippets: Iterable[Snippet] = ()) -> None:
        self._all: list[Snippet] = []
        self.merge(snippets)

    def __iter__(self) -> Iterator[Snippet]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def folders(self) -> list[str]:
        """The folders that are not empty, in order."""
        return list(dict.fromkeys(each.folder for each in self._all if each.folder))

    @property
    def in_order(self) -> list[Snippet]:
        """All snippets in the order of the list: first those without a folder, then folder by
        folder."""
        return [each for folder in ("", *self.folders) for each in self.in_folder(folder)]

    def in_folder(self, folder: str) -> list[Snippet]:
        """The snippets in `folder`; with an empty name, those without a folder."""
        return [each for each in self._all if each.folder == folder]

    def add(self, snippet: Snippet, at: int | None = None) -> Snippet:
        """Insert `snippet` before index `at`, or at the end. Returns it with its final name.

        Raises `SnippetsFull`.
        """
        if len(self._all) >= MOST_SNIPPETS:
            raise SnippetsFull
        named = self._with_free_name(snippet)
        self._all.insert(len(self._all) if at is None else at, named)
        return named

    def replace(self, old: Snippet, new: Snippet) -> Snippet:
        """Put `new` in the place of `old`. Returns it with its final name."""
        place = self._all.index(old)
        del self._all[place]
        return self.add(new, place)

    def remove(self, snippet: Snippet) -> int:
        """Remove `snippet`. Returns its index, so that `add` can undo it."""
        place = self._all.index(snippet)
        del self._all[place]
        return place

    def move(self, snippet: Snippet, steps: int) -> None:
        """Move `snippet` within its folder: up if `steps` is negative."""
        folder = self.in_folder(snippet.folder)
        target = folder.index(snippet) + steps
        if 0 <= target < len(folder):
            here, there = self._all.index(snippet), self._all.index(folder[target])
            self._all[here], self._all[there] = self._all[there], self._all[here]

    def replace_all(self, snippets: Iterable[Snippet]) -> None:
        """Replace the content by `snippets`, which must have unique names already."""
        self._all = list(snippets)

    def merge(self, snippets: Iterable[Snippet]) -> list[Snippet]:
        """Add the snippets that are not here yet. Returns the added ones with their final names.

        Those beyond `MOST_SNIPPETS` are left out.
        """
        here = set(self._all)
        added = []
        for each in snippets:
            if each not in here and len(self._all) < MOST_SNIPPETS:
                added.append(self.add(each))
                here.add(each)
        return added

    def _with_free_name(self, snippet: Snippet) -> Snippet:
        taken = {each.key for each in self._all}
        name = snippet.name or "Snippet"
        free, number = evolve(snippet, name=name), 1
        while free.key in taken:
            number += 1
            ending = f" {number}"
            free = evolve(snippet, name=name[: LONGEST_NAME - len(ending)] + ending)
        return free


def merge(
    ours: Iterable[Snippet], theirs: Iterable[Snippet], before: Set[Snippet]
) -> list[Snippet]:
    """The combination of `ours` and `theirs`, which were both made from `before`. It has our order.

    If both changed a snippet, or used the same name for a new one, both stay; theirs gets a free
    name. A snippet that one side removed is removed, unless the other side changed it. Raises
    `SnippetsFull`.
    """
    ours, theirs = list(ours), list(theirs)
    here, there = set(ours), set(theirs)
    news = [each for each in theirs if each not in before and each not in here]
    changes = {each.key: each for each in news}
    merged = []
    for each in ours:
        if each not in before or each in there:
            merged.append(each)
        elif each.key in changes:
            merged.append(changes.pop(each.key))
    collection = Snippets(merged)
    taken = set(merged)
    news = [each for each in news if each not in taken]
    if len(collection) + len(news) > MOST_SNIPPETS:
        raise SnippetsFull
    collection.merge(news)
    return list(collection)


class SnippetFileError(SentenceError):
    """Snippets could not be read or saved. `str()` is a sentence that names the file."""


class SnippetFileContent(NamedTuple):
    """The content of a file: its valid snippets, and the problems of the rest."""

    snippets: tuple[Snippet, ...] = ()
    problems: tuple[Problem, ...] = ()


class SnippetFile:
    """The user's snippets on disk. Another window may change them too: see `merge`."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """`clock` returns Unix seconds."""
        self.path = path
        self._clock = clock
        self._last_content: bytes | None = None
        self._last_snippets: frozenset[Snippet] = frozenset()
        self._has_problems = False

    def load(self) -> SnippetFileContent:
        """The content of the file; empty if there is none. Raises `SnippetFileError`."""
        try:
            self._last_content = _read_file(self.path)
        except OSError as error:
            self._has_problems = True
            raise SnippetFileError(unreadable(self.path, error)) from error
        reading = (
            SnippetFileContent() if self._last_content is None else _parse_file(self._last_content)
        )
        self._has_problems = bool(reading.problems)
        self._last_snippets = frozenset(reading.snippets)
        return reading

    def save(self, snippets: Iterable[Snippet]) -> list[Snippet]:
        """Save `snippets`, merged with the changes of another window. Returns all snippets that are
        saved now.

        Raises `SnippetFileError` if the file cannot be written. Then the file is unchanged.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with folder_lock(self.path.parent):
                return self._save(list(snippets))
        except OSError as error:
            raise SnippetFileError(unwritable(self.path, error)) from error

    def _save(self, ours: list[Snippet]) -> list[Snippet]:
        on_disk = _read_file(self.path)
        if on_disk is not None and on_disk != self._last_content:
            ours = self._merge_with(ours, on_disk)
        content = _render_file(self.path, ours)
        if self._has_problems and on_disk is not None:
            move_aside(self.path, self._clock())
        _write_file(self.path, content, self._clock())
        self._has_problems = False
        self._last_content = content
        self._last_snippets = frozenset(ours)
        return ours

    def _merge_with(self, ours: list[Snippet], on_disk: bytes) -> list[Snippet]:
        reading = _parse_file(on_disk)
        self._has_problems = bool(reading.problems)
        before = self._last_snippets
        if self._has_problems:  # snippets that cannot be parsed were not removed
            before &= frozenset(reading.snippets)
        try:
            return merge(ours, reading.snippets, before)
        except SnippetsFull:
            raise SnippetFileError(
                "too-many-snippets",
                "{path} is not saved: with those of another window they are more than "
                "{most_snippets:,}. Remove some.",
                path=self.path,
                most_snippets=MOST_SNIPPETS,
            ) from None


def default_path() -> Path:
    """The user's file, beside the profile."""
    return platformdirs.user_config_path("portdeck", appauthor=False) / "snippets.toml"


def read_snippets(path: Path) -> SnippetFileContent:
    """The snippets in the file `path`. Raises `SnippetFileError` if it cannot be read."""
    try:
        return _parse_file(_read_file(path) or b"")
    except OSError as error:
        raise SnippetFileError(unreadable(path, error)) from error


def write_snippets(path: Path, snippets: Iterable[Snippet]) -> None:
    """Write `snippets` to `path`, atomically. Raises `SnippetFileError`."""
    content = _render_file(path, snippets)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_file(path, content, time.time())
    except OSError as error:
        raise SnippetFileError(unwritable(path, error)) from error


def _read_file(path: Path) -> bytes | None:
    """The content of the file, or `None` if there is no file. Reads at most the size limit plus one
    byte, so that a larger file is noticed."""
    try:
        with open_regular(path) as file:
            return file.read(LARGEST_SIZE + 1)
    except FileNotFoundError:
        return None


def _write_file(path: Path, content: bytes, now: float) -> None:
    remove_stale(path, now)
    write_atomically(path, content)


def _render_file(path: Path, snippets: Iterable[Snippet]) -> bytes:
    content = render(snippets).encode()
    if len(content) > LARGEST_SIZE:
        limit = LARGEST_SIZE // 1024
        raise SnippetFileError(
            "snippets-too-large",
            "{path} is not saved: more than {limit} KiB are too much.",
            path=path,
            limit=limit,
        )
    return content


def render(snippets: Iterable[Snippet]) -> str:
    """The text of a file with `snippets`."""
    import tomlkit  # loaded late: it takes 30 ms of the start

    blocks = [f"version = {VERSION}\n"]
    for each in snippets:
        values = {"folder": each.folder, "name": each.name, **draft_to_dict(each.draft)}
        lines = [
            f"{key} = {tomlkit.item(value).as_string()}"
            for key, value in values.items()
            if key != "folder" or value
        ]
        blocks.append("\n".join(("[[snippet]]", *lines, "")))
    return "\n".join(blocks)


def _parse_file(content: bytes) -> SnippetFileContent:
    try:
        return parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return SnippetFileContent(
            problems=(
                Problem.of(
                    Sentence("line-number", "line {line}", line=line),
                    "not-utf8",
                    "this is not UTF-8 text",
                ),
            )
        )


def parse(text: str) -> SnippetFileContent:
    """The snippets in `text`. Never raises."""
    document = parse_toml(text) if len(text) <= LARGEST_SIZE else None
    if document is None:
        return SnippetFileContent(
            problems=(
                Problem.of("", "snippets-too-deep", "these are no snippets: too large or too deep"),
            )
        )
    if isinstance(document, Problem):
        return SnippetFileContent(problems=(document,))
    if document.get("version") != VERSION:
        return SnippetFileContent(
            problems=(
                Problem.of(
                    "version",
                    "snippets-version",
                    "must be {version}; a newer Portdeck may have written this",
                    version=VERSION,
                ),
            )
        )
    tables = document.get("snippet", [])
    if not isinstance(tables, list) or len(tables) > MOST_SNIPPETS:
        return SnippetFileContent(
            problems=(
                Problem.of(
                    "snippet",
                    "snippets-not-tables",
                    "must be at most {most_snippets} tables; write [[snippet]] above each",
                    most_snippets=MOST_SNIPPETS,
                ),
            )
        )
    found = [_parse_snippet(table, f"snippet[{index}]") for index, table in enumerate(tables)]
    return SnippetFileContent(
        tuple(each for each in found if isinstance(each, Snippet)),
        tuple(each for each in found if isinstance(each, Problem)),
    )


def _parse_snippet(table: object, path: str) -> Snippet | Problem:
    if not isinstance(table, dict):
        return Problem.of(path, "must-be-table", "must be a table")
    unknown = table.keys() - _KEYS
    if unknown:
        return Problem.of(
            path, "has-unknown-key", "has the unknown key {unknown!r}", unknown=min(unknown)
        )
    name, folder = table.get("name"), table.get("folder", "")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        return Problem.of(
            f"{path}.name",
            "snippet-name-length",
            "must be a text of 1 to {longest_name} letters",
            longest_name=LONGEST_NAME,
        )
    if not isinstance(folder, str) or len(folder) > LONGEST_NAME:
        return Problem.of(
            f"{path}.folder",
            "text-up-to",
            "must be a text of at most {longest_name} letters",
            longest_name=LONGEST_NAME,
        )
    try:
        draft = draft_from_dict(table)
    except ValueError as error:
        return Problem(path, str(error))
    if len(draft.text) > LONGEST_TEXT:
        return Problem.of(
            f"{path}.text",
            "text-too-long",
            "must not be longer than {longest_text:,} letters",
            longest_text=LONGEST_TEXT,
        )
    return Snippet(name, draft, folder)
