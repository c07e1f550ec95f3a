"""Snippets that two windows changed at once: what each did counts, and nothing gets lost."""

from __future__ import annotations

from collections.abc import Iterable, Set

from app.client.snippets import MOST_SNIPPETS, Snippet, Snippets


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
