"""Modules of the user's, executed anew for one load, beside all earlier ones.

Python knows one module of each name. Here every load is a generation with a number: its
`echo_server.py` becomes the module `echo_server@7`, and `import helper` in there means
`helper@7` if there is a `helper.py` beside it. So a reload takes changed files, other listeners
with files of the same names are not met, and the folder never has to be in `sys.path`.

The modules are in `sys.modules` while the generation is open, as pickle, dataclasses and
`typing.get_type_hints` look there for the module of a class.
"""

from __future__ import annotations

import builtins
import itertools
import linecache
import sys
from collections.abc import Mapping, Sequence
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
)
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from app.server.own.sources import Sources


class Generation(MetaPathFinder):
    """Finds and executes the modules of one load, and takes them out of Python again.

    Invariant: between the first import and `close` it is in `sys.meta_path`, and no other open
    generation has its number.
    """

    def __init__(self, folder: Path, only: str | None = None) -> None:
        """Whatever lies in `folder` belongs to the generation; or just the package `only` of it."""
        open_now = {each.number for each in sys.meta_path if isinstance(each, Generation)}
        # The lowest free one: what others keep by module name, such as loggers, stays bounded.
        self.number: int = next(n for n in itertools.count(1) if n not in open_now)
        self.sources = Sources(mark=f"@{self.number}")
        self.builtins = {**vars(builtins), "__import__": self._import}
        self._folder = str(folder)
        self._only = only
        self._belongs: dict[str, bool] = {}
        sys.meta_path.insert(0, self)

    def execute(self, path: Path) -> ModuleType:
        """Run the file at `path` as a module. Raises whatever it raises."""
        name = path.stem.replace(".", "_") + self.sources.mark
        spec = spec_from_file_location(name, path, loader=_Source(self, name, str(path)))
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module

    def import_module(self, name: str) -> ModuleType:
        """Import the module that is called `name` in the folder. Raises whatever it raises."""
        return import_module(self._marked(name))

    def belongs(self, top: str) -> bool:
        """Whether `import top` means a file of this generation rather than an installed one."""
        known = self._belongs.get(top)
        if known is None:
            known = self._belongs[top] = self._has(top)
        return known

    def origin(self, top: str) -> Path:
        """The file that is executed first for the module or package `top`, or else the folder."""
        spec = self._look(self._folder, top)
        return Path(spec.origin if spec is not None and spec.origin is not None else self._folder)

    def close(self) -> None:
        """Take the modules out of Python. What still uses them goes on, but imports no more."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        for name in list(sys.modules):
            if name.partition(".")[0].endswith(self.sources.mark):
                del sys.modules[name]
        for filename in self.sources:
            linecache.cache.pop(filename, None)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """For Python: where a module of this generation is, by the name it has in `sys.modules`."""
        top = fullname.partition(".")[0]
        if not top.endswith(self.sources.mark):
            return None
        if path is not None:
            found = (self._look(folder, fullname) for folder in path)
            return next(filter(None, found), None)
        spec = self._look(self._folder, fullname.removesuffix(self.sources.mark))
        if spec is None or spec.origin is None:
            return spec and _namespace(fullname, spec)
        return spec_from_file_location(
            fullname,
            spec.origin,
            loader=_Source(self, fullname, spec.origin),
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
        """What `import` does in the files of this generation."""
        if level == 0 and self.belongs(name.partition(".")[0]):
            name = self._marked(name)
        return builtins.__import__(name, globals, locals, fromlist or (), level)

    def _marked(self, name: str) -> str:
        top, dot, rest = name.partition(".")
        return f"{top}{self.sources.mark}{dot}{rest}"

    def _has(self, top: str) -> bool:
        if top in sys.builtin_module_names or self._only not in (None, top):
            return False
        spec = self._look(self._folder, top)
        if spec is None or isinstance(spec.loader, ExtensionFileLoader):
            return False
        # A bare folder is the last that Python takes for a package.
        is_bare = spec.loader is None
        return not is_bare or (top not in sys.modules and PathFinder.find_spec(top) is None)

    def _look(self, folder: str, name: str) -> ModuleSpec | None:
        # A new one each time, as it may miss a file that was written a moment after it looked.
        loader: Any = partial(_Source, self)  # made like a class, but of this generation
        details = ((ExtensionFileLoader, EXTENSION_SUFFIXES), (loader, SOURCE_SUFFIXES))
        return FileFinder(folder, *details).find_spec(name)


class _Source(SourceLoader):
    """Executes one file of a generation. Neither takes nor leaves compiled code in its folder."""

    def __init__(self, generation: Generation, name: str, path: str) -> None:
        self._generation = generation
        self._path = path

    def get_filename(self, fullname: str) -> str:
        return self._path

    def get_data(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def get_code(self, fullname: str) -> CodeType:
        linecache.cache.pop(self._path, None)
        data = self._generation.sources.read(Path(self._path))
        return self.source_to_code(data, self._path)

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__builtins__"] = self._generation.builtins
        super().exec_module(module)


def _namespace(name: str, found: ModuleSpec) -> ModuleSpec:
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = found.submodule_search_locations
    return spec
