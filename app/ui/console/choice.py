"""What a person may write as the place to connect to: a listener's name, or a host and a port."""

from __future__ import annotations

from collections.abc import Iterable

from twisted.internet.address import IPv4Address, IPv6Address

from app.client.target import Target, TargetError
from app.server.listener import Listener


def label(listener: Listener) -> str:
    """How a listener is offered: `Echo (127.0.0.1:8007)`."""
    return f"{listener.spec.name} ({listener.where})"


def chosen_listener(text: str, listeners: Iterable[Listener]) -> Listener | None:
    """The listener that `text` names, by its name or as `label` writes it; `None` if it is none."""
    wanted = text.strip().casefold()
    for listener in listeners:
        if wanted in (listener.spec.name.casefold(), label(listener).casefold()):
            return listener
    return None


def target_of(listener: Listener) -> Target:
    """Where a listening listener is reached from this machine.

    Raises `TargetError` for one that a TCP client cannot reach.
    """
    address = listener.address
    if not isinstance(address, (IPv4Address, IPv6Address)):
        raise TargetError(f"{listener.spec.name} has no TCP address that the console could reach.")
    return Target.of_listener(address.host, address.port)
