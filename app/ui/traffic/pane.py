"""The traffic pane: the chunks in a table, what to show and to find, and the chosen one in full."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from app.server.changes import Batch
from app.traffic.chunk_log import ChunkLog
from app.traffic.party import Parties, name_of
from app.traffic.scan import PATIENCE_SECONDS
from app.traffic.source import ChunkSource
from app.ui.icons import Icons
from app.ui.traffic.detail import Detail
from app.ui.traffic.exporter import Exporter
from app.ui.traffic.filter_bar import FilterBar
from app.ui.traffic.find_bar import FindBar
from app.ui.traffic.pattern_edit import focus
from app.ui.traffic.recording_line import RecordingLine
from app.ui.traffic.row_menu import row_menu
from app.ui.traffic.scans import Scans
from app.ui.traffic.state_bar import StateBar
from app.ui.traffic.table import TrafficTable


class TrafficPane(QWidget):
    """Puts the parts together. Paused, the view stays as it is while the log goes on.

    What the log drops meanwhile is shown as not kept.
    """

    def __init__(
        self,
        log: ChunkSource,
        icons: Icons,
        parties: Parties,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._log = log
        self._parties = parties
        self._held_at: int | None = None
        self.scans = Scans(log, self)
        self.table = TrafficTable(log, self._parties)
        self.detail = Detail(icons)
        self.filter_bar = FilterBar(self._parties, icons)
        self.find_bar = FindBar(icons)
        self.trouble = QLabel()
        self.exporter = Exporter(log, self._parties, icons)
        self.state = StateBar(icons)
        self.recording = RecordingLine(log, parties, icons) if isinstance(log, ChunkLog) else None
        self.split = QSplitter(Qt.Orientation.Vertical)
        self._lay_out()
        self._bind()
        self._show_news()

    def refresh(self, batch: Batch) -> None:
        """Show who connected and what crossed, unless it is paused."""
        if batch.opened:
            self.filter_bar.offer_listeners()
        if self.recording is not None:
            self.recording.refresh()
        if self.isVisible():
            self._look()

    def showEvent(self, event: object) -> None:
        self._look()

    @property
    def wants_more(self) -> bool:
        """Whether `refresh` should come again soon, even if nothing happens meanwhile."""
        return self.recording is not None and self.recording.is_behind

    def hideEvent(self, event: object) -> None:
        self.scans.rest()

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

    def begin_find(self) -> None:
        """Let the user type what to find."""
        focus(self.find_bar.pattern)

    def find_next(self) -> None:
        """Choose the next find below the chosen row, or the first one."""
        self._go_to(self.scans.next(self._from_where(), self._held_at))

    def find_previous(self) -> None:
        """Choose the next find above the chosen row, or the last one."""
        self._go_to(self.scans.previous(self._from_where(), self._held_at))

    def _lay_out(self) -> None:
        self.trouble.setObjectName("trouble")
        self.trouble.setProperty("wrong", True)
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        bars = QHBoxLayout()
        bars.addWidget(self.filter_bar, 4)
        bars.addSpacing(8)
        bars.addWidget(self.find_bar, 3)
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
        if self.recording is not None:
            layout.addWidget(self.recording)
        layout.addWidget(self.state)

    def _bind(self) -> None:
        self.filter_bar.changed.connect(self._refilter)
        self.find_bar.pattern.changed.connect(self._find_anew)
        self.find_bar.next_wanted.connect(self.find_next)
        self.find_bar.previous_wanted.connect(self.find_previous)
        self.scans.stepped.connect(self._show_news)
        self.table.choice_changed.connect(self._show_detail)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.state.time_chosen.connect(self.table.rows.use_time)
        self.state.pause_button.toggled.connect(self._hold)
        self.state.clear_button.clicked.connect(self._clear)
        if self.recording is None:
            self.state.show_as_finished()
        else:
            self.recording.moved.connect(self._show_recording)
            self.state.record_button.clicked.connect(self._record)
        for words, numbers in (
            (self.tr("Export all …"), lambda: range(self._log.first, self._log.end)),
            (self.tr("Export what is shown …"), self.table.rows.numbers),
            (self.tr("Export the selected …"), lambda: self.table.selected),
        ):
            action = self.state.export_menu.addAction(words)
            action.triggered.connect(partial(self._export, numbers))
        for keys, act in (("F3", self.find_next), ("Shift+F3", self.find_previous)):
            shortcut = QAction(self)
            shortcut.setShortcut(QKeySequence(keys))
            shortcut.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.triggered.connect(act)
            self.addAction(shortcut)

    # What is shown

    def _look(self) -> None:
        self._log.look()
        self.scans.go_on()

    def _show_news(self) -> None:
        self.table.pull(self._held_at)
        shown = self.scans.filter
        self.table.choose_again(self._log.end if shown is None else shown.looked_at)
        is_filtered = shown is not None
        count = self.table.rows.rowCount()
        self.state.show_counts(
            self._log, shown=count if is_filtered else None, held_at=self._held_at
        )
        self.table.hint.setVisible(count == 0)
        self.table.hint.setText(
            self.tr("No chunk is as the filter wants it.")
            if is_filtered
            else self.tr("Nothing crossed a listener yet.")
            if self.recording is not None
            else self.tr("Nothing was recorded.")
        )
        self._show_trouble()
        self._show_finds()

    def _refilter(self) -> None:
        self.scans.show(self.filter_bar.criteria())
        self.table.show_rows(self.scans.rows, self._held_at)
        self._mark()

    def _find_anew(self) -> None:
        self.scans.find(self.find_bar.pattern.pattern)
        self._mark()

    def _mark(self) -> None:
        search = self.scans.search
        self.table.rows.mark(search.has if search else None)
        self.table.viewport().update()
        self.scans.go_on()

    def _hold(self, on: bool) -> None:
        self._held_at = self._log.end if on else None
        self._show_news()

    def _record(self) -> None:
        if self.recording is None:
            return
        if self.recording.is_recording:
            self.recording.stop()
        else:
            self.recording.ask()
        self._show_recording()

    def _show_recording(self) -> None:
        if self.recording is not None:
            self.state.record_button.setChecked(self.recording.is_recording)

    def _clear(self) -> None:
        if isinstance(self._log, ChunkLog):
            self._log.clear()
        if self._held_at is not None:
            self._held_at = self._log.end
        self.table.rows.pull()
        self._look()

    def _show_finds(self) -> None:
        self.find_bar.show_finds(self.scans.search, self.table.chosen)

    def _show_trouble(self) -> None:
        typed = [self.filter_bar.pattern.trouble, self.find_bar.pattern.trouble]
        troubles = [*typed, *self.scans.troubles()]
        text = "\n".join(dict.fromkeys(trouble for trouble in troubles if trouble))
        if text != self.trouble.text():
            self.trouble.setText(text)
        self.trouble.setVisible(bool(text))

    def _show_detail(self) -> None:
        number = self.table.chosen
        chunk = None if number is None else self._log.chunk(number)
        name = "" if chunk is None else name_of(chunk.connection, self._parties)
        self.detail.show_chunk(chunk, name)
        if chunk is not None and self.scans.search is not None:
            self._show_match(chunk.number, chunk.data)
        self._show_finds()

    def _show_match(self, number: int, data: bytes) -> None:
        search = self.scans.search
        if search is None or not search.has(number):
            return
        try:
            match = search.criteria.patterns[-1].within(data, PATIENCE_SECONDS)
        except TimeoutError:
            return
        if match is not None:
            self.detail.hex.select(*match)

    # Where to go

    def _from_where(self) -> int:
        """The number of the chunk to search from: the chosen one, or the one at the top."""
        chosen, top = self.table.chosen, self.table.top
        if chosen is not None:
            return chosen
        return -1 if top is None else top - 1

    def _go_to(self, number: int | None) -> None:
        if number is not None:
            self.table.go_to(number)

    def _export(self, numbers: Callable[[], Sequence[int]], _checked: bool = False) -> None:
        self.exporter.ask(numbers)

    def _open_menu(self, at: QPoint) -> None:
        index = self.table.indexAt(at)
        chunk = self.table.rows.chunk(index.row()) if index.isValid() else None
        if chunk is not None:
            menu = row_menu(self, chunk, self._parties, self.filter_bar)
            menu.popup(self.table.viewport().mapToGlobal(at))
