"""The table of chunks or messages, and its scroll bar with marks for the finds.

The chosen row stays chosen while the log adds and drops chunks.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
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
from app.ui.style.palette import tint_color
from app.ui.style.tokens import Tint
from app.ui.traffic.model import CONNECTION, DATA, DIRECTION, SIZE, TIME, TrafficModel
from app.ui.widgets.cells import CellDelegate
from app.ui.widgets.text_view import FollowEnd

MARK_HEIGHT = 2

IsFound = Callable[[int, int], bool]
"""Whether there is a find in the rows from `start` to `stop - 1`."""

LEAST_HEIGHT = 48
"""The header and one row: less than Qt's minimum, so that the window fits a small screen."""

DATA_WIDTH = 220
LEAST_NAME = 150
"""The widths that the data and the names of the connections keep in a narrow table."""

NARROW = 400
"""In a table narrower than this, which has the bytes beside it, the sizes are hidden, and names and
data give way further, so that nothing is out of view."""

NARROW_NAME = 110
NARROW_DATA = 40

MOST_NAME = 300
NAME_SHARE = 0.28
"""In a wide table, the names grow up to this width, and to this share of the table."""

WIDTHS = {TIME: 110, CONNECTION: 190, DIRECTION: 36, SIZE: 76}


class TrafficTable(QTableView):
    """Follows the newest row until the user scrolls up.

    If the log drops the chosen row, Qt would choose the next row, and so on with each drop. Here no
    row is chosen then, and `choice_changed` is not emitted: the detail keeps showing the chunk.
    """

    choice_changed = Signal()
    """Another row is chosen, or none; see `chosen`."""

    def __init__(self, log: ChunkSource, directory: ConnectionDirectory) -> None:
        super().__init__()
        self.rows = TrafficModel(log, directory, self)
        self.hint = QLabel(self.viewport())
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = MarkedBar()
        self.setVerticalScrollBar(self.bar)
        self.follow = FollowEnd(self.bar)
        self._current: int | None = None
        self._pending_choice: int | None = None
        self._is_pulling = False
        self._is_own_width = False
        self._is_fitting = False
        self._set_up()

    @property
    def chosen(self) -> int | None:
        """The number of the chosen chunk."""
        current = self.currentIndex()
        return self.rows.number(current.row()) if current.isValid() else None

    @property
    def top(self) -> int | None:
        """The number of the chunk in the top row on the screen."""
        return self.rows.number(self.rowAt(0)) if self.rows.rowCount() else None

    @property
    def selected(self) -> array[int]:
        """The numbers of the selected rows. They are read range by range, as Qt keeps them."""
        runs = self.selectionModel().selection()
        chosen = array("Q")
        bounds = {(runs.at(each).top(), runs.at(each).bottom()) for each in range(runs.count())}
        for top, bottom in sorted(bounds):
            chosen.extend(self.rows.numbers(top, bottom + 1))
        return chosen

    def use_log(
        self, log: ChunkSource, error_of: Callable[[int], MessageError] | None, wanted: int | None
    ) -> None:
        """Show another log, and choose its chunk `wanted`. `error_of` is as in `TrafficModel`."""
        self._pending_choice = wanted
        self._current = None
        self.rows.use_log(log, error_of)

    def choose_when_shown(self, number: int) -> None:
        """Choose the row of this number as soon as it is shown, unless a row is chosen."""
        if self.chosen is None:
            self._pending_choice = number

    def show_rows(self, rows: RowSelection, until: int | None) -> None:
        """Replace the rows by those below the number `until`. The chosen row stays chosen."""
        if self._pending_choice is None:
            self._pending_choice = self.chosen
        self.rows.show_rows(rows, until)

    def pull(self, until: int | None) -> None:
        """Update the rows. With `until`, only add rows below this number, and remove none."""
        if until is not None:
            self.rows.grow(until)
            return
        self._is_pulling = True
        self.rows.pull()
        if self._current is not None and self.rows.row(self._current) is None:
            self.selectionModel().clear()
            self._current = None
        self._is_pulling = False

    def mark(self, search: Scan | None) -> None:
        """Mark the finds of `search` in the rows and on the scroll bar."""
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
        """Choose the row of this chunk, if there is one, and scroll to it."""
        row = self.rows.row(number)
        if row is not None:
            index = self.rows.index(row, 0)
            self.executeDelayedItemsLayout()  # or rows that just came would scroll it away
            self.follow.allow_user()
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def restore_choice(self, looked_at: int) -> None:
        """Choose the row that was chosen before the rows were replaced.

        The filter has searched the chunks below the number `looked_at`. If the row is not among
        them, no row is chosen.
        """
        if self._pending_choice is None:
            return
        if self.rows.row(self._pending_choice) is not None:
            self.go_to(self._pending_choice)
            self._pending_choice = None
        elif looked_at > self._pending_choice:
            self._pending_choice = None
            self._check_choice()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the names of the connections give way to the data, and grow in a wide table, unless
        the user set the width."""
        super().resizeEvent(event)
        width = self.viewport().width()
        is_narrow = width < NARROW
        self.setColumnHidden(SIZE, is_narrow)
        others = sum(self.columnWidth(each) for each in (TIME, DIRECTION, SIZE))
        wanted = max(WIDTHS[CONNECTION], min(MOST_NAME, int(NAME_SHARE * width)))
        room = width - others - DATA_WIDTH
        if not self._is_own_width:
            self._is_fitting = True
            least = NARROW_NAME if is_narrow else LEAST_NAME
            self.setColumnWidth(CONNECTION, max(least, min(room, wanted)))
            self._is_fitting = False

    def _note_width(self, column: int) -> None:
        self._is_own_width |= column == CONNECTION and not self._is_fitting

    def _set_up(self) -> None:
        self.setModel(self.rows)
        self.setMinimumHeight(LEAST_HEIGHT)
        self.cells = CellDelegate(self, self.rows.cell)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(self.tr("Traffic"))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, width)
        self.setColumnWidth(DATA, NARROW_DATA)  # it stretches from there
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().sectionResized.connect(self._note_width)
        self.selectionModel().currentRowChanged.connect(self._choose)
        self.rows.modelReset.connect(self._check_choice)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.hint.setObjectName("emptyHint")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(self.viewport()).addWidget(self.hint)

    def _has_find(self, search: Scan, start: int, stop: int) -> bool:
        first, beyond = self.rows.number(start), self.rows.number(stop - 1)
        if beyond is None:  # dropped by the log
            return False
        return search.position(first or 0) < search.after(beyond)

    def _choose(self, current: QModelIndex) -> None:
        if not self._is_pulling:
            self._current = self.rows.number(current.row()) if current.isValid() else None
            self.choice_changed.emit()

    def _check_choice(self) -> None:
        """Report that no row is chosen after the rows were replaced: Qt does not."""
        if not self._is_pulling and self._pending_choice is None and self.chosen is None:
            self._current = None
            self.choice_changed.emit()


class MarkedBar(QScrollBar):
    """A scroll bar with a mark at the position of each find.

    If there are more rows than pixels, `IsFound` is called once a pixel. So a million finds take no
    longer than a thousand. The marks are computed again when `show_finds` gets another state.
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
        """The positions of the marks, in pixels from the top of the groove."""
        height = self._groove().height()
        if height != self._marked_height:
            self._marked_height = height
            self._marks = self._compute_marks(height)
        return self._marks

    def show_finds(self, is_found: IsFound | None, rows: int, state: object) -> None:
        """Mark the finds in `rows` rows. They are the same as long as `state` is equal."""
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
        color = tint_color(Tint.WARNING, self.palette())
        left, width = groove.left() + groove.width() // 4, groove.width() // 2
        for mark in self.marks:
            painter.fillRect(left, groove.top() + mark, width, MARK_HEIGHT, color)

    def _compute_marks(self, height: int) -> list[int]:
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
        groove = self.style().subControlRect(
            QStyle.ComplexControl.CC_ScrollBar,
            option,
            QStyle.SubControl.SC_ScrollBarGroove,
            self,
        )
        # The style may return the rectangle of `option`, which is gone after this.
        return QRect(groove)
