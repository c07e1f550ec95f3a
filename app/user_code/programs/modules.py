"""The modules of one program: executed anew, and with a reactor of their own to import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from app.user_code.loading import LoadedModules, ModuleSource
from app.user_code.programs.process_state import as_main

_REACTOR: Final = "twisted.internet.reactor"


class ProgramModules(LoadedModules):
    """A load whose files get the program's reactor when they import that of Twisted."""

    def __init__(self, folder: Path, reactor: Any) -> None:
        super().__init__(folder)
        self._reactor = reactor
        self._internet = _Facade("twisted.internet", import_module("twisted.internet"))
        self._internet.reactor = reactor
        self._twisted = _Facade("twisted", import_module("twisted"))
        self._twisted.internet = self._internet

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
        module = super()._import(name, globals, locals, fromlist, level)
        if level or name.partition(".")[0] != "twisted":
            return module
        if not fromlist or name == "twisted":
            return self._twisted
        if name == _REACTOR:
            return self._reactor
        return self._internet if name == "twisted.internet" else module


class _Facade(ModuleType):
    """A module of Twisted in which some names are replaced."""

    reactor: Any
    internet: Any

    def __init__(self, name: str, real: ModuleType) -> None:
        super().__init__(name)
        self.__dict__["_real"] = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_real"], name)
