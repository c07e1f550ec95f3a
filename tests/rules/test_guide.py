"""The guide names every key of the rules, and nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from app.rules.checksums import WAYS
from app.rules.reading import FRAMINGS, RULE_KEYS, SET_KEYS, parse
from app.rules.spec import Action, Order, RuleSet, Target, Unmatched
from app.rules.template import ALL_VARIABLES

GUIDE = (Path(__file__).parents[2] / "resources" / "guide" / "rules.md").read_text("utf-8")


def first_cells(heading: str) -> list[str]:
    """The code of the first column of each table below a heading."""
    _, _, below = GUIDE.partition(f"\n## {heading}")
    section = below.partition("\n## ")[0]
    cells = re.findall(r"^\| (.*?) \|", section, re.MULTILINE)
    return [code for cell in cells for code in re.findall(r"`(.*?)`", cell)]


def test_the_guide_has_every_key_of_the_listener() -> None:
    cells = [cell for cell in first_cells("The listener") if not cell.startswith('"')]
    assert [each for each in cells if cells.count(each) > 1] == ["framing", "framing"]
    assert set(cells) == set(SET_KEYS)


def test_the_guide_has_every_framing() -> None:
    cells = [cell.strip('"') for cell in first_cells("The listener") if cell.startswith('"')]
    assert set(cells) == set(FRAMINGS)


def test_the_guide_has_every_key_of_a_rule_and_every_action() -> None:
    cells = first_cells("A rule")
    actions = {cell.strip('"') for cell in cells if cell.startswith('"')}
    assert actions == {each.value for each in Action}
    assert {cell for cell in cells if not cell.startswith('"')} == set(RULE_KEYS)


def test_the_guide_has_every_word_that_a_key_takes() -> None:
    for kind in (Order, Target, Unmatched):
        for member in kind:
            assert f'`"{member.value}"`' in GUIDE, member


def test_the_guide_has_every_variable() -> None:
    assert {name for name in ALL_VARIABLES if f"`{{{name}" not in GUIDE} == set()
    for kind in ("length", "crc16"):
        named = {name for name in WAYS[kind] if f"/{name}" in GUIDE}
        assert named | {"", "modbus"} == {*WAYS[kind], "", "modbus"}


def test_the_example_of_the_guide_is_right() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    (listener,) = tomllib.loads(example)["listener"]
    assert isinstance(parse(listener["options"]), RuleSet)
