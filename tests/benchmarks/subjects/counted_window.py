"""Portdeck that says how long its commands take.

``python -m tests.benchmarks.subjects.counted_window ...``

Takes the arguments of Portdeck and is Portdeck. ``start`` or ``stop`` on standard input presses
*Start all* or *Stop all*, and is answered with a line of JSON once every row says so and is
painted::

    {"seconds": by the clock, "processor": seconds of processor time}
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

WORDS = {"start": "listening", "stop": "stopped"}
"""What the rows say then; those out of view are not built, so their listeners are asked."""


class Stopwatch:
    """Presses a button, and looks at the rows whenever the panel has looked at the listeners."""

    def __init__(self, reactor: Any) -> None:
        from PySide6.QtWidgets import QApplication

        from app.ui.window.main_window import MainWindow

        (self._window,) = (
            each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow)
        )
        self._panel = self._window.listeners
        self._refresh = self._panel.refresh
        self._began = (0.0, 0.0)
        self._word = ""
        setattr(self._panel, "refresh", self._look)  # noqa: B010 - it stands in for a method
        threading.Thread(target=self._listen, args=(reactor.callFromThread,), daemon=True).start()

    def _listen(self, call: Callable[..., object]) -> None:
        for line in sys.stdin:
            call(self._press, line.strip())

    def _press(self, order: str) -> None:
        commands = self._window.commands
        self._word = WORDS[order]
        self._began = (time.monotonic(), time.process_time())
        (commands.start_all if order == "start" else commands.stop_all).trigger()

    def _look(self, *arguments: Any) -> None:
        from PySide6.QtCore import QTimer

        from app.ui.listeners.status import state_word

        self._refresh(*arguments)
        rows = [row for row in self._panel.rows if row.isVisible()]
        if (
            self._word
            and all(state_word(each.state) == self._word for each in self._panel.shown)
            and all(row.switch.isChecked() is row.listener.is_on for row in rows)
        ):
            self._word = ""
            QTimer.singleShot(0, self._answer)  # what is to be painted comes before

    def _answer(self) -> None:
        seconds, processor = self._began
        took, used = time.monotonic() - seconds, time.process_time() - processor
        print(json.dumps({"seconds": took, "processor": used}), flush=True)


def main() -> int:
    from app import cli
    from app.ui.event_loop import Lifecycle

    run = Lifecycle.run

    def run_counted(lifecycle: Lifecycle) -> int:
        from twisted.internet import reactor

        watch = Stopwatch(reactor)
        try:
            return run(lifecycle)
        finally:
            del watch

    with patch.object(Lifecycle, "run", run_counted):
        return cli.main()


if __name__ == "__main__":
    sys.exit(main())
