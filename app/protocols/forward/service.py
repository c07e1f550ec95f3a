"""`app.forwarding` as a protocol of the catalog: read, built, and changed while it runs."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from app.forwarding.connecting import Dialing, ca_path
from app.forwarding.datagrams import ForwardDatagrams
from app.forwarding.factory import ForwardFactory, Forwarding
from app.forwarding.reading import Alterations, parse
from app.net.target import Target, TargetError, Transport
from app.protocols.definition import ListenerContext, OptionError, Tables
from app.protocols.forward.options import (
    ConnectAt,
    ForwardOptions,
    ProxyHeader,
    read_forward_target,
)
from app.rules.spec import Unframed
from app.text.problems import Problem
from app.text.sentence import Sentence

_VERSIONS = {ProxyHeader.NONE: 0, ProxyHeader.V1: 1, ProxyHeader.V2: 2}


def read_tables(table: Tables, path: str) -> Tables | tuple[Problem, ...]:
    """The tables as they are, or every mistake in them."""
    result = parse(table, path)
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


def read_alterations(tables: Tables) -> Alterations:
    """What happens to messages. Raises `OptionError` with every mistake."""
    alterations = parse(tables)
    if isinstance(alterations, tuple):
        raise OptionError("; ".join(map(str, alterations)))
    return alterations


def settings(
    options: ForwardOptions, context: ListenerContext, *, is_datagram: bool = False
) -> Forwarding:
    """The settings of a listener. Raises `OptionError`.

    A target without a transport is meant over UDP if the clients come over it.
    """
    target = _target(options, is_datagram)
    authorities = ca_path(options.ca_file, context.folder)
    alterations = read_alterations(options.tables)
    if target.transport is Transport.UDP:
        if options.proxy is not ProxyHeader.NONE:
            raise OptionError(
                Sentence(
                    "target-takes-no-proxy-header",
                    "{target} takes no PROXY header. Choose none, or another target.",
                    target=target,
                )
            )
        if is_datagram and not isinstance(alterations.framing, Unframed):
            raise OptionError(
                Sentence(
                    "no-framing-over-udp",
                    "Where both sides are UDP, each datagram is a message. Remove the framing.",
                )
            )
    elif is_datagram and options.proxy is not ProxyHeader.NONE:
        raise OptionError(
            Sentence(
                "udp-has-no-proxy-header",
                "Clients that come over UDP have no PROXY header. Choose none.",
            )
        )
    if is_datagram:
        alterations = _by_datagram(alterations)
    return Forwarding(
        target,
        Dialing(float(options.connect_seconds), options.verify, authorities),
        alterations,
        _VERSIONS[options.proxy],
        options.connect_at is ConnectAt.FIRST_BYTE,
    )


def _by_datagram(alterations: Alterations) -> Alterations:
    if isinstance(alterations.framing, Unframed):
        return evolve(alterations, framing=Unframed.DATAGRAM)
    return alterations


def _target(options: ForwardOptions, is_datagram: bool) -> Target:
    try:
        return read_forward_target(options.to, is_datagram=is_datagram)
    except TargetError as error:
        raise OptionError(
            Sentence(
                "forward-no-target",
                "It cannot forward to {to!r}. {error}",
                to=options.to,
                error=error,
            )
        ) from None


def build_factory(options: ForwardOptions, context: ListenerContext) -> ForwardFactory:
    """The factory of one listener. Raises `OptionError`."""
    return ForwardFactory(settings(options, context), context.clock, context.name)


def change(running: ForwardFactory, options: ForwardOptions, context: ListenerContext) -> None:
    """Use other options: another target for new clients, and other rules for all. Raises
    `OptionError`; nothing is changed then."""
    running.change(settings(options, context))


def build_datagrams(options: ForwardOptions, context: ListenerContext) -> ForwardDatagrams:
    """The protocol of one UDP listener. Raises `OptionError`."""
    chosen = settings(options, context, is_datagram=True)
    return ForwardDatagrams(chosen, context.clock, context.name)


def change_datagrams(running: Any, options: ForwardOptions, context: ListenerContext) -> None:
    """The same as `change`, over UDP."""
    running.change(settings(options, context, is_datagram=True))
