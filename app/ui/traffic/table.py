"""The table of what crossed: which row is chosen, and that it stays so while the log goes on."""

from __future__ import annotations

from array import array
from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QScrollBar,
    QStyle,
    QStyleOptionSlider,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.traffic.connection_info import ConnectionDirectory
from app.traffic.framing import MessageError
from app.traffic.scan import Scan
from app.traffic.source import ChunkSource, RowSelection
from app.ui.style.theme import AMBER, pick
from app.ui.traffic.model import CONNECTION, DIRECTION, SIZE, TIME, TrafficModel
from app.ui.widgets.text_view import FollowEnd

# MERGED ui/traffic/marked_bar: A scroll bar that shows where the finds are.

MARK_HEIGHT = 2

IsFound = Callable[[int, int], bool]
"""Whether there is a find in the rows of `range(start, stop)`."""


class MarkedBar(QScrollBar):
    """Has a mark wherever a row within is found, also where the handle is.

    Where the rows outnumber the pixels, each pixel is asked for once, so that a million finds cost
    no more than a thousand. It is asked anew when `show_finds` is told of another state.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._is_found: IsFound | None = None
        self._rows = 0
        self._state: object = None
        self._marks: list[int] = []
        self._marked_height = 0

    @property
    def marks(self) -> list[int]:
        """Where the marks are, in pixels below the beginning of the groove."""
        height = self._groove().height()
        if height != self._marked_height:
            self._marked_height = height
            self._marks = self._made(height)
        return self._marks

    def show_finds(self, is_found: IsFound | None, rows: int, state: object) -> None:
        """Mark what `is_found` says of so many `rows`; it says the same while `state` is equal."""
        if state == self._state:
            return
        self._state = state
        self._is_found = is_found
        self._rows = rows
        self._marked_height = -1
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_found is None:
            return
        groove = self._groove()
        painter = QPainter(self)
        color = pick(AMBER, self.palette())
        left, width = groove.left() + groove.width() // 4, groove.width() // 2
        for mark in self.marks:
            painter.fillRect(left, groove.top() + mark, width, MARK_HEIGHT, color)

    def _made(self, height: int) -> list[int]:
        if self._is_found is None or not self._rows or height <= 0:
            return []
        steps = max(1, min(height // MARK_HEIGHT, self._rows))
        bounds = [self._rows * step // steps for step in range(steps + 1)]
        return [
            height * step // steps
            for step in range(steps)
            if self._is_found(bounds[step], bounds[step + 1])
        ]

    def _groove(self) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return self.style().subControlRect(
            QStyle.ComplexControl.CC_ScrollBar,
            option,
            QStyle.SubControl.SC_ScrollBarGroove,
            self,
        )


WIDTHS = {TIME: 110, CONNECTION: 190, DIRECTION: 80, SIZE: 80}


class TrafficTable(QTableView):
    """Follows the newest row until the user scrolls up. What is being read stays on show.

    Qt would choose the next row whenever the log drops the chosen one, and another one at each
    drop. Here nothing is chosen then, and `choice_changed` is silent.
    """

    choice_changed = Signal()
    """Another row is chosen, or none: see `chosen`."""

    def __init__(self, log: ChunkSource, parties: ConnectionDirectory) -> None:
        super().__init__()
        self.rows = TrafficModel(log, parties, self)
        self.hint = QLabel(self.viewport())
        self.bar = MarkedBar()
        self.setVerticalScrollBar(self.bar)
        self.follow = FollowEnd(self.bar)
        self._reading: int | None = None
        self._wanted: int | None = None
        self._is_pulling = False
        self._set_up()

    @property
    def chosen(self) -> int | None:
        """The number of the chosen chunk."""
        current = self.currentIndex()
        return self.rows.number(current.row()) if current.isValid() else None

    @property
    def top(self) -> int | None:
        """The number of the chunk in the uppermost row on screen."""
        return self.rows.number(self.rowAt(0)) if self.rows.rowCount() else None

    @property
    def selected(self) -> array[int]:
        """The numbers in the selected rows, however many: Qt keeps them as runs, and so do we."""
        runs = self.selectionModel().selection()
        chosen = array("Q")
        bounds = {(runs.at(each).top(), runs.at(each).bottom()) for each in range(runs.count())}
        for top, bottom in sorted(bounds):
            chosen.extend(self.rows.numbers(top, bottom + 1))
        return chosen

    def use_log(
        self, log: ChunkSource, flaw: Callable[[int], MessageError] | None, wanted: int | None
    ) -> None:
        """Show another log, and choose `wanted` of it; `flaw` is as in `TrafficModel`."""
        self._wanted = wanted
        self._reading = None
        self.rows.use_log(log, flaw)

    def want(self, number: int) -> None:
        """Choose the row of that number once it is there, unless another one is chosen by now."""
        if self.chosen is None:
            self._wanted = number

    def show_rows(self, rows: RowSelection, until: int | None) -> None:
        """Show other rows, those below the number `until`; the chosen one is chosen again."""
        if self._wanted is None:
            self._wanted = self.chosen
        self.rows.show_rows(rows, until)

    def pull(self, until: int | None) -> None:
        """Show what is new. Below the number `until` nothing goes, and nothing beyond it comes."""
        if until is not None:
            self.rows.grow(until)
            return
        self._is_pulling = True
        self.rows.pull()
        if self._reading is not None and self.rows.row(self._reading) is None:
            self.selectionModel().clear()
            self._reading = None
        self._is_pulling = False

    def mark(self, search: Scan | None) -> None:
        """Mark the rows, and their places on the scroll bar, that `search` has found so far."""
        self.rows.mark(None if search is None else search.has)
        state = None
        if search is not None:
            count = self.rows.rowCount()
            top = self.rows.number(0) if count else None
            state = id(search), search.first, search.end, count, top
        self.bar.show_finds(
            None if search is None else lambda start, stop: self._has_find(search, start, stop),
            self.rows.rowCount(),
            state,
        )

    def go_to(self, number: int) -> None:
        """Choose the row of that chunk, if there is one, and bring it into view."""
        row = self.rows.row(number)
        if row is not None:
            index = self.rows.index(row, 0)
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def choose_again(self, looked_at: int) -> None:
        """Choose what was chosen before other rows were shown, once they are known up to it.

        Rows are known below the number `looked_at`.
        """
        if self._wanted is None:
            return
        if self.rows.row(self._wanted) is not None:
            self.go_to(self._wanted)
            self._wanted = None
        elif looked_at > self._wanted:
            self._wanted = None
            self._let_go()

    def _set_up(self) -> None:
        self.setModel(self.rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(self.tr("Traffic"))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, width)
        self.selectionModel().currentRowChanged.connect(self._choose)
        self.rows.modelReset.connect(self._let_go)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.hint.setObjectName("emptyHint")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(self.viewport()).addWidget(self.hint)

    def _has_find(self, search: Scan, start: int, stop: int) -> bool:
        first, beyond = self.rows.number(start), self.rows.number(stop - 1)
        if beyond is None:  # not kept any more
            return False
        return search.position(first or 0) < search.after(beyond)

    def _choose(self, current: QModelIndex) -> None:
        if not self._is_pulling:
            self._reading = self.rows.number(current.row()) if current.isValid() else None
            self.choice_changed.emit()

    def _let_go(self) -> None:
        """The rows are other ones, and the chosen one may be gone without a word from Qt."""
        if not self._is_pulling and self._wanted is None and self.chosen is None:
            self._reading = None
            self.choice_changed.emit()
