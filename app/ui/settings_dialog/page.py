"""The form of a page of the settings dialog, and the controls that pages share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QSpinBox, QVBoxLayout, QWidget

from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.layouts import fill

FIELD_WIDTH: Final = 288


class SettingsPage(QWidget):
    """A form with a row for each setting."""

    name: ClassVar[str]
    """The name by which `SettingsDialog.open_page` knows it."""

    title: ClassVar[str]
    """In English, for `translate("SettingsDialog", …)`."""

    titles: ClassVar[dict[str, str]]
    """The English text in front of each setting, for `translate("SettingsPage", …)`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: list[QWidget] = []
        """One for each row."""
        self.form = QFormLayout()
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        self.form.setHorizontalSpacing(16)
        self.form.setVerticalSpacing(12)
        self._layout = fill(QVBoxLayout(self), self.form, spacing=12, margins=(4, 4, 12, 4))

    @property
    def labels(self) -> list[QWidget]:
        """The texts in front of the settings."""
        return [self.form.labelForField(each) for each in self.fields]

    def reset(self) -> None:
        """Go back to the defaults of this page."""

    def focus_first(self) -> None:
        """Put the focus into the first setting."""
        if self.fields:
            self.fields[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def add_setting(self, name: str, field: QWidget) -> None:
        """Add a row for the setting `name`. Its text is also what a screen reader calls the
        field."""
        title = QCoreApplication.translate("SettingsPage", self.titles[name])
        self.fields.append(field)
        field.setAccessibleName(title)
        self.form.addRow(title, field)

    def add_choice(
        self,
        name: str,
        choices: Iterable[tuple[str, Any]],
        chosen: object,
        choose: Callable[[Any], object],
    ) -> QComboBox:
        """Add a row for the setting `name`, with a box of choices: each a text and its value."""
        box = QComboBox()
        box.setMinimumWidth(FIELD_WIDTH)
        for text, value in choices:
            box.addItem(text, value)
        box.setCurrentIndex(max(0, index_of(box, chosen)))
        box.currentIndexChanged.connect(lambda _index: choose(box.currentData()))
        self.add_setting(name, box)
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
