"""Rule sets from tables, as a profile has them, and connections to a listener with them."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import Any

from twisted.internet.task import Clock

from app.rules.protocol import Replies, RepliesFactory
from app.rules.reading import parse
from app.rules.responder import LoadFunction, Surroundings
from app.rules.spec import RuleSet
from tests.rules.transports import StreamTransport

NOON = 1_700_000_000.25


def rule_set(*rules: dict[str, Any], **options: Any) -> RuleSet:
    """The set with `rules`; it has no mistake."""
    outcome = parse({**options, "rule": list(rules)})
    assert isinstance(outcome, RuleSet), [*map(str, outcome)]
    return outcome


def mistakes(toml: str) -> list[str]:
    """The mistakes in the options in `toml`, as text."""
    outcome = parse(tomllib.loads(toml), "options")
    assert not isinstance(outcome, RuleSet)
    return [*map(str, outcome)]


class Listener:
    """A factory on a clock, and whoever connects to it."""

    def __init__(
        self,
        *rules: dict[str, Any],
        load: LoadFunction | None = None,
        folder: Path = Path(),
        **options: Any,
    ) -> None:
        self.clock = Clock()
        self.clock.advance(NOON)
        self.factory = RepliesFactory(
            rule_set(*rules, **options),
            Surroundings(
                self.clock,
                folder=folder,
                load_function=load,
                name="Device",
                chance=random.Random(1),
            ),
        )

    def connect(self) -> tuple[Replies, StreamTransport]:
        """A new connection."""
        protocol = self.factory.buildProtocol(None)
        assert isinstance(protocol, Replies)
        transport = StreamTransport()
        protocol.makeConnection(transport)
        return protocol, transport

    def hits(self) -> list[int]:
        """How often each rule was hit."""
        return [each.hits for each in self.factory.rules.rules]

    def advance(self, seconds: float = 0.0) -> None:
        """Let time go by."""
        self.clock.advance(seconds)
