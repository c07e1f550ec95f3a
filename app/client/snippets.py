"""Snippets: named drafts in folders, in the order in which a person keeps them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Set
from pathlib import Path

import platformdirs
from attrs import evolve, field, frozen

from app.client.draft import LONGEST_TEXT, Draft, as_plain, from_plain
from app.files.atomic_write import move_aside, remove_stale, write_atomically, write_error
from app.files.locks import folder_lock
from app.files.paths import open_regular
from app.profile.reading import LARGEST_SIZE, document_of
from app.profile.validation import Problem

LONGEST_NAME = 80
MOST_SNIPPETS = 2_000


def _one_line(text: str) -> str:
    """`text` as a name: in one line, without spaces around it, not too long."""
    return " ".join(text.split())[:LONGEST_NAME].strip()


@frozen
class Snippet:
    """A draft with a name. Snippets of one folder have different names."""

    name: str = field(converter=_one_line)
    draft: Draft
    folder: str = field(default="", converter=_one_line)
    """Empty for those in no folder."""

    @property
    def key(self) -> tuple[str, str]:
        """What no other snippet has."""
        return self.folder, self.name


class SnippetsFull(Exception):
    """There are as many as may be."""


class Snippets:
    """The collection. Whatever is put in gets a free name; equal names are never lost."""

    def __init__(self, snippets: Iterable[Snippet] = ()) -> None:
        self._all: list[Snippet] = []
        self.merge(snippets)

    def __iter__(self) -> Iterator[Snippet]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def folders(self) -> list[str]:
        """The folders that hold something, in order."""
        return list(dict.fromkeys(each.folder for each in self._all if each.folder))

    @property
    def in_order(self) -> list[Snippet]:
        """All of them as they are listed: those in no folder first, then folder by folder."""
        return [each for folder in ("", *self.folders) for each in self.in_folder(folder)]

    def in_folder(self, folder: str) -> list[Snippet]:
        """Those in `folder`, or in none."""
        return [each for each in self._all if each.folder == folder]

    def add(self, snippet: Snippet, at: int | None = None) -> Snippet:
        """Put `snippet` at the end, or before the one numbered `at`; gives it as it is named now.

        Raises `SnippetsFull`.
        """
        if len(self._all) >= MOST_SNIPPETS:
            raise SnippetsFull
        named = self._named_freely(snippet)
        self._all.insert(len(self._all) if at is None else at, named)
        return named

    def replace(self, old: Snippet, new: Snippet) -> Snippet:
        """Put `new` where `old` is: renamed, moved or changed; gives it as it is named now."""
        place = self._all.index(old)
        del self._all[place]
        return self.add(new, place)

    def remove(self, snippet: Snippet) -> int:
        """Take `snippet` out; gives its place, for `add` to undo it."""
        place = self._all.index(snippet)
        del self._all[place]
        return place

    def move(self, snippet: Snippet, steps: int) -> None:
        """Move `snippet` among those of its folder: up if `steps` is below 0."""
        folder = self.in_folder(snippet.folder)
        target = folder.index(snippet) + steps
        if 0 <= target < len(folder):
            here, there = self._all.index(snippet), self._all.index(folder[target])
            self._all[here], self._all[there] = self._all[there], self._all[here]

    def become(self, snippets: Iterable[Snippet]) -> None:
        """Hold `snippets` and nothing else; they are of another such collection."""
        self._all = list(snippets)

    def merge(self, snippets: Iterable[Snippet]) -> list[Snippet]:
        """Add those that are not here yet; gives what was added, as it is named now.

        What does not fit any more is left out.
        """
        here = set(self._all)
        added = []
        for each in snippets:
            if each not in here and len(self._all) < MOST_SNIPPETS:
                added.append(self.add(each))
                here.add(each)
        return added

    def _named_freely(self, snippet: Snippet) -> Snippet:
        taken = {each.key for each in self._all}
        name = snippet.name or "Snippet"
        free, number = evolve(snippet, name=name), 1
        while free.key in taken:
            number += 1
            ending = f" {number}"
            free = evolve(snippet, name=name[: LONGEST_NAME - len(ending)] + ending)
        return free


# MERGED client/snippet_merge: Snippets that two windows changed at once: what each did counts, and nothing gets lost.


class TooManySnippets(Exception):
    """The snippets of both are more than there may be."""


def merge(
    ours: Iterable[Snippet], theirs: Iterable[Snippet], before: Set[Snippet]
) -> list[Snippet]:
    """What `ours` and `theirs` come to, both of which were made from `before`; in our order.

    Where both changed one, or gave a new one the same name, both stay, theirs under a free name.
    What one removed is gone unless the other changed it. Raises `TooManySnippets`.
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
        raise TooManySnippets
    collection.merge(news)
    return list(collection)


# MERGED client/snippet_file: Snippets as TOML: in a file of their own beside the profile, and where they are exported to.
#
#     version = 1
#
#     [[snippet]]
#     folder = "Mail"
#     name = "Greeting"
#     text = "EHLO localhost"
#     notation = "text"
#     ending = "crlf"
#
# A file that cannot be read whole is kept: the first save puts it aside and writes a new one.

VERSION = 1
_KEYS = frozenset({"name", "folder", "text", "notation", "ending"})


class SnippetFileError(Exception):
    """Snippets could not be read or saved; `str()` is a sentence that names the file."""


@frozen
class SnippetFileContent:
    """What a file holds: the snippets that are right, and what is wrong with the rest."""

    snippets: tuple[Snippet, ...] = ()
    problems: tuple[Problem, ...] = ()


def default_path() -> Path:
    """The user's own, beside the profile."""
    return platformdirs.user_config_path("portdeck", appauthor=False) / "snippets.toml"


def parse(text: str) -> SnippetFileContent:
    """The snippets in `text`. Never raises, whatever it is."""
    document = document_of(text) if len(text) <= LARGEST_SIZE else None
    if document is None:
        return SnippetFileContent(
            problems=(Problem("", "these are no snippets: too large or too deep"),)
        )
    if isinstance(document, Problem):
        return SnippetFileContent(problems=(document,))
    if document.get("version") != VERSION:
        message = f"must be {VERSION}; a newer Portdeck may have written this"
        return SnippetFileContent(problems=(Problem("version", message),))
    tables = document.get("snippet", [])
    if not isinstance(tables, list) or len(tables) > MOST_SNIPPETS:
        message = f"must be at most {MOST_SNIPPETS} tables; write [[snippet]] above each"
        return SnippetFileContent(problems=(Problem("snippet", message),))
    found = [_snippet(table, f"snippet[{index}]") for index, table in enumerate(tables)]
    return SnippetFileContent(
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


def read_snippets(path: Path) -> SnippetFileContent:
    """The snippets in the file `path`. Raises `SnippetFileError` if it cannot be read."""
    try:
        return _parsed(_content(path) or b"")
    except OSError as error:
        raise SnippetFileError(f"{path} cannot be read ({write_error(error)}).") from error


def write_snippets(path: Path, snippets: Iterable[Snippet]) -> None:
    """Make `path` hold `snippets`, in one step. Raises `SnippetFileError`."""
    content = _rendered(path, snippets)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, content, time.time())
    except OSError as error:
        raise SnippetFileError(f"{path} cannot be written ({write_error(error)}).") from error


class SnippetFile:
    """The user's snippets on the disk. Another window may change them too: see `merge`."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since the epoch."""
        self.path = path
        self._clock = clock
        self._seen: bytes | None = None
        self._known: frozenset[Snippet] = frozenset()
        self._broken = False

    def load(self) -> SnippetFileContent:
        """What the file holds; nothing if there is none. Raises `SnippetFileError`."""
        try:
            self._seen = _content(self.path)
        except OSError as error:
            self._broken = True
            raise SnippetFileError(f"{self.path} cannot be read ({write_error(error)}).") from error
        reading = SnippetFileContent() if self._seen is None else _parsed(self._seen)
        self._broken = bool(reading.problems)
        self._known = frozenset(reading.snippets)
        return reading

    def save(self, snippets: Iterable[Snippet]) -> list[Snippet]:
        """Save `snippets`, and what another window did since; gives all that is saved now.

        Raises `SnippetFileError` if the file cannot be written; then it is as it was.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with folder_lock(self.path.parent):
                return self._save(list(snippets))
        except OSError as error:
            raise SnippetFileError(
                f"{self.path} cannot be saved ({write_error(error)})."
            ) from error

    def _save(self, ours: list[Snippet]) -> list[Snippet]:
        on_disk = _content(self.path)
        if on_disk is not None and on_disk != self._seen:
            ours = self._merged(ours, on_disk)
        content = _rendered(self.path, ours)
        if self._broken and on_disk is not None:
            move_aside(self.path, self._clock())
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
    write_atomically(path, content)


def _parsed(content: bytes) -> SnippetFileContent:
    try:
        return parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return SnippetFileContent(problems=(Problem(f"line {line}", "this is not UTF-8 text"),))


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
