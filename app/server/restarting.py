"""Which changes of a spec a running listener takes at once, and which only when it starts again."""

from __future__ import annotations

from app.endpoint import Endpoint, EndpointError
from app.profile import ListenerSpec


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
