"""The rules of one listener as a table. A row has a rule's check box, its texts and its hits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import evolve
from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QGuiApplication

from app.rules.running import RunningRule
from app.rules.spec import Rule
from app.ui.rules.one_line import one_line_rule
from app.ui.rules.texts import matcher_text, reply_text
from app.ui.style.palette import quiet_color, tint_color
from app.ui.style.tokens import Tint
from app.ui.widgets.plain_text import plain_tip
from app.ui.widgets.tables import RIGHT, Index, RowsModel

NAME, WHEN, REPLY, HITS = range(4)

_DISPLAY = Qt.ItemDataRole.DisplayRole
_CHECK = Qt.ItemDataRole.CheckStateRole


class RulesModel(RowsModel):
    """Holds the rules that the user edits. A row shows the hits of the running rule equal to it.

    The check box of a row enables the rule. A change of the rules emits `dataChanged`, or the
    signals of inserted, removed and moved rows.
    """

    def __init__(self, rules: Sequence[Rule] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Rule] = list(rules)
        self._running: dict[Rule, RunningRule] = {}
        self._last_running: list[tuple[RunningRule, Rule]] = []
        self.titles = (
            self.tr("Rule"),
            self.tr("Message"),
            self.tr("Reply"),
            self.tr("Hits"),
        )

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, in their order."""
        return tuple(self.rows)

    def show_rules(self, rules: Iterable[Rule]) -> None:
        """Show other rules."""
        self.beginResetModel()
        self.rows = list(rules)
        self.endResetModel()

    def show_running(self, running: Iterable[RunningRule]) -> None:
        """Show how often each rule was hit. A rule that does not run yet has no number."""
        now = [(each, each.rule) for each in running]
        if now != self._last_running:  # mostly only the counts differ
            self._last_running = now
            self._running = {_key(rule): each for each, rule in now}
        if self.rows:
            last = self.index(len(self.rows) - 1, HITS)
            self.dataChanged.emit(self.index(0, HITS), last)

    def replace(self, row: int, rule: Rule) -> None:
        """Put `rule` in the place of the one at `row`."""
        if self.rows[row] != rule:
            self.rows[row] = rule
            self.dataChanged.emit(self.index(row, 0), self.index(row, HITS))

    def insert(self, row: int, rule: Rule) -> None:
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
            return self._text(rule, index)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._text(rule, index))
        if role == _CHECK and index.column() == NAME:
            return Qt.CheckState.Checked if rule.enabled else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == HITS:
            return RIGHT
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._ink(rule, index.column())
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != _CHECK or not index.isValid() or index.column() != NAME:
            return False
        is_on = Qt.CheckState(value) is Qt.CheckState.Checked
        self.replace(index.row(), evolve(self.rows[index.row()], enabled=is_on))
        return True

    def _text(self, rule: Rule, index: Index) -> str:
        match index.column():
            case 0:
                return rule.name
            case 1:
                return matcher_text(rule)
            case 2:
                return reply_text(rule)
        running = self._of(rule)
        if running is None:
            return ""
        if running.failures:
            words = self.tr("{0} ({1} failed)")
            return words.format(f"{running.hits:,}", f"{running.failures:,}")
        return f"{running.hits:,}"

    def _ink(self, rule: Rule, column: int) -> Any:
        palette = QGuiApplication.palette()
        running = self._of(rule)
        if column == HITS and running is not None and running.failures:
            return tint_color(Tint.DANGER, palette)
        is_spent = running is not None and running.is_spent
        return None if rule.enabled and not is_spent else quiet_color(palette)

    def _of(self, rule: Rule) -> RunningRule | None:
        return self._running.get(_key(rule))


def _key(rule: Rule) -> Rule:
    """Equal for a shown rule and the running rule that was made from it, enabled or not."""
    return evolve(one_line_rule(rule), enabled=True)
