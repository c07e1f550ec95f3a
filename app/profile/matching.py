"""Which listener of a new profile is which of the old one, though its name may have changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from app.profile.spec import ListenerSpec, comparable

Key = Callable[[int, ListenerSpec], Hashable]
"""What tells a listener, at an index of its profile, from all others."""


def matched(
    before: Sequence[ListenerSpec], after: Sequence[ListenerSpec], keys: Sequence[Key]
) -> list[int | None]:
    """For each listener of `after` the index of the one of `before` that it was; None if it is new.

    It is the one of the same first key; of those that are left, the one of the same second key; and
    so on. No two of `after` are the same one.
    """
    sources: list[int | None] = [None] * len(after)
    for key in keys:
        taken = set(sources)
        free = {key(i, spec): i for i, spec in enumerate(before) if i not in taken}
        for index, spec in enumerate(after):
            if sources[index] is None:
                sources[index] = free.pop(key(index, spec), None)
    return sources


def by_name(_: int, spec: ListenerSpec) -> Hashable:
    """A name, however it is written."""
    return comparable(spec.name)


def by_work(_: int, spec: ListenerSpec) -> Hashable:
    """What a listener does, and where."""
    return spec.endpoint, spec.protocol


def same_listeners(
    before: Sequence[ListenerSpec], after: Sequence[ListenerSpec]
) -> list[int | None]:
    """`matched` for listeners that run: one that does the same in the same place was renamed."""
    return matched(before, after, (by_name, by_work))
