"""The guide names every fault with its keys, and its examples are valid."""

from __future__ import annotations

import re
import tomllib
from enum import Enum
from pathlib import Path

import pytest

from app.faults.reading import parse
from app.faults.spec import (
    DIRECTED,
    KINDS_OF,
    PARAMETERS,
    Distribution,
    FaultKind,
    LimitAction,
    Parameter,
    TlsProblem,
    TransportKind,
)

GUIDE = (Path(__file__).parents[2] / "resources" / "guide" / "faults.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", GUIDE, flags=re.DOTALL | re.MULTILINE)
ROWS = dict(re.findall(r"^\| `([\w-]+)`( .*\|)$", GUIDE.partition("## Kinds")[2], re.MULTILINE))

OVER = {
    "all": set(TransportKind),
    "streams": {TransportKind.STREAM, TransportKind.TLS},
    "TLS": {TransportKind.TLS},
    "UDP": {TransportKind.DATAGRAMS},
}


def written(parameter: Parameter) -> str:
    """A key as the table has it."""
    default = parameter.default
    if default is None:
        return f"`{parameter.name}`"
    if isinstance(default, Enum):
        return f'`{parameter.name} = "{default.value}"`'
    return f"`{parameter.name} = {default:g}`"


@pytest.mark.parametrize("kind", FaultKind)
def test_each_kind_is_in_the_table_with_its_keys_and_transports(kind: FaultKind) -> None:
    _, _, _, keys, over, _ = (f"|{ROWS[kind.value]}").split("|")
    assert keys.strip() == ", ".join(map(written, PARAMETERS[kind]))
    fitting = {each for each in TransportKind if kind in KINDS_OF[each]}
    assert OVER[over.strip()] == fitting
    assert (" * |" in ROWS[kind.value]) is (kind not in DIRECTED)


def test_no_other_kind_is_in_the_table() -> None:
    assert ROWS.keys() - {"kind"} == {kind.value for kind in FaultKind}


@pytest.mark.parametrize("choices", [Distribution, LimitAction, TlsProblem])
def test_each_choice_is_named(choices: type[Enum]) -> None:
    assert all(f"`{each.value}`" in GUIDE for each in choices)


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_is_valid(example: str) -> None:
    document = tomllib.loads(example)
    listener = document["listener"]
    (table,) = listener if isinstance(listener, list) else [listener]
    faults, problems = parse(table["fault"], "fault", None)
    assert faults
    assert not problems
