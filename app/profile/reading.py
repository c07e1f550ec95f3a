"""From the text of a profile to its listeners, with every mistake on the way.

`tomllib` reads, because it gives plain values and says where a syntax error is; `tomlkit`, which
keeps the formatting, is for `writing`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final

from attrs import frozen

from app.net.endpoint import quoted
from app.profile.spec import ListenerSpec, comparable, structure
from app.profile.validation import Problem, quoted_value, unknown_key

# MERGED profile/lexing: Lines of TOML: just enough of its grammar to tell text from comments and strings.

# Everything that can hold a bracket, a dot, a hash or a line end without meaning it. A string that
# is never closed matches too: else each quote in it would be tried anew, in quadratic time.
_STRING_OR_COMMENT: Final = re.compile(
    r'''
      """(?:[^\\]|\\.)*?(?:"{3,5}|\\?\Z)
    | \'''.*?(?:'{3,5}|\Z)
    | "(?:[^"\\\n]|\\.)*"?
    | '[^'\n]*'?
    | \#[^\n]*
    ''',
    re.DOTALL | re.VERBOSE,
)


def masked(text: str) -> str:
    """`text` with every character of a string or a comment made a `_`; the same length."""
    return _STRING_OR_COMMENT.sub(lambda match: "_" * len(match[0]), text)


def lines(text: str) -> list[str]:
    """The lines of `text`, each with its end. A string over many lines is in one of them."""
    ends = [0, *(match.end() for match in re.finditer(r"\n|\Z", masked(text)))]
    return [text[start:end] for start, end in pairwise(ends) if start < end]


def comments(text: str) -> list[str]:
    """The comments of `text`, each from its `#` to the end of the line."""
    found = (match[0] for match in _STRING_OR_COMMENT.finditer(text))
    return [each.rstrip() for each in found if is_comment(each)]


def is_comment(line: str) -> bool:
    """Whether there is nothing on `line` but a comment."""
    return line.lstrip().startswith("#")


def is_value(line: str) -> bool:
    """Whether there is something on `line` besides a comment."""
    return bool(line.strip()) and not is_comment(line)


VERSION: Final = 1
LARGEST_SIZE: Final = 1024 * 1024
MOST_LISTENERS: Final = 10_000

TOO_LARGE: Final = Problem("", f"this is no profile: it is larger than {LARGEST_SIZE // 1024} KiB")
TOO_DEEP: Final = Problem("", "this is no profile: its keys or brackets are nested too deep")

# For a key of n parts `tomllib` takes n * n memory: half a megabyte of `a.a.a` ends the process.
_DEEP_KEY: Final = re.compile(r"(?:\.[^.,=\n]*){50}")


@frozen
class ParsedProfile:
    """What came of a profile: the listeners that are right, and all that is wrong with the rest."""

    listeners: tuple[ListenerSpec, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse(text: str) -> ParsedProfile:
    """The reading of a profile's text. Never raises, whatever the text is."""
    if len(text) > LARGEST_SIZE:
        return ParsedProfile(problems=(TOO_LARGE,))
    document = document_of(text)
    if document is None:
        return ParsedProfile(problems=(TOO_DEEP,))
    if isinstance(document, Problem):
        return ParsedProfile(problems=(document,))
    newer = _newer_version(document)
    if newer is not None:
        return ParsedProfile(problems=(newer,))
    outcomes = list(_unique(_listeners(document)))
    return ParsedProfile(
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
        f"a newer Portdeck wrote this profile (version {quoted_value(version)}); update Portdeck",
    )


def _root_problems(document: Mapping[str, object]) -> Iterator[Problem]:
    if "version" not in document:
        yield Problem("version", f"is missing; write version = {VERSION} at the top")
    elif type(document["version"]) is not int or document["version"] != VERSION:
        yield Problem("version", f"must be {VERSION}, not {quoted_value(document['version'])}")
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
            yield path, Problem(path, f"must be a table, not {quoted_value(table)}")
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
