"""The protocols by their names."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from app.protocols import catalog
from app.protocols.catalog import UnknownProtocol
from app.protocols.definition import describe_options


@pytest.mark.parametrize("name", catalog.names())
def test_each_name_finds_what_a_person_can_choose(name: str) -> None:
    entry = catalog.find(name)
    assert entry.name == name == name.lower()
    assert " " not in name
    assert entry.title
    assert entry.summary.endswith(".")
    assert 1023 < entry.port < 65536, "no rights are needed"


def test_names_and_offered_ports_are_there_once() -> None:
    assert len(set(catalog.names())) == len(catalog.names())
    ports = [catalog.find(name).port for name in catalog.names()]
    assert len(set(ports)) == len(ports)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ecko", "There is no protocol called 'ecko'. Did you mean echo?"),
        (" Echo", "There is no protocol called ' Echo'. Did you mean echo?"),
    ],
)
def test_a_name_that_is_near_finds_a_hint(name: str, sentence: str) -> None:
    with pytest.raises(UnknownProtocol) as raised:
        catalog.find(name)
    assert str(raised.value) == sentence


def test_a_name_far_from_all_finds_the_choice() -> None:
    with pytest.raises(UnknownProtocol) as raised:
        catalog.find("quux")
    said = str(raised.value)
    assert said.startswith("There is no protocol called 'quux'. Choose one of: echo, ")
    assert all(name in said for name in catalog.names())


def test_the_guide_lists_every_protocol_with_its_options() -> None:
    guide = (Path(__file__).parents[2] / "resources" / "guide" / "profile.md").read_text(
        encoding="utf-8"
    )
    _, header, below = guide.partition("| `protocol` |")
    _, _, *lines = (header + below).partition("\n\n")[0].splitlines()
    rows = [line.split(" | ") for line in lines]
    table = {name.strip("| `"): options for name, _, options in rows}
    assert tuple(table) == catalog.names()
    for name, options in table.items():
        written = tomllib.loads("\n".join(re.findall("`(.+?)`", options)))
        described = describe_options(catalog.find(name).options)
        assert written == {option.name: option.default for option in described}
