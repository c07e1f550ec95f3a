"""Forward: stands between a client and a server, and passes on what both say.

The engine is `app.forwarding`. It is imported late, as few listeners need it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.protocol import DatagramProtocol

from app.faults.spec import TransportKind
from app.net.target import Target, TargetError, Transport
from app.net.target_syntax import read_target
from app.protocols.definition import (
    DatagramDefinition,
    ListenerContext,
    OptionError,
    ProtocolDefinition,
    TableOptions,
    Tables,
    describe_options,
    option,
)
from app.text.problems import Problem
from app.text.sentence import SentenceError, without_stop

if TYPE_CHECKING:
    from app.forwarding.factory import Forwarding
    from app.forwarding.reading import Alterations


class ConnectAt(StrEnum):
    """When the target is connected to."""

    ACCEPT = "accept"
    FIRST_BYTE = "first-byte"


class ProxyHeader(StrEnum):
    """The version of the PROXY protocol towards the target."""

    NONE = "none"
    V1 = "v1"
    V2 = "v2"


def _check_target(text: str) -> None:
    """Raises `ValueError` with a sentence for what is no target to forward to."""
    try:
        target = read_target(text)
    except TargetError as error:
        raise ValueError(without_stop(str(error))) from None
    if target.transport.has_messages:
        raise SentenceError(
            "forward-no-websocket", "cannot be a WebSocket; write tcp, tls, unix or udp"
        )


def _read_target(text: str, *, is_datagram: bool) -> Target:
    """The target in `text`. Without a transport it is UDP for clients that come over UDP.

    Raises `TargetError`.
    """
    target = read_target(text)
    is_named = text.lstrip().lower().startswith("tcp")
    if is_datagram and target.transport is Transport.TCP and not is_named:
        return evolve(target, transport=Transport.UDP)
    return target


@frozen
class ForwardOptions:
    """The target, and what changes on the way to it."""

    to: str = option(
        "127.0.0.1:8080",
        "Forward to",
        "Such as localhost:8080, tls:example.org:443, unix:/run/app.sock.",
        maximum=1000,
        check=_check_target,
    )
    connect_at: ConnectAt = option(
        ConnectAt.ACCEPT, "Connect at", "When a client comes, or when it has sent something."
    )
    connect_seconds: int = option(
        10,
        "Connect within",
        "After that the client is turned away.",
        unit=" s",
        minimum=1,
        maximum=300,
    )
    proxy: ProxyHeader = option(
        ProxyHeader.NONE,
        "PROXY header",
        "Tells the target the address of the client, as HAProxy does.",
    )
    verify: bool = option(
        True,
        "Check the certificate of a TLS target",
        "Without that anybody can pretend to be the target.",
    )
    ca_file: str = option(
        "",
        "Authorities to trust",
        "A PEM file; those of the system if it is empty.",
        maximum=4000,
        is_path=True,
    )
    tables: Mapping[str, Any] = field(factory=dict)
    """The framing, the rewrite rules and the hold rule. `_read_tables` has checked them."""


_VERSIONS = {ProxyHeader.NONE: 0, ProxyHeader.V1: 1, ProxyHeader.V2: 2}


def _read_tables(table: Tables, path: str) -> Tables | tuple[Problem, ...]:
    """The tables as they are, or every mistake in them."""
    if not table:
        return {}
    from app.forwarding.reading import parse

    result = parse(table, path, [each.name for each in describe_options(ForwardOptions)])
    if isinstance(result, tuple):
        return result
    tables: Tables = plain(table)
    return tables


def plain(value: Any) -> Any:
    """A copy of TOML values that shares nothing with them."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def _alterations(tables: Tables) -> Alterations:
    """What happens to messages. Raises `OptionError` with every mistake."""
    from app.forwarding.reading import parse

    alterations = parse(tables)
    if isinstance(alterations, tuple):
        raise OptionError("; ".join(map(str, alterations)))
    return alterations


def _settings(
    options: ForwardOptions, context: ListenerContext, *, is_datagram: bool = False
) -> Forwarding:
    """The settings of a listener. Raises `OptionError`.

    A target without a transport is meant over UDP if the clients come over it.
    """
    from app.forwarding.connecting import Dialing, ca_path
    from app.forwarding.factory import Forwarding
    from app.rules.spec import Unframed

    target = _target(options, is_datagram)
    authorities = ca_path(options.ca_file, context.folder)
    alterations = _alterations(options.tables)
    if target.transport is Transport.UDP:
        if options.proxy is not ProxyHeader.NONE:
            raise OptionError(
                "target-takes-no-proxy-header",
                "{target} takes no PROXY header. Choose none, or another target.",
                target=target,
            )
        if is_datagram and not isinstance(alterations.framing, Unframed):
            raise OptionError(
                "no-framing-over-udp",
                "Where both sides are UDP, each datagram is a message. Remove the framing.",
            )
    elif is_datagram and options.proxy is not ProxyHeader.NONE:
        raise OptionError(
            "udp-has-no-proxy-header",
            "Clients that come over UDP have no PROXY header. Choose none.",
        )
    if is_datagram and isinstance(alterations.framing, Unframed):
        alterations = evolve(alterations, framing=Unframed.DATAGRAM)
    return Forwarding(
        target,
        Dialing(float(options.connect_seconds), options.verify, authorities),
        alterations,
        _VERSIONS[options.proxy],
        options.connect_at is ConnectAt.FIRST_BYTE,
    )


def _target(options: ForwardOptions, is_datagram: bool) -> Target:
    try:
        return _read_target(options.to, is_datagram=is_datagram)
    except TargetError as error:
        raise OptionError(
            "forward-no-target", "It cannot forward to {to!r}. {error}", to=options.to, error=error
        ) from None


def _build(options: ForwardOptions, context: ListenerContext) -> IProtocolFactory:
    from app.forwarding.factory import ForwardFactory

    return ForwardFactory(_settings(options, context), context.clock, context.name)


def _build_datagrams(options: ForwardOptions, context: ListenerContext) -> DatagramProtocol:
    from app.forwarding.datagrams import ForwardDatagrams

    chosen = _settings(options, context, is_datagram=True)
    return ForwardDatagrams(chosen, context.clock, context.name)


def _change(running: Any, options: ForwardOptions, context: ListenerContext) -> None:
    """Use other options: another target for new clients, and other rules for all. Raises
    `OptionError`; nothing is changed then."""
    running.change(_settings(options, context))


def _change_datagrams(running: Any, options: ForwardOptions, context: ListenerContext) -> None:
    """The same as `_change`, over UDP."""
    running.change(_settings(options, context, is_datagram=True))


def _target_transport(options: ForwardOptions, is_datagram: bool) -> TransportKind:
    target = _read_target(options.to, is_datagram=is_datagram)
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
