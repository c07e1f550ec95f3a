"""`app.forwarding` as a protocol of the catalog: read, built, and changed while it runs."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from app.forwarding.connecting import Dialing, ca_path
from app.forwarding.datagrams import ForwardDatagrams
from app.forwarding.factory import ForwardFactory, Forwarding
from app.forwarding.reading import Alterations, parse
from app.net.target import Target, TargetError, Transport, read_target
from app.protocols.definition import ListenerContext, OptionError, OptionMistake, Tables
from app.protocols.forward.options import ConnectAt, ForwardOptions, ProxyHeader
from app.text.sentence import Sentence

_VERSIONS = {ProxyHeader.NONE: 0, ProxyHeader.V1: 1, ProxyHeader.V2: 2}


def read_tables(table: Tables, path: str) -> Tables | tuple[OptionMistake, ...]:
    """The tables as they are, or every mistake in them."""
    result = parse(table, path)
    if isinstance(result, tuple):
        return tuple(OptionMistake(each.path, each.message) for each in result)
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


def settings(options: ForwardOptions, context: ListenerContext) -> Forwarding:
    """The settings for a listener with connections. Raises `OptionError`."""
    target = _target(options)
    if target.transport not in (Transport.TCP, Transport.TLS, Transport.UNIX):
        raise OptionError(
            Sentence(
                "forward-needs-stream",
                "A listener with connections forwards to tcp, tls or unix, not to {target}. "
                "Change its target or its endpoint.",
                target=target,
            )
        )
    authorities = ca_path(options.ca_file, context.folder)
    return Forwarding(
        target,
        Dialing(float(options.connect_seconds), options.verify, authorities),
        read_alterations(options.tables),
        _VERSIONS[options.proxy],
        options.connect_at is ConnectAt.FIRST_BYTE,
    )


def _target(options: ForwardOptions) -> Target:
    try:
        return read_target(options.to)
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
    """Use other options for new clients. Raises `OptionError`; nothing is changed then."""
    running.change(settings(options, context))


def build_datagrams(options: ForwardOptions, context: ListenerContext) -> ForwardDatagrams:
    """The protocol of one UDP listener. Raises `OptionError`.

    A target without a transport is meant over UDP too.
    """
    target = _target(options)
    if target.transport is Transport.TCP and not options.to.lstrip().lower().startswith("tcp"):
        target = evolve(target, transport=Transport.UDP)
    if target.transport is not Transport.UDP:
        raise OptionError(
            Sentence(
                "forward-needs-udp",
                "A UDP listener forwards to udp, not to {target}. Change its target or its "
                "endpoint.",
                target=target,
            )
        )
    if options.tables:
        raise OptionError(
            Sentence(
                "forward-no-rewrite-over-udp",
                "Messages cannot be rewritten or held over UDP. Remove those options.",
            )
        )
    return ForwardDatagrams(target, context.clock, context.name)
