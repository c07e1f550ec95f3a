"""Forward: stands between a client and a server, and passes on what both say.

The engine is `app.forwarding`, which `service` joins to the catalog. It is imported late, as few
listeners need it.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.protocol import DatagramProtocol

from app.faults.spec import TransportKind
from app.net.target import Transport
from app.protocols.definition import (
    DatagramDefinition,
    ListenerContext,
    ProtocolDefinition,
    TableOptions,
    Tables,
)
from app.protocols.forward.options import ForwardOptions, read_forward_target
from app.text.problems import Problem


def _read_tables(table: Tables, path: str) -> Tables | tuple[Problem, ...]:
    if not table:
        return {}
    from app.protocols.forward.service import read_tables

    return read_tables(table, path)


def _build(options: ForwardOptions, context: ListenerContext) -> IProtocolFactory:
    from app.protocols.forward.service import build_factory

    return build_factory(options, context)


def _build_datagrams(options: ForwardOptions, context: ListenerContext) -> DatagramProtocol:
    from app.protocols.forward.service import build_datagrams

    return build_datagrams(options, context)


def _change(running: Any, options: ForwardOptions, context: ListenerContext) -> None:
    from app.protocols.forward.service import change

    change(running, options, context)


def _change_datagrams(running: Any, options: ForwardOptions, context: ListenerContext) -> None:
    from app.protocols.forward.service import change_datagrams

    change_datagrams(running, options, context)


def _target_transport(options: ForwardOptions, is_datagram: bool) -> TransportKind:
    target = read_forward_target(options.to, is_datagram=is_datagram)
    is_udp = target.transport is Transport.UDP
    return TransportKind.DATAGRAMS if is_udp else TransportKind.STREAM


DEFINITION = ProtocolDefinition(
    name="forward",
    title="Forward",
    summary="Passes each connection on to another server, and what that says back.",
    port=8030,
    options=ForwardOptions,
    build=_build,
    script=None,
    datagrams=DatagramDefinition(
        "Passes each datagram on to another server, and what that says back.",
        _build_datagrams,
        script=None,
        change=_change_datagrams,
    ),
    tables=TableOptions(
        _read_tables,
        "Rules that rewrite messages, and which messages are held, are chosen in windows of their "
        "own: Listener, Rules, and Listener, Held messages.",
        lists=("rewrite",),
    ),
    change=_change,
    target_transport=_target_transport,
)
