"""Portdeck that does with its connections table what it is told: `python -m … --profile FILE`.

Takes the arguments of Portdeck and is Portdeck. Each line on standard input is one act, such as
`sort peer`, `filter 127.0.1`, `scroll 500` or `resort`; the answer, a line of JSON, is how long it
took until the table was painted anew: `{"seconds": 0.012, "cpu_seconds": 0.011, "rows": 10000}`.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch


class Hands:
    """Act on the pane from the reactor's thread."""

    def __init__(self, reactor: Any) -> None:
        from PySide6.QtWidgets import QApplication

        from app.ui.window.main_window import MainWindow

        windows = QApplication.topLevelWidgets()
        (self._window,) = (each for each in windows if isinstance(each, MainWindow))
        self._pane = self._window.rest.connections
        self._descending = False
        self._acts: dict[str, Callable[[str], None]] = {
            "sort": self._sort,
            "filter": self._pane.filter.setText,
            "scroll": self._scroll,
            "resort": lambda _: self._pane.model.resort(),
            "closed": lambda _: self._pane.commands.show_closed.trigger(),
            "select": self._select,
            "nothing": lambda _: None,
        }
        threading.Thread(target=self._listen, args=(reactor,), daemon=True).start()

    def _listen(self, reactor: Any) -> None:
        for line in sys.stdin:
            reactor.callFromThread(self._do, *line.rstrip("\n").partition(" ")[::2])

    def _do(self, act: str, argument: str) -> None:
        began, worked = time.perf_counter(), time.thread_time()
        self._acts[act](argument)
        self._pane.table.viewport().repaint()
        took = {
            "seconds": time.perf_counter() - began,
            "cpu_seconds": time.thread_time() - worked,
            "rows": self._pane.model.rowCount(),
        }
        print(json.dumps(took), flush=True)

    def _sort(self, name: str) -> None:
        from PySide6.QtCore import Qt

        self._descending = not self._descending
        order = Qt.SortOrder.DescendingOrder if self._descending else Qt.SortOrder.AscendingOrder
        header = self._pane.table.horizontalHeader()
        header.setSortIndicator(self._pane.model.column(name), order)

    def _select(self, what: str) -> None:
        table = self._pane.table
        act = table.clearSelection if what == "nothing" else table.selectAll
        act()

    def _scroll(self, pixels: str) -> None:
        bar = self._pane.table.verticalScrollBar()
        bar.setValue((bar.value() + int(pixels)) % max(1, bar.maximum()))


def main() -> int:
    from app import cli
    from app.ui.event_loop import Lifecycle

    run = Lifecycle.run

    def run_driven(lifecycle: Lifecycle) -> int:
        from twisted.internet import reactor

        hands = Hands(reactor)
        try:
            return run(lifecycle)
        finally:
            del hands

    with patch.object(Lifecycle, "run", run_driven):
        return cli.main()


if __name__ == "__main__":
    sys.exit(main())
