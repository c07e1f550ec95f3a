"""One QApplication and one running reactor for all tests, which each test must leave clean.

The reactor is installed before collection, as test modules import Twisted. It cannot be started
twice, so whatever tests its start or its end does so in a subprocess.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from time import monotonic
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.exceptions import TimeoutError as WaitTimedOut
from pytestqt.qtbot import QtBot
from shiboken6 import isValid
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from app.ui.event_loop import GarbageCollection
from app.ui.reactor.reactor import DeckReactor, install

T = TypeVar("T")

RESULT_SECONDS = 10.0
"""The longest a test waits for a Deferred: far more than it takes."""

SETTLE_SECONDS = 2.0
"""The longest a test's remains may take to go away by themselves."""

_application = pytest.StashKey[QApplication]()
_garbage = pytest.StashKey[GarbageCollection]()
_reactor = pytest.StashKey[DeckReactor]()


# A busy machine is no failure. In CI, the same examples are tried each time. Elsewhere each run
# tries others, so many short runs find more than one long run.
settings.register_profile(
    "portdeck",
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("portdeck")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # Each worker would compile all tests anew, and each program that a test starts all of Portdeck.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if hasattr(config, "workerinput"):
        # Coverage measures the workers. Measuring each program that a test starts takes a third of
        # the time of those tests, and finds little that the other tests do not reach.
        os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
    # A shell starts background jobs with Ctrl-C ignored, and so would be what the tests start;
    # `nohup` does the same with the end of a terminal. What is caught here is not ignored there.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)
    application = QApplication.instance() or QApplication(["portdeck-tests"])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)
    config.stash[_application] = application
    config.stash[_reactor] = install(application)


def pytest_collection_finish(session: pytest.Session) -> None:
    _freeze()
    session.config.stash[_garbage] = GarbageCollection()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, None, None]:
    item.config.stash[_garbage]()
    yield
    if nextitem is None or nextitem.path != item.path:
        _freeze()


def _freeze() -> None:
    """Keep what the modules have made so far from collections and from the search for timers.

    Both look at each object, and there are two searches for each test.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def qapp(pytestconfig: pytest.Config) -> QApplication:
    """The application that the reactor was installed on; pytest-qt takes it from here."""
    return pytestconfig.stash[_application]


class PromptBot(QtBot):
    """Looks every 2 ms whether what a test waits for has happened. Its base looks every 10 ms.

    A list that lacks the item which a test looks at has not got it yet.
    """

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 5000) -> None:
        deadline = monotonic() + timeout / 1000
        while monotonic() < deadline:
            with suppress(AssertionError, LookupError):
                if callback() in (None, True):
                    return
            self.wait(2)
        super().waitUntil(callback, timeout=0)  # fails with the reason


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PromptBot(request)


@pytest.fixture(scope="session")
def reactor(pytestconfig: pytest.Config, qapp: QApplication) -> Iterator[DeckReactor]:
    """The global reactor, running. Qt drives it: ``qtbot.waitUntil`` and its like let it work."""
    reactor = pytestconfig.stash[_reactor]
    reactor.runReturn(installSignalHandlers=False)
    yield reactor
    reactor.stop()
    while reactor.running:
        qapp.processEvents()


@pytest.fixture
def result_of(reactor: DeckReactor, qtbot: QtBot) -> Callable[[Deferred[T]], T]:
    """Run Qt and the reactor until a Deferred has fired; return its result or raise its failure."""

    def wait(deferred: Deferred[T]) -> T:
        results: list[T | Failure] = []
        deferred.addBoth(results.append)
        qtbot.waitUntil(lambda: bool(results), timeout=round(RESULT_SECONDS * 1000))
        (result,) = results
        if isinstance(result, Failure):
            result.raiseException()
        return result

    return wait


@pytest.fixture(autouse=True)
def leaves_nothing_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves delayed calls, descriptors, running timers or windows behind."""
    if "reactor" not in request.fixturenames and "qapp" not in request.fixturenames:
        yield
        return
    reactor: DeckReactor = request.getfixturevalue("reactor")
    qtbot: QtBot = request.getfixturevalue("qtbot")
    before = _remains(reactor)
    yield
    left: list[Any] = []

    def settled() -> bool:
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        left[:] = [thing for key, thing in _remains(reactor).items() if key not in before]
        return not left

    try:
        qtbot.waitUntil(settled, timeout=round(SETTLE_SECONDS * 1000))
    except WaitTimedOut:
        pytest.fail("left behind: " + ", ".join(map(repr, left)), pytrace=False)


def _remains(reactor: DeckReactor) -> dict[int, Any]:
    """All that a test might leave behind, by the identity of each."""
    found: list[Any] = [call for call in reactor.getDelayedCalls() if call.active()]
    found += [reader for reader in reactor.getReaders() if reader not in reactor._internalReaders]
    found += reactor.getWriters()
    found += QApplication.topLevelWidgets()
    found += [timer for timer in _timers() if timer.isActive() and timer is not reactor._timer]
    return {id(thing): thing for thing in found}


def _timers() -> list[QTimer]:
    return [thing for thing in gc.get_objects() if type(thing) is QTimer and isValid(thing)]
