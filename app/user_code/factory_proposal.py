"""Proposes a factory for a protocol that uses attributes of its factory. Runs none of the code.

A protocol that uses `self.factory.clients` fails at the first peer if a plain factory serves it.
The file often makes the right one: a class with `protocol = Chat`, or `factory.protocol = Chat`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from app.text.sentence import Sentence
from app.user_code.errors import SourceFiles, call_user_code

_PLAIN: Final = frozenset(
    {"protocol", "numPorts", "noisy", "doStart", "doStop", "buildProtocol", "forProtocol"}
)
"""The attributes that every factory has."""


@frozen
class FactoryProposal:
    """A factory to choose instead of a protocol."""

    protocol: str
    factory: str
    line: int

    needs: tuple[str, ...]
    """The attributes of the factory that the protocol uses."""

    @property
    def sentence(self) -> str:
        uses = ", ".join(self.needs)
        return Sentence(
            "factory-proposal",
            "{protocol} uses {uses} of its factory. Choose {factory}, which this file makes for "
            "it in line {line}.",
            protocol=self.protocol,
            uses=uses,
            factory=self.factory,
            line=self.line,
        )


def propose_factory(path: Path, name: str) -> FactoryProposal | None:
    """The factory to choose instead of the class `name`; `None` if it needs none, or the file has
    none. Raises `LoadingFailed`."""
    sources = SourceFiles()
    source = sources.read(path)
    tree = call_user_code(lambda: ast.parse(source, str(path)), sources)
    classes = {each.name: each for each in tree.body if isinstance(each, ast.ClassDef)}
    if name not in classes:
        return None
    needs = tuple(sorted(_used_of_factory(name, classes) - _PLAIN))
    if not needs:
        return None
    for factory, line in _factories_for(name, tree):
        return FactoryProposal(name, factory, line, needs)
    return None


def _used_of_factory(name: str, classes: dict[str, ast.ClassDef]) -> set[str]:
    """The attributes of `self.factory` that the class and its bases in the file use."""
    used: set[str] = set()
    waiting, seen = [name], set[str]()
    while waiting:
        each = waiting.pop()
        if each in seen or each not in classes:
            continue
        seen.add(each)
        waiting += [base.id for base in classes[each].bases if isinstance(base, ast.Name)]
        for node in ast.walk(classes[each]):
            match node:
                case ast.Attribute(
                    value=ast.Attribute(value=ast.Name(id="self"), attr="factory"), attr=attribute
                ):
                    used.add(attribute)
    return used


def _factories_for(name: str, tree: ast.Module) -> Iterator[tuple[str, int]]:
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=factory)], value=value) if _is_for(value, name):
                yield factory, statement.lineno
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id=factory), attr="protocol")],
                value=ast.Name(id=protocol),
            ) if protocol == name:
                yield factory, statement.lineno
            case ast.ClassDef() if _makes(statement, name):
                yield statement.name, statement.lineno


def _is_for(value: ast.expr, name: str) -> bool:
    """Whether `value` is `Factory.forProtocol(name)`."""
    match value:
        case ast.Call(func=ast.Attribute(attr="forProtocol"), args=[ast.Name(id=protocol), *_]):
            return protocol == name
    return False


def _makes(definition: ast.ClassDef, name: str) -> bool:
    """Whether the class is a factory whose protocols are `name`."""
    for part in definition.body:
        match part:
            case ast.Assign(targets=[ast.Name(id="protocol")], value=ast.Name(id=protocol)):
                if protocol == name:
                    return True
            case ast.FunctionDef(name="buildProtocol"):
                if any(_calls(node, name) for node in ast.walk(part)):
                    return True
    return False


def _calls(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=called)):
            return called == name
    return False
