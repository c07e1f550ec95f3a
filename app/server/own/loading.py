"""From a reference to the object it names: the user's code is read and executed here."""

from __future__ import annotations

import os
import sys
import sysconfig
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Final

from attrs import frozen

from app.own_protocol import Place, Reference
from app.server.own.failures import MAIN_GUARD, LoadingFailed, attempt
from app.server.own.generation import Generation
from app.server.own.inspection import line_that_runs_the_reactor
from app.server.own.kinds import Kind, kind_of
from app.server.own.sources import Sources
from app.server.own.surroundings import CURRENT_FOLDER, Announce, announce_nothing
from app.written_path import place

MOST_NAMES: Final = 10
"""How many names a sentence offers."""


@frozen(eq=False)
class Loaded:
    """One object of the user's, and the modules that were executed for it.

    Keep it while the object is in use: once it is gone, they are gone from `sys.modules` too.
    """

    reference: Reference
    found: object
    module: ModuleType
    sources: Sources
    """What was read. Nothing for an installed module: that is never executed anew."""


def load(
    reference: Reference, folder: Path = CURRENT_FOLDER, loading: Announce = announce_nothing
) -> Loaded:
    """Execute what `reference` names, and find the object in it.

    Relative paths count from `folder`, and modules are looked for there first. `loading` is called
    right before anything is executed. Raises `LoadingFailed`; of what the code itself may raise,
    `KeyboardInterrupt` alone comes through.
    """
    folder = Path(os.path.realpath(folder))
    if reference.place is Place.FILE:
        path = Path(os.path.realpath(place(reference.source, folder)))
        generation = Generation(path.parent)
        return _load(reference, generation, partial(generation.execute, path), path, loading)
    top = reference.source.partition(".")[0]
    found = _generation_of(top, folder)
    if found is None:
        return _load_installed(reference, top, loading)
    importing = partial(found.import_module, reference.source)
    return _load(reference, found, importing, found.origin(top), loading)


def _load(
    reference: Reference,
    generation: Generation,
    execute: Callable[[], ModuleType],
    path: Path,
    loading: Announce,
) -> Loaded:
    sources = generation.sources
    with ExitStack() as cleanup:
        cleanup.callback(generation.close)
        if reference.place is Place.FILE:
            _refuse_to_run_the_reactor(path, sources)
        loading(path)
        module = attempt(execute, sources)
        loaded = Loaded(reference, _find(reference.name, module, sources), module, sources)
        cleanup.pop_all()
    weakref.finalize(loaded, generation.close).atexit = False
    return loaded


def _load_installed(reference: Reference, top: str, loading: Announce) -> Loaded:
    sources = Sources()
    spec = _spec_of(top)
    if spec is not None and spec.origin is not None:
        loading(Path(spec.origin))
    module = attempt(partial(import_module, reference.source), sources)
    return Loaded(reference, _find(reference.name, module, sources), module, sources)


def _generation_of(top: str, folder: Path) -> Generation | None:
    """A generation that executes the module or package `top` anew, unless it is an installed one.

    What the program itself has imported counts as installed: it must be there once alone.
    """
    here = Generation(folder)
    if here.belongs(top):
        return here
    here.close()
    spec = None if top in sys.modules else _spec_of(top)
    if spec is None or spec.origin is None or not isinstance(spec.loader, SourceFileLoader):
        return None
    origin = Path(spec.origin)
    if _is_installed(origin):
        return None
    is_package = spec.submodule_search_locations is not None
    there = Generation(origin.parent.parent if is_package else origin.parent, only=top)
    if there.belongs(top):
        return there
    there.close()
    return None


def _spec_of(top: str) -> ModuleSpec | None:
    try:
        return find_spec(top)
    except ValueError:  # imported already, in a way that left no spec
        return None


def _is_installed(origin: Path) -> bool:
    if {"site-packages", "dist-packages"}.intersection(origin.parts):
        return True
    return any(origin.is_relative_to(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib"))


def _refuse_to_run_the_reactor(path: Path, sources: Sources) -> None:
    """Such a line might wait for ever, and the ports opened above it would stay open."""
    line = line_that_runs_the_reactor(sources.read(path))
    if line is not None:
        raise LoadingFailed(
            f"{path.name}, line {line}: Portdeck runs the reactor already. "
            f"Put what only a script does under: {MAIN_GUARD}.",
            sources,
        )


def _find(name: str, module: ModuleType, sources: Sources) -> object:
    missing = object()
    found = attempt(lambda: getattr(module, name, missing), sources)
    if found is not missing:
        return found
    there = attempt(lambda: _usable_names(module), sources)
    close = get_close_matches(name, there, n=1)
    if close:
        advice = f"Did you mean {close[0]}?"
    elif there:
        advice = f"Choose one of: {', '.join(there[:MOST_NAMES])}."
    else:
        advice = "Write a class there that is a Protocol or a Factory of Twisted's."
    where = Path(module.__file__).name if module.__file__ is not None else module.__name__
    raise LoadingFailed(f"{where} has no {name}. {advice}", sources)


def _usable_names(module: ModuleType) -> list[str]:
    """What a listener can serve with, of this module: classes and factories, then functions."""
    kinds = {
        name: kind_of(value)
        for name, value in vars(module).items()
        if not name.startswith("_") and _is_of(module, value)
    }
    usable = [name for name, kind in kinds.items() if kind is not None]
    return sorted(usable, key=lambda name: kinds[name] is Kind.FUNCTION)


def _is_of(module: ModuleType, value: object) -> bool:
    """Whether `value` was made there; only classes and functions know that they were imported."""
    if not isinstance(value, type | FunctionType):
        return True
    return value.__module__ == module.__name__
