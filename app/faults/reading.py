"""Faults from the tables `[[listener.fault]]` of a profile, with every mistake, and back again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from typing import Any, Final

from attrs import fields_dict

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
from app.text.problems import (
    Problem,
    must_be_boolean,
    must_be_number,
    must_be_one_of,
    must_be_table,
    must_be_tables,
    must_be_whole_number,
    unknown_key,
)
from app.text.sentence import Sentence, SentenceError, composed, quoted_value

MOST_FAULTS: Final = 100
LARGEST_SEED: Final = 2**63 - 1

_COMMON: Final = (
    Parameter("direction", default=Direction.BOTH, choices=Direction),
    Parameter("chance", 0, 1, 1.0),
    Parameter("leg", default=FaultLeg.CLIENT, choices=FaultLeg),
)


class _Mistake(SentenceError):
    """A value that cannot be taken; the text is the message."""


def parse(
    tables: object, path: str, transport: TransportKind | None
) -> tuple[tuple[Fault, ...], tuple[Problem, ...]]:
    """The faults that `tables` describe, and every mistake in them. Never raises.

    `tables` is what TOML has at `path`. A table with a mistake gives no fault. `transport` is that
    of the listener, or `None` where it is not known, which allows all kinds.
    """
    if not isinstance(tables, list | tuple):
        return (), (Problem(path, must_be_tables("listener.fault")),)
    if len(tables) > MOST_FAULTS:
        message = Sentence(
            "too-many-faults",
            "here are {count} faults; keep at most {most_faults}",
            count=len(tables),
            most_faults=MOST_FAULTS,
        )
        return (), (Problem(path, message),)
    faults: list[Fault] = []
    problems: list[Problem] = []
    for index, table in enumerate(tables):
        fault, wrong = _parse_one(table, f"{path}[{index}]", transport)
        problems.extend(wrong)
        if fault is not None and not wrong:
            faults.append(fault)
    return tuple(faults), tuple(problems)


def to_tables(faults: Iterable[Fault]) -> list[dict[str, object]]:
    """The tables that `parse` reads back as `faults`. What is the default is left out."""
    return [_to_table(fault) for fault in faults]


def misfits(
    faults: Sequence[Fault], path: str, transport: TransportKind, target: TransportKind | None
) -> tuple[Problem, ...]:
    """The faults at `path` that do not fit the leg on which they act.

    `transport` is that of the clients, and `target` that of the target; `None` if there is none.
    """
    problems = []
    for index, fault in enumerate(faults):
        carrier = transport if fault.leg is FaultLeg.CLIENT else target
        if carrier is None:
            message: str = Sentence(
                "fault-without-target",
                'there is no target: use "target" with forward or socks, or remove it',
            )
            problems.append(Problem(f"{path}[{index}].leg", message))
        elif fault.kind not in KINDS_OF[carrier]:
            message = _misfit(fault.kind, carrier)
            problems.append(Problem(f"{path}[{index}].kind", message))
    return tuple(problems)


def _parse_one(
    table: object, path: str, transport: TransportKind | None
) -> tuple[Fault | None, list[Problem]]:
    if isinstance(table, Fault):
        table = _to_table(table)
    if not isinstance(table, Mapping):
        return None, [Problem(path, must_be_table(table))]
    try:
        kind = _kind(table, None if table.get("leg") == FaultLeg.TARGET.value else transport)
    except _Mistake as error:
        return None, [Problem(f"{path}.kind", str(error))]
    parameters = {each.name: each for each in (*_COMMON, *PARAMETERS[kind])}
    values: dict[str, Any] = {"kind": kind}
    problems: list[Problem] = []
    for name, parameter in parameters.items():
        try:
            values[name] = _value(table, parameter)
        except _Mistake as error:
            problems.append(Problem(f"{path}.{name}", str(error)))
    if not isinstance(enabled := table.get("enabled", True), bool):
        problems.append(Problem(f"{path}.enabled", must_be_boolean(enabled)))
    values["enabled"] = enabled
    known = ("kind", "enabled", *parameters)
    unknown = sorted((key for key in table if key not in known), key=str)
    problems.extend(_unknown(str(key), known, kind, path) for key in unknown)
    if problems:
        return None, problems
    fault = Fault(**values)
    return fault, _contradictions(fault, path)


def _kind(table: Mapping[object, object], transport: TransportKind | None) -> FaultKind:
    if "kind" not in table:
        raise _Mistake(
            "is-missing", "is missing; write one, such as {example}", example='kind = "latency"'
        )
    fitting = [each for each in FaultKind if transport is None or each in KINDS_OF[transport]]
    kind: Any = _choice(table["kind"], FaultKind, [each.value for each in fitting])
    if transport is not None and kind not in fitting:
        raise _Mistake(_misfit(kind, transport))
    return kind  # type: ignore[no-any-return]


def _misfit(kind: FaultKind, transport: TransportKind) -> str:
    places, *others = [each.value for each in TransportKind if kind in KINDS_OF[each]]
    for each in others:
        places = composed("{one} or {other}", one=places, other=each)
    return Sentence(
        "fault-not-for",
        "{kind} is not for {transport}; remove it, or use it with {places}",
        kind=kind.value,
        transport=transport.value,
        places=places,
    )


def _value(table: Mapping[object, object], parameter: Parameter) -> object:
    if parameter.name not in table:
        if parameter.default is None:
            raise _Mistake(
                "is-missing-write", "is missing; write {example}", example=parameter.example
            )
        return parameter.default
    value = table[parameter.name]
    if parameter.choices is not None:
        return _choice(value, parameter.choices, [each.value for each in parameter.choices])
    return _number(value, parameter)


def _choice(value: object, choices: type[Enum], offered: Sequence[str]) -> Enum:
    if isinstance(value, str):
        try:
            return choices(value)
        except ValueError:
            pass
        if close := get_close_matches(value, offered, n=1):
            raise _Mistake(
                "unknown-did-you-mean",
                'unknown: {value}; did you mean "{suggestion}"?',
                value=quoted_value(value),
                suggestion=close[0],
            )
    raise _Mistake(must_be_one_of(offered, value))


def _number(value: object, parameter: Parameter) -> float:
    is_number = type(value) is int or (type(value) is float and not parameter.is_whole)
    in_bounds = is_number and parameter.least <= value <= parameter.most  # type: ignore[operator]
    if not in_bounds or not math.isfinite(value):  # type: ignore[arg-type]
        if parameter.is_whole:
            least, most = int(parameter.least), int(parameter.most)
            raise _Mistake(must_be_whole_number(least, most, value))
        raise _Mistake(must_be_number(parameter.least, parameter.most, value))
    return value if parameter.is_whole else float(value)  # type: ignore[return-value, arg-type]


def _contradictions(fault: Fault, path: str) -> list[Problem]:
    """Mistakes of two values together."""
    problems = []
    is_directed = fault.kind in DIRECTED or (
        fault.kind is FaultKind.STOP_READING and fault.direction is Direction.IN
    )
    if not is_directed and fault.direction is not Direction.BOTH:
        message = Sentence(
            "no-direction",
            "means nothing for {value}, which has no direction; remove it",
            value=fault.kind.value,
        )
        problems.append(Problem(f"{path}.direction", message))
    if fault.variation >= max(fault.bytes, 1):
        message = Sentence(
            "must-be-less-than-bytes",
            "must be less than bytes, which is {bytes}",
            bytes=fault.bytes,
        )
        problems.append(Problem(f"{path}.variation", message))
    return problems


def _unknown(key: str, known: Sequence[str], kind: FaultKind, path: str) -> Problem:
    if key not in fields_dict(Fault) or get_close_matches(key, known, n=1):
        return unknown_key(key, known, path)
    message = Sentence(
        "means-nothing-for", "`{key}` means nothing for {kind}; remove it", key=key, kind=kind.value
    )
    return Problem(path, message)


def _to_table(fault: Fault) -> dict[str, object]:
    table: dict[str, object] = {"kind": fault.kind.value}
    for parameter in (*_COMMON, *PARAMETERS[fault.kind]):
        value = getattr(fault, parameter.name)
        if value != parameter.default:
            table[parameter.name] = value.value if isinstance(value, Enum) else value
    if not fault.enabled:
        table["enabled"] = False
    return table
