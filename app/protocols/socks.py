"""SOCKS: a proxy that forwards each client to where it asks, by SOCKS5 or by HTTP CONNECT.

The engine is `app.forwarding`. It is imported late, as few listeners need it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from attrs import frozen
from twisted.internet.interfaces import IProtocolFactory

from app.faults.spec import TransportKind
from app.protocols.definition import ListenerContext, ProtocolDefinition, option


class Targets(StrEnum):
    """Where clients may go."""

    LOOPBACK = "loopback"
    ANYWHERE = "anywhere"


@frozen
class SocksOptions:
    """Where clients may go, and how long that may take."""

    targets: Targets = option(
        Targets.LOOPBACK,
        "Forward to",
        "Anywhere lets every client use the network as this machine can.",
    )
    connect_seconds: int = option(
        10,
        "Connect within",
        "After that the client is turned away.",
        unit=" s",
        minimum=1,
        maximum=300,
    )


def _build(options: SocksOptions, context: ListenerContext) -> IProtocolFactory:
    from app.forwarding.connecting import Dialing
    from app.forwarding.socks import SocksFactory

    dialing = Dialing(float(options.connect_seconds))
    anywhere = options.targets is Targets.ANYWHERE
    return SocksFactory(dialing, context.clock, context.name, anywhere=anywhere)


def _change(running: Any, options: SocksOptions, context: ListenerContext) -> None:
    from app.forwarding.connecting import Dialing

    running.dialing = Dialing(float(options.connect_seconds))
    running.anywhere = options.targets is Targets.ANYWHERE


DEFINITION = ProtocolDefinition(
    name="socks",
    title="SOCKS proxy",
    summary="Forwards each client to where it asks, by SOCKS5 or HTTP CONNECT.",
    port=8031,
    options=SocksOptions,
    build=_build,
    script=None,
    change=_change,
    target_transport=lambda options, is_datagram: TransportKind.STREAM,
)
