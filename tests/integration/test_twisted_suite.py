"""Twisted's own reactor tests: what passes on its epoll reactor passes on ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RUNNER = Path(__file__).with_name("twisted_suite.py")
ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 400

OURS = ("app.ui.reactor.reactor.DeckReactor", "tests.integration.steady_reactor.EPollReactor")
THEIRS = "twisted.internet.epollreactor.EPollReactor"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is epoll on Linux alone")


def outcomes_of(process: subprocess.Popen[str]) -> Any:
    try:
        said, complaints = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        # Not SIGTERM: a reactor that hangs in a test would take it for a wish to stop.
        process.kill()
    assert process.returncode == 0, complaints
    return json.loads(said)


def test_what_passes_on_twisteds_epoll_reactor_passes_on_ours(tmp_path: Path) -> None:
    running = {}
    for reactor in (*OURS, THEIRS):
        folder = tmp_path / reactor
        folder.mkdir()
        running[reactor] = subprocess.Popen(
            [sys.executable, str(RUNNER), reactor],
            cwd=folder,  # Twisted's tests leave files
            env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    reports = {reactor: outcomes_of(process) for reactor, process in running.items()}
    theirs = reports[THEIRS]["outcomes"]
    assert len(theirs) > 300
    for reactor in OURS:
        ours, details = reports[reactor]["outcomes"], reports[reactor]["details"]
        assert ours.keys() == theirs.keys()
        worse = {
            test: details.get(test, outcome)
            for test, outcome in ours.items()
            if outcome != "passed" and theirs[test] == "passed"
        }
        assert worse == {}
