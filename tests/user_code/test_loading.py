"""Loading of user code: repeated execution, imports from its folder, errors and their messages."""

from __future__ import annotations

import gc
import linecache
import os
import pickle
import sys
import typing
import weakref
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from app.user_code.errors import LARGEST_SIZE, LoadingFailed
from app.user_code.loading import Loaded, load
from app.user_code.reference import Reference, UserCodeError
from tests.user_code.conftest import Load, Write, modules


def refusal(call: Callable[[], object]) -> LoadingFailed:
    """The error that `call` raises."""
    with pytest.raises(LoadingFailed) as raised:
        call()
    return raised.value


def value(loaded: Loaded) -> Any:
    return loaded.found


def test_a_file_is_executed_and_its_object_found(write: Write, take: Load) -> None:
    path = write("echo.py", "X = [__file__, __name__.partition('@')[0]]\n")
    assert take("echo.py:X").found == [str(path), "echo"]


def test_an_absolute_path_needs_no_folder(write: Write) -> None:
    path = write("echo.py", "X = 1\n")
    assert load(Reference.parse(f"python:{path}:X"), Path("/nowhere")).found == 1


def test_a_path_may_begin_at_home(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(write("echo.py", "X = 1\n").parent))
    assert load(Reference.parse("python:~/echo.py:X"), Path("/nowhere")).found == 1


@pytest.mark.parametrize("name", ["my-echo.py", "echo.v2.py", "écho.py", "ECHO.PY"])
def test_a_file_name_need_not_be_a_module_name(write: Write, take: Load, name: str) -> None:
    write(name, "X = 1\n")
    assert take(f"{name}:X").found == 1


def test_two_loads_live_side_by_side(write: Write, take: Load) -> None:
    write("echo.py", "class X:\n    def answer(self): return VALUE\nVALUE = 1\n")
    old = take("echo.py:X")
    write("echo.py", "class X:\n    def answer(self): return VALUE\nVALUE = 22\n")
    new = take("echo.py:X")
    assert (value(old)().answer(), value(new)().answer()) == (1, 22)
    assert old.module.__name__ != new.module.__name__


def test_modules_are_removed_with_the_loaded_object(write: Write, take: Load) -> None:
    write("echo.py", "import helper\nclass X: pass\n")
    write("helper.py", "")
    loaded = take("echo.py:X")
    assert len(modules()) == 2
    kind = weakref.ref(value(loaded))
    del loaded
    assert modules() == set()
    gc.collect()
    assert kind() is None


def test_module_numbers_are_reused(write: Write, take: Load) -> None:
    write("echo.py", "X = __name__\n")
    assert len({take("echo.py:X").found for _ in range(10)}) == 1


def test_python_finds_the_module_of_a_class(write: Write, take: Load) -> None:
    write(
        "echo.py",
        """
        from __future__ import annotations
        from dataclasses import dataclass
        from helper import Point

        @dataclass
        class X:
            where: Point
        """,
    )
    write(
        "helper.py",
        """
        from __future__ import annotations
        from dataclasses import dataclass

        @dataclass
        class Point:
            x: Number

        Number = int
        """,
    )
    loaded = take("echo.py:X")
    kind = value(loaded)
    point = typing.get_type_hints(kind)["where"]
    assert typing.get_type_hints(point) == {"x": int}
    assert pickle.loads(pickle.dumps(kind(point(3)))) == kind(point(3))


def test_files_in_the_same_folder_are_imported(write: Write, take: Load) -> None:
    write(
        "echo.py",
        """
        import helper
        import package.inner.leaf as leaf
        from package import inner, Y
        from package.inner import *
        from bare.part import Z

        X = [helper.X, leaf.X, inner.leaf is leaf, Y, STAR, Z]
        """,
    )
    write("helper.py", "X = 'helper'\n")
    write("package/__init__.py", "from .sibling import Y\n")
    write("package/sibling.py", "from package.inner.leaf import X as Y\n")
    write("package/inner/__init__.py", "from .. import sibling\nSTAR = 'star'\n")
    write("package/inner/leaf.py", "X = 'leaf'\n")
    write("bare/part.py", "Z = 'bare'\n")
    assert take("echo.py:X").found == ["helper", "leaf", True, "leaf", "star", "bare"]


def test_a_file_in_the_same_folder_may_be_imported_later(write: Write, take: Load) -> None:
    write("echo.py", "def X():\n    import late\n    return late.VALUE\n")
    loaded = take("echo.py:X")
    write("late.py", "VALUE = 7\n")
    assert value(loaded)() == 7
    assert loaded.sources.changed() is False


def test_a_reload_executes_changed_files_in_the_same_folder(write: Write, take: Load) -> None:
    write("echo.py", "from helper import X\n")
    write("helper.py", "X = 1\n")
    first = take("echo.py:X")
    write("helper.py", "X = 22\n")
    assert first.sources.changed()
    assert (first.found, take("echo.py:X").found) == (1, 22)


def test_files_of_the_same_name_in_two_folders_are_separate(write: Write, take: Load) -> None:
    for name in ("one", "two"):
        write(f"{name}/echo.py", "import helper\nX = helper.X\n")
        write(f"{name}/helper.py", f"X = '{name}'\n")
    one, two = take("one/echo.py:X"), take("two/echo.py:X")
    assert (one.found, two.found) == ("one", "two")


def test_other_code_cannot_import_from_the_folder(write: Write, take: Load, folder: Path) -> None:
    before = list(sys.path)
    write("echo.py", "import helper_of_a_test\nX = 1\n")
    write("helper_of_a_test.py", "")
    loaded = take("echo.py:X")
    assert sys.path == before
    assert "helper_of_a_test" not in sys.modules
    with pytest.raises(ModuleNotFoundError):
        __import__("helper_of_a_test")
    assert loaded.found == 1


def test_installed_modules_are_shared_with_the_program(write: Write, take: Load) -> None:
    write("echo.py", "import json, twisted.internet.protocol as p, sys\nX = json, p, sys\n")
    write("sys.py", "raise Exception('nobody imports this')\n")
    write("twisted/note.txt", "a folder that is no package hides nothing\n")
    from twisted.internet import protocol

    assert take("echo.py:X").found == (sys.modules["json"], protocol, sys)


def test_no_compiled_code_is_left_in_the_folder(write: Write, take: Load, folder: Path) -> None:
    write("echo.py", "import helper, package.part\nX = 1\n")
    write("helper.py", "")
    write("package/part.py", "")
    take("echo.py:X")
    assert not list(folder.rglob("__pycache__"))


def test_the_callback_gets_each_file_before_it_is_executed(write: Write, folder: Path) -> None:
    path = write("echo.py", "import builtins\nX = list(builtins.told)\n")
    told: list[Path] = []
    import builtins

    builtins.told = told  # type: ignore[attr-defined]
    try:
        loaded = load(Reference.parse("python:echo.py:X"), folder, told.append)
    finally:
        del builtins.told  # type: ignore[attr-defined]
    assert loaded.found == [path]


def test_the_callback_is_not_called_for_an_unreadable_file(folder: Path) -> None:
    told: list[Path] = []
    refusal(lambda: load(Reference.parse("python:none.py:X"), folder, told.append))
    assert told == []


# Modules


def test_a_module_in_the_folder_of_the_profile_is_executed_again(write: Write, take: Load) -> None:
    write("server/__init__.py", "")
    write("server/echo.py", "from server.words import X\n")
    write("server/words.py", "X = 1\n")
    old = take("server.echo:X")
    write("server/words.py", "X = 22\n")
    assert old.sources.changed()
    assert (old.found, take("server.echo:X").found) == (1, 22)
    assert "server" not in sys.modules


def test_a_module_under_development_is_executed_again(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("src/server_of_a_test/__init__.py", "")
    write("src/server_of_a_test/echo.py", "import server_of_a_test as s, beside\nX = s, beside\n")
    write("src/beside.py", "")
    monkeypatch.syspath_prepend(tmp_path / "src")
    monkeypatch.delitem(sys.modules, "beside", raising=False)
    loaded = load(Reference.parse("python:server_of_a_test.echo:X"), tmp_path)
    package, beside = value(loaded)
    assert sys.modules[package.__name__] is package
    assert "server_of_a_test" not in sys.modules
    assert beside is sys.modules["beside"]
    monkeypatch.delitem(sys.modules, "beside")


def test_an_installed_module_is_imported_normally(take: Load) -> None:
    from twisted.protocols import wire

    loaded = take("twisted.protocols.wire:Echo")
    assert loaded.found is wire.Echo
    assert loaded.sources.changed() is False


def test_an_installed_module_that_was_not_imported_yet_is_imported_normally(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("site-packages/installed_for_a_test.py", "X = __name__\n")
    monkeypatch.syspath_prepend(tmp_path / "site-packages")
    loaded = load(Reference.parse("python:installed_for_a_test:X"), tmp_path)
    assert loaded.found == "installed_for_a_test"
    monkeypatch.delitem(sys.modules, "installed_for_a_test")


def test_a_module_of_the_standard_library_is_imported_normally(
    take: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    assert take("colorsys:ONE_THIRD").module is sys.modules["colorsys"]


def test_a_module_with_an_unusual_location_is_imported_normally(
    write: Write, take: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("src/other.py", "X = __name__\n")

    class Mapping(MetaPathFinder):
        def find_spec(self, name: str, path_: object, target: object = None) -> ModuleSpec | None:
            return spec_from_file_location(name, path) if name == "mapped_for_a_test" else None

    monkeypatch.setattr(sys, "meta_path", [Mapping(), *sys.meta_path])
    assert take("mapped_for_a_test:X").found == "mapped_for_a_test"
    monkeypatch.delitem(sys.modules, "mapped_for_a_test")


def test_the_running_program_is_a_module_too(take: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    assert take("__main__:__name__").found == "__main__"


def test_data_in_the_folder_of_the_code_is_found(write: Write, take: Load, folder: Path) -> None:
    write("package/__init__.py", "import pkgutil\nX = pkgutil.get_data(__name__, 'data.txt')\n")
    write("package/data.txt", "data")
    assert take("package:X").found == b"data"


def test_the_callback_gets_the_file_of_an_installed_module(folder: Path) -> None:
    import twisted

    told: list[Path] = []
    load(Reference.parse("python:twisted.protocols.wire:Echo"), folder, told.append)
    assert told == [Path(twisted.__file__)]


@pytest.mark.parametrize("name", ["no_such_module", "no_such_package.module", "twisted.nothing"])
def test_a_missing_module_is_named(take: Load, name: str) -> None:
    error = refusal(lambda: take(f"{name}:X"))
    missing = "no_such_package" if "package" in name else name
    assert str(error).startswith(f"There is no module called {missing}. Install it")


# Errors


def test_a_missing_file_is_named_with_its_full_path(take: Load, folder: Path) -> None:
    error = refusal(lambda: take("none.py:X"))
    assert str(error).startswith(f"There is no file {folder / 'none.py'}.")
    assert isinstance(error, UserCodeError)


def test_a_folder_is_refused(take: Load, folder: Path) -> None:
    (folder / "folder.py").mkdir()
    assert "is a folder" in str(refusal(lambda: take("folder.py:X")))


def test_a_special_file_is_not_opened(take: Load, folder: Path) -> None:
    os.mkfifo(folder / "pipe.py")
    assert "is no ordinary file" in str(refusal(lambda: take("pipe.py:X")))


def test_a_file_without_read_permission_is_refused(
    write: Write, take: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("echo.py", "X = 1\n")

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    message = str(refusal(lambda: take("echo.py:X")))
    assert message.endswith("echo.py cannot be read (Permission denied). Check its rights.")


def test_a_file_too_large_to_be_code_is_not_read(take: Load, folder: Path) -> None:
    with (folder / "echo.py").open("wb") as file:
        file.truncate(LARGEST_SIZE + 1)
    assert "echo.py is larger than 1024 KiB" in str(refusal(lambda: take("echo.py:X")))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"x = 1\ny = '\xe9'\n", "echo.py, line 2: this is not UTF-8. Save the file as UTF-8."),
        (b"x = 1\0\n", "echo.py is no text. Name a Python file."),
        (b"# coding: nonsense\n", "echo.py, line 1: unknown encoding: nonsense."),
        (b"def f(:\n", "echo.py, line 1: invalid syntax."),
        (b"x = 1\n\nif x\n", "echo.py, line 3: expected ':'. Correct the line"),
        (b"x = 1\n\ty = 2\n", "echo.py, line 2: unexpected indent."),
        (b"-" * 200_000 + b"1\n", "MemoryError"),
    ],
)
def test_a_file_that_is_no_python_is_refused_with_its_line(
    take: Load, folder: Path, content: bytes, message: str
) -> None:
    (folder / "echo.py").write_bytes(content)
    assert message in str(refusal(lambda: take("echo.py:X")))


def test_a_file_may_declare_another_encoding(take: Load, folder: Path) -> None:
    (folder / "echo.py").write_bytes("# coding: latin-1\nX = 'é'\n".encode("latin-1"))
    assert take("echo.py:X").found == "é"


def test_an_error_in_an_imported_file_names_that_file(write: Write, take: Load) -> None:
    write("echo.py", "import helper\nX = 1\n")
    write("helper.py", "x = 1\nx = (\n")
    error = refusal(lambda: take("echo.py:X"))
    assert str(error).startswith("helper.py, line 2: '(' was never closed.")
    assert error.sources.changed() is False
    write("helper.py", "x = 1\nx = ()\n")
    assert error.sources.changed()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("import nothing_here", "there is no module called nothing_here. Install it"),
        ("from os import nothing_here", "ImportError: cannot import name 'nothing_here' from 'os'"),
        ("from . import helper", "ImportError: attempted relative import"),
        ("import echo.part", "there is no module called echo.part."),
        ("1 / 0", "ZeroDivisionError: division by zero. The log has the traceback."),
        ("raise ValueError('two\\nlines')", "ValueError: two lines."),
        ("class E(Exception): pass\nraise E('own')", "echo.E: own."),
        ("raise BaseException", "BaseException."),
        ("import sys; sys.exit()", "it ends the program. Put what only a script does under: if __"),
        ("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded."),
        (
            "class E(Exception):\n  def __str__(self): 1/0\nraise E",
            "echo.E: <exception str() failed>",
        ),
        ("compile('(', 'other', 'exec')", "SyntaxError: '(' was never closed."),
    ],
)
def test_any_exception_is_reported_with_file_and_line(
    write: Write, take: Load, line: str, message: str
) -> None:
    write("echo.py", line)
    error = refusal(lambda: take("echo.py:X"))
    last = line.count("\n") + 1 - line.startswith("def")
    assert str(error).startswith(f"echo.py, line {last}: {message}")


def test_the_innermost_line_of_user_code_is_reported(write: Write, take: Load) -> None:
    write("echo.py", "import helper\n\nhelper.parse('x')\n")
    write("helper.py", "import json\ndef parse(text):\n    return json.loads(text)\n")
    error = refusal(lambda: take("echo.py:X"))
    assert str(error).startswith("helper.py, line 3: json.decoder.JSONDecodeError: Expecting")


def test_the_traceback_has_only_frames_of_user_code(write: Write, take: Load, folder: Path) -> None:
    write(
        "echo.py", "try:\n    import helper\nexcept ValueError as e:\n    raise KeyError from e\n"
    )
    write("helper.py", "raise ValueError('why')\n")
    assert refusal(lambda: take("echo.py:X")).traceback == (
        "Traceback (most recent call last):\n"
        f'  File "{folder}/echo.py", line 2, in <module>\n'
        "    import helper\n"
        f'  File "{folder}/helper.py", line 1, in <module>\n'
        "    raise ValueError('why')\n"
        "ValueError: why\n"
        "\n"
        "The above exception was the direct cause of the following exception:\n"
        "\n"
        "Traceback (most recent call last):\n"
        f'  File "{folder}/echo.py", line 4, in <module>\n'
        "    raise KeyError from e\n"
        "KeyError\n"
    )


def test_a_traceback_shows_the_lines_that_were_executed(write: Write, take: Load) -> None:
    path = write("echo.py", "1 / 0  # before\n")
    status = path.stat()
    assert "# before" in refusal(lambda: take("echo.py:X")).traceback
    write("echo.py", "1 / 0  # after.\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "# after" in refusal(lambda: take("echo.py:X")).traceback
    assert str(path) not in linecache.cache


def test_a_keyboard_interrupt_is_passed_on(write: Write, take: Load) -> None:
    write("echo.py", "raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        take("echo.py:X")


@pytest.mark.parametrize(
    "line",
    [
        "reactor.run()",
        "internet.reactor.run(installSignalHandlers=False)",
        "task.react(main)",
    ],
)
def test_a_script_is_refused_before_it_opens_a_port(write: Write, take: Load, line: str) -> None:
    write("echo.py", f"raise Exception('must not run')\n\n{line}\n")
    assert str(refusal(lambda: take("echo.py:X"))) == (
        "echo.py, line 3: Portdeck runs the reactor already. "
        'Put what only a script does under: if __name__ == "__main__".'
    )


def test_a_script_with_a_main_guard_is_loaded(write: Write, take: Load) -> None:
    write(
        "echo.py",
        """
        X = 1

        def main():
            reactor.run()

        if __name__ == "__main__":
            reactor.run()
        """,
    )
    assert take("echo.py:X").found == 1


def test_a_hidden_start_of_the_reactor_is_reported(write: Write, take: Load) -> None:
    write(
        "echo.py",
        """
        from twisted.internet.error import ReactorAlreadyRunning
        def run(): raise ReactorAlreadyRunning
        run()
        """,
    )
    message = str(refusal(lambda: take("echo.py:X")))
    assert message.startswith("echo.py, line 3: Portdeck runs the reactor already.")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("Ecko", "Did you mean Echo?"),
        ("Zzzzz", "Choose one of: Echo, EchoFactory, Packets, ready, make."),
    ],
)
def test_a_missing_name_is_reported_with_the_existing_ones(
    write: Write, take: Load, name: str, advice: str
) -> None:
    write(
        "echo.py",
        """
        from os.path import join
        from twisted.internet.protocol import DatagramProtocol, Factory, Protocol

        def make(): ...
        class Echo(Protocol): ...
        class EchoFactory(Factory): ...
        class Other: ...
        class Packets(DatagramProtocol): ...
        class _Private(Protocol): ...
        number = 7
        ready = EchoFactory()
        """,
    )
    assert str(refusal(lambda: take(f"echo.py:{name}"))) == f"echo.py has no {name}. {advice}"


def test_a_file_without_usable_objects_is_refused_with_advice(write: Write, take: Load) -> None:
    write("echo.py", "")
    assert str(refusal(lambda: take("echo.py:X"))) == (
        "echo.py has no X. Write a class there that is a Protocol or a Factory of Twisted's."
    )


def test_failed_loads_leave_no_modules(write: Write, take: Load) -> None:
    write("echo.py", "import helper\nclass X: pass\nleft = X()\nraise ValueError(left)\n")
    write("helper.py", "")
    errors = [refusal(lambda: take("echo.py:X")) for _ in range(5)]
    assert modules() == set()
    gc.collect()
    assert not [
        thing for thing in gc.get_objects() if str(type(thing).__module__).startswith("echo@")
    ]
    assert len(errors) == 5


def test_a_file_of_a_package_may_import_relative_to_it(write: Write, take: Load) -> None:
    write("chat/__init__.py", "")
    write("chat/words.py", "HELLO = 'hi'")
    write("chat/server/__init__.py", "")
    write("chat/server/main.py", "from ..words import HELLO\nclass Echo(str):\n    words = HELLO")
    assert vars(take("chat/server/main.py:Echo").found)["words"] == "hi"


def test_a_file_of_a_package_may_import_the_files_beside_it(write: Write, take: Load) -> None:
    write("chat/__init__.py", "")
    write("chat/words.py", "HELLO = 'hi'")
    write("chat/main.py", "from words import HELLO\nclass Echo(str):\n    words = HELLO")
    assert vars(take("chat/main.py:Echo").found)["words"] == "hi"
