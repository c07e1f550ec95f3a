"""The events are an interface: what the README promises of them is what they have."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from attrs import fields
from hypothesis import given
from hypothesis import strategies as st

from app.headless.events import (
    Closed,
    Draining,
    Event,
    Failed,
    Listening,
    Lost,
    NotReloaded,
    Opened,
    Paused,
    Refused,
    Reloaded,
    Stopped,
)

README = Path(__file__).parents[2] / "README.md"

EXAMPLES: list[tuple[Event, str]] = [
    (Listening("Echo", "127.0.0.1", 8007), "Echo is listening on 127.0.0.1:8007."),
    (Listening("Echo", "::1", 8007), "Echo is listening on [::1]:8007."),
    (
        Listening("Echo", "127.0.0.1", 8443, "AB:CD"),
        "Echo is listening on 127.0.0.1:8443 with TLS, SHA-256 AB:CD.",
    ),
    (Listening("Echo", "/tmp/a:b", None), "Echo is listening on /tmp/a:b."),
    (Draining("Echo", 2), "Echo is draining, 2 left."),
    (Paused("Echo", "no room"), "Echo is paused: no room."),
    (Failed("Echo", "Port 1 is taken."), "Echo failed: Port 1 is taken."),
    (Stopped("Echo"), "Echo is stopped."),
    (Opened("Echo", 1, "127.0.0.1:5"), "Echo: connection 1 from 127.0.0.1:5."),
    (
        Closed("Echo", 1, "127.0.0.1:5", "closed by the peer", 2, 3),
        "Echo: connection 1 from 127.0.0.1:5 is over: closed by the peer; 2 bytes in, 3 out.",
    ),
    (
        Refused("Echo", "127.0.0.1:5", "too many connections"),
        "Echo: 127.0.0.1:5 was refused: too many connections.",
    ),
    (
        Reloaded(["A", "B"], ["C"], ["D"], ["E"], {"F": "G"}, 2),
        "The profile was loaded again: added A, B; removed C; restarted D; changed E; "
        "renamed F to G; unchanged 2.",
    ),
    (Reloaded([], [], [], [], {}, 0), "The profile was loaded again: unchanged 0."),
    (Lost(3), "3 lines are lost here: those before them were not read in time."),
    (
        NotReloaded(["version: is missing"]),
        "The profile was not loaded again; everything goes on as it was.",
    ),
]


def documented() -> dict[str, list[str]]:
    """The README's table of events: the name of each, and its fields in their order."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| .* \|$", README.read_text(), re.MULTILINE)
    return {name: re.findall(r"`(\w+)`", cells) for name, cells in rows}


def kinds_of_events() -> list[type[Event]]:
    """For its slots, attrs makes each class anew, and the first one stays for a while."""
    return [kind for kind in Event.__subclasses__() if "__slots__" in vars(kind)]


def test_the_readme_has_every_event_with_exactly_its_fields() -> None:
    kinds = kinds_of_events()
    assert len(kinds) > 1
    promised = documented()
    for kind in kinds:
        assert promised.get(kind.event) == [each.name for each in fields(kind)], kind.event


@pytest.mark.parametrize(("event", "sentence"), EXAMPLES)
def test_each_event_has_a_sentence_and_an_object_with_its_fields(
    event: Event, sentence: str
) -> None:
    assert event.sentence == sentence
    told = json.loads(json.dumps(event.json()))
    assert list(told) == ["event", *(each.name for each in fields(type(event)))]


def test_there_is_an_example_of_every_event() -> None:
    assert {type(event) for event, _ in EXAMPLES} == set(kinds_of_events())


@given(st.text())
def test_an_object_is_one_line_whatever_is_in_it(text: str) -> None:
    assert len(json.dumps(Failed(text, text).json()).splitlines()) == 1
