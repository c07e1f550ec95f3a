"""The protocols by their names."""

from __future__ import annotations

import pytest

from app.protocols import catalog
from app.protocols.catalog import UnknownProtocol


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
