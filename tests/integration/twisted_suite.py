"""Run Twisted's own reactor tests on one reactor class, and print what became of each.

``python tests/integration/twisted_suite.py app.ui.reactor.reactor.DeckReactor [MODULE ...]`` prints
one JSON object: ``{"outcomes": {test: outcome}, "details": {test: traceback or reason}}``. The
outcomes are passed, skipped, failed and todo. It runs apart from pytest, as the tests build
hundreds of reactors and stop each.
"""

from __future__ import annotations

import json
import os
import sys
import unittest
from typing import Any

MODULES = (
    "core",
    "time",
    "threads",
    "fdset",
    "tcp",
    "udp",
    "unix",
    "tls",
    "newtls",
    "stdio",
    "socket",
    "process",
)
"""Of ``twisted.internet.test``, without ``test_``."""


class Outcomes(unittest.TestResult):
    """Keeps the outcome of each test under a name without the reactor's own."""

    def __init__(self, reactor_name: str) -> None:
        super().__init__()
        self._reactor_name = reactor_name
        self.outcomes: dict[str, str] = {}
        self.details: dict[str, str] = {}

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self.outcomes[self._name(test)] = "passed"

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        self._keep(test, "failed", str(err))

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        self._keep(test, "failed", str(err))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self._keep(test, "skipped", reason)

    def addExpectedFailure(self, test: unittest.TestCase, err: Any, *todo: Any) -> None:
        self._keep(test, "todo", str(err))

    def addUnexpectedSuccess(self, test: unittest.TestCase, *todo: Any) -> None:
        self._keep(test, "passed", "")

    def _keep(self, test: unittest.TestCase, outcome: str, detail: str) -> None:
        name = self._name(test)
        self.outcomes[name] = outcome
        self.details[name] = self.details.get(name, "") + detail

    def _name(self, test: unittest.TestCase) -> str:
        return test.id().replace(f"_{self._reactor_name}Tests", "")


def make_application() -> object:
    """The QApplication that a Qt reactor needs; its type is Qt's, which not every reactor needs."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    return QApplication(["twisted-suite"])


def main(reactor_class: str, modules: list[str]) -> None:
    application = None if reactor_class.startswith("twisted.") else make_application()
    from twisted.internet.test.reactormixins import ReactorBuilder
    from twisted.trial.runner import TestLoader

    ReactorBuilder._reactors = [reactor_class]
    loader = TestLoader()
    suite = loader.loadByNames([f"twisted.internet.test.test_{module}" for module in modules])
    outcomes = Outcomes(reactor_class.rpartition(".")[2])
    suite.run(outcomes)
    json.dump({"outcomes": outcomes.outcomes, "details": outcomes.details}, sys.stdout)
    del application


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:] or list(MODULES))
