"""A table of rules that is edited: its rows, and the buttons that add, move and remove them.

The editor of replies and the editor of rewrites show their rules in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.ui.style.icons import Icons
from app.ui.widgets.controls import icon_button
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.layouts import fill
from app.ui.widgets.plain_text import plain_tip
from app.ui.widgets.tables import RIGHT, Index, RowsModel, set_up_table

NAME: Final = 0
"""The column with the name of a rule and its check box. The last column has the hits."""

_DISPLAY = Qt.ItemDataRole.DisplayRole
_CHECK = Qt.ItemDataRole.CheckStateRole

R = TypeVar("R")


class RuleRows(RowsModel, Generic[R]):
    """The rules that the user edits. The check box of a row enables its rule.

    A change of the rules emits `dataChanged`, or the signals of inserted, removed and moved rows.
    New hits emit `dataChanged` for the display role alone. A subclass says what a rule looks like.
    """

    def __init__(self, titles: tuple[str, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.titles = titles
        self.right = (len(titles) - 1,)
        self.rows: list[R] = []

    def is_on(self, rule: R) -> bool:
        """Whether the rule is enabled."""
        raise NotImplementedError

    def switched(self, rule: R, on: bool) -> R:
        """The rule, enabled or not."""
        raise NotImplementedError

    def text(self, rule: R, index: Index) -> str:
        """What a cell shows."""
        raise NotImplementedError

    def ink(self, rule: R, column: int) -> Any:
        """The colour of a cell; `None` for the usual one."""
        raise NotImplementedError

    def show_rules(self, rules: Iterable[R]) -> None:
        """Show other rules."""
        self.beginResetModel()
        self.rows = list(rules)
        self.endResetModel()

    def hits_changed(self) -> None:
        """Show the hits of now."""
        if self.rows:
            hits = len(self.titles) - 1
            last = self.index(len(self.rows) - 1, hits)
            self.dataChanged.emit(self.index(0, hits), last, [_DISPLAY])

    def replace(self, row: int, rule: R) -> None:
        """Put `rule` in the place of the one at `row`."""
        if self.rows[row] != rule:
            self.rows[row] = rule
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.titles) - 1))

    def insert(self, row: int, rule: R) -> None:
        """Add `rule` above `row`."""
        self.beginInsertRows(QModelIndex(), row, row)
        self.rows.insert(row, rule)
        self.endInsertRows()

    def remove(self, row: int) -> None:
        """Remove the rule at `row`."""
        self.beginRemoveRows(QModelIndex(), row, row)
        del self.rows[row]
        self.endRemoveRows()

    def move(self, row: int, by: int) -> bool:
        """Move a rule up (-1) or down (+1). False if it is at the end already."""
        target = row + by
        if not 0 <= target < len(self.rows):
            return False
        nowhere = QModelIndex()
        self.beginMoveRows(nowhere, row, row, nowhere, target + (by > 0))
        self.rows.insert(target, self.rows.pop(row))
        self.endMoveRows()
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        is_switch = index.isValid() and index.column() == NAME
        return flags | Qt.ItemFlag.ItemIsUserCheckable if is_switch else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        rule = self.rows[index.row()]
        if role == _DISPLAY:
            return self.text(rule, index)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self.text(rule, index))
        if role == _CHECK and index.column() == NAME:
            return Qt.CheckState.Checked if self.is_on(rule) else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in self.right:
            return RIGHT
        return self.ink(rule, index.column()) if role == Qt.ItemDataRole.ForegroundRole else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != _CHECK or not index.isValid() or index.column() != NAME:
            return False
        is_on = Qt.CheckState(value) is Qt.CheckState.Checked
        self.replace(index.row(), self.switched(self.rows[index.row()], is_on))
        return True


class RuleList(QWidget):
    """Shows `RuleRows` in a table below its buttons."""

    chosen = Signal()
    """Another row may be chosen, or none."""

    added = Signal()
    """A rule was added and chosen."""

    rearranged = Signal()
    """A rule was moved or removed."""

    changed = Signal()
    """A rule was replaced, or switched on or off in the table."""

    def __init__(
        self, model: RuleRows[Any], blank: Any, most: int, name: str, hint: str, icons: Icons
    ) -> None:
        """`blank` is a new rule, and `most` how many there can be. `name` is read to people who do
        not see the table. `hint` stands in the empty table."""
        super().__init__()
        self.model = model
        self._blank = blank
        self._most = most
        self.table = QTableView()
        self.add = QPushButton(self.tr("&Add a rule"))
        self.duplicate = icon_button(icons, "copy", self.tr("Duplicate the rule"))
        self.up = icon_button(icons, "find-previous", self.tr("Move the rule up"))
        self.down = icon_button(icons, "find-next", self.tr("Move the rule down"))
        self.remove = icon_button(icons, "remove", self.tr("Remove the rule"))
        self.tools = QHBoxLayout()
        """The buttons. More can be added."""
        set_up_table(self.table, model, name)
        self.hint = WrappingLabel()
        self.hint.setText(hint)
        self.hint.setObjectName("emptyHint")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        fill(QVBoxLayout(self.table.viewport()), self.hint)
        self.table.verticalHeader().show()  # the numbers say which one is tried first
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in (NAME, model.columnCount() - 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        for button in (self.add, self.duplicate, self.up, self.down, self.remove):
            self.tools.addWidget(button)
        self.tools.addStretch(1)
        fill(QVBoxLayout(self), self.tools, (self.table, 1), margins=0)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        model.dataChanged.connect(self._report_change)
        self.add.clicked.connect(lambda: self.insert(self.row + 1, self._blank))
        self.duplicate.clicked.connect(lambda: self.insert(self.row + 1, self.rule))
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(+1))
        self.remove.clicked.connect(self._remove)

    @property
    def row(self) -> int:
        """The chosen row, or -1."""
        return self.table.currentIndex().row()

    @property
    def rule(self) -> Any:
        """The chosen rule; a new one if none is chosen."""
        return self.model.rows[self.row] if self.row >= 0 else self._blank

    def show_rules(self, rules: Iterable[Any]) -> None:
        """Show other rules. The same row stays chosen if there is one."""
        row = max(0, self.row)
        self.model.show_rules(rules)
        count = self.model.rowCount()
        if count:
            self.table.selectRow(min(row, count - 1))
        self._choose()

    def insert(self, row: int, rule: Any) -> None:
        """Add `rule` above `row` and choose it, unless there are too many rules."""
        if self.model.rowCount() < self._most:
            self.model.insert(row, rule)
            self.table.selectRow(row)
            self._choose()
            self.added.emit()

    def replace_chosen(self, rule: Any) -> None:
        """Put `rule` in the place of the chosen one. It stays switched on or off as it is."""
        if self.row >= 0:
            model = self.model
            model.replace(self.row, model.switched(rule, model.is_on(self.rule)))

    def _remove(self) -> None:
        self.model.remove(self.row)
        self._choose()
        self.rearranged.emit()

    def _move(self, by: int) -> None:
        row = self.row
        if self.model.move(row, by):
            self.table.selectRow(row + by)
            self._choose()
            self.rearranged.emit()

    def _choose(self) -> None:
        row, last = self.row, self.model.rowCount() - 1
        self.duplicate.setEnabled(row >= 0 and last + 1 < self._most)
        self.remove.setEnabled(row >= 0)
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < last)
        self.add.setEnabled(last + 1 < self._most)
        self.hint.setVisible(last < 0)
        self.chosen.emit()

    def _report_change(self, _first: object, _last: object, roles: object = ()) -> None:
        if not roles:  # not only the hits
            self.changed.emit()
