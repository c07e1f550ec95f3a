"""Loading: it executes the user's code and finds the object that a reference names.

Python has one module for each name. But here every load has its own modules, with the number of the
load in their names: `echo_server.py` becomes the module `echo_server@7`, and `import helper` in it
imports `helper@7` if there is a `helper.py` in the same folder. So a reload executes changed files,
two listeners can use files of the same name, and the folder need not be in `sys.path`.
"""

from __future__ import annotations

import builtins
import itertools
import linecache
import os
import sys
import sysconfig
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from importlib import import_module
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
)
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, cast

from attrs import Factory, define, frozen

from app.files.paths import resolve_path
from app.text.problems import did_you_mean, listed
from app.text.sentence import Sentence
from app.user_code.errors import MAIN_GUARD, LoadingFailed, SourceFiles, call_user_code
from app.user_code.inspection import (
    ObjectKind,
    kind_of,
    line_that_runs_the_reactor,
    module_in_package,
)
from app.user_code.reference import (
    CURRENT_FOLDER,
    PREFIX,
    CodeLocation,
    LoadCallback,
    Reference,
    announce_nothing,
)


class LoadedModules(MetaPathFinder):
    """The modules of one load: finds and executes them, and removes them from Python at `close`.

    The modules are in `sys.modules` until `close`, because pickle, dataclasses and
    `typing.get_type_hints` look up the module of a class there.

    Invariant: until `close`, this object is in `sys.meta_path`, and no other open one has the same
    number.
    """

    def __init__(self, folder: Path, only: str | None = None) -> None:
        """All modules in `folder` belong to the load, or just the module or package `only`."""
        open_now = {each.number for each in sys.meta_path if isinstance(each, LoadedModules)}
        # Use the lowest free number, so that data kept by module name (such as loggers) is bounded.
        self.number: int = next(n for n in itertools.count(1) if n not in open_now)
        self.sources = SourceFiles(mark=f"@{self.number}")
        self.builtins = {**vars(builtins), "__import__": self._import}
        self._folder = str(folder)
        self._only = only
        self._belongs: dict[str, bool] = {}
        sys.meta_path.insert(0, self)

    def execute(self, path: Path) -> ModuleType:
        """Run the file at `path` as a module. Raises any exception that the file raises."""
        name = self._name_in_python(path.stem.replace(".", "_"))
        spec = spec_from_file_location(name, path, loader=ModuleSource(self, name, str(path)))
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module

    def import_module(self, name: str) -> ModuleType:
        """Import the module `name`, of the folder or an installed one. Raises any exception that
        the module raises."""
        return import_module(self._marked(name) if self.belongs(name.partition(".")[0]) else name)

    def belongs(self, top: str) -> bool:
        """Whether `import top` means a file of this load and not an installed module."""
        known = self._belongs.get(top)
        if known is None:
            known = self._belongs[top] = self._has(top)
        return known

    def origin(self, top: str) -> Path:
        """The file that is executed first for the module or package `top`; the folder if there is
        none."""
        spec = self._look(self._folder, top)
        return Path(spec.origin if spec is not None and spec.origin is not None else self._folder)

    def close(self) -> None:
        """Remove the modules from Python. Objects that are still in use work, but cannot import."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        for name in list(sys.modules):
            if self._name_in_folder(name.partition(".")[0]) is not None:
                del sys.modules[name]
        for filename in self.sources:
            linecache.cache.pop(filename, None)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Called by Python's import: the spec of a module of this load, by its name with the
        number."""
        top = self._name_in_folder(fullname.partition(".")[0])
        if top is None:
            return None
        if path is not None:
            found = (self._look(folder, fullname) for folder in path)
            return next(filter(None, found), None)
        spec = self._look(self._folder, top)
        if spec is None or spec.origin is None:
            return spec and _namespace(fullname, spec)
        return spec_from_file_location(
            fullname,
            spec.origin,
            loader=ModuleSource(self, fullname, spec.origin),
            submodule_search_locations=spec.submodule_search_locations,
        )

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """`__import__` for the files of this load."""
        if level == 0 and self.belongs(name.partition(".")[0]):
            name = self._marked(name)
        return builtins.__import__(name, globals, locals, fromlist or (), level)

    def _marked(self, name: str) -> str:
        top, dot, rest = name.partition(".")
        return f"{self._name_in_python(top)}{dot}{rest}"

    def _name_in_python(self, top: str) -> str:
        """The name that the module `top` of the folder has in `sys.modules`."""
        return f"{top}{self.sources.mark}"

    def _name_in_folder(self, name: str) -> str | None:
        """The opposite of `_name_in_python`; `None` if `name` is no module of this load."""
        return name.removesuffix(self.sources.mark) if name.endswith(self.sources.mark) else None

    def _has(self, top: str) -> bool:
        if top in sys.builtin_module_names or self._only not in (None, top):
            return False
        spec = self._look(self._folder, top)
        if spec is None or isinstance(spec.loader, ExtensionFileLoader):
            return False
        # Python uses a folder without `__init__.py` as a package only if nothing else has the name.
        is_bare = spec.loader is None
        return not is_bare or (top not in sys.modules and PathFinder.find_spec(top) is None)

    def _look(self, folder: str, name: str) -> ModuleSpec | None:
        # A new FileFinder each time: its cache may miss a file that was written a moment later.
        loader: Any = partial(ModuleSource, self)  # called like a loader class
        details = ((ExtensionFileLoader, EXTENSION_SUFFIXES), (loader, SOURCE_SUFFIXES))
        return FileFinder(folder, *details).find_spec(name)


class ModuleSource(SourceLoader):
    """Executes one file of a load. It neither reads nor writes `.pyc` files."""

    def __init__(self, modules: LoadedModules, name: str, path: str) -> None:
        self._modules = modules
        self._path = path

    def get_filename(self, fullname: str) -> str:
        return self._path

    def get_data(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def get_code(self, fullname: str) -> CodeType:
        linecache.cache.pop(self._path, None)
        data = self._modules.sources.read(Path(self._path))
        return self.source_to_code(data, self._path)

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__builtins__"] = self._modules.builtins
        super().exec_module(module)


def _namespace(name: str, found: ModuleSpec) -> ModuleSpec:
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = found.submodule_search_locations
    return spec


MOST_NAMES: Final = 10
"""How many names a sentence lists."""


@frozen(eq=False)
class Loaded:
    """A loaded object of the user's code, and the modules that were executed for it.

    Keep it while the object is in use. When it is garbage collected, the modules are removed from
    `sys.modules`.
    """

    reference: Reference
    found: object
    module: ModuleType
    sources: SourceFiles
    """The files that were read. None for an installed module, which is never reloaded."""


def load(
    reference: Reference, folder: Path = CURRENT_FOLDER, loading: LoadCallback = announce_nothing
) -> Loaded:
    """Execute the file or module of `reference`, and find the object in it.

    Relative paths begin in `folder`, and modules are searched for there first. `loading` is called
    just before any code is executed. Raises `LoadingFailed`, or `KeyboardInterrupt` if the code
    raises that.
    """
    folder = Path(os.path.realpath(folder))
    if reference.place is CodeLocation.FILE:
        path = Path(os.path.realpath(resolve_path(reference.source, folder)))
        packaged = module_in_package(path, SourceFiles().read(path))
        if packaged is not None:
            above, name = packaged
            modules = LoadedModules(above, only=name.partition(".")[0])
            return _load(reference, modules, partial(modules.import_module, name), path, loading)
        modules = LoadedModules(path.parent)
        return _load(reference, modules, partial(modules.execute, path), path, loading)
    top = reference.source.partition(".")[0]
    found = _modules_of(top, folder)
    if found is None:
        return _load_installed(reference, top, loading)
    importing = partial(found.import_module, reference.source)
    return _load(reference, found, importing, found.origin(top), loading)


def _load(
    reference: Reference,
    modules: LoadedModules,
    execute: Callable[[], ModuleType],
    path: Path,
    loading: LoadCallback,
) -> Loaded:
    sources = modules.sources
    with ExitStack() as cleanup:
        cleanup.callback(modules.close)
        if reference.place is CodeLocation.FILE:
            _refuse_to_run_the_reactor(path, sources)
        loading(path)
        module = call_user_code(execute, sources)
        loaded = Loaded(reference, find_object(reference.name, module, sources), module, sources)
        cleanup.pop_all()
    weakref.finalize(loaded, modules.close).atexit = False
    return loaded


def _load_installed(reference: Reference, top: str, loading: LoadCallback) -> Loaded:
    sources = SourceFiles()
    spec = _spec_of(top)
    if spec is not None and spec.origin is not None:
        loading(Path(spec.origin))
    module = call_user_code(partial(import_module, reference.source), sources)
    return Loaded(reference, find_object(reference.name, module, sources), module, sources)


def _modules_of(top: str, folder: Path) -> LoadedModules | None:
    """The modules for a load of `top`; `None` if `top` is an installed module.

    A module that the program itself imported counts as installed, as it must exist only once.
    """
    here = LoadedModules(folder)
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
    there = LoadedModules(origin.parent.parent if is_package else origin.parent, only=top)
    if there.belongs(top):
        return there
    there.close()
    return None


def _spec_of(top: str) -> ModuleSpec | None:
    try:
        return find_spec(top)
    except ValueError:  # it is already imported and has no spec
        return None


def _is_installed(origin: Path) -> bool:
    if {"site-packages", "dist-packages"}.intersection(origin.parts):
        return True
    return any(origin.is_relative_to(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib"))


def _refuse_to_run_the_reactor(path: Path, sources: SourceFiles) -> None:
    """Such a line could block forever, and ports opened before it would stay open."""
    line = line_that_runs_the_reactor(sources.read(path))
    if line is not None:
        raise LoadingFailed(
            "code-runs-reactor",
            "{name}, line {line}: Portdeck runs the reactor already. Put what only a script "
            "does under: {main_guard}.",
            sources=sources,
            name=path.name,
            line=line,
            main_guard=MAIN_GUARD,
        )


def find_object(name: str, module: ModuleType, sources: SourceFiles) -> object:
    """The object called `name` in a loaded module. Raises `LoadingFailed`."""
    missing = object()
    found = call_user_code(lambda: getattr(module, name, missing), sources)
    if found is not missing:
        return found
    there = call_user_code(lambda: _usable_names(module), sources)
    advice = Sentence(
        "write-a-class", "Write a class there that is a Protocol or a Factory of Twisted's."
    )
    if there:
        choose = Sentence(
            "choose-one-of", "Choose one of: {known}.", known=listed(there[:MOST_NAMES])
        )
        advice = did_you_mean(name, there, choose)
    where = Path(module.__file__).name if module.__file__ is not None else module.__name__
    raise LoadingFailed(
        "no-such-name",
        "{where} has no {name}. {advice}",
        sources=sources,
        where=where,
        name=name,
        advice=advice,
    )


def _usable_names(module: ModuleType) -> list[str]:
    """The names in the module that a listener can use: classes and factories, then functions."""
    kinds = {
        name: kind_of(value)
        for name, value in vars(module).items()
        if not name.startswith("_") and _is_of(module, value)
    }
    usable = [name for name, kind in kinds.items() if kind is not None]
    return sorted(usable, key=lambda name: kinds[name] is ObjectKind.FUNCTION)


def _is_of(module: ModuleType, value: object) -> bool:
    """Whether `value` was defined in the module. Only classes and functions know their module."""
    if not isinstance(value, type | FunctionType):
        return True
    return value.__module__ == module.__name__


@define
class LoadedFunctions:
    """Single functions that options of a protocol name, such as `rules.py:answer`.

    They share their modules: two of one file see the same globals. Keep it while one of them is in
    use.
    """

    by_name: dict[str, Callable[..., object]] = Factory(dict)
    sources: list[SourceFiles] = Factory(list)
    """The files that were read, also those of a load that failed."""

    _modules: dict[str, Loaded] = Factory(dict)

    def add(self, name: str, folder: Path, loading: LoadCallback) -> None:
        """Load the function called `name`, such as `rules.py:answer`. Raises `UserCodeError`."""
        reference = Reference.parse(f"{PREFIX}{name}")
        loaded = self._modules.get(reference.source)
        if loaded is None:
            try:
                loaded = load(reference, folder, loading)
            except LoadingFailed as error:
                self.sources.append(error.sources)
                raise
            self._modules[reference.source] = loaded
            self.sources.append(loaded.sources)
        found = loaded.found
        if reference != loaded.reference:
            found = find_object(reference.name, loaded.module, loaded.sources)
        if not callable(found):
            raise LoadingFailed(
                "code-no-function",
                "{name} is no function ({kind}). Name a function that takes a message and a "
                "context.",
                sources=loaded.sources,
                name=reference.name,
                kind=type(found).__name__,
            )
        self.by_name[name] = cast(Any, found)
