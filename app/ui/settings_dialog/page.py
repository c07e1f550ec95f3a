"""The form of a page of the settings dialog, and the controls that pages share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QFormLayout, QSpinBox, QVBoxLayout, QWidget

from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.layouts import fill

SWATCH: Final = 16
FIELD_WIDTH: Final = 288


class SettingsPage(QWidget):
    """A form with a row for each setting."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.titles: list[str] = []
        """The texts in front of the settings, in their order."""
        self._fields: list[QWidget] = []
        self.form = QFormLayout()
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        self.form.setHorizontalSpacing(16)
        self.form.setVerticalSpacing(12)
        self._layout = fill(QVBoxLayout(self), self.form, spacing=12, margins=(4, 4, 12, 4))

    def reset(self) -> None:
        """Go back to the defaults of this page."""

    def focus_first(self) -> None:
        """Put the focus into the first setting."""
        if self._fields:
            self._fields[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def add_setting(self, title: str, field: QWidget) -> None:
        """Add a row. The title is also what a screen reader calls the field."""
        self.titles.append(title)
        self._fields.append(field)
        field.setAccessibleName(title)
        self.form.addRow(title, field)

    def add_choice(
        self,
        title: str,
        choices: Iterable[tuple[str, Any]],
        chosen: object,
        choose: Callable[[Any], object],
    ) -> QComboBox:
        """Add a row with a box of choices, each a text and its value."""
        box = QComboBox()
        box.setMinimumWidth(FIELD_WIDTH)
        for text, value in choices:
            box.addItem(text, value)
        box.setCurrentIndex(max(0, index_of(box, chosen)))
        box.currentIndexChanged.connect(lambda _index: choose(box.currentData()))
        self.add_setting(title, box)
        return box

    def add_note(self, text: str) -> WrappingLabel:
        """Add a quiet sentence below the rows."""
        note = WrappingLabel()
        note.setText(text)
        note.setObjectName("quiet")
        self._layout.addWidget(note)
        return note

    def end(self) -> None:
        """Keep the rows at the top."""
        self._layout.addStretch(1)


def number(least: int, most: int, value: int, step: int) -> QSpinBox:
    """A box for a number. It reports a number only when it is typed completely."""
    box = QSpinBox()
    box.setRange(least, most)
    box.setValue(value)
    box.setSingleStep(step)
    box.setGroupSeparatorShown(True)
    # Otherwise a half-typed limit would drop traffic that the complete number keeps.
    box.setKeyboardTracking(False)
    box.setMinimumWidth(FIELD_WIDTH)
    return box


def index_of(box: QComboBox, value: object) -> int:
    """Where `value` is in `box`, or -1. `QComboBox.findData` does not compare Python objects."""
    return next((at for at in range(box.count()) if box.itemData(at) == value), -1)


def swatch(color: str) -> QIcon:
    """A disc of `color`."""
    image = QPixmap(QSize(SWATCH, SWATCH))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawEllipse(1, 1, SWATCH - 2, SWATCH - 2)
    painter.end()
    return QIcon(image)
