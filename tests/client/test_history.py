from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.client.history import History

TEXTS = st.lists(st.text(max_size=3))


def test_older_goes_back_and_stays_at_the_oldest() -> None:
    history = History(["one", "two"])
    assert history.older("") == "two"
    assert history.older("two") == "one"
    assert history.older("one") == "one"


def test_newer_comes_back_to_the_draft_and_stays_there() -> None:
    history = History(["one", "two"])
    history.older("half a th")
    history.older("two")
    assert history.newer("one") == "two"
    assert history.newer("two") == "half a th"
    assert history.newer("half a thought") == "half a thought"


def test_an_edited_text_is_still_edited_on_the_way_back_until_something_is_sent() -> None:
    history = History(["one", "two"])
    history.older("")
    history.older("two, edited")
    assert history.newer("one") == "two, edited"
    history.older("two, edited")
    history.add("three")
    assert history.entries == ("one", "two", "three")
    assert history.older("") == "three"
    assert history.older("three") == "two"


@pytest.mark.parametrize("step", [History.older, History.newer])
def test_without_entries_what_is_shown_stays(step: object) -> None:
    assert callable(step)
    assert step(History(), "draft") == "draft"


def test_the_newest_text_again_and_an_empty_one_are_not_remembered() -> None:
    history = History()
    for text in ("one", "one", "", "two", "one"):
        history.add(text)
    assert history.entries == ("one", "two", "one")


def test_the_oldest_texts_go_first() -> None:
    history = History(["one", "two", "three"], limit=2)
    assert history.entries == ("two", "three")
    assert history.older("") == "three"
    assert history.older("three") == "two"


@given(TEXTS)
def test_saved_entries_are_read_back_equal(texts: list[str]) -> None:
    entries = History(texts, limit=5).entries
    assert History(entries, limit=5).entries == entries


@given(TEXTS, st.text(), st.lists(st.booleans()))
def test_wherever_a_person_went_the_draft_is_at_the_end(
    texts: list[str], draft: str, ways: list[bool]
) -> None:
    history = History(texts, limit=5)
    shown = draft
    for back in ways:
        shown = history.older(shown) if back else history.newer(shown)
        assert shown in (draft, *history.entries)
    for _ in range(5):
        shown = history.newer(shown)
    assert shown == draft
