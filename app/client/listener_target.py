"""The target that reaches a listener of a profile from this machine.

Used by the console, which knows the bound address, and by `portdeck connect NAME`, which has only
the spec.
"""

from __future__ import annotations

from pathlib import Path

from attrs import evolve

from app.net.endpoint import Endpoint, EndpointError
from app.net.target import Target, TargetError, Transport
from app.profile import ListenerSpec


def target_at(spec: ListenerSpec, interface: str, port: int, *, is_datagram: bool) -> Target:
    """The target of a listener with `spec` that is bound to `interface` and `port`."""
    is_encrypted = spec.has_tls
    transport = Transport.UDP if is_datagram else Transport.TCP
    if is_encrypted:
        transport = Transport.TLS
    target = Target.of_listener(interface, port, transport)
    if spec.protocol != "websocket":
        return target
    path = str(spec.options.get("path", "*"))
    return evolve(
        target,
        transport=Transport.WSS if is_encrypted else Transport.WS,
        resource=path if path.startswith("/") else "/",
    )


def unix_target(spec: ListenerSpec, path: str) -> Target:
    """The target of a listener with `spec` at the Unix socket `path`. Raises `TargetError`."""
    if Endpoint.parse(spec.endpoint).is_datagram:
        raise TargetError(
            "target-unix-datagrams",
            "{name} takes datagrams at a Unix socket, which is not spoken here. "
            "Use a line of Copy as, such as that for socat.",
            name=spec.name,
        )
    if spec.has_tls:
        raise TargetError(
            "target-unix-tls",
            "{name} is a Unix socket with TLS, which is not spoken here.",
            name=spec.name,
        )
    return Target.unix(path)


def target_of_spec(spec: ListenerSpec, folder: Path) -> Target:
    """The target of a listener with `spec`, whose relative paths start in `folder`.

    Raises `TargetError` if its address is not in the spec, or not reachable from here.
    """
    try:
        endpoint = Endpoint.parse(spec.endpoint).bound(folder)
    except EndpointError as error:
        raise TargetError(str(error)) from None
    if endpoint.is_unix:
        return unix_target(spec, endpoint.value("address") or "")
    port = (endpoint.inner or endpoint).port
    interface = (endpoint.inner or endpoint).interface
    if port is None or interface is None:
        raise TargetError(
            "target-unknown-address",
            "{name} does not say in the profile where it listens. Write the address instead, "
            "such as 127.0.0.1:8007.",
            name=spec.name,
        )
    if port == 0:
        raise TargetError(
            "target-any-port",
            "{name} takes any free port at each start. Write the address that it has now, or "
            "give it a port of its own.",
            name=spec.name,
        )
    return target_at(spec, interface, port, is_datagram=endpoint.is_datagram)
