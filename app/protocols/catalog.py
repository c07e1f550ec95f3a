"""The protocols a listener can speak, by name: what a form offers and what a profile may say."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

from attrs import frozen
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.protocol import Factory

from app.protocols.echo import Echo
from app.protocols.hello import Hello


class UnknownProtocol(ValueError):
    """No protocol has that name. Its text is a sentence for the user."""


@frozen
class Entry:
    """One protocol as the catalog offers it."""

    name: str
    """What a profile and the command line say: lower case, no spaces."""

    title: str
    """What a person reads."""

    summary: str
    """What it does, in one sentence."""

    port: int
    """The TCP port a new listener is offered; above 1023, so that no rights are needed."""

    build: Callable[[], IProtocolFactory]
    """Makes the factory of one listener, anew at every start: the factory is shared state."""


CATALOG = (
    Entry(
        name="echo",
        title="Echo",
        summary="Sends back every byte it gets (RFC 862).",
        port=8007,
        build=lambda: Factory.forProtocol(Echo),
    ),
    Entry(
        name="hello",
        title="Hello",
        summary="Sends one line of greeting and closes.",
        port=8025,
        build=lambda: Factory.forProtocol(Hello),
    ),
)


def names() -> tuple[str, ...]:
    """Every name that `find` knows, in the order a form offers them."""
    return tuple(entry.name for entry in CATALOG)


def find(name: str) -> Entry:
    """The entry called `name`. Raises `UnknownProtocol`, which says what there is instead."""
    for entry in CATALOG:
        if entry.name == name:
            return entry
    close = get_close_matches(name.strip().lower(), names(), n=1)
    advice = f"Did you mean {close[0]}?" if close else f"Choose one of: {', '.join(names())}."
    raise UnknownProtocol(f"There is no protocol called {name!r}. {advice}")
