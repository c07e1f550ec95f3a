"""The protocols a listener can speak, by name: what a form offers and what a profile may say."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

from attrs import frozen
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.protocol import DatagramProtocol, Factory

from app.protocols import chargen, chat, daytime, discard, echo, hello, line
from app.protocols.definition import NoOptions, ScriptSource

Chosen = TypeVar("Chosen")


class UnknownProtocol(ValueError):
    """No protocol has that name. Its text is a sentence for the user."""


@frozen
class DatagramDefinition(Generic[Chosen]):
    """What a protocol is over UDP."""

    summary: str
    """What it does, in one sentence."""

    build: Callable[[Chosen], DatagramProtocol]
    """Makes the protocol of one listener, anew at every start."""

    lesson: ScriptSource
    """The protocol as one writes it in a script."""


@frozen
class ProtocolDefinition(Generic[Chosen]):
    """One protocol as the catalog offers it."""

    name: str
    """What a profile and the command line say: lower case, no spaces."""

    title: str
    """What a person reads."""

    summary: str
    """What it does, in one sentence."""

    port: int
    """The port a new listener is offered; above 1023, so that no rights are needed."""

    options: type[Chosen]
    """What may be chosen about it: see `app.protocols.definition`."""

    build: Callable[[Chosen], IProtocolFactory]
    """Makes the factory of one listener, anew at every start: the factory is shared state."""

    lesson: ScriptSource
    """The protocol as one writes it in a script."""

    datagrams: DatagramDefinition[Chosen] | None = None
    """The same over UDP; `None` if it needs connections."""


CATALOG: tuple[ProtocolDefinition[Any], ...] = (
    ProtocolDefinition(
        name="echo",
        title="Echo",
        summary="Sends back every byte it gets (RFC 862).",
        port=8007,
        options=NoOptions,
        build=lambda _: Factory.forProtocol(echo.Echo),
        lesson=echo.LESSON,
        datagrams=DatagramDefinition(
            "Sends each datagram back (RFC 862).",
            lambda _: echo.EchoDatagrams(),
            echo.DATAGRAM_LESSON,
        ),
    ),
    ProtocolDefinition(
        name="hello",
        title="Hello",
        summary="Sends one text of greeting and closes.",
        port=8025,
        options=hello.HelloOptions,
        build=hello.HelloFactory,
        lesson=hello.LESSON,
        datagrams=DatagramDefinition(
            "Answers each datagram with one text of greeting.",
            hello.HelloDatagrams,
            hello.DATAGRAM_LESSON,
        ),
    ),
    ProtocolDefinition(
        name="discard",
        title="Discard",
        summary="Drops every byte it gets (RFC 863).",
        port=8009,
        options=NoOptions,
        build=lambda _: Factory.forProtocol(discard.Discard),
        lesson=discard.LESSON,
        datagrams=DatagramDefinition(
            "Drops every datagram it gets (RFC 863).",
            lambda _: discard.DiscardDatagrams(),
            discard.DATAGRAM_LESSON,
        ),
    ),
    ProtocolDefinition(
        name="chargen",
        title="Chargen",
        summary="Sends lines of characters for as long as they are read (RFC 864).",
        port=8019,
        options=NoOptions,
        build=lambda _: Factory.forProtocol(chargen.Chargen),
        lesson=chargen.LESSON,
        datagrams=DatagramDefinition(
            "Answers each datagram with up to 512 characters (RFC 864).",
            lambda _: chargen.ChargenDatagrams(),
            chargen.DATAGRAM_LESSON,
        ),
    ),
    ProtocolDefinition(
        name="daytime",
        title="Daytime",
        summary="Says the date and the time, and closes (RFC 867).",
        port=8013,
        options=NoOptions,
        build=lambda _: daytime.DaytimeFactory(),
        lesson=daytime.LESSON,
        datagrams=DatagramDefinition(
            "Answers each datagram with the date and the time (RFC 867).",
            lambda _: daytime.DaytimeDatagrams(),
            daytime.DATAGRAM_LESSON,
        ),
    ),
    ProtocolDefinition(
        name="line",
        title="Line",
        summary="Sends each line back, in capitals or reversed.",
        port=8026,
        options=line.LineOptions,
        build=line.LineFactory,
        lesson=line.LESSON,
    ),
    ProtocolDefinition(
        name="chat",
        title="Chat",
        summary="A room: everyone sees what everyone says, and who comes and goes.",
        port=8027,
        options=chat.ChatOptions,
        build=chat.Room,
        lesson=chat.LESSON,
    ),
)


def names() -> tuple[str, ...]:
    """Every name that `find` knows, in the order a form offers them."""
    return tuple(entry.name for entry in CATALOG)


def datagram_names() -> tuple[str, ...]:
    """Every name that `find_datagrams` knows, in the same order."""
    return tuple(entry.name for entry in CATALOG if entry.datagrams is not None)


def find(name: str) -> ProtocolDefinition[Any]:
    """The entry called `name`. Raises `UnknownProtocol`, which says what there is instead."""
    for entry in CATALOG:
        if entry.name == name:
            return entry
    close = get_close_matches(name.strip().lower(), names(), n=1)
    advice = f"Did you mean {close[0]}?" if close else f"Choose one of: {', '.join(names())}."
    raise UnknownProtocol(f"There is no protocol called {name!r}. {advice}")


def find_datagrams(name: str) -> DatagramDefinition[Any]:
    """What `name` is over UDP. Raises `UnknownProtocol`, also for what is no protocol over UDP."""
    entry = find(name)
    if entry.datagrams is None:
        raise UnknownProtocol(
            f"{entry.title} needs connections, which UDP does not have. Choose one of: "
            f"{', '.join(datagram_names())}; or an endpoint such as tcp:{entry.port}."
        )
    return entry.datagrams
