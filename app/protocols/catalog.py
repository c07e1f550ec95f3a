"""The protocols a listener can speak, by name: what a form offers and what a profile may say."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

from attrs import frozen
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.protocol import Factory

from app.protocols.chargen import Chargen
from app.protocols.chat import ChatOptions, Room
from app.protocols.daytime import DaytimeFactory
from app.protocols.discard import Discard
from app.protocols.echo import Echo
from app.protocols.hello import HelloFactory, HelloOptions
from app.protocols.line import LineFactory, LineOptions
from app.protocols.options import NoOptions

Chosen = TypeVar("Chosen")


class UnknownProtocol(ValueError):
    """No protocol has that name. Its text is a sentence for the user."""


@frozen
class Entry(Generic[Chosen]):
    """One protocol as the catalog offers it."""

    name: str
    """What a profile and the command line say: lower case, no spaces."""

    title: str
    """What a person reads."""

    summary: str
    """What it does, in one sentence."""

    port: int
    """The TCP port a new listener is offered; above 1023, so that no rights are needed."""

    options: type[Chosen]
    """What may be chosen about it: see `app.protocols.options`."""

    build: Callable[[Chosen], IProtocolFactory]
    """Makes the factory of one listener, anew at every start: the factory is shared state."""


CATALOG: tuple[Entry[Any], ...] = (
    Entry(
        name="echo",
        title="Echo",
        summary="Sends back every byte it gets (RFC 862).",
        port=8007,
        options=NoOptions,
        build=lambda _: Factory.forProtocol(Echo),
    ),
    Entry(
        name="hello",
        title="Hello",
        summary="Sends one text of greeting and closes.",
        port=8025,
        options=HelloOptions,
        build=HelloFactory,
    ),
    Entry(
        name="discard",
        title="Discard",
        summary="Drops every byte it gets (RFC 863).",
        port=8009,
        options=NoOptions,
        build=lambda _: Factory.forProtocol(Discard),
    ),
    Entry(
        name="chargen",
        title="Chargen",
        summary="Sends lines of characters for as long as they are read (RFC 864).",
        port=8019,
        options=NoOptions,
        build=lambda _: Factory.forProtocol(Chargen),
    ),
    Entry(
        name="daytime",
        title="Daytime",
        summary="Says the date and the time, and closes (RFC 867).",
        port=8013,
        options=NoOptions,
        build=lambda _: DaytimeFactory(),
    ),
    Entry(
        name="line",
        title="Line",
        summary="Sends each line back, in capitals or reversed.",
        port=8026,
        options=LineOptions,
        build=LineFactory,
    ),
    Entry(
        name="chat",
        title="Chat",
        summary="A room: everyone sees what everyone says, and who comes and goes.",
        port=8027,
        options=ChatOptions,
        build=Room,
    ),
)


def names() -> tuple[str, ...]:
    """Every name that `find` knows, in the order a form offers them."""
    return tuple(entry.name for entry in CATALOG)


def find(name: str) -> Entry[Any]:
    """The entry called `name`. Raises `UnknownProtocol`, which says what there is instead."""
    for entry in CATALOG:
        if entry.name == name:
            return entry
    close = get_close_matches(name.strip().lower(), names(), n=1)
    advice = f"Did you mean {close[0]}?" if close else f"Choose one of: {', '.join(names())}."
    raise UnknownProtocol(f"There is no protocol called {name!r}. {advice}")
