"""The traffic pane: the chunks in a table, and the chosen one in full below."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QSplitter,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.server.changes import Batch
from app.traffic.chunk_log import ChunkLog
from app.traffic.hexdump import hexdump
from app.ui import formatting
from app.ui.follow import Follow
from app.ui.icons import Icons
from app.ui.traffic.model import CONNECTION, DIRECTION, SIZE, TIME, TrafficModel
from app.ui.traffic.names import Names

DETAIL_BYTES = 16 * 1024
WIDTHS = {TIME: 110, CONNECTION: 190, DIRECTION: 80, SIZE: 80}


class TrafficPane(QWidget):
    """Shows a chunk log. It follows the newest chunk until the user scrolls up or pauses it."""

    def __init__(self, log: ChunkLog, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self._names = Names()
        self.model = TrafficModel(log, self._names, self)
        self.table = QTableView()
        self.detail = QPlainTextEdit()
        self.counts = QLabel()
        self.pause_button = QToolButton(autoRaise=True)
        self.clear_button = QToolButton(autoRaise=True)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self._hint = QLabel(self.table.viewport())
        self.follow = Follow(self.table.verticalScrollBar())
        self._set_up_controls(icons)
        self._set_up_table()
        self._lay_out()
        self._show_counts()

    def refresh(self, batch: Batch) -> None:
        """Learn who connected, and show what crossed, unless it is paused."""
        for connection in batch.opened:
            self._names.learn(connection)
        if not self.isVisible():
            return
        if self.pause_button.isChecked():
            self._log.look()
        else:
            self.model.pull()
        self._show_counts()

    def showEvent(self, event: object) -> None:
        if not self.pause_button.isChecked():
            self.model.pull()
        self._show_counts()

    def _set_up_controls(self, icons: Icons) -> None:
        self.pause_button.setCheckable(True)
        for button, icon, name in (
            (self.pause_button, "pause", self.tr("Hold the view still; nothing is lost")),
            (self.clear_button, "clear", self.tr("Forget the traffic so far")),
        ):
            icons.give(button, icon)
            button.setToolTip(name)
            button.setAccessibleName(name)
        self.pause_button.toggled.connect(self._hold)
        self.clear_button.clicked.connect(self._clear)
        self.detail.setReadOnly(True)
        self.detail.setUndoRedoEnabled(False)
        self.detail.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.detail.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.detail.setPlaceholderText(self.tr("Choose a chunk to see its bytes."))
        self.detail.setAccessibleName(self.tr("Bytes of the chosen chunk"))

    def _set_up_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
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
        self._hint.setObjectName("emptyHint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setText(self.tr("Nothing crossed a listener yet."))
        over_the_table = QVBoxLayout(table.viewport())
        over_the_table.addWidget(self._hint)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.addWidget(self.counts, 1)
        bar.addWidget(self.pause_button)
        bar.addWidget(self.clear_button)
        self.split.addWidget(self.table)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 2)
        self.split.setStretchFactor(1, 1)
        self.split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(bar)
        layout.addWidget(self.split, 1)

    def _hold(self, on: bool) -> None:
        if not on:
            self.model.pull()

    def _clear(self) -> None:
        self._log.clear()
        self.model.pull()
        self.detail.clear()
        self._show_counts()

    def _show_counts(self) -> None:
        kept = self.tr("{0} chunks kept, {1}").format(
            f"{len(self._log):,}", formatting.size(self._log.kept_bytes)
        )
        dropped = self.tr("{0} dropped, {1}").format(
            f"{self._log.dropped:,}", formatting.size(self._log.dropped_bytes)
        )
        text = f"{kept}   ·   {dropped}" if self._log.dropped_bytes else kept
        if text != self.counts.text():
            self.counts.setText(text)
        self._hint.setVisible(self.model.rowCount() == 0)

    def _show_detail(self, current: QModelIndex) -> None:
        chunk = self.model.chunk(current.row()) if current.isValid() else None
        if chunk is None:
            self.detail.clear()
            return
        rest = len(chunk.data) - DETAIL_BYTES
        text = hexdump(chunk.data[:DETAIL_BYTES])
        if rest > 0:
            text += "\n" + self.tr("… and {0} more").format(formatting.size(rest))
        self.detail.setPlainText(text)
