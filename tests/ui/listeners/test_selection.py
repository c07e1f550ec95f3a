"""Which listeners are marked and chosen after clicks and keys."""

from __future__ import annotations

from twisted.internet.task import Clock

from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.monitor import Changes
from app.ui.listeners.selection import Selection

DECK = Deck(Clock(), Changes(lambda: None))
ONE, TWO, THREE = (
    DECK.add(ListenerSpec(name=name, protocol="echo", endpoint="tcp:0"))
    for name in ("One", "Two", "Three")
)
ORDER = (ONE, TWO, THREE)


def test_nothing_is_chosen_at_first() -> None:
    assert Selection() == Selection.of([])


def test_steps_end_at_the_first_and_the_last() -> None:
    first = Selection().stepped(+1, ORDER, extends=False)
    assert first == Selection.of([ONE])
    assert first.stepped(-1, ORDER, extends=False) == first
    assert Selection().stepped(-1, ORDER, extends=False) == Selection.of([THREE])
    assert first.stepped(+1, (), extends=False) == first


def test_a_step_can_keep_the_marks() -> None:
    assert Selection.of([ONE]).stepped(+1, ORDER, extends=True) == Selection.of([ONE, TWO])


def test_a_range_ends_at_the_chosen_one_even_if_that_is_hidden() -> None:
    assert Selection.of([THREE]).up_to(ONE, ORDER).marks == set(ORDER)
    assert Selection.of([THREE]).up_to(ONE, (ONE, TWO)) == Selection.of([ONE])


def test_without_the_chosen_one_the_first_marked_one_is_chosen() -> None:
    marked = Selection.of([TWO, THREE, ONE])
    assert marked.toggled(ONE, ORDER) == Selection(TWO, frozenset({TWO, THREE}))
    assert marked.among((THREE,)) == Selection.of([THREE])
    assert marked.among(()) == Selection()


def test_all_keep_the_chosen_one() -> None:
    assert Selection.of([TWO]).all(ORDER) == Selection(TWO, frozenset(ORDER))
    assert Selection().all(ORDER).chosen is ONE
