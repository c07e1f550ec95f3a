"""A folder of the user's files, and what loading from it leaves behind: nothing."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from app.user_code.loading import Loaded, LoadedModules, load
from app.user_code.reference import Reference
from tests.server.record import Record

Write = Callable[[str, str], Path]
Load = Callable[[str], Loaded]


def modules() -> set[str]:
    """The modules of all open generations."""
    return {name for name in sys.modules if "@" in name}


@pytest.fixture(autouse=True)
def closes_every_generation() -> Iterator[None]:
    yield
    gc.collect()
    assert not modules()
    assert not any(isinstance(finder, LoadedModules) for finder in sys.meta_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Write:
    """Put a file into the folder, and the folders above it."""

    def write(name: str, text: str) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def take(folder: Path) -> Load:
    """Load what a reference without its prefix names."""
    return lambda text: load(Reference.parse(f"python:{text}"), folder)


@pytest.fixture
def record() -> Record:
    return Record()
