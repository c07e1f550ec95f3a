"""Options are described by the class that holds them, and those of the catalog are whole."""

from __future__ import annotations

from enum import Enum, StrEnum

import pytest
from attrs import frozen
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from app.protocols import catalog
from app.protocols.definition import (
    ListenerContext,
    NoOptions,
    Option,
    changed_options,
    describe_options,
    option,
)


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


@frozen
class CakeOptions:
    label: str = option("Eat me", "Label", "On top.", maximum=10)
    layers: int = option(3, "Layers", "Of cream.", minimum=1, maximum=9)
    is_vegan: bool = option(False, "Vegan", "No eggs.")
    size: Size = option(Size.LARGE, "Size", "Of a slice.")


def test_each_field_is_an_option_in_its_order() -> None:
    assert describe_options(CakeOptions) == (
        Option("label", str, "Eat me", "Label", "On top.", 0, 10),
        Option("layers", int, 3, "Layers", "Of cream.", 1, 9),
        Option("is_vegan", bool, False, "Vegan", "No eggs.", 0, 0),
        Option("size", Size, Size.LARGE, "Size", "Of a slice.", 0, 0),
    )


def test_nothing_to_choose_is_no_option() -> None:
    assert describe_options(NoOptions) == ()


def test_what_differs_from_the_default_is_told_apart() -> None:
    assert changed_options(CakeOptions, {"layers": 3, "size": Size.SMALL, "label": "Eat me"}) == {
        "size": Size.SMALL
    }


OPTIONS = [
    pytest.param(option, id=f"{entry.name}.{option.name}")
    for entry in catalog.definitions()
    for option in describe_options(entry.options)
]


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_of_the_catalog_says_what_a_form_needs(option: Option) -> None:
    assert option.title[0].isupper()
    assert option.hint.endswith(".")
    assert isinstance(option.default, option.kind)
    match option.default:
        case bool():
            pass
        case int() as default:
            assert option.minimum <= default <= option.maximum < 2**31
        case Enum() as default:
            assert all(isinstance(member.value, str) for member in type(default))
        case str() as default:
            assert len(default) <= option.maximum
        case _:
            pytest.fail(f"no form knows how to show {option.kind}")


@pytest.mark.parametrize("name", catalog.names())
def test_every_protocol_runs_without_anything_chosen_and_shares_nothing(name: str) -> None:
    entry = catalog.find(name)
    factories = [entry.build(entry.options(), ListenerContext(Clock())) for _ in range(2)]
    assert factories[0] is not factories[1]
    for factory in factories:
        verifyObject(IProtocolFactory, factory)
