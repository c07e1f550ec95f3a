"""What is said at a field of the form: a mistake, in red once the user has left the field, or a
warning, in amber. And headings that fold the rows below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QFormLayout, QToolButton, QWidget
from shiboken6 import isValid

from app.ui.style.tokens import Tint
from app.ui.widgets.labels import WrappingLabel


class FieldNotes(QObject):
    """Puts a sentence below each field that needs one. The rows are those of `rows`."""

    def __init__(self, rows: QFormLayout, *, is_touched: bool) -> None:
        """`is_touched` says that the user has seen every field before, as in a saved listener."""
        super().__init__(rows)
        self._rows = rows
        self._is_touched = is_touched
        self._touched: set[QWidget] = set()
        self._labels: dict[QWidget, WrappingLabel] = {}
        self._shown: dict[QWidget, tuple[str, Tint]] = {}
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._leave)

    def show(self, notes: Mapping[QWidget, tuple[str, Tint]]) -> None:
        """Show these sentences, each at its field, and no others."""
        self._shown = dict(notes)
        for field in [each for each in self._labels if not isValid(each)]:
            self._rows.removeRow(self._labels.pop(field))
        for field, label in self._labels.items():
            if field not in notes:
                self._rows.setRowVisible(label, False)
        for field, (text, tint) in notes.items():
            label = self._labels.get(field) or self._add_label(field)
            label.setText(text)
            is_early = tint is Tint.DANGER and not self._is_touched and field not in self._touched
            _set_tint(label, "" if is_early else tint.value)
            self._rows.setRowVisible(label, True)
            field.setAccessibleDescription(text)

    def _add_label(self, field: QWidget) -> WrappingLabel:
        label = WrappingLabel()
        label.setObjectName("fieldNote")
        row: int
        row, _ = self._rows.getWidgetPosition(field)  # type: ignore[misc]
        self._rows.insertRow(row + 1, "", label)
        self._labels[field] = label
        return label

    def _leave(self, before: QWidget | None, now: QWidget | None) -> None:
        """The user has left a field: what is wrong with it is a mistake now."""
        for field in self._shown:
            if not isValid(field) or before is None or not isValid(before):
                continue
            is_left = field is before or field.isAncestorOf(before)
            if is_left and field not in self._touched:
                self._touched.add(field)
                self.show(self._shown)
                return


class FoldHeading(QToolButton):
    """A heading that folds the rows of its section. It is folded at first."""

    def __init__(self, text: str, show_rows: Callable[[], object]) -> None:
        """`show_rows` shows or hides the rows after `is_open` changed."""
        super().__init__()
        self.setObjectName("formFold")
        self.setAutoRaise(True)
        self.setCheckable(True)
        self.setText(text)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setArrowType(Qt.ArrowType.RightArrow)
        self._show_rows = show_rows
        self.toggled.connect(self._turn)

    @property
    def is_open(self) -> bool:
        """Whether the rows are shown."""
        return self.isChecked()

    def open(self) -> None:
        """Show the rows."""
        self.setChecked(True)

    def _turn(self, is_open: bool) -> None:
        self.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._show_rows()


def _set_tint(label: QWidget, tint: str) -> None:
    if label.property("tint") != tint:
        label.setProperty("tint", tint)
        label.style().unpolish(label)
        label.style().polish(label)
