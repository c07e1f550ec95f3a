"""The log as text, newest last."""

from __future__ import annotations

import logging

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import logs
from app.ui.colors import AMBER, RED, pick
from app.ui.eliding import ElidingLabel
from app.ui.follow import Follow
from app.ui.icons import Icons
from app.ui.log.collector import Collector

MAX_LINES = 10_000


class LogPane(QWidget):
    """Shows what its collector has got; counts the problems that nobody has seen yet."""

    unseen_changed = Signal(int)
    """So many warnings and errors came while the pane was not on show."""

    def __init__(self, collector: Collector, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._collector = collector
        self._formatter = logging.Formatter(logs.FORMAT)
        self._unseen = 0
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setUndoRedoEnabled(False)
        self.text.setMaximumBlockCount(MAX_LINES)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setPlaceholderText(self.tr("What the listeners do, and what goes wrong."))
        self.text.setAccessibleName(self.tr("Log"))
        self.follow = Follow(self.text.verticalScrollBar())
        self._lay_out(icons)

    def refresh(self) -> None:
        """Append what was logged since the last call."""
        records, dropped = self._collector.take()
        if not records:
            return
        cursor = QTextCursor(self.text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        if dropped:
            self._insert(cursor, self.tr("({0} lines came too fast to show)").format(dropped), 0)
        for record in records:
            self._insert(cursor, self._formatter.format(record), record.levelno)
        cursor.endEditBlock()
        if not self.isVisible():
            self._count_unseen(sum(record.levelno >= logging.WARNING for record in records))

    def showEvent(self, event: object) -> None:
        self._count_unseen(-self._unseen)

    def _lay_out(self, icons: Icons) -> None:
        bar = QHBoxLayout()
        place = ElidingLabel()
        place.setText(self.tr("Also written to {0}").format(logs.default_path()))
        place.setEnabled(False)
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

    def _insert(self, cursor: QTextCursor, text: str, level: int) -> None:
        style = QTextCharFormat()
        if level >= logging.ERROR:
            style.setForeground(pick(RED, self.palette()))
        elif level >= logging.WARNING:
            style.setForeground(pick(AMBER, self.palette()))
        if not self.text.document().isEmpty():
            cursor.insertBlock()
        cursor.insertText(text, style)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())

    def _count_unseen(self, more: int) -> None:
        if more:
            self._unseen += more
            self.unseen_changed.emit(self._unseen)
