"""What a person may write as the place to connect to: a listener's name, or a host and a port."""

from __future__ import annotations

import os
from collections.abc import Iterable

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress

from app.client.target import Target, TargetError, Transport
from app.endpoint import Endpoint, EndpointError
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

    Raises `TargetError` for one that the console cannot reach.
    """
    address, name = listener.address, listener.spec.name
    has_tls = listener.spec.tls is not None or _has_tls(listener.spec.endpoint)
    if isinstance(address, UNIXAddress) and address.name and not has_tls:
        return Target.unix(os.fsdecode(address.name))
    if not isinstance(address, (IPv4Address, IPv6Address)):
        raise TargetError(f"{name} has no address that the console could reach.")
    transport = Transport.UDP if address.type == "UDP" else Transport.TCP
    if has_tls:
        transport = Transport.TLS
    return Target.of_listener(address.host, address.port, transport)


def own_authorities(target: Target, listeners: Iterable[Listener]) -> tuple[str, ...]:
    """The local CA, once it is there, to trust where `target` is one of the panel's `listeners`."""
    if target.transport is not Transport.TLS or not any(_is_at(each, target) for each in listeners):
        return ()
    from app.tls.authority import certificate_path  # takes a while: only who meets TLS needs it

    path = certificate_path()
    return (str(path),) if path.exists() else ()


def _is_at(listener: Listener, target: Target) -> bool:
    try:
        return target_of(listener) == target
    except TargetError:
        return False


def _has_tls(description: str) -> bool:
    try:
        return Endpoint.parse(description).kind in ("ssl", "tls")
    except EndpointError:
        return False
