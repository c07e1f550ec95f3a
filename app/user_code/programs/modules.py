"""The modules of one program: executed anew, and with a reactor of their own to import."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from app.user_code.loading import LoadedModules, ModuleSource
from app.user_code.programs.process_state import as_main

_REACTOR: Final = "twisted.internet.reactor"


class ProgramModules(LoadedModules):
    """A load whose files get the program's reactor when they import that of Twisted.

    Its modules have their plain names if nothing else has them. Perspective Broker sends the names
    of classes, and the other side knows only those. A reload takes the plain names over from the
    load before: that one gets names with its number, while its classes keep the name that they
    were made with. So what its last connections send stays the same too.
    """

    def __init__(self, folder: Path, reactor: Any, before: ProgramModules | None = None) -> None:
        """`before` is the load of the same program that this one replaces."""
        super().__init__(folder)
        self._has_plain_name: dict[str, bool] = {}
        """Whether a module of the folder has its plain name in `sys.modules`."""
        self._is_replaced = False
        self._given: list[str] = []
        """The modules that had plain names before the next load took them."""
        self._before = before
        if before is not None:
            before._give_names()
        self._reactor = reactor
        self._internet = _Facade("twisted.internet", import_module("twisted.internet"))
        self._internet.reactor = reactor
        self._twisted = _Facade("twisted", import_module("twisted"))
        self._twisted.internet = self._internet

    def succeed(self) -> None:
        """Keep the names of the load before, which gets them back if this one closes earlier."""
        self._before = None

    def close(self) -> None:
        super().close()
        before, self._before = self._before, None
        if before is not None:
            before._take_names_back()

    def run_file(self, path: Path) -> ModuleType:
        """Run the file at `path` as the main program. Raises any exception of the file."""
        module = ModuleType("__main__")
        module.__file__ = str(path)
        self._run(module, ModuleSource(self, "__main__", str(path)))
        return module

    def run_service_file(self, path: Path) -> ModuleType:
        """Run the file at `path` as `twistd` does: its `__name__` is that of Python's built-ins, so
        that a part under `if __name__ == "__main__"` does not run. Raises any exception of it."""
        module = ModuleType("builtins")
        module.__file__ = str(path)
        source = ModuleSource(self, "builtins", str(path))
        vars(module)["__builtins__"] = self.builtins
        exec(source.get_code("builtins"), vars(module))
        return module

    def run_module(self, name: str) -> ModuleType:
        """Run the module or package `name` as the main program, as `python -m` does."""
        marked = self._marked(name)
        parent = marked.rpartition(".")[0]
        if parent:
            import_module(parent)
        found = self.find_spec(marked, None if not parent else import_module(parent).__path__)
        if found is not None and found.submodule_search_locations is not None:
            package = import_module(marked)
            parent, found = marked, self.find_spec(f"{marked}.__main__", package.__path__)
        if found is None or found.origin is None:
            raise ModuleNotFoundError(f"No module named {name}", name=name)
        module = ModuleType("__main__")
        module.__file__ = found.origin
        module.__package__ = parent
        self._run(module, ModuleSource(self, "__main__", found.origin))
        return module

    def _run(self, module: ModuleType, source: ModuleSource) -> None:
        code = source.get_code("__main__")
        vars(module)["__builtins__"] = self.builtins
        with as_main(module):
            exec(code, vars(module))

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        top = name.partition(".")[0]
        if not level and not self.belongs(top) and _is_of_a_program(top):
            raise ModuleNotFoundError(f"No module named {top!r}", name=top)
        module = super()._import(name, globals, locals, fromlist, level)
        if level or name.partition(".")[0] != "twisted":
            return module
        if not fromlist or name == "twisted":
            return self._twisted
        if name == _REACTOR:
            return self._reactor
        return self._internet if name == "twisted.internet" else module

    def _name_in_python(self, top: str) -> str:
        if top not in self._has_plain_name:
            is_free = top not in sys.modules and not self._is_elsewhere(top)
            self._has_plain_name[top] = is_free and not self._is_replaced
        return top if self._has_plain_name[top] else super()._name_in_python(top)

    def _give_names(self) -> None:
        """Rename the modules that have plain names, as the next load gets these."""
        self._is_replaced = True
        self._given = [top for top, has_it in self._has_plain_name.items() if has_it]
        for top in self._given:
            self._has_plain_name[top] = False
            _rename_modules(top, self._name_in_python(top))

    def _take_names_back(self) -> None:
        """The opposite of `_give_names`: the next load has failed."""
        self._is_replaced = False
        for top in self._given:
            _rename_modules(self._name_in_python(top), top)
            self._has_plain_name[top] = True

    def _is_elsewhere(self, top: str) -> bool:
        """Whether Python would find a module `top` outside of the folder."""
        found = PathFinder.find_spec(top)
        ours = Path(self._folder)
        return found is not None and not Path(found.origin or "/").is_relative_to(ours)

    def _name_in_folder(self, name: str) -> str | None:
        return name if self._has_plain_name.get(name) else super()._name_in_folder(name)


def _is_of_a_program(top: str) -> bool:
    """Whether `top` in `sys.modules` is a module of a program, which others must not get."""
    loads = (each for each in sys.meta_path if isinstance(each, ProgramModules))
    return any(each._has_plain_name.get(top) for each in loads)


def _rename_modules(top: str, wanted: str) -> None:
    """Give the module or package `top` and all in it another name in Python."""
    for name in list(sys.modules):
        if name.partition(".")[0] != top:
            continue
        module = sys.modules.pop(name)
        renamed = wanted + name.removeprefix(top)
        sys.modules[renamed] = module
        # An import inside of the module looks at these.
        module.__name__ = renamed
        if module.__spec__ is not None:
            module.__spec__.name = renamed
            module.__package__ = module.__spec__.parent


class _Facade(ModuleType):
    """A module of Twisted in which some names are replaced."""

    reactor: Any
    internet: Any

    def __init__(self, name: str, real: ModuleType) -> None:
        super().__init__(name)
        self.__dict__["_real"] = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_real"], name)
