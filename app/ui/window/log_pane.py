"""The log pane: log records as text, newest last, filtered by level and by what is searched."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable

from attrs import frozen
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.runtime import logs
from app.runtime.logs import Collector
from app.ui.style.icons import Icons
from app.ui.style.palette import tint_color
from app.ui.style.tokens import Tint
from app.ui.widgets.controls import icon_button
from app.ui.widgets.labels import ElidingLabel
from app.ui.widgets.layouts import FoldingBox
from app.ui.widgets.text_view import MAX_LINES, Ink, LinesView
from app.ui.widgets.translation import translated_record

MAX_KEPT = MAX_LINES
"""Records that the pane keeps, to show them again under another filter."""

LONGEST_RECORD = 100_000
"""Letters of one record that are kept."""

MAX_LETTERS = 4_000_000
"""Letters of all records that are kept: one with a traceback is long."""


@frozen
class Line:
    """A record as the pane shows it. A traceback makes it several lines long."""

    level: int
    text: str


class LogPane(QWidget):
    """Shows the records of its collector. Counts the problems that the user has not seen yet."""

    unseen_changed = Signal(int, int)
    """The number of warnings and errors that came while the pane was hidden, and the highest level
    among them."""

    def __init__(self, collector: Collector, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._collector = collector
        self._formatter = logging.Formatter(logs.FORMAT)
        self._lines: deque[Line] = deque()
        self._letters = 0
        self._unseen = 0
        self._worst = logging.NOTSET
        self.level = QComboBox()
        self.search = QLineEdit()
        self.wrap = QCheckBox(self.tr("Wrap lines"))
        self.found = QLabel()
        self.text = LinesView()
        self._set_up()
        self._lay_out(icons)

    def refresh(self) -> None:
        """Append what was logged since the last call."""
        records, dropped = self._collector.take()
        if not records:
            return
        new = [Line(record.levelno, self._text(record)) for record in records]
        if dropped:
            note = self.tr("({0} lines came too fast to show)").format(f"{dropped:,}")
            new.insert(0, Line(logging.NOTSET, note))
        self._keep(new)
        self._add(new)
        if not self.isVisible():
            problems = [each.level for each in new if each.level >= logging.WARNING]
            self._worst = max([self._worst, *problems])
            self._count_unseen(len(problems))

    def begin_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def clear(self) -> None:
        """Forget all lines. The log file keeps them."""
        self._lines.clear()
        self._letters = 0
        self.text.clear()
        self._say_found()

    def _keep(self, new: list[Line]) -> None:
        self._lines.extend(new)
        self._letters += sum(len(each.text) for each in new)
        while len(self._lines) > MAX_KEPT or self._letters > MAX_LETTERS:
            self._letters -= len(self._lines.popleft().text)

    def showEvent(self, event: object) -> None:
        self._worst = logging.NOTSET
        self._count_unseen(-self._unseen)

    def _set_up(self) -> None:
        self.text.setPlaceholderText(self.tr("What the listeners do, and what goes wrong."))
        self.text.setAccessibleName(self.tr("Log"))
        for words, level in (
            (self.tr("All levels"), logging.NOTSET),
            (self.tr("Warnings and errors"), logging.WARNING),
            (self.tr("Errors"), logging.ERROR),
        ):
            self.level.addItem(words, level)
        self.level.setAccessibleName(self.tr("Levels"))
        self.level.currentIndexChanged.connect(lambda _index: self._show_again())
        self.search.setPlaceholderText(self.tr("Search the log"))
        self.search.setAccessibleName(self.tr("Show only what contains this"))
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(280)
        self.search.textChanged.connect(self._search)
        self.wrap.toggled.connect(self._set_wrap)
        self._set_wrap(False)
        self.found.setTextFormat(Qt.TextFormat.PlainText)
        self.found.setObjectName("quiet")
        clear = QAction(self.search)
        clear.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        clear.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        clear.triggered.connect(self.search.clear)
        self.search.addAction(clear)

    def _lay_out(self, icons: Icons) -> None:
        choices, rest = QWidget(), QWidget()
        row, tools = QHBoxLayout(choices), QHBoxLayout(rest)
        for line in (row, tools):
            line.setContentsMargins(0, 0, 0, 0)
        self.level.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row.addWidget(self.level)
        row.addWidget(self.search, 100)  # up to its maximum before there is a gap
        row.addStretch(1)
        tools.addWidget(self.wrap)
        tools.addWidget(self.found)
        tools.addStretch(1)
        bar = FoldingBox(is_patient=True)
        bar.add(choices, 1)
        bar.add(rest)
        for icon, name, act in (
            ("copy", self.tr("Copy the log"), self._copy),
            ("clear", self.tr("Clear the log"), self.clear),
        ):
            button = icon_button(icons, icon, name)
            button.clicked.connect(act)
            tools.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(bar)
        layout.addWidget(self.text, 1)
        layout.addWidget(self._place())

    def _place(self) -> QWidget:
        """Where the log is written."""
        place = ElidingLabel()
        file = logs.written_to()
        place.setText(
            self.tr("No log file could be written; the log is here alone")
            if file is None
            else self.tr("Also written to {0}").format(file)
        )
        place.setObjectName("quiet")
        return place

    def _search(self) -> None:
        # Set at the first text, as the icon of the clear button loads all of Qt's image plugins.
        self.search.setClearButtonEnabled(True)
        self._show_again()

    def _show_again(self) -> None:
        """Show the kept lines that pass the filter of now."""
        self.text.clear()
        self._add(self._lines)

    def _add(self, lines: Iterable[Line]) -> None:
        least, wanted = self.level.currentData(), self.search.text().casefold()
        passing = [
            (each.text, _ink(each.level))
            for each in lines
            if each.level >= least and wanted in each.text.casefold()
        ]
        if passing:
            self.text.add_lines(passing)
        self._say_found()

    def _say_found(self) -> None:
        is_filtered = bool(self.level.currentData() or self.search.text())
        nothing = is_filtered and self.text.document().isEmpty()
        self.found.setText(self.tr("Nothing in the log is like this.") if nothing else "")

    def _set_wrap(self, on: bool) -> None:
        modes = LinesView.LineWrapMode
        self.text.setLineWrapMode(modes.WidgetWidth if on else modes.NoWrap)

    def _text(self, record: logging.LogRecord) -> str:
        try:
            text = self._formatter.format(translated_record(record))
        except Exception as error:  # noqa: BLE001 - anything can be logged
            text = f"{record.levelname} {record.name}: {record.msg!r} ({error})"
        return text[:LONGEST_RECORD]

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())

    def _count_unseen(self, more: int) -> None:
        if more:
            self._unseen += more
            self.unseen_changed.emit(self._unseen, self._worst)


def _ink(level: int) -> Ink:
    if level >= logging.ERROR:
        return Ink.RED
    if level >= logging.WARNING:
        return Ink.AMBER
    return Ink.FAINT if level <= logging.DEBUG else Ink.PLAIN


def show_unseen(tabs: QTabWidget, pane: LogPane, count: int, level: int) -> None:
    """Show on the tab of `pane` how many problems are new, in the colour of the worst."""
    index = tabs.indexOf(pane)
    translate = QCoreApplication.translate
    text = translate("LogPane", "Log ({0} new)").format(count)
    tabs.setTabText(index, text if count else translate("LogPane", "Log"))
    tint = Tint.DANGER if level >= logging.ERROR else Tint.WARNING
    color = tint_color(tint, tabs.palette()) if count else QColor()
    tabs.tabBar().setTabTextColor(index, color)
