"""Parse the text of a profile into listeners, and report every mistake.

`tomllib` parses it, as that gives plain values and the position of a syntax error. `tomlkit` keeps
the formatting, so `writing` uses it. The line functions below understand just enough of TOML to
distinguish comments from strings; `writing` uses them too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final, NamedTuple

from app.profile.spec import ListenerSpec, name_key, structure
from app.text.problems import Problem, must_be_table, must_be_tables, unknown_key
from app.text.sentence import Sentence, quoted, quoted_value

VERSION: Final = 1
LARGEST_SIZE: Final = 1024 * 1024
MOST_LISTENERS: Final = 10_000

TOO_LARGE: Final = Problem.of(
    "",
    "profile-too-large",
    "this is no profile: it is larger than {largest_size} KiB",
    largest_size=LARGEST_SIZE // 1024,
)
TOO_DEEP: Final = Problem.of(
    "", "profile-too-deep", "this is no profile: its keys or brackets are nested too deep"
)

# For a key of n parts `tomllib` takes n * n memory. Half a megabyte of `a.a.a` ends the process.
_DEEP_KEY: Final = re.compile(r"(?:\.[^.,=\n]*){50}")

# Strings and comments: here a bracket, a dot, a hash or a line end is no syntax. An unclosed string
# matches too. Without that, the search would restart at each quote in it, in quadratic time.
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
    """`text` with each character of a string or a comment replaced by `_`; the same length."""
    return _STRING_OR_COMMENT.sub(lambda match: "_" * len(match[0]), text)


def lines(text: str) -> list[str]:
    """The lines of `text` with their line ends. A multi-line string is one line here."""
    ends = [0, *(match.end() for match in re.finditer(r"\n|\Z", masked(text)))]
    return [text[start:end] for start, end in pairwise(ends) if start < end]


def comments(text: str) -> list[str]:
    """The comments of `text`, each from its `#` to the end of the line."""
    found = (match[0] for match in _STRING_OR_COMMENT.finditer(text))
    return [each.rstrip() for each in found if is_comment(each)]


def is_comment(line: str) -> bool:
    """Whether `line` has only a comment."""
    return line.lstrip().startswith("#")


def is_value(line: str) -> bool:
    """Whether `line` has more than a comment or blanks."""
    return bool(line.strip()) and not is_comment(line)


class ParsedProfile(NamedTuple):
    """The valid listeners of a profile, and the problems of the rest."""

    listeners: tuple[ListenerSpec, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse(text: str) -> ParsedProfile:
    """Parse the text of a profile. Raises nothing, for any text."""
    if len(text) > LARGEST_SIZE:
        return ParsedProfile(problems=(TOO_LARGE,))
    document = parse_toml(text)
    if document is None:
        return ParsedProfile(problems=(TOO_DEEP,))
    if isinstance(document, Problem):
        return ParsedProfile(problems=(document,))
    newer = _newer_version(document)
    if newer is not None:
        return ParsedProfile(problems=(newer,))
    results = list(_unique(_listeners(document)))
    return ParsedProfile(
        tuple(each for each in results if isinstance(each, ListenerSpec)),
        (*_root_problems(document), *(each for each in results if isinstance(each, Problem))),
    )


def parse_toml(text: str) -> dict[str, object] | Problem | None:
    """The values of a TOML text, or the first syntax error; `None` if it is nested too deep.

    The text may be malicious, but must not be larger than `LARGEST_SIZE`.
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
    """The problem for a message of `tomllib`, at its position or at the end of the text."""
    match = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.DOTALL)
    if match is not None:
        error, line, column = match.groups()
    else:
        error = message.removesuffix(" (at end of document)")
        line = str(text.count("\n") + 1)
        column = str(len(text) - text.rfind("\n"))
    return Problem.of(
        Sentence("line-and-column", "line {line}, column {column}", line=line, column=column),
        "not-toml",
        "this is not TOML: {error}",
        error=quoted(error)[1:-1],
    )


def _newer_version(document: Mapping[str, object]) -> Problem | None:
    version = document.get("version")
    if type(version) is not int or version <= VERSION:
        return None
    return Problem.of(
        "version",
        "profile-newer",
        "a newer Portdeck wrote this profile (version {version}); update Portdeck",
        version=quoted_value(version),
    )


def _root_problems(document: Mapping[str, object]) -> Iterator[Problem]:
    if "version" not in document:
        yield Problem.of(
            "version",
            "version-missing",
            "is missing; write version = {version} at the top",
            version=VERSION,
        )
    elif type(document["version"]) is not int or document["version"] != VERSION:
        yield Problem.of(
            "version",
            "version-wrong",
            "must be {version}, not {value}",
            version=VERSION,
            value=quoted_value(document["version"]),
        )
    known = ("version", "listener")
    for key in document:
        if key not in known:
            yield unknown_key(key, known, "")


def _listeners(document: Mapping[str, object]) -> Iterator[tuple[str, ListenerSpec | Problem]]:
    """Each listener or problem, with the path of its table."""
    tables = document.get("listener", [])
    if not isinstance(tables, list):
        yield "listener", Problem("listener", must_be_tables("listener"))
        return
    if len(tables) > MOST_LISTENERS:
        yield (
            "listener",
            Problem.of(
                "listener",
                "too-many-listeners",
                "here are {count} listeners; keep at most {most}",
                count=len(tables),
                most=MOST_LISTENERS,
            ),
        )
        return
    for index, table in enumerate(tables):
        path = f"listener[{index}]"
        if not isinstance(table, dict):
            yield path, Problem(path, must_be_table(table))
            continue
        result = structure(table, path)
        for each in (result,) if isinstance(result, ListenerSpec) else result:
            yield path, each


def _unique(
    results: Iterable[tuple[str, ListenerSpec | Problem]],
) -> Iterator[ListenerSpec | Problem]:
    """Replace each listener whose name is used already by a problem."""
    path_of_name: dict[str, str] = {}
    for path, result in results:
        if isinstance(result, Problem):
            yield result
            continue
        first = path_of_name.setdefault(name_key(result.name), path)
        if first == path:
            yield result
        else:
            yield Problem.of(
                f"{path}.name",
                "name-used-in-profile",
                "must be another one; {first} is called {name} too",
                first=first,
                name=quoted(result.name),
            )
