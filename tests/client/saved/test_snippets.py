"""A collection that loses no snippet because of an equal name."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from app.client.draft import Draft
from app.client.saved.snippets import LONGEST_NAME, MOST_SNIPPETS, Snippet, Snippets, SnippetsFull
from tests.client.drafts import drafts

snippets = st.builds(Snippet, st.sampled_from("abc"), drafts, st.sampled_from(["", "F", "G"]))


def named(*names: str) -> list[Snippet]:
    return [Snippet(name, Draft(name)) for name in names]


def names(collection: Snippets) -> list[str]:
    return [each.name for each in collection]


def test_an_equal_name_gets_a_number() -> None:
    collection = Snippets(named("Hello"))
    assert collection.add(Snippet("Hello", Draft("other"))).name == "Hello 2"
    assert collection.add(Snippet("Hello", Draft("third"))).name == "Hello 3"
    assert collection.add(Snippet("Hello", Draft("x"), "Folder")).name == "Hello"
    assert collection.add(Snippet("  ", Draft("x"))).name == "Snippet"


def test_a_long_name_is_cut_before_its_number() -> None:
    long = "x" * LONGEST_NAME
    assert names(Snippets([Snippet(long, Draft("1")), Snippet(long, Draft("2"))])) == [
        long,
        long[:-2] + " 2",
    ]


def test_a_snippet_is_replaced_in_its_place_and_can_keep_its_name() -> None:
    collection = Snippets(named("a", "b", "c"))
    old = list(collection)[1]
    assert collection.replace(old, evolve(old, draft=Draft("new"))).name == "b"
    assert collection.replace(list(collection)[1], Snippet("c", Draft("x"))).name == "c 2"
    assert names(collection) == ["a", "c 2", "c"]


def test_a_removed_snippet_can_be_restored_to_its_place() -> None:
    collection = Snippets(named("a", "b", "c"))
    gone = list(collection)[1]
    collection.add(gone, collection.remove(gone))
    assert names(collection) == ["a", "b", "c"]


def test_a_snippet_moves_within_its_folder() -> None:
    a, b = named("a", "b")
    other = Snippet("x", Draft("x"), "F")
    collection = Snippets([a, other, b])
    collection.move(b, -1)
    assert names(collection) == ["b", "x", "a"]
    collection.move(b, -1)
    collection.move(other, 1)
    assert names(collection) == ["b", "x", "a"]


def test_snippets_without_a_folder_are_listed_first() -> None:
    collection = Snippets(
        [Snippet("1", Draft(), "F"), Snippet("2", Draft()), Snippet("3", Draft(), "F")]
    )
    assert [each.name for each in collection.in_order] == ["2", "1", "3"]
    assert collection.folders == ["F"]


def test_the_number_of_snippets_is_limited() -> None:
    collection = Snippets(Snippet(str(number), Draft()) for number in range(MOST_SNIPPETS + 5))
    assert len(collection) == MOST_SNIPPETS
    with pytest.raises(SnippetsFull):
        collection.add(Snippet("one more", Draft()))


@given(st.lists(snippets), st.lists(snippets))
def test_a_merge_loses_no_draft_and_adds_no_duplicate(
    ours: list[Snippet], theirs: list[Snippet]
) -> None:
    collection = Snippets(ours)
    before = list(collection)
    collection.merge(theirs)
    merged = list(collection)
    assert merged[: len(before)] == before
    assert {each.draft for each in merged} >= {each.draft for each in theirs}
    assert len({each.key for each in merged}) == len(merged)
    collection.merge(merged)
    assert list(collection) == merged
