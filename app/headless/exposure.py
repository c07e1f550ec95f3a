"""Says of listeners that others can reach them, where their endpoints leave that open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.endpoint import Endpoint
from app.interfaces import is_loopback
from app.server.listener import Listener


def exposures(listeners: Iterable[Listener]) -> Iterator[str]:
    """A sentence for each that is bound beyond this machine, and not because somebody wrote so.

    Such are the endpoints of plugins, which bind what they like.
    """
    for each in listeners:
        host = getattr(each.address, "host", None)
        if isinstance(host, str) and not is_loopback(host) and _is_open(each.spec.endpoint):
            yield (
                f"{each.spec.name}: Others on your network can connect to {each.where}. "
                "To keep them out, write an interface if the endpoint takes one, or a tcp endpoint."
            )


def _is_open(description: str) -> bool:
    """Whether it is not the description that decides on the interface."""
    endpoint = Endpoint.parse(description)
    return (endpoint.inner or endpoint).interface is None
