"""Snippets: named drafts in folders, in the order in which a person keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve, field, frozen

from app.client.draft import Draft

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
