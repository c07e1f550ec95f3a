"""The rewrite rules of a forwarding listener as a table, in the plain values of a profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QGuiApplication

from app.forwarding.rewriting import RunningRewrite
from app.rules.spec import Written
from app.text.notation import Notation
from app.ui.rules.one_line import one_line
from app.ui.style.palette import quiet_color
from app.ui.widgets.plain_text import plain_tip
from app.ui.widgets.tables import RIGHT, Index, RowsModel

Table = Mapping[str, Any]
"""One rule, with the keys of `[[listener.options.rewrite]]`."""

NAME, DIRECTION, FIND, REPLACE, HITS = range(5)

_CHECK = Qt.ItemDataRole.CheckStateRole


def written_of(value: object) -> Written:
    """The value of `find` or `replace` in a profile."""
    if isinstance(value, Mapping):
        return Written(str(value.get("hex", "")), Notation.HEX)
    return Written(str(value))


def plain(written: Written) -> Any:
    """`written` as a profile has it."""
    return {"hex": written.text} if written.notation is Notation.HEX else written.text


class RewriteModel(RowsModel):
    """Holds the rules that the user edits. The check box of a row enables its rule."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Table] = []
        self._running: Sequence[RunningRewrite] = ()
        self.titles = (
            self.tr("Rule"),
            self.tr("Direction"),
            self.tr("Replaces"),
            self.tr("By"),
            self.tr("Hits"),
        )
        self.directions = {
            "both": self.tr("both ways"),
            "in": self.tr("from the client"),
            "out": self.tr("to the client"),
        }
        """The directions of a profile, and their words."""

    @property
    def rules(self) -> list[Table]:
        """The rules, in their order."""
        return list(self.rows)

    def show_rules(self, rules: Iterable[Table]) -> None:
        """Show other rules."""
        self.beginResetModel()
        self.rows = list(rules)
        self.endResetModel()

    def show_running(self, running: Sequence[RunningRewrite]) -> None:
        """Show the hits of the rules that run; they are those of the table, in its order."""
        self._running = running if len(running) == len(self.rows) else ()
        if self.rows:
            last = self.index(len(self.rows) - 1, HITS)
            self.dataChanged.emit(self.index(0, HITS), last, [Qt.ItemDataRole.DisplayRole])

    def replace(self, row: int, rule: Table) -> None:
        """Put `rule` in the place of the one at `row`."""
        self.rows[row] = rule
        self.dataChanged.emit(self.index(row, 0), self.index(row, HITS))

    def insert(self, row: int, rule: Table) -> None:
        """Add `rule` above `row`."""
        self.beginInsertRows(QModelIndex(), row, row)
        self.rows.insert(row, rule)
        self._running = ()
        self.endInsertRows()

    def remove(self, row: int) -> None:
        """Remove the rule at `row`."""
        self.beginRemoveRows(QModelIndex(), row, row)
        del self.rows[row]
        self._running = ()
        self.endRemoveRows()

    def swap(self, row: int, other: int) -> None:
        """Let two rules change places."""
        self.rows[row], self.rows[other] = self.rows[other], self.rows[row]
        self._running = ()
        for each in (row, other):
            self.dataChanged.emit(self.index(each, 0), self.index(each, HITS))

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        is_switch = index.isValid() and index.column() == NAME
        return flags | Qt.ItemFlag.ItemIsUserCheckable if is_switch else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        rule = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(rule, index)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._text(rule, index))
        if role == _CHECK and index.column() == NAME:
            return Qt.CheckState.Checked if _is_on(rule) else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == HITS:
            return RIGHT
        if role == Qt.ItemDataRole.ForegroundRole and not _is_on(rule):
            return quiet_color(QGuiApplication.palette())
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != _CHECK or not index.isValid() or index.column() != NAME:
            return False
        rule = {key: each for key, each in self.rows[index.row()].items() if key != "enabled"}
        if Qt.CheckState(value) is not Qt.CheckState.Checked:
            rule["enabled"] = False
        self.replace(index.row(), rule)
        return True

    def _text(self, rule: Table, index: Index) -> str:
        match index.column():
            case 0:
                return str(rule.get("name", ""))
            case 1:
                return self.directions.get(rule.get("direction", "both"), "")
            case 2 if "regex" in rule:
                return f"/{one_line(str(rule['regex']))}/"
            case 2:
                return one_line(written_of(rule.get("find", "")).text)
            case 3:
                return one_line(written_of(rule.get("replace", "")).text)
        return f"{self._running[index.row()].hits:,}" if self._running else ""


def _is_on(rule: Table) -> bool:
    return bool(rule.get("enabled", True))
