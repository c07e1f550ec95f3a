"""The merge of two windows' changes to the same snippets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.client.draft import Draft
from app.client.saved.snippets import MOST_SNIPPETS, Snippet, Snippets, SnippetsFull, merge

collections = st.lists(
    st.builds(Snippet, st.sampled_from("abc"), st.builds(Draft, st.sampled_from("123")))
).map(lambda found: tuple(Snippets(found)))


def snippet(name: str, text: str = "") -> Snippet:
    return Snippet(name, Draft(text or name))


A, B, C = snippet("a"), snippet("b"), snippet("c")


def test_additions_of_both_are_there_in_our_order() -> None:
    assert merge([B, A], [A, C], {A}) == [B, A, C]


def test_their_change_is_applied_in_place() -> None:
    changed = snippet("a", "changed")
    assert merge([A, B, C], [changed, B], {A, B}) == [changed, B, C]


def test_our_change_is_kept() -> None:
    changed = snippet("a", "changed")
    assert merge([changed], [A, B], {A}) == [changed, B]


def test_conflicting_changes_and_equal_names_are_both_kept() -> None:
    ours, theirs = snippet("a", "ours"), snippet("a", "theirs")
    assert merge([ours], [theirs], {A}) == [ours, snippet("a 2", "theirs")]
    assert merge([ours], [theirs], set()) == [ours, snippet("a 2", "theirs")]


def test_a_removed_snippet_is_removed_unless_the_other_changed_it() -> None:
    changed = snippet("a", "changed")
    assert merge([], [A], {A}) == []
    assert merge([A, B], [], {A}) == [B]
    assert merge([changed], [], {A}) == [changed]
    assert merge([], [changed], {A}) == [changed]


def test_a_renamed_snippet_is_not_duplicated() -> None:
    assert merge([A, C], [snippet("b", "a")], {A}) == [C, snippet("b", "a")]


def test_too_many_snippets_are_refused_and_not_cut_off() -> None:
    ours = [snippet(f"ours {number}") for number in range(MOST_SNIPPETS)]
    assert merge(ours, ours[:5], set()) == ours
    with pytest.raises(SnippetsFull):
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
