"""Whoever opens a port to the network without having written so is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve

from app.profile import ListenerSpec
from app.serve.run import exposure_warnings
from app.server.deck import Deck
from app.server.listener import State
from tests.server.reactors import HandReactor
from tests.server.record import Record

ECHO = ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007")


@pytest.fixture
def told() -> Callable[[str], list[str]]:
    """What is said of a listener, on a reactor whose ports all say that they are at 0.0.0.0."""

    def start(endpoint: str) -> list[str]:
        deck = Deck(HandReactor(), Record())
        listener = deck.add(evolve(ECHO, endpoint=endpoint))
        deck.start_all()
        assert listener.state is State.LISTENING
        return list(exposure_warnings(deck.listeners))

    return start


def test_a_plugin_that_binds_every_interface_is_told(told: Callable[[str], list[str]]) -> None:
    (sentence,) = told("haproxy:haproxy:tcp:8007")
    assert sentence.startswith("Echo: Others on your network can connect to 0.0.0.0:8007. ")


@pytest.mark.parametrize(
    "endpoint", ["tcp:8007:interface=0.0.0.0", "haproxy:tcp:8007:interface=0.0.0.0"]
)
def test_what_the_user_wrote_is_not(told: Callable[[str], list[str]], endpoint: str) -> None:
    assert told(endpoint) == []


def test_what_does_not_listen_is_not() -> None:
    deck = Deck(HandReactor(), Record())
    deck.add(evolve(ECHO, endpoint="haproxy:haproxy:tcp:8007"))
    assert list(exposure_warnings(deck.listeners)) == []
