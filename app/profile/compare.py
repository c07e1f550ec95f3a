"""Comparison of two profiles: which listeners are the same, and which changes need a restart.

`Deck.update` and `writing` use it, so that a renamed listener is not taken for a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from app.net.endpoint import Endpoint, EndpointError
from app.profile.spec import ListenerSpec, name_key
from app.protocols import catalog

Item = TypeVar("Item")

Key = Callable[[int, Item], Hashable]
"""Takes the index of an item, such as a listener in its profile, and the item. Equal keys mean the
same item."""


def match_items(
    before: Sequence[Item], after: Sequence[Item], keys: Sequence[Key[Item]]
) -> list[int | None]:
    """For each item of `after`, the index of its old version in `before`; None if it is new.

    Match by the first key. Those without a match are matched by the second key, and so on. Each
    index occurs at most once.
    """
    old_indexes: list[int | None] = [None] * len(after)
    for key in keys:
        matched = set(old_indexes)
        free = {key(i, item): i for i, item in enumerate(before) if i not in matched}
        for index, item in enumerate(after):
            if old_indexes[index] is None:
                old_indexes[index] = free.pop(key(index, item), None)
    return old_indexes


def match_by_name(_: int, spec: ListenerSpec) -> Hashable:
    """The name, without case."""
    return name_key(spec.name)


def match_by_function(_: int, spec: ListenerSpec) -> Hashable:
    """The endpoint and the protocol."""
    return spec.endpoint, spec.protocol


def same_listeners(
    before: Sequence[ListenerSpec], after: Sequence[ListenerSpec]
) -> list[int | None]:
    """`match_items` for running listeners: by name, then by endpoint and protocol."""
    return match_items(before, after, (match_by_name, match_by_function))


def restart_changes(old: ListenerSpec, new: ListenerSpec) -> tuple[str, ...]:
    """The fields that differ and take effect only when a running listener restarts."""
    restart_fields = ("endpoint", "protocol", "options", "tls")
    changed = [name for name in restart_fields if getattr(old, name) != getattr(new, name)]
    if "endpoint" in changed and _is_same_address(old.endpoint, new.endpoint):
        changed.remove("endpoint")
    if "options" in changed and can_change_options(old, new):
        changed.remove("options")
    return tuple(changed)


def needs_restart(old: ListenerSpec, new: ListenerSpec) -> bool:
    """Whether a listener that is on must restart for `new` to take effect."""
    return bool(restart_changes(old, new))


def can_change_options(old: ListenerSpec, new: ListenerSpec) -> bool:
    """Whether a listener that runs with `old` takes the options of `new` without a restart."""
    if old.protocol != new.protocol or old.protocol not in catalog.names():
        return False
    try:
        is_datagram = Endpoint.parse(old.endpoint).is_datagram
    except EndpointError:
        return False
    definition = catalog.find(old.protocol)
    served = definition.datagrams if is_datagram else definition
    return served is not None and served.change is not None


def _is_same_address(one: str, other: str) -> bool:
    """Whether two endpoint descriptions differ only in spelling."""
    try:
        return Endpoint.parse(one).bound() == Endpoint.parse(other).bound()
    except EndpointError:
        return False
