"""Which listener of a new profile is which of the old one, though its name may have changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from app.net.endpoint import Endpoint, EndpointError
from app.profile.spec import ListenerSpec, comparable

Key = Callable[[int, ListenerSpec], Hashable]
"""What tells a listener, at an index of its profile, from all others."""


def match_listeners(
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


def match_by_name(_: int, spec: ListenerSpec) -> Hashable:
    """A name, however it is written."""
    return comparable(spec.name)


def match_by_work(_: int, spec: ListenerSpec) -> Hashable:
    """What a listener does, and where."""
    return spec.endpoint, spec.protocol


def same_listeners(
    before: Sequence[ListenerSpec], after: Sequence[ListenerSpec]
) -> list[int | None]:
    """`match_listeners` for listeners that run: one that does the same in the same place was renamed."""
    return match_listeners(before, after, (match_by_name, match_by_work))


# MERGED server/restarting: Which changes of a spec a running listener takes at once, and which only when it starts again.


def restart_changes(old: ListenerSpec, new: ListenerSpec) -> tuple[str, ...]:
    """The fields that differ and cannot take effect while a listener is on."""
    kept = ("endpoint", "protocol", "options", "tls")
    changed = [name for name in kept if getattr(old, name) != getattr(new, name)]
    if "endpoint" in changed and _is_same_place(old.endpoint, new.endpoint):
        changed.remove("endpoint")
    return tuple(changed)


def needs_restart(old: ListenerSpec, new: ListenerSpec) -> bool:
    """Whether a listener that is on must restart for `new` to take effect."""
    return bool(restart_changes(old, new))


def _is_same_place(one: str, other: str) -> bool:
    """Whether two descriptions differ in their words alone."""
    try:
        return Endpoint.parse(one).bound() == Endpoint.parse(other).bound()
    except EndpointError:
        return False
