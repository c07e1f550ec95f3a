"""Fields of attrs classes: read by their rules, and not written if they are defaults."""

from __future__ import annotations

from attrs import field, frozen

from app.profile import Problem
from app.profile.validation import (
    as_table,
    boolean,
    changed_values,
    structure,
    table,
    text,
    validated_by,
    whole_number,
)


@frozen(kw_only=True)
class Door:
    wide: bool = field(default=False, metadata=validated_by(boolean))
    height: int = field(default=2, metadata=validated_by(lambda value: whole_number(value, 1, 9)))


@frozen(kw_only=True)
class House:
    name: str = field(metadata=validated_by(text, example='name = "Home"'))
    rooms: int = field(
        default=1, metadata=validated_by(lambda value: whole_number(value, 1, 9), always=True)
    )
    door: Door | None = field(default=None, metadata=validated_by(table(Door)))


def problems_with(values: dict[str, object]) -> list[str]:
    outcome = structure(House, values, "house")
    assert isinstance(outcome, tuple)
    return [str(problem) for problem in outcome]


def test_missing_values_have_their_defaults() -> None:
    assert structure(House, {"name": "Home"}) == House(name="Home")


def test_an_inner_table_is_converted_to_its_class() -> None:
    home = House(name="Home", door=Door(wide=True))
    assert structure(House, {"name": "Home", "door": {"wide": True}}) == home
    assert structure(House, {"name": "Home", "door": Door(wide=True)}) == home


def test_none_is_valid_if_it_is_the_default() -> None:
    assert structure(House, {"name": "Home", "door": None}) == House(name="Home")
    assert problems_with({"name": "Home", "rooms": None}) == [
        "house.rooms: must be a whole number from 1 to 9, not a date or a time"
    ]


def test_every_mistake_has_its_path() -> None:
    assert problems_with({"rooms": 0, "door": {"wide": 1, "heights": 2}, "cellar": True}) == [
        'house.name: is missing; write one, such as name = "Home"',
        "house.rooms: must be a whole number from 1 to 9, not 0",
        "house.door.wide: must be true or false, not 1",
        "house.door: unknown key `heights`; did you mean `height`?",
        "house: unknown key `cellar`; remove it, or use: name, rooms, door",
    ]
    assert problems_with({"name": "Home", "door": 5}) == ["house.door: must be a table, not 5"]


def test_a_problem_at_the_top_level_has_the_bare_name() -> None:
    assert structure(House, {"name": "Home", "rooms": 0}) == (
        Problem("rooms", "must be a whole number from 1 to 9, not 0"),
    )


def test_changed_values_are_written_and_those_marked_always() -> None:
    assert changed_values(House(name="Home")) == {"name": "Home", "rooms": 1}
    assert as_table(House(name="Home", door=Door(wide=True)).door) == {"wide": True}
    assert as_table("Home") is None
