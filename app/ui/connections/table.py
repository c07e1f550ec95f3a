"""The table view of the connections: flat, fast with many rows, with a word where it is empty."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.ui.connections.model import ConnectionsModel


class ConnectionsTable(QTableView):
    """Shows a `ConnectionsModel`, or a hint in place of rows."""

    def __init__(self, model: ConnectionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._connections = model
        self._hint = QLabel(self.viewport())
        self._hint.setObjectName("emptyHint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        QVBoxLayout(self.viewport()).addWidget(self._hint)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(self.tr("Connections"))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        header = self.horizontalHeader()
        # With that of the table, it asks for each row of a selection whether all columns have it.
        header.setSelectionModel(QItemSelectionModel(model, header))
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSectionsMovable(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    @property
    def hint(self) -> str:
        """What is said in place of rows; empty while there are rows."""
        return "" if self._hint.isHidden() else self._hint.text()

    def show_hint(self, text: str) -> None:
        """Say `text`, or nothing."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def visible_rows(self) -> range:
        """The rows on the screen."""
        viewport = self.viewport().rect()
        first = max(0, self.rowAt(viewport.top()))
        last = self.rowAt(viewport.bottom())
        return range(first, (last if last >= 0 else self._connections.rowCount() - 1) + 1)

    def touch_visible(self) -> None:
        """The values of the rows on the screen may be other ones now."""
        rows = self.visible_rows()
        if self.isVisible() and rows:
            self._connections.touch(rows[0], rows[-1])
