"""What two windows did to the same snippets, put together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.client.draft import Draft
from app.client.snippets import MOST_SNIPPETS, Snippet, Snippets, TooManySnippets, merge

collections = st.lists(
    st.builds(Snippet, st.sampled_from("abc"), st.builds(Draft, st.sampled_from("123")))
).map(lambda found: tuple(Snippets(found)))


def snippet(name: str, text: str = "") -> Snippet:
    return Snippet(name, Draft(text or name))


A, B, C = snippet("a"), snippet("b"), snippet("c")


def test_what_each_added_is_there_in_our_order() -> None:
    assert merge([B, A], [A, C], {A}) == [B, A, C]


def test_what_they_changed_is_changed_in_its_place() -> None:
    changed = snippet("a", "changed")
    assert merge([A, B, C], [changed, B], {A, B}) == [changed, B, C]


def test_what_we_changed_is_not_taken_back() -> None:
    changed = snippet("a", "changed")
    assert merge([changed], [A, B], {A}) == [changed, B]


def test_what_both_changed_or_called_the_same_is_there_twice() -> None:
    ours, theirs = snippet("a", "ours"), snippet("a", "theirs")
    assert merge([ours], [theirs], {A}) == [ours, snippet("a 2", "theirs")]
    assert merge([ours], [theirs], set()) == [ours, snippet("a 2", "theirs")]


def test_what_one_removed_is_gone_unless_the_other_changed_it() -> None:
    changed = snippet("a", "changed")
    assert merge([], [A], {A}) == []
    assert merge([A, B], [], {A}) == [B]
    assert merge([changed], [], {A}) == [changed]
    assert merge([], [changed], {A}) == [changed]


def test_what_they_renamed_is_not_there_twice() -> None:
    assert merge([A, C], [snippet("b", "a")], {A}) == [C, snippet("b", "a")]


def test_more_than_there_may_be_are_refused_and_not_cut_off() -> None:
    ours = [snippet(f"ours {number}") for number in range(MOST_SNIPPETS)]
    assert merge(ours, ours[:5], set()) == ours
    with pytest.raises(TooManySnippets):
        merge(ours, [A], set())


@given(collections, collections, collections)
def test_no_text_that_is_new_is_lost(
    ours: tuple[Snippet, ...], theirs: tuple[Snippet, ...], before: tuple[Snippet, ...]
) -> None:
    merged = merge(ours, theirs, frozenset(before))
    new = {each.draft for each in {*ours, *theirs} - set(before)}
    assert {each.draft for each in merged} >= new
    assert len({each.key for each in merged}) == len(merged)
    assert set(merge(merged, theirs, frozenset(theirs))) == set(merged)
