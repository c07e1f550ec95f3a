"""The one way out: close button, Ctrl-Q, `QApplication.quit` and every signal to end all take it.

Twisted's shutdown triggers are skipped when Qt ends first, and Qt goes on when the reactor ends
first. So the reactor always ends first, and its last trigger ends Qt.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from twisted.internet.defer import Deferred


class Lifecycle:
    """Owns the end of the program. Make it once the reactor is installed, before it runs."""

    def __init__(
        self, app: QApplication, reactor: Any, drain: Callable[[], Deferred[None]]
    ) -> None:
        """`drain` stops the listeners; the exit waits for its Deferred."""
        self._app = app
        self._reactor = reactor
        self._asked = False
        app.setQuitOnLastWindowClosed(False)
        reactor.addSystemEventTrigger("before", "shutdown", self._begin, drain)
        reactor.addSystemEventTrigger("after", "shutdown", lambda: QTimer.singleShot(0, app.quit))

    @property
    def is_over(self) -> bool:
        """Whether the reactor has ended, so that windows may close."""
        return not self._reactor.running

    def before_exit(self, act: Callable[[], None]) -> None:
        """Have `act` called when the end begins, whoever asked for it."""
        self._reactor.addSystemEventTrigger("before", "shutdown", act)

    def request_exit(self) -> None:
        """Ask for the end. Asking again changes nothing."""
        if not self._asked and self._reactor.running:
            self._asked = True
            self._reactor.callLater(0, self._reactor.stop)

    def run(self) -> int:
        """Run until the end; gives the exit code."""
        self._reactor.runReturn()
        self._end_with_the_terminal()
        return self._app.exec()

    def _end_with_the_terminal(self) -> None:
        """Twisted has no handler for this signal; `nohup` has it ignored, and so it stays then."""
        hangup = getattr(signal, "SIGHUP", None)
        if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
            signal.signal(hangup, lambda *_: self._reactor.callFromThread(self.request_exit))

    def _begin(self, drain: Callable[[], Deferred[None]]) -> Deferred[None]:
        self._asked = True
        return drain()
