"""What the user's code may give for a listener to serve with."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Final

from attrs import frozen
from twisted.internet.interfaces import IProtocol, IProtocolFactory
from twisted.internet.protocol import AbstractDatagramProtocol

from app.user_code.errors import SourceFiles, call_user_code
from app.user_code.reference import CodeLocation, Reference, UserCodeError


class ObjectKind(Enum):
    """How a factory is made of an object. The value is what a person calls such an object."""

    PROTOCOL = "protocol"
    FACTORY = "factory"
    FACTORY_OBJECT = "factory object"
    FUNCTION = "function that returns a protocol"
    DATAGRAM = "datagram protocol"


def kind_of(found: object) -> ObjectKind | None:
    """What `found` is; `None` if no factory can be made of it. Calls nothing but zope.interface."""
    if isinstance(found, type):
        return _kind_of_class(found)
    if isinstance(found, AbstractDatagramProtocol):
        return ObjectKind.DATAGRAM
    if IProtocolFactory.providedBy(found):
        return ObjectKind.FACTORY_OBJECT
    if callable(found) and not IProtocol.providedBy(found):
        return ObjectKind.FUNCTION
    return None


def _kind_of_class(found: type) -> ObjectKind | None:
    if issubclass(found, AbstractDatagramProtocol):
        return ObjectKind.DATAGRAM
    if IProtocolFactory.implementedBy(found):
        return ObjectKind.FACTORY
    if IProtocol.implementedBy(found):
        return ObjectKind.PROTOCOL
    return None


# MERGED server/own/inspection: What a file offers, found without running it: one chooses before the file is trusted.

_NOT_TWISTED: Final = frozenset({"asyncio", "typing", "typing_extensions"})

_TELLING_METHODS: Final = {
    "buildProtocol": ObjectKind.FACTORY,
    "datagramReceived": ObjectKind.DATAGRAM,
    "dataReceived": ObjectKind.PROTOCOL,
    "lineReceived": ObjectKind.PROTOCOL,
    "stringReceived": ObjectKind.PROTOCOL,
}


_STREAM_KINDS: Final = (
    ObjectKind.FACTORY,
    ObjectKind.FACTORY_OBJECT,
    ObjectKind.PROTOCOL,
    ObjectKind.FUNCTION,
)


@frozen
class FoundObject:
    """Something in a file that looks as if a listener could serve with it."""

    name: str
    kind: ObjectKind
    line: int
    summary: str
    """The first line of its docstring; empty if it has none."""


def found_objects(path: Path) -> tuple[FoundObject, ...]:
    """What the file at `path` offers, in the order of its lines. Raises `LoadingFailed`.

    A guess by names of base classes and methods: what a class inherits from another file is not
    seen. `app.user_code.factories.build` has the last word.
    """
    sources = SourceFiles()
    source = sources.read(path)
    tree = call_user_code(lambda: ast.parse(source, str(path)), sources)
    return tuple(_File(tree).offers())


def usable(offered: tuple[FoundObject, ...], *, datagrams: bool = False) -> list[FoundObject]:
    """Those that can serve connections, or `datagrams`. The one to choose by default is the first,
    a factory rather than the protocol that it makes; the others are in the order of their lines.
    """
    order = (ObjectKind.DATAGRAM,) if datagrams else _STREAM_KINDS
    found = [each for each in offered if each.kind in order]
    best = min(found, key=lambda each: order.index(each.kind), default=None)
    return sorted(found, key=lambda each: each is not best)


def reference_to(path: Path, name: str, folder: Path) -> Reference:
    """What a profile in `folder` calls `name` in the file at `path`: short if it lies below.

    Raises `UserCodeError` for a path that cannot be written so.
    """
    inside = path.is_relative_to(folder)
    written = path.relative_to(folder).as_posix() if inside else str(path)
    reference = Reference.parse(str(Reference(CodeLocation.FILE, written, name)))
    if reference.place is not CodeLocation.FILE:
        raise UserCodeError(f"{path} is no Python file. Choose one that ends in .py.")
    return reference


def line_that_runs_the_reactor(source: bytes) -> int | None:
    """The line where a file, when it is imported, would run a reactor of its own."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # executing it will tell
    for statement in tree.body:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=("run" | "react"), value=owner))):
                if _dotted(owner).rpartition(".")[2] in ("reactor", "task"):
                    return statement.lineno
    return None


class _File:
    """The top level of one parsed file."""

    def __init__(self, tree: ast.Module) -> None:
        self._body = tree.body
        self._imported = dict(_imports(tree))
        self._kinds: dict[str, ObjectKind] = {}

    def offers(self) -> Iterator[FoundObject]:
        for statement in self._body:
            for name, kind in self._named(statement):
                self._kinds[name] = kind
                if not name.startswith("_"):
                    yield FoundObject(name, kind, statement.lineno, _summary(statement))

    def _named(self, statement: ast.stmt) -> Iterator[tuple[str, ObjectKind]]:
        match statement:
            case ast.ClassDef():
                kind = self._kind_of_class(statement)
                if kind is not None:
                    yield statement.name, kind
            case ast.FunctionDef() if not _needs_arguments(statement.args):
                made = {self._makes(each) for each in _returned(statement)}
                if ObjectKind.PROTOCOL in made:
                    yield statement.name, ObjectKind.FUNCTION
                elif ObjectKind.DATAGRAM in made:
                    yield statement.name, ObjectKind.DATAGRAM
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                match self._makes(value):
                    case ObjectKind.FACTORY:
                        yield name, ObjectKind.FACTORY_OBJECT
                    case ObjectKind.DATAGRAM:
                        yield name, ObjectKind.DATAGRAM

    def _kind_of_class(self, definition: ast.ClassDef) -> ObjectKind | None:
        for base in definition.bases:
            kind = self._kind_of_name(base)
            if kind is not None:
                return kind
        if any(_is_elsewhere(self._full_name(base)) for base in definition.bases):
            return None
        for method in definition.body:
            if isinstance(method, ast.FunctionDef) and method.name in _TELLING_METHODS:
                return _TELLING_METHODS[method.name]
        return None

    def _kind_of_name(self, node: ast.expr) -> ObjectKind | None:
        name = self._full_name(node)
        if name in self._kinds:
            return self._kinds[name]
        last = name.rpartition(".")[2]
        if _is_elsewhere(name):
            return None
        if last.endswith("DatagramProtocol"):
            return ObjectKind.DATAGRAM
        if last.endswith("Factory"):
            return ObjectKind.FACTORY
        if last.endswith(("Protocol", "Receiver")):
            return ObjectKind.PROTOCOL
        return None

    def _makes(self, node: ast.expr) -> ObjectKind | None:
        """What calling makes, where `node` is a call of a class or of `Factory.forProtocol`."""
        match node:
            case ast.Call(func=ast.Attribute(attr="forProtocol")):
                return ObjectKind.FACTORY
            case ast.Call(func=called):
                return self._kind_of_name(called)
        return None

    def _full_name(self, node: ast.expr) -> str:
        """A dotted name, with what it was imported as put in."""
        if isinstance(node, ast.Subscript):  # Factory[Echo]
            node = node.value
        top, dot, rest = _dotted(node).partition(".")
        return f"{self._imported.get(top, top)}{dot}{rest}"


def _is_elsewhere(full_name: str) -> bool:
    """Whether it is a Protocol of another kind, such as asyncio's."""
    return full_name.partition(".")[0] in _NOT_TWISTED


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names that the file imports at its top level, and what they are in full."""
    for statement in tree.body:
        match statement:
            case ast.Import(names=names):
                yield from ((each.asname, each.name) for each in names if each.asname is not None)
            case ast.ImportFrom(module=module, names=names):
                for each in names:
                    yield each.asname or each.name, f"{module or ''}.{each.name}"


def _returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def _needs_arguments(arguments: ast.arguments) -> bool:
    positional = len(arguments.posonlyargs) + len(arguments.args)
    return positional > len(arguments.defaults) or None in arguments.kw_defaults


def _dotted(node: ast.expr) -> str:
    """`protocol.Protocol` as text; empty for what is no plain name."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=owner, attr=name):
            return f"{_dotted(owner)}.{name}"
    return ""


def _summary(statement: ast.stmt) -> str:
    if not isinstance(statement, ast.ClassDef | ast.FunctionDef):
        return ""
    return (ast.get_docstring(statement) or "").partition("\n")[0]
