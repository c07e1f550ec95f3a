"""Faults from a profile: what is right comes back the same, what is wrong is told in full."""

from __future__ import annotations

import tomllib
from enum import Enum

import pytest
from attrs import evolve, fields_dict
from hypothesis import given, settings
from hypothesis import strategies as st

from app.faults.describing import badge, describe
from app.faults.reading import MOST_FAULTS, misfits, parse, to_tables
from app.faults.spec import (
    DIRECTED,
    KINDS_OF,
    PARAMETERS,
    Direction,
    Fault,
    FaultKind,
    FaultLeg,
    Parameter,
    TransportKind,
)
from tests.faults.fakes import fault

EXAMPLE = """
[[fault]]
kind = "latency"
direction = "out"
seconds = 0.2
jitter = 0.05
chance = 1.0

[[fault]]
kind = "limit"
direction = "out"
bytes = 1000
then = "reset"

[[fault]]
kind = "reset-after"
seconds = 0.3
enabled = false
"""

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
)


def problems_of(*tables: object, transport: TransportKind | None = None) -> list[str]:
    return [str(problem) for problem in parse(list(tables), "listener[0].fault", transport)[1]]


def value_of(parameter: Parameter) -> st.SearchStrategy[object]:
    if parameter.choices is not None:
        return st.sampled_from(parameter.choices)
    if parameter.is_whole:
        return st.integers(int(parameter.least), int(parameter.most))
    return st.floats(parameter.least, parameter.most)


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    kind = draw(st.sampled_from(FaultKind))
    values = {each.name: draw(value_of(each)) for each in PARAMETERS[kind]}
    made = Fault(
        kind=kind,
        direction=draw(st.sampled_from(Direction)) if kind in DIRECTED else Direction.BOTH,
        chance=draw(st.floats(0, 1)),
        enabled=draw(st.booleans()),
        **values,  # type: ignore[arg-type]
    )
    return evolve(made, variation=min(made.variation, max(made.bytes - 1, 0)))


def test_the_example_of_the_manual_is_read() -> None:
    found, problems = parse(tomllib.loads(EXAMPLE)["fault"], "fault", TransportKind.STREAM)
    assert not problems
    assert [describe(each) for each in found] == [
        "latency 200 ms ± 50 ms out",
        "limit 1 kB, then reset out",
        "reset-after 300 ms (off)",
    ]
    assert badge(found) == "200 ms +1"


@settings(deadline=None)
@given(st.lists(faults(), max_size=5))
def test_tables_read_back_as_the_same_faults(made: list[Fault]) -> None:
    tables = to_tables(made)
    assert not any(isinstance(value, Enum) for table in tables for value in table.values())
    assert parse(tables, "fault", None) == (tuple(made), ())
    assert all(describe(each) and "\n" not in describe(each) for each in made)


@settings(deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(["kind", *fields_dict(Fault)]), SCALARS), max_size=4)
)
def test_no_table_whatever_is_in_it_makes_the_reading_fail(tables: list[dict[str, object]]) -> None:
    for table in tables:
        for kind in FaultKind:
            found, problems = parse([table, table | {"kind": kind.value}], "fault", None)
            assert len(found) + len({problem.path.split(".")[0] for problem in problems}) == 2


@pytest.mark.parametrize("value", [None, 1, "latency", {}, [1], [None]])
def test_what_is_no_list_of_tables_is_a_problem(value: object) -> None:
    assert parse(value, "fault", None)[1]


def test_all_mistakes_are_told_at_once_with_their_paths() -> None:
    assert problems_of(
        {"kind": "latency", "seconds": -1, "jiter": 0.1, "chance": 2, "direction": "up"},
        {"kind": "latncy"},
        {"seconds": 1},
        {"kind": "limit", "bytes": 1.5, "then": "stop", "enabled": 1},
        {"kind": "refuse", "direction": "in"},
        {"kind": "stall", "bytes": 1},
        {"kind": "slice", "bytes": 5, "variation": 5},
        {"kind": "tls"},
    ) == [
        'listener[0].fault[0].direction: must be one of in, out, both, not "up"',
        "listener[0].fault[0].chance: must be a number from 0 to 1, not 2",
        "listener[0].fault[0].seconds: must be a number from 0 to 86400, not -1",
        "listener[0].fault[0]: unknown key `jiter`; did you mean `jitter`?",
        'listener[0].fault[1].kind: unknown: "latncy"; did you mean "latency"?',
        'listener[0].fault[2].kind: is missing; write one, such as kind = "latency"',
        "listener[0].fault[3].bytes: must be a whole number from 1 to 1099511627776, not 1.5",
        'listener[0].fault[3].then: must be one of close, reset, not "stop"',
        "listener[0].fault[3].enabled: must be true or false, not 1",
        "listener[0].fault[4].direction: means nothing for refuse, which has no direction; "
        "remove it",
        "listener[0].fault[5]: `bytes` means nothing for stall; remove it",
        "listener[0].fault[6].variation: must be less than bytes, which is 5",
        'listener[0].fault[7].problem: is missing; write problem = "expired"',
    ]


def test_a_kind_that_the_transport_cannot_have_is_a_problem() -> None:
    assert problems_of({"kind": "drop"}, transport=TransportKind.TLS) == [
        "listener[0].fault[0].kind: drop is not for TLS; remove it, or use it with UDP"
    ]
    for transport, kinds in KINDS_OF.items():
        for kind in FaultKind:
            wrong = problems_of({"kind": kind.value}, transport=transport)
            assert (f"{kind.value} is not for" in "".join(wrong)) == (kind not in kinds)


def test_too_many_faults_are_a_problem() -> None:
    assert len(problems_of(*[{"kind": "stall"}] * (MOST_FAULTS + 1))) == 1


def test_a_fault_that_cannot_hit_anybody_has_no_badge() -> None:
    assert badge([fault("stall", enabled=False), fault("stall", chance=0.0)]) == ""
    assert badge([fault("bandwidth", bytes_per_second=1500)]) == "1.5 kB/s"


def at_target(kind: FaultKind) -> Fault:
    return Fault(kind=kind, leg=FaultLeg.TARGET)


def test_a_leg_to_a_target_needs_one() -> None:
    (problem,) = misfits((at_target(FaultKind.STALL),), "fault", TransportKind.STREAM, None)
    assert str(problem).startswith("fault[0].leg: there is no target")


def test_the_kinds_at_the_target_are_those_of_its_transport() -> None:
    faults = (at_target(FaultKind.DROP), at_target(FaultKind.SLICE), at_target(FaultKind.TLS))
    found = misfits(faults, "fault", TransportKind.TLS, TransportKind.DATAGRAMS)
    assert [each.path for each in found] == ["fault[1].kind", "fault[2].kind"]


def test_the_leg_is_read_and_written_back() -> None:
    table = {"kind": "slice", "bytes": 10, "leg": "target"}
    faults, problems = parse([table], "fault", TransportKind.DATAGRAMS)
    assert not problems
    assert to_tables(faults) == [table]
