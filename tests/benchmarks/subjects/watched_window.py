"""Portdeck with a watch on its event loop.

``python -m tests.benchmarks.subjects.watched_window ...``

Takes the arguments of Portdeck and is Portdeck, but for a timer of Qt's that beats every 5 ms. Each
line on standard input is answered with a line of JSON::

    {"beats": [[when, seconds since the beat before], ...], "rows": {peer: [bytes in, bytes out]}}

The beats are those since the last answer, the rows what the connections table shows.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any
from unittest.mock import patch

BEAT_MS = 5


class Watch:
    """Notes how long the event loop lets a timer wait, until somebody asks."""

    def __init__(self, reactor: Any) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._beats: list[tuple[float, float]] = []
        self._last = time.monotonic()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)
        threading.Thread(target=self._listen, args=(reactor,), daemon=True).start()

    def _beat(self) -> None:
        now = time.monotonic()
        self._beats.append((now, now - self._last))
        self._last = now

    def _listen(self, reactor: Any) -> None:
        for _ in sys.stdin:
            reactor.callFromThread(self._answer)

    def _answer(self) -> None:
        self._beat()
        print(json.dumps({"beats": self._beats, "rows": _rows()}), flush=True)
        self._beats.clear()
        self._last = time.monotonic()


def _rows() -> dict[str, list[str]]:
    from PySide6.QtWidgets import QApplication

    from app.ui.window.main_window import MainWindow

    (window,) = (each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow))
    model = window.rest.connections.model
    titles = [column.title for column in model.columns]
    peer, bytes_in, bytes_out = map(titles.index, ("Peer", "Bytes in", "Bytes out"))
    return {
        model.index(row, peer).data(): [
            model.index(row, bytes_in).data(),
            model.index(row, bytes_out).data(),
        ]
        for row in range(model.rowCount())
    }


def main() -> int:
    from app import cli
    from app.ui.event_loop import Lifecycle

    run = Lifecycle.run

    def run_watched(lifecycle: Lifecycle) -> int:
        from twisted.internet import reactor

        watch = Watch(reactor)
        try:
            return run(lifecycle)
        finally:
            del watch

    with patch.object(Lifecycle, "run", run_watched):
        return cli.main()


if __name__ == "__main__":
    sys.exit(main())
