"""Replies: answers messages by a list of rules, over connections and over UDP.

The rules themselves are `app.rules`, which `service` joins to the catalog. It is imported late, as
the regular expressions are slow to import and few listeners need them.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.protocol import DatagramProtocol

from app.protocols.definition import (
    DatagramDefinition,
    ListenerContext,
    ProtocolDefinition,
    TableOptions,
    Tables,
)
from app.protocols.replies.options import RepliesOptions
from app.text.problems import Problem


def _read_tables(table: Tables, path: str) -> Tables | tuple[Problem, ...]:
    if not table:
        return {}
    from app.protocols.replies.service import read_tables

    return read_tables(table, path)


def _build(options: RepliesOptions, context: ListenerContext) -> IProtocolFactory:
    from app.protocols.replies.service import build_factory

    return build_factory(options, context)


def _build_datagrams(options: RepliesOptions, context: ListenerContext) -> DatagramProtocol:
    from app.protocols.replies.service import build_datagrams

    return build_datagrams(options, context)


def _change(running: Any, options: RepliesOptions, context: ListenerContext) -> None:
    from app.protocols.replies.service import change

    change(running, options, context)


DEFINITION = ProtocolDefinition(
    name="replies",
    title="Replies by rule",
    summary="Answers each message as the first rule that matches it says.",
    port=8029,
    options=RepliesOptions,
    build=_build,
    script=None,
    datagrams=DatagramDefinition(
        "Answers each datagram as the first rule that matches it says.",
        _build_datagrams,
        script=None,
        change=_change,
    ),
    tables=TableOptions(
        _read_tables,
        "The rules are edited in a window of their own: choose Listener, Rules.",
        lists=("rule",),
    ),
    change=_change,
)
