"""What the engine says: every sentence has a code, and can be translated."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

APP = Path(__file__).parents[1] / "app"

SPEAKS_PLAINLY = (
    "ui",  # has its own texts, which Qt translates
    "cli.py",
    "connect",
    "replay",
    "serve",  # the command line speaks English
    "codegen",  # programs and shell lines
)

TO_PEERS = "protocols"
"""What peers are sent, and the texts of options, which have a context of their own."""

PROGRAMMING = {
    "AssertionError",
    "AttributeError",
    "KeyError",
    "ModuleNotFoundError",
    "NotImplementedError",
    "RuntimeError",
    "TypeError",
    "ReactorNotRunning",
    "error.ReactorNotRunning",
}
"""Exceptions that tell a programmer, and no user, what is wrong."""

SENTENCE = re.compile(r"(?:[A-Z][a-z']*|\{…\}) .*\b[a-z]{2,}\b.*[.!?]", re.DOTALL)
"""A whole sentence. SQL, for one, is none: it begins with capitals."""


@cache
def sources() -> tuple[tuple[str, ast.Module], ...]:
    """The modules of the engine, by their path in `app`."""
    paths = [path.relative_to(APP).as_posix() for path in sorted(APP.rglob("*.py"))]
    return tuple(
        (path, ast.parse((APP / path).read_bytes())) for path in paths if not path.startswith("ui/")
    )


@cache
def makers() -> frozenset[str]:
    """What takes a code and a template; the exceptions among them also take a finished sentence."""
    found = {"SentenceError"}
    for _, module in sources() * 2:  # a module may come before that of the base
        for node in module.body:
            match node:
                case ast.ClassDef(name, bases=[ast.Name(above), *_]) if above in found:
                    found.add(name)
    return frozenset({"Sentence", "sentence_template", *found})


def parts_of_sentence(call: ast.Call) -> list[ast.expr]:
    """The code and the template that `call` makes a sentence of, as they are written."""
    match call:
        case ast.Call(func=ast.Name(name), args=[_, _] as parts) if name in makers():
            return parts
        case ast.Call(func=ast.Attribute(attr="of" | "note"), args=[_, _, _]):
            return call.args[1:]
    return []


def code_and_template(call: ast.AST) -> tuple[str, str] | None:
    """What a sentence was written with, also one that is made later."""
    match parts_of_sentence(call) if isinstance(call, ast.Call) else []:
        case [ast.Constant(str(code)), ast.Constant(str(text))]:
            return code, text
    return None


def calls_of_sentence(module: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and parts_of_sentence(node):
            yield node


def test_codes_and_templates_are_written_out() -> None:
    for name, module in sources():
        if name not in ("text/sentence.py", "text/problems.py", "rules/toml_values.py"):
            for call in calls_of_sentence(module):
                assert code_and_template(call), f"{name}:{call.lineno}"


def test_a_code_is_in_kebab_case_and_has_one_template() -> None:
    templates: dict[str, set[str]] = defaultdict(set)
    for _, module in sources():
        for node in ast.walk(module):
            if found := code_and_template(node):
                templates[found[0]].add(found[1])
    assert len(templates) > 400
    for code, texts in templates.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code), code
        assert len(texts) == 1, (code, texts)


def plain_text(node: ast.AST) -> str | None:
    """The text of a literal, with `{…}` for the values in it."""
    match node:
        case ast.Constant(str(text)):
            return text
        case ast.JoinedStr(values):
            return "".join(plain_text(each) or "{…}" for each in values)
    return None


def parts_of_calls(module: ast.Module) -> set[int]:
    """The literals that are translated: those of sentences and of lines of the log."""
    translated: set[int] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            words = ast.unparse(node.func)
            translated.update(map(id, parts_of_sentence(node)))
            if words == "composed" or words.startswith("log."):
                translated.update(map(id, node.args))
    return translated


def notes_of_programmers(module: ast.Module) -> set[int]:
    """The literals that no user sees: in exceptions, and in the docs of an interface."""
    found: set[int] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in (*PROGRAMMING, "Attribute"):
            found.update(map(id, node.args))
    return found


def insides(module: ast.Module) -> set[int]:
    """Docstrings, and the pieces of f-strings."""
    found: set[int] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Expr):
            found.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            found.update(id(each) for each in ast.walk(node) if each is not node)
    return found


def test_the_engine_says_nothing_that_cannot_be_translated() -> None:
    for name, module in sources():
        if name.startswith((*SPEAKS_PLAINLY, TO_PEERS)):
            continue
        known = parts_of_calls(module) | insides(module) | notes_of_programmers(module)
        for node in ast.walk(module):
            text = plain_text(node)
            if text is not None and id(node) not in known and "\n" not in text:
                assert not SENTENCE.fullmatch(text), f"{name}:{node.lineno}: {text}"  # type: ignore[attr-defined]


def test_errors_are_raised_with_sentences() -> None:
    for name, module in sources():
        if name.startswith(SPEAKS_PLAINLY):
            continue
        for node in ast.walk(module):
            match node:
                case ast.Raise(exc=ast.Call(func=ast.Name(kind), args=[first, *_])) if (
                    kind not in PROGRAMMING
                ):
                    text = plain_text(first) or ""
                    assert " " not in text, f"{name}:{node.lineno}: {text}"
