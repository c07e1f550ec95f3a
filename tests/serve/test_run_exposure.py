"""A listener that the network can reach without an interface in its endpoint gives a warning."""

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
def warnings_for() -> Callable[[str], list[str]]:
    """Returns the warnings for an endpoint. All ports of the reactor report the address 0.0.0.0."""

    def start(endpoint: str) -> list[str]:
        deck = Deck(HandReactor(), Record())
        listener = deck.add(evolve(ECHO, endpoint=endpoint))
        deck.start_all()
        assert listener.state is State.LISTENING
        return list(exposure_warnings(deck.listeners))

    return start


def test_a_plugin_that_binds_every_interface_gives_a_warning(
    warnings_for: Callable[[str], list[str]],
) -> None:
    (sentence,) = warnings_for("haproxy:haproxy:tcp:8007")
    assert sentence.startswith("Echo: Others on your network can connect to 0.0.0.0:8007. ")


@pytest.mark.parametrize(
    "endpoint", ["tcp:8007:interface=0.0.0.0", "haproxy:tcp:8007:interface=0.0.0.0"]
)
def test_an_endpoint_with_an_interface_gives_no_warning(
    warnings_for: Callable[[str], list[str]], endpoint: str
) -> None:
    assert warnings_for(endpoint) == []


def test_a_stopped_listener_gives_no_warning() -> None:
    deck = Deck(HandReactor(), Record())
    deck.add(evolve(ECHO, endpoint="haproxy:haproxy:tcp:8007"))
    assert list(exposure_warnings(deck.listeners)) == []
