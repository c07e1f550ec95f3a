"""The log as text, newest last."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.runtime import logs
from app.ui.style.icons import Icons
from app.ui.widgets.labels import ElidingLabel
from app.ui.widgets.text_view import Ink, LinesView

# MERGED ui/log/collector: Keeps log records until the pane pulls them.

MAX_WAITING = 2_000


class Collector(logging.Handler):
    """A handler that remembers the newest records and calls `wake` once when there are any.

    Records come from any thread; `wake` is called on that thread.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        super().__init__()
        self._wake = wake
        self._waiting: deque[logging.LogRecord] = deque()
        self._dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append(record)
        if len(self._waiting) == 1:
            self._wake()

    def take(self) -> tuple[list[logging.LogRecord], int]:
        """The records since the last call, oldest first, and how many more there were."""
        self.acquire()
        try:
            records, dropped = list(self._waiting), self._dropped
            self._waiting.clear()
            self._dropped = 0
        finally:
            self.release()
        return records, dropped


class LogPane(QWidget):
    """Shows what its collector has got; counts the problems that nobody has seen yet."""

    unseen_changed = Signal(int)
    """So many warnings and errors came while the pane was not on show."""

    def __init__(self, collector: Collector, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._collector = collector
        self._formatter = logging.Formatter(logs.FORMAT)
        self._unseen = 0
        self.text = LinesView()
        self.text.setLineWrapMode(LinesView.LineWrapMode.NoWrap)
        self.text.setPlaceholderText(self.tr("What the listeners do, and what goes wrong."))
        self.text.setAccessibleName(self.tr("Log"))
        self._lay_out(icons)

    def refresh(self) -> None:
        """Append what was logged since the last call."""
        records, dropped = self._collector.take()
        if not records:
            return
        lines: list[tuple[str, Ink]] = []
        if dropped:
            note = self.tr("({0} lines came too fast to show)").format(f"{dropped:,}")
            lines.append((note, Ink.FAINT))
        lines += ((self._line(record), _ink(record.levelno)) for record in records)
        self.text.add_lines(lines)
        if not self.isVisible():
            self._count_unseen(sum(record.levelno >= logging.WARNING for record in records))

    def showEvent(self, event: object) -> None:
        self._count_unseen(-self._unseen)

    def _lay_out(self, icons: Icons) -> None:
        bar = QHBoxLayout()
        place = ElidingLabel()
        file = logs.written_to()
        place.setText(
            self.tr("No log file could be written; the log is here alone")
            if file is None
            else self.tr("Also written to {0}").format(file)
        )
        place.setObjectName("quiet")
        bar.addWidget(place, 1)
        for icon, name, act in (
            ("copy", self.tr("Copy the log"), self._copy),
            ("clear", self.tr("Clear the log"), self.text.clear),
        ):
            button = QToolButton(autoRaise=True)
            icons.give(button, icon)
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.clicked.connect(act)
            bar.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(bar)
        layout.addWidget(self.text, 1)

    def _line(self, record: logging.LogRecord) -> str:
        try:
            return self._formatter.format(record)
        except Exception as error:  # noqa: BLE001 - anything can be logged
            return f"{record.levelname} {record.name}: {record.msg!r} ({error})"

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())

    def _count_unseen(self, more: int) -> None:
        if more:
            self._unseen += more
            self.unseen_changed.emit(self._unseen)


def _ink(level: int) -> Ink:
    if level >= logging.ERROR:
        return Ink.RED
    return Ink.AMBER if level >= logging.WARNING else Ink.PLAIN
