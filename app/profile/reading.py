"""From the text of a profile to its listeners, with every mistake on the way.

`tomllib` reads, because it gives plain values and says where a syntax error is; `tomlkit`, which
keeps the formatting, is for `writing`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from app.endpoint import quoted
from app.profile.lexing import masked
from app.profile.problem import Problem, unknown_key
from app.profile.spec import ListenerSpec, comparable, structure
from app.profile.values import shown

VERSION: Final = 1
LARGEST_SIZE: Final = 1024 * 1024
MOST_LISTENERS: Final = 10_000

TOO_LARGE: Final = Problem("", f"this is no profile: it is larger than {LARGEST_SIZE // 1024} KiB")
TOO_DEEP: Final = Problem("", "this is no profile: its keys or brackets are nested too deep")

# For a key of n parts `tomllib` takes n * n memory: half a megabyte of `a.a.a` ends the process.
_DEEP_KEY: Final = re.compile(r"(?:\.[^.,=\n]*){50}")


@frozen
class Reading:
    """What came of a profile: the listeners that are right, and all that is wrong with the rest."""

    listeners: tuple[ListenerSpec, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse(text: str) -> Reading:
    """The reading of a profile's text. Never raises, whatever the text is."""
    if len(text) > LARGEST_SIZE:
        return Reading(problems=(TOO_LARGE,))
    document = document_of(text)
    if document is None:
        return Reading(problems=(TOO_DEEP,))
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    newer = _newer_version(document)
    if newer is not None:
        return Reading(problems=(newer,))
    outcomes = list(_unique(_listeners(document)))
    return Reading(
        tuple(outcome for outcome in outcomes if isinstance(outcome, ListenerSpec)),
        (
            *_root_problems(document),
            *(outcome for outcome in outcomes if isinstance(outcome, Problem)),
        ),
    )


def document_of(text: str) -> dict[str, object] | Problem | None:
    """The values of a TOML text, or where it is none; `None` if it is nested too deep to be read.

    The text may come from anywhere, but must not be larger than `LARGEST_SIZE`.
    """
    if _DEEP_KEY.search(masked(text)):
        return None
    try:
        return tomllib.loads(text)
    except RecursionError:
        return None
    except ValueError as error:
        return _syntax_problem(str(error), text)


def _syntax_problem(message: str, text: str) -> Problem:
    """The problem that `tomllib` tells at the end of its message, or at the end of the text."""
    match = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.DOTALL)
    if match is not None:
        what, line, column = match.groups()
    else:
        what = message.removesuffix(" (at end of document)")
        line = str(text.count("\n") + 1)
        column = str(len(text) - text.rfind("\n"))
    return Problem(f"line {line}, column {column}", f"this is not TOML: {quoted(what)[1:-1]}")


def _newer_version(document: Mapping[str, object]) -> Problem | None:
    version = document.get("version")
    if type(version) is not int or version <= VERSION:
        return None
    return Problem(
        "version",
        f"a newer Portdeck wrote this profile (version {shown(version)}); update Portdeck",
    )


def _root_problems(document: Mapping[str, object]) -> Iterator[Problem]:
    if "version" not in document:
        yield Problem("version", f"is missing; write version = {VERSION} at the top")
    elif type(document["version"]) is not int or document["version"] != VERSION:
        yield Problem("version", f"must be {VERSION}, not {shown(document['version'])}")
    known = ("version", "listener")
    for key in document:
        if key not in known:
            yield unknown_key(key, known, "")


def _listeners(document: Mapping[str, object]) -> Iterator[tuple[str, ListenerSpec | Problem]]:
    """Each listener or problem, with the path of the table it comes from."""
    tables = document.get("listener", [])
    if not isinstance(tables, list):
        advice = "write [[listener]] with two brackets on each side"
        yield "listener", Problem("listener", f"must be a list of tables; {advice}")
        return
    if len(tables) > MOST_LISTENERS:
        advice = f"keep at most {MOST_LISTENERS}"
        yield "listener", Problem("listener", f"here are {len(tables)} listeners; {advice}")
        return
    for index, table in enumerate(tables):
        path = f"listener[{index}]"
        if not isinstance(table, dict):
            yield path, Problem(path, f"must be a table, not {shown(table)}")
            continue
        outcome = structure(table, path)
        for each in (outcome,) if isinstance(outcome, ListenerSpec) else outcome:
            yield path, each


def _unique(
    outcomes: Iterable[tuple[str, ListenerSpec | Problem]],
) -> Iterator[ListenerSpec | Problem]:
    """The outcomes, with a problem in place of each listener whose name is taken already."""
    taken: dict[str, str] = {}
    for path, outcome in outcomes:
        if isinstance(outcome, Problem):
            yield outcome
            continue
        first = taken.setdefault(comparable(outcome.name), path)
        if first == path:
            yield outcome
        else:
            message = f"must be another one; {first} is called {quoted(outcome.name)} too"
            yield Problem(f"{path}.name", message)
