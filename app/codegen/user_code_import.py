"""The parts of a script that import the user's code.

Nothing of it is executed. The kind of the object is read from the source, or guessed from its name.
"""

from __future__ import annotations

import ast
from keyword import iskeyword
from pathlib import Path

from attrs import frozen

from app.files.paths import resolve_path
from app.user_code.inspection import ObjectKind, found_objects, module_in_package
from app.user_code.made_by_function import TAKES
from app.user_code.reference import CodeLocation, Reference, UserCodeError

_FUNCTION_FACTORY = '''\
class FunctionFactory(Factory):
    """Asks {name} for each protocol."""

    def buildProtocol(self, addr):
        protocol = {call}
        if protocol is not None and getattr(protocol, "factory", None) is None:
            protocol.factory = self
        return protocol
'''

_MADE_FACTORY = '''\
def make_factory():
    """The factory that {name} makes, or one that asks it for each protocol."""
    made = {call}
    made = getattr(made, "factory", None) or made
    return made if hasattr(made, "buildProtocol") else FunctionFactory()
'''


@frozen
class UserCodeImport:
    """The parts of a script that import user code."""

    imports: tuple[str, ...]
    loads: str
    """The lines that define the name."""

    parts: tuple[str, ...]
    """Classes that the factory needs."""

    factory: str
    """The expression for a factory."""

    datagrams: str
    """The expression for a `DatagramProtocol`."""


def user_code_import(reference: Reference, folder: Path) -> UserCodeImport:
    """The parts that import `reference`. A relative path starts in `folder`.

    Nothing is executed. The kind of the object is read from the source, or guessed from its name.
    """
    imports, loads = _load_lines(reference, folder)
    kind, name = _object_kind(reference, folder), reference.name
    parts: tuple[str, ...] = ()
    match kind:
        case ObjectKind.FACTORY_OBJECT:
            factory = name
        case ObjectKind.FACTORY:
            factory = f"{name}()"
        case ObjectKind.FUNCTION:
            parts, factory = _function_parts(reference, folder)
        case _:
            factory = f"Factory.forProtocol({name})"
    return UserCodeImport(imports, loads, parts, factory, f"{name}()")


def _function_parts(reference: Reference, folder: Path) -> tuple[tuple[str, ...], str]:
    """The parts that use a function, and the expression for its factory."""
    name, takes = reference.name, _parameters(reference, folder) or ()
    values = {"reactor": "reactor=reactor", "address": "address=addr"}
    call = f"{name}({', '.join(values[each] for each in takes)})"
    asking = _FUNCTION_FACTORY.format(name=name, call=call)
    if "address" in takes:
        return (asking,), "FunctionFactory()"
    return (asking, _MADE_FACTORY.format(name=name, call=call)), "make_factory()"


def _parameters(reference: Reference, folder: Path) -> tuple[str, ...] | None:
    """Those parameters of a function that a listener can give; `None` if it is no function."""
    if reference.place is not CodeLocation.FILE:
        return None
    try:
        tree = ast.parse(resolve_path(reference.source, folder).read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # the script will say it
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == reference.name:
            names = {each.arg for each in (*node.args.args, *node.args.kwonlyargs)}
            return tuple(each for each in TAKES if each in names)
    return None


def _load_lines(reference: Reference, folder: Path) -> tuple[tuple[str, ...], str]:
    if reference.place is CodeLocation.MODULE:
        return (), f"from {reference.source} import {reference.name}\n"
    path = resolve_path(reference.source, folder)
    try:
        packaged = module_in_package(path, path.read_bytes())
    except OSError:  # the script will say that the file is missing
        packaged = None
    if packaged is not None:
        above, module = packaged
        return ("import sys",), (
            f"sys.path.insert(0, {literal(str(above))})\nfrom {module} import {reference.name}\n"
        )
    if path.stem.isidentifier() and not iskeyword(path.stem):
        return ("import sys",), (
            f"sys.path.insert(0, {literal(str(path.parent))})\n"
            f"from {path.stem} import {reference.name}\n"
        )
    read = f"runpy.run_path({literal(str(path))})[{literal(reference.name)}]"
    return ("import runpy",), f"{reference.name} = {read}\n"


def _object_kind(reference: Reference, folder: Path) -> ObjectKind:
    if reference.place is CodeLocation.FILE:
        try:
            kinds = {
                each.name: each.kind
                for each in found_objects(resolve_path(reference.source, folder))
            }
        except UserCodeError:
            kinds = {}
        kind = kinds.get(reference.name)
        if kind not in (None, ObjectKind.SERVICES):  # a function may make a service with a factory
            return kind
    if _parameters(reference, folder) is not None:
        return ObjectKind.FUNCTION
    if not reference.name[0].isupper():
        return ObjectKind.FACTORY_OBJECT
    return ObjectKind.FACTORY if reference.name.endswith("Factory") else ObjectKind.PROTOCOL


def literal(value: object) -> str:
    """`value` as Python source on one line. Texts are in double quotes unless they contain one."""
    written = repr(value)
    if isinstance(value, str) and written.startswith("'") and '"' not in value:
        written = f'"{written[1:-1]}"'
    return written
