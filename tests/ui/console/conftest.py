"""The deck of listeners that the tabs of a console connect to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from twisted.internet.defer import Deferred

from app.server.deck import Deck
from app.server.monitor import Changes
from app.ui.reactor.reactor import DeckReactor


@pytest.fixture
def deck(reactor: DeckReactor, result_of: Callable[[Deferred[None]], None]) -> Iterator[Deck]:
    deck = Deck(reactor, Changes(lambda: None))
    yield deck
    result_of(deck.stop_all())
