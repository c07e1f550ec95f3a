"""Inspection of the user's code: the objects in it that a listener can use.

`kind_of` checks an object that was loaded. `found_objects` reads a file without running it, because
the user chooses an object before the file is trusted.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Final

from attrs import frozen
from twisted.application.service import IService
from twisted.internet.interfaces import IProtocol, IProtocolFactory
from twisted.internet.protocol import AbstractDatagramProtocol

from app.files.paths import is_file
from app.text.sentence import Sentence
from app.user_code.errors import SourceFiles, call_user_code
from app.user_code.made_by_function import TAKES
from app.user_code.reference import CodeLocation, Reference, UserCodeError

_WORDS_OF_PROGRAMS: Final = re.compile(
    rb"\b(reactor|application|makeService|listen[A-Z]\w*|serverFromString)\b"
)
"""A file without any of these listens nowhere."""


class ObjectKind(Enum):
    """The kinds of object that a listener can use. The value is the name that a user sees."""

    PROTOCOL = Sentence("protocol", "protocol")
    FACTORY = Sentence("factory", "factory")
    FACTORY_OBJECT = Sentence("factory-object", "factory object")
    FUNCTION = Sentence("function-returning-protocol", "function that returns a protocol")
    DATAGRAM = Sentence("datagram-protocol", "datagram protocol")
    SERVICES = Sentence("services", "services")


def kind_of(found: object) -> ObjectKind | None:
    """The kind of `found`; `None` if a listener cannot use it. Runs none of the user's own code."""
    if isinstance(found, type):
        return _kind_of_class(found)
    if isinstance(found, AbstractDatagramProtocol):
        return ObjectKind.DATAGRAM
    if IProtocolFactory.providedBy(found):
        return ObjectKind.FACTORY_OBJECT
    if _is_services(found):
        return ObjectKind.SERVICES
    if callable(found) and not IProtocol.providedBy(found):
        return ObjectKind.FUNCTION
    return None


def _is_services(found: object) -> bool:
    """Whether `found` is a service, or a list of nothing else."""
    listed = found if isinstance(found, list | tuple) else (found,)
    return bool(listed) and all(map(IService.providedBy, listed))


def _kind_of_class(found: type) -> ObjectKind | None:
    if issubclass(found, AbstractDatagramProtocol):
        return ObjectKind.DATAGRAM
    if IProtocolFactory.implementedBy(found):
        return ObjectKind.FACTORY
    if IProtocol.implementedBy(found):
        return ObjectKind.PROTOCOL
    return None


_SERVICES: Final = (
    "Service",
    "TCPServer",
    "SSLServer",
    "UDPServer",
    "UNIXServer",
    "MulticastServer",
    "UNIXDatagramServer",
)
"""The ends of the names of services that listen."""

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
    ObjectKind.SERVICES,
)


@frozen
class FoundObject:
    """An object in a file that a listener can probably use."""

    name: str
    kind: ObjectKind
    line: int
    summary: str
    """The first line of its docstring; empty if it has none."""


def found_objects(path: Path) -> tuple[FoundObject, ...]:
    """The usable objects in the file at `path`, in the order of its lines. Raises `LoadingFailed`.

    It guesses by the names of base classes and methods, and does not see what a class inherits from
    another file. Only `app.user_code.factories.build` knows for sure.
    """
    sources = SourceFiles()
    source = sources.read(path)
    tree = call_user_code(lambda: ast.parse(source, str(path)), sources)
    return tuple(_File(tree).offers())


def usable(offered: tuple[FoundObject, ...], *, datagrams: bool = False) -> list[FoundObject]:
    """The objects that can serve connections, or `datagrams`.

    The first one is the best default: a factory rather than the protocol that it makes. The others
    are in the order of their lines.
    """
    order = (ObjectKind.DATAGRAM,) if datagrams else _STREAM_KINDS
    found = [each for each in offered if each.kind in order]
    best = min(found, key=lambda each: order.index(each.kind), default=None)
    return sorted(found, key=lambda each: each is not best)


def reference_to(path: Path, name: str, folder: Path) -> Reference:
    """The reference to `name` in the file at `path`, for a profile in `folder`.

    The path is relative if the file is inside `folder`. Raises `UserCodeError` for a path that a
    reference cannot have.
    """
    inside = path.is_relative_to(folder)
    written = path.relative_to(folder).as_posix() if inside else str(path)
    reference = Reference.parse(str(Reference(CodeLocation.FILE, written, name)))
    if reference.place is not CodeLocation.FILE:
        raise UserCodeError(
            "no-python-file", "{path} is no Python file. Choose one that ends in .py.", path=path
        )
    return reference


def protocol_without_server(path: Path) -> FoundObject | None:
    """The best object of a file that does not listen by itself; `None` if it may be a program.

    It guesses by the words in the file, which is not run.
    """
    try:
        source = path.read_bytes()
        if _WORDS_OF_PROGRAMS.search(source):
            return None
        return next(iter(usable(found_objects(path))), None)
    except (OSError, UserCodeError):
        return None  # opening it as a program will report the error


def line_that_runs_the_reactor(source: bytes) -> int | None:
    """The number of the line at the top level of a file that runs the reactor; `None` if none."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # running the file will report the error
    for statement in tree.body:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=("run" | "react"), value=owner))):
                if _dotted(owner).rpartition(".")[2] in ("reactor", "task"):
                    return statement.lineno
    return None


def module_in_package(path: Path, source: bytes) -> tuple[Path, str] | None:
    """The folder above the package of the file at `path`, and the name of its module there.

    `None` if the file is in no package, or imports nothing relative to it: then it works alone, and
    may import the files beside it by their own names.
    """
    names, folder = [path.stem], path.parent
    while is_file(folder / "__init__.py"):
        names.insert(0, folder.name)
        folder = folder.parent
    if len(names) == 1 or not all(map(str.isidentifier, names)) or not _imports_relative(source):
        return None
    return folder, ".".join(names)


def _imports_relative(source: bytes) -> bool:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False  # running the file will report the error
    return any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree))


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
                if made & {ObjectKind.PROTOCOL, ObjectKind.FACTORY}:
                    yield statement.name, ObjectKind.FUNCTION
                elif ObjectKind.DATAGRAM in made:
                    yield statement.name, ObjectKind.DATAGRAM
                elif any(self._makes(each) is ObjectKind.SERVICES for each in ast.walk(statement)):
                    yield statement.name, ObjectKind.SERVICES
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                match self._makes(value):
                    case ObjectKind.FACTORY:
                        yield name, ObjectKind.FACTORY_OBJECT
                    case (ObjectKind.DATAGRAM | ObjectKind.SERVICES) as kind:
                        yield name, kind

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

    def _makes(self, node: ast.AST) -> ObjectKind | None:
        """The kind of object that `node` makes, if it calls a class or `Factory.forProtocol`, or
        lists services."""
        match node:
            case ast.Call(func=ast.Attribute(attr="forProtocol")):
                return ObjectKind.FACTORY
            case ast.Call(func=called):
                is_service = self._full_name(called).endswith(_SERVICES)
                return ObjectKind.SERVICES if is_service else self._kind_of_name(called)
            case ast.List(elts=[first, *_]) | ast.Tuple(elts=[first, *_]):
                made = self._makes(first)
                return made if made is ObjectKind.SERVICES else None
        return None

    def _full_name(self, node: ast.expr) -> str:
        """The dotted name of `node`, with import aliases replaced."""
        if isinstance(node, ast.Subscript):  # Factory[Echo]
            node = node.value
        top, dot, rest = _dotted(node).partition(".")
        return f"{self._imported.get(top, top)}{dot}{rest}"


def _is_elsewhere(full_name: str) -> bool:
    """Whether it is another kind of Protocol, such as that of asyncio."""
    return full_name.partition(".")[0] in _NOT_TWISTED


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The names that the file imports at its top level, with their full names."""
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
    """Whether a function needs arguments that a listener cannot give."""
    positional = (*arguments.posonlyargs, *arguments.args)
    needed = positional[: len(positional) - len(arguments.defaults)]
    by_name = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    names = [*(each.arg for each in needed), *(each.arg for each, value in by_name if not value)]
    return not set(names) <= set(TAKES)


def _dotted(node: ast.expr) -> str:
    """`protocol.Protocol` as text; empty if `node` is no dotted name."""
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
