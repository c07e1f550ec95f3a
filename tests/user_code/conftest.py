"""A folder of user code and programs. After each test, all loaded modules must be gone."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from twisted.internet.testing import MemoryReactorClock

from app.user_code.loading import Loaded, LoadedModules, load
from app.user_code.programs.program import Program
from app.user_code.programs.reference import ProgramReference
from app.user_code.reference import Reference
from tests.server.record import Record

Write = Callable[[str, str], Path]
Load = Callable[[str], Loaded]
Run = Callable[[str], Program]

HEAD = """\
from twisted.internet import protocol, reactor

class Echo(protocol.Protocol):
    def dataReceived(self, data):
        self.transport.write(data)

factory = protocol.Factory.forProtocol(Echo)
"""


def modules() -> set[str]:
    """The names of all loaded modules of user code."""
    return {name for name in sys.modules if "@" in name}


@pytest.fixture(autouse=True, scope="module")
def what_other_tests_left_is_gone() -> None:
    gc.collect()


@pytest.fixture(autouse=True)
def all_modules_are_removed() -> Iterator[None]:
    yield
    gc.collect()
    assert not modules()
    assert not any(isinstance(finder, LoadedModules) for finder in sys.meta_path)


class MemoryReactor(MemoryReactorClock):
    """A reactor without threads: calls from other threads run immediately."""

    def __init__(self) -> None:
        super().__init__()
        self.calls_from_threads = 0

    def callFromThread(self, call: Callable[..., object], *arguments: object) -> None:
        self.calls_from_threads += 1
        call(*arguments)


@pytest.fixture
def memory() -> MemoryReactor:
    return MemoryReactor()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Write:
    """Write a file into the folder, and create the folders above it."""

    def write(name: str, text: str) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def take(folder: Path) -> Load:
    """Load the object of a reference, which is given without its prefix."""
    return lambda text: load(Reference.parse(f"python:{text}"), folder)


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
def programs() -> Iterator[list[Program]]:
    """The programs of the test. They are ended after it."""
    made: list[Program] = []
    yield made
    for program in made:
        coroutine = program.end()
        with pytest.raises(StopIteration):
            coroutine.send(None)


@pytest.fixture
def run(tmp_path: Path, memory: MemoryReactor, programs: list[Program]) -> Run:
    """Load the program that a reference names."""

    def run(text: str) -> Program:
        program = Program(ProgramReference.of_listener(text), tmp_path, memory)
        programs.append(program)
        program.load()
        return program

    return run


@pytest.fixture
def reload(
    tmp_path: Path, memory: MemoryReactor, programs: list[Program]
) -> Callable[[Program], Program]:
    """Load a program again, while the load before is still in use."""

    def reload(before: Program) -> Program:
        program = Program(before.reference, tmp_path, memory, before=before)
        programs.append(program)
        program.load()
        return program

    return reload


@pytest.fixture
def script(write: Write, run: Run) -> Run:
    """Load a program with the given lines below `HEAD`."""

    def script(lines: str) -> Program:
        write("server.py", HEAD + dedent(lines))
        return run("python:server.py")

    return script
