"""The traffic pane: the chunks in a table, what to show and to find, and the chosen one in full."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QSplitter,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.server.changes import Batch
from app.traffic.chunk_log import Chunk, ChunkLog
from app.traffic.rows import Everything
from app.traffic.scan import PATIENCE_SECONDS, Criteria, Scan
from app.ui import formatting
from app.ui.follow import Follow
from app.ui.icons import Icons
from app.ui.traffic.detail import Detail
from app.ui.traffic.exporter import Exporter
from app.ui.traffic.filter_bar import FilterBar, Source
from app.ui.traffic.find_bar import FindBar
from app.ui.traffic.model import CONNECTION, DIRECTION, SIZE, TIME, TimeForm, TrafficModel
from app.ui.traffic.names import Names
from app.ui.traffic.pattern_edit import focus
from app.ui.traffic.stepper import Stepper

WIDTHS = {TIME: 110, CONNECTION: 190, DIRECTION: 80, SIZE: 80}


class TrafficPane(QWidget):
    """Shows a chunk log. It follows the newest chunk until the user scrolls up or pauses it.

    Two scans go through the log beside it: the filter's finds are the rows, the search's finds are
    marked and jumped to. Paused, the view stays as it is while the log goes on; what the log drops
    meanwhile is shown as not kept.
    """

    def __init__(
        self,
        log: ChunkLog,
        icons: Icons,
        parent: QWidget | None = None,
        *,
        names: Names | None = None,
    ) -> None:
        """`names` know who spoke before this pane was made."""
        super().__init__(parent)
        self._log = log
        self._names = names or Names()
        self._filter: Scan | None = None
        self._search: Scan | None = None
        self._held_at: int | None = None
        self._wanted: int | None = None
        self._reading: int | None = None
        self._is_pulling = False
        self._stepper = Stepper(self)
        self.model = TrafficModel(log, self._names, self)
        self.table = QTableView()
        self.detail = Detail(icons)
        self.filter_bar = FilterBar(self._names, icons)
        self.find_bar = FindBar(icons)
        self.trouble = QLabel()
        self.counts = QLabel()
        self.exporter = Exporter(log, self._names, icons)
        self.time = QComboBox()
        self.export_button = QToolButton(autoRaise=True)
        self.pause_button = QToolButton(autoRaise=True)
        self.clear_button = QToolButton(autoRaise=True)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self._hint = QLabel(self.table.viewport())
        self.follow = Follow(self.table.verticalScrollBar())
        self._set_up_controls(icons)
        self._set_up_table()
        self._set_up_shortcuts()
        self._lay_out()
        self._show_news()

    def refresh(self, batch: Batch) -> None:
        """Learn who connected, and show what crossed, unless it is paused."""
        self._names.follow(batch)
        if batch.opened:
            self.filter_bar.offer_listeners()
        if self.isVisible():
            self._look()

    def showEvent(self, event: object) -> None:
        self._look()

    def hideEvent(self, event: object) -> None:
        self._stepper.rest()

    def event(self, event: QEvent) -> bool:
        # While this pane has the focus, the keys of Find are its own and not the window's.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Find)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Find):
            self.begin_find()
        else:
            super().keyPressEvent(event)

    @property
    def chosen(self) -> int | None:
        """The number of the chosen chunk."""
        current = self.table.currentIndex()
        return self.model.number(current.row()) if current.isValid() else None

    def begin_find(self) -> None:
        """Let the user type what to find."""
        focus(self.find_bar.pattern)

    def find_next(self) -> None:
        """Choose the next find below the chosen row, or the first one."""
        search = self._search
        if search is None or search.end == search.first:
            return
        position = search.after(self._from_where())
        last = search.end if self._held_at is None else search.position(self._held_at)
        self._go_to(search.number(position if position < last else search.first))

    def find_previous(self) -> None:
        """Choose the next find above the chosen row, or the last one."""
        search = self._search
        if search is None or search.end == search.first:
            return
        position = search.position(self._from_where()) - 1
        last = search.end if self._held_at is None else search.position(self._held_at)
        if last > search.first:
            self._go_to(search.number(position if position >= search.first else last - 1))

    def _set_up_controls(self, icons: Icons) -> None:
        self.pause_button.setCheckable(True)
        for button, icon, name in (
            (self.pause_button, "pause", self.tr("Hold the view still; nothing is lost")),
            (self.clear_button, "clear", self.tr("Forget the traffic so far")),
            (self.export_button, "export", self.tr("Export to a file")),
        ):
            icons.give(button, icon)
            button.setToolTip(name)
            button.setAccessibleName(name)
        self.pause_button.toggled.connect(self._hold)
        self.clear_button.clicked.connect(self._clear)
        menu = QMenu(self)
        for words, numbers in (
            (self.tr("Export all …"), self._all_numbers),
            (self.tr("Export what is shown …"), self.model.numbers),
            (self.tr("Export the selected …"), self._selected_numbers),
        ):
            menu.addAction(words).triggered.connect(partial(self._export, numbers))
        self.export_button.setMenu(menu)
        self.export_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for words, form in (
            (self.tr("Time of day"), TimeForm.CLOCK),
            (self.tr("Seconds since the first"), TimeForm.SINCE_FIRST),
            (self.tr("Seconds since the row above"), TimeForm.SINCE_PREVIOUS),
        ):
            self.time.addItem(words, form)
        self.time.setAccessibleName(self.tr("What the time column says"))
        self.time.setToolTip(self.time.accessibleName())
        self.time.currentIndexChanged.connect(lambda: self.model.use_time(self.time.currentData()))
        self.filter_bar.changed.connect(self._refilter)
        self.find_bar.pattern.changed.connect(self._find_anew)
        self.find_bar.next_wanted.connect(self.find_next)
        self.find_bar.previous_wanted.connect(self.find_previous)
        self._stepper.stepped.connect(self._show_news)
        self.trouble.setObjectName("trouble")
        self.trouble.setProperty("wrong", True)
        self.trouble.setWordWrap(True)
        self.trouble.hide()

    def _set_up_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setAccessibleName(self.tr("Traffic"))
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 8)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setStretchLastSection(True)
        for column, width in WIDTHS.items():
            table.setColumnWidth(column, width)
        table.selectionModel().currentRowChanged.connect(self._show_detail)
        self.model.modelReset.connect(self._let_go)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._open_menu)
        self._hint.setObjectName("emptyHint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        over_the_table = QVBoxLayout(table.viewport())
        over_the_table.addWidget(self._hint)

    def _set_up_shortcuts(self) -> None:
        for keys, act in (("F3", self.find_next), ("Shift+F3", self.find_previous)):
            action = QAction(self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(act)
            self.addAction(action)

    def _lay_out(self) -> None:
        bars = QHBoxLayout()
        bars.addWidget(self.filter_bar, 4)
        bars.addSpacing(8)
        bars.addWidget(self.find_bar, 3)
        state = QHBoxLayout()
        state.addWidget(self.counts, 1)
        state.addWidget(self.time)
        state.addWidget(self.export_button)
        state.addWidget(self.pause_button)
        state.addWidget(self.clear_button)
        self.split.addWidget(self.table)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 2)
        self.split.setStretchFactor(1, 1)
        self.split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(bars)
        layout.addWidget(self.trouble)
        layout.addWidget(self.split, 1)
        layout.addWidget(self.exporter)
        layout.addLayout(state)

    # What is shown

    def _look(self) -> None:
        self._log.look()
        self._stepper.go_on()

    def _show_news(self) -> None:
        if self._held_at is None:
            self._pull()
        else:
            self.model.grow(self._held_at)
        self._choose_wanted()
        self._show_counts()
        self._show_trouble()
        self.find_bar.show_finds(self._search, self.chosen)

    def _pull(self) -> None:
        """Pull, and leave on show what the user reads when the log drops it.

        Qt would choose the next row instead, and another one at each drop.
        """
        self._is_pulling = True
        self.model.pull()
        if self._reading is not None and self.model.row(self._reading) is None:
            self.table.selectionModel().clear()
            self._reading = None
        self._is_pulling = False

    def _refilter(self) -> None:
        if self._wanted is None:
            self._wanted = self.chosen
        criteria = self.filter_bar.criteria()
        self._filter = None if criteria.are_none else Scan(self._log, criteria)
        self.model.show_rows(self._filter or Everything(self._log), self._held_at)
        self._find_anew()

    def _find_anew(self) -> None:
        pattern = self.find_bar.pattern.pattern
        shown = self.filter_bar.criteria()
        self._search = None
        if pattern is not None:
            criteria = Criteria((*shown.patterns, pattern), shown.sent, shown.belongs)
            self._search = Scan(self._log, criteria)
        self.model.mark(self._search.has if self._search else None)
        self.table.viewport().update()
        scans = [scan for scan in (self._filter, self._search) if scan is not None]
        self._stepper.work_on(*scans)

    def _hold(self, on: bool) -> None:
        self._held_at = self._log.end if on else None
        self._show_news()

    def _clear(self) -> None:
        self._log.clear()
        if self._held_at is not None:
            self._held_at = self._log.end
        self.model.pull()
        self._look()

    def _show_counts(self) -> None:
        parts = [
            self.tr("{0} chunks kept, {1}").format(
                f"{len(self._log):,}", formatting.size(self._log.kept_bytes)
            )
        ]
        if self._filter is not None:
            parts.insert(0, self.tr("{0} shown").format(f"{self.model.rowCount():,}"))
        if self._log.dropped_bytes or self._log.dropped:
            parts.append(
                self.tr("{0} dropped, {1}").format(
                    f"{self._log.dropped:,}", formatting.size(self._log.dropped_bytes)
                )
            )
        if self._held_at is not None:
            newer = self._log.end - self._held_at
            parts.append(self.tr("paused, {0} newer").format(f"{newer:,}"))
        text = "   ·   ".join(parts)
        if text != self.counts.text():
            self.counts.setText(text)
        self._hint.setVisible(self.model.rowCount() == 0)
        self._hint.setText(
            self.tr("Nothing crossed a listener yet.")
            if self._filter is None
            else self.tr("No chunk is as the filter wants it.")
        )

    def _show_trouble(self) -> None:
        troubles = [self.filter_bar.pattern.trouble, self.find_bar.pattern.trouble]
        for scan in (self._filter, self._search):
            if scan is not None and scan.is_stopped:
                troubles.append(
                    self.tr("The expression takes too long: stopped after {0} chunks.").format(
                        f"{scan.looked_at - self._log.first:,}"
                    )
                )
            elif scan is not None and scan.given_up:
                troubles.append(
                    self.tr("The expression takes too long. Chunks passed over: {0}.").format(
                        f"{scan.given_up:,}"
                    )
                )
        text = "\n".join(dict.fromkeys(trouble for trouble in troubles if trouble))
        if text != self.trouble.text():
            self.trouble.setText(text)
        self.trouble.setVisible(bool(text))

    def _show_detail(self, current: QModelIndex) -> None:
        if self._is_pulling:
            return
        chunk = self.model.chunk(current.row()) if current.isValid() else None
        self._reading = None if chunk is None else chunk.number
        self.detail.show_chunk(chunk, "" if chunk is None else self._names.of(chunk.connection))
        if chunk is not None and self._search is not None and self._search.has(chunk.number):
            self._show_match(chunk.data)
        self.find_bar.show_finds(self._search, self.chosen)

    def _let_go(self) -> None:
        """The rows are other ones, and the chosen one may be gone without a word from Qt."""
        if not self._is_pulling and self._wanted is None and self.chosen is None:
            self._reading = None
            self.detail.show_chunk(None, "")

    def _show_match(self, data: bytes) -> None:
        assert self._search is not None
        try:
            match = self._search.criteria.patterns[-1].within(data, PATIENCE_SECONDS)
        except TimeoutError:
            return
        if match is not None:
            self.detail.hex.select(*match)

    # Where to go

    def _from_where(self) -> int:
        """The number of the chunk to search from: the chosen one, or the one at the top."""
        chosen = self.chosen
        if chosen is not None:
            return chosen
        top = self.model.number(self.table.rowAt(0)) if self.model.rowCount() else None
        return -1 if top is None else top - 1

    def _go_to(self, number: int) -> None:
        row = self.model.row(number)
        if row is None:
            return
        index = self.model.index(row, 0)
        self.table.setCurrentIndex(index)
        self.table.scrollTo(index)

    def _choose_wanted(self) -> None:
        """Once the filter has come to it, choose what was chosen before."""
        if self._wanted is None:
            return
        if self.model.row(self._wanted) is not None:
            self._go_to(self._wanted)
            self._wanted = None
        elif self._filter is None or self._filter.looked_at > self._wanted:
            self._wanted = None
            self._let_go()

    def _export(self, numbers: Callable[[], Sequence[int]], _checked: bool = False) -> None:
        self.exporter.ask(numbers)

    def _all_numbers(self) -> range:
        return range(self._log.first, self._log.end)

    def _selected_numbers(self) -> array[int]:
        """Of the selected rows, whatever their number: Qt keeps them as runs, and so do we."""
        runs = self.table.selectionModel().selection()
        chosen = array("Q")
        bounds = {(runs.at(each).top(), runs.at(each).bottom()) for each in range(runs.count())}
        for top, bottom in sorted(bounds):
            chosen.extend(self.model.numbers(top, bottom + 1))
        return chosen

    def _open_menu(self, at: QPoint) -> None:
        index = self.table.indexAt(at)
        chunk = self.model.chunk(index.row()) if index.isValid() else None
        if chunk is not None:
            self._menu_for(chunk).popup(self.table.viewport().mapToGlobal(at))

    def _menu_for(self, chunk: Chunk) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        number, name = chunk.connection, self._names.of(chunk.connection)
        menu.addAction(
            self.tr("Show only {0}").format(name),
            lambda: self.filter_bar.only(Source(connection=number), name),
        )
        party = self._names.party(number)
        if party is not None:
            listener = party.listener
            menu.addAction(
                self.tr("Show only {0}").format(listener),
                lambda: self.filter_bar.only(Source(listener=listener), listener),
            )
        menu.addAction(self.tr("Show everything"), self.filter_bar.clear)
        return menu
