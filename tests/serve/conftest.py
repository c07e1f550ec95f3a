"""Fixtures for the runs of `serve`."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.profile import ProfileFile
from app.profile.writing import render
from tests.serve.harness import ECHO, HELLO


@pytest.fixture(autouse=True)
def restored_signals() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def file(tmp_path: Path) -> ProfileFile:
    path = tmp_path / "profile.toml"
    path.write_text(render([ECHO, HELLO]))
    file = ProfileFile(path)
    file.load()
    return file
