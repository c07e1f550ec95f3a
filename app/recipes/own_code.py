"""How a script gets at code of one's own: the lines that import it, and what makes its factory."""

from __future__ import annotations

from keyword import iskeyword
from pathlib import Path

from attrs import frozen

from app.own_protocol import OwnProtocolError, Place, Reference
from app.recipes.literals import literal
from app.server.own.inspection import offers
from app.server.own.kinds import Kind
from app.written_path import place

_BY_FUNCTION = '''\
class FunctionFactory(Factory):
    """Asks {name} for each protocol."""

    def buildProtocol(self, addr):
        protocol = {name}()
        protocol.factory = self
        return protocol
'''


@frozen
class OwnCode:
    """The parts of a script that have to do with it."""

    imports: tuple[str, ...]
    loads: str
    """Lines after which the name is there."""

    parts: tuple[str, ...]
    """Classes that it needs besides."""

    factory: str
    """The expression that gives a factory."""

    datagrams: str
    """The expression that gives a `DatagramProtocol`."""


def own_code(reference: Reference, folder: Path) -> OwnCode:
    """What a script needs of `reference`, whose path begins in `folder`.

    Nothing is executed: what kind of thing it is, is told by its source, or else by its name.
    """
    imports, loads = _loading(reference, folder)
    kind, name = _kind(reference, folder), reference.name
    parts: tuple[str, ...] = ()
    match kind:
        case Kind.FACTORY_OBJECT:
            factory = name
        case Kind.FACTORY:
            factory = f"{name}()"
        case Kind.FUNCTION:
            parts, factory = (_BY_FUNCTION.format(name=name),), "FunctionFactory()"
        case _:
            factory = f"Factory.forProtocol({name})"
    return OwnCode(imports, loads, parts, factory, f"{name}()")


def _loading(reference: Reference, folder: Path) -> tuple[tuple[str, ...], str]:
    if reference.place is Place.MODULE:
        return (), f"from {reference.source} import {reference.name}\n"
    path = place(reference.source, folder)
    if path.stem.isidentifier() and not iskeyword(path.stem):
        return ("import sys",), (
            f"sys.path.insert(0, {literal(str(path.parent))})\n"
            f"from {path.stem} import {reference.name}\n"
        )
    read = f"runpy.run_path({literal(str(path))})[{literal(reference.name)}]"
    return ("import runpy",), f"{reference.name} = {read}\n"


def _kind(reference: Reference, folder: Path) -> Kind:
    if reference.place is Place.FILE:
        try:
            offered = {each.name: each.kind for each in offers(place(reference.source, folder))}
        except OwnProtocolError:
            offered = {}
        if reference.name in offered:
            return offered[reference.name]
    if not reference.name[0].isupper():
        return Kind.FACTORY_OBJECT
    return Kind.FACTORY if reference.name.endswith("Factory") else Kind.PROTOCOL
