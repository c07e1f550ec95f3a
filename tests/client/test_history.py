"""What was sent comes back with Up, and what was being typed with Down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.client.draft import LONGEST_TEXT, Draft
from app.client.history import History, Past
from app.client.notation import Notation

TEXTS = st.lists(st.text(max_size=3))


def past(*texts: str, limit: int = 500) -> Past:
    return Past(map(Draft, texts), limit=limit)


def texts(past: Past) -> list[str]:
    return [draft.text for draft in past.drafts]


def older(history: History, shown: str) -> str:
    return history.older(Draft(shown)).text


def newer(history: History, shown: str) -> str:
    return history.newer(Draft(shown)).text


def test_older_goes_back_and_stays_at_the_oldest() -> None:
    history = History(past("one", "two"))
    assert older(history, "") == "two"
    assert older(history, "two") == "one"
    assert older(history, "one") == "one"


def test_newer_comes_back_to_the_draft_and_stays_there() -> None:
    history = History(past("one", "two"))
    older(history, "half a th")
    older(history, "two")
    assert newer(history, "one") == "two"
    assert newer(history, "two") == "half a th"
    assert newer(history, "half a thought") == "half a thought"


def test_an_edited_text_is_still_edited_on_the_way_back_until_something_is_sent() -> None:
    shared = past("one", "two")
    history = History(shared)
    older(history, "")
    older(history, "two, edited")
    assert newer(history, "one") == "two, edited"
    older(history, "two, edited")
    shared.add(Draft("three"))
    history.begin_anew()
    assert older(history, "") == "three"
    assert older(history, "three") == "two"


def test_how_a_text_was_meant_comes_back_with_it() -> None:
    history = History(Past([Draft("48 69", Notation.HEX)]))
    assert history.older(Draft("")) == Draft("48 69", Notation.HEX)


def test_what_another_tab_sends_comes_in_at_the_end_and_moves_nobody() -> None:
    shared = past("one", "two")
    history = History(shared)
    assert older(history, "") == "two"
    shared.add(Draft("three"))
    assert older(history, "two") == "one"
    assert newer(history, "one") == "two"
    assert newer(history, "two") == ""
    assert older(history, "") == "three"


@pytest.mark.parametrize("step", [older, newer])
def test_without_entries_what_is_shown_stays(step: object) -> None:
    assert callable(step)
    assert step(History(Past()), "draft") == "draft"


def test_the_newest_again_an_empty_one_and_a_huge_one_are_not_remembered() -> None:
    assert texts(past("one", "one", "", "two", "x" * (LONGEST_TEXT + 1), "one")) == [
        "one",
        "two",
        "one",
    ]


def test_the_oldest_go_first() -> None:
    assert texts(past("one", "two", "three", limit=2)) == ["two", "three"]


def test_a_search_finds_all_words_in_any_case_newest_first_and_each_once() -> None:
    found = past("GET /a", "hello", "get /b now", "GET /a").matching("get /")
    assert [draft.text for draft in found] == ["GET /a", "get /b now"]
    assert past("one").matching("") == [Draft("one")]


def test_all_of_it_can_be_forgotten() -> None:
    shared = past("one")
    history = History(shared)
    shared.clear()
    assert older(history, "") == ""


@given(TEXTS, st.text(), st.lists(st.booleans()))
def test_wherever_a_person_went_the_draft_is_at_the_end(
    sent: list[str], draft: str, ways: list[bool]
) -> None:
    shared = past(*sent, limit=5)
    history = History(shared)
    shown = draft
    for back in ways:
        shown = older(history, shown) if back else newer(history, shown)
        assert shown in (draft, *texts(shared))
    for _ in range(5):
        shown = newer(history, shown)
    assert shown == draft
