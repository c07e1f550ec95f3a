"""The rows of the form for the options of a protocol.

They are made from the options class of the protocol: each kind of option has its widget. So a new
protocol needs no edit here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import cast

from attrs import frozen
from PySide6.QtCore import QCoreApplication, QObject, Signal, SignalInstance
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QSpinBox, QWidget

from app.profile import Problem
from app.protocols.definition import Option, TableOptions, describe_options
from app.text.notation import escaped, unescaped
from app.ui.widgets.labels import WrappingLabel

_LONGEST_ESCAPE = 10
"""The characters of the longest escape, `\\U000e0001`."""


def catalog_text(text: str) -> str:
    """A text of `app.protocols`, which does not import Qt, in the language of the user."""
    return QCoreApplication.translate("Catalog", text)


@frozen
class _Editor:
    """The widget for one option."""

    option: Option
    widget: QWidget
    changed: SignalInstance

    read: Callable[[], object]
    """Reads the value. Raises `ValueError` with a sentence if it is not valid."""


class OptionsForm(QObject):
    """Owns the rows of one protocol in a `QFormLayout`, with an editor for each option."""

    changed = Signal()
    """The user entered something."""

    def __init__(self, form: QFormLayout, *, below: QWidget, after: QWidget) -> None:
        """The rows are placed `below` a widget of the form. Tab goes from `after` to the first."""
        super().__init__(form)
        self._form = form
        self._below = below
        self._after = after
        self._editors: list[_Editor] = []
        self._kept: dict[str, object] = {}
        """The options without an editor, as they were shown."""
        self._hint: WrappingLabel | None = None

    def show_options(
        self, options: type, values: Mapping[str, object], tables: TableOptions | None = None
    ) -> None:
        """Replace the rows by those of other options, with `values` or their defaults.

        The options of `tables` have no editors. A hint is shown, and their values are kept.
        """
        for editor in self._editors:
            self._form.removeRow(editor.widget)
        if self._hint is not None:
            self._form.removeRow(self._hint)
        self._editors = [
            _build_editor(option, values.get(option.name, option.default))
            for option in describe_options(options)
        ]
        row, _ = cast(tuple[int, object], self._form.getWidgetPosition(self._below))
        before = self._after
        for editor in self._editors:
            row += 1
            self._insert(row, editor)
            QWidget.setTabOrder(before, editor.widget)
            before = editor.widget
            editor.changed.connect(self._show_used)
            editor.changed.connect(self.changed)
        known = {editor.option.name for editor in self._editors}
        self._kept = {name: value for name, value in values.items() if name not in known}
        self._hint = None
        self._show_used()
        if tables is not None:
            self._hint = WrappingLabel()
            self._hint.setText(catalog_text(tables.hint))
            self._hint.setObjectName("quiet")
            self._form.insertRow(row + 1, "", self._hint)

    def chosen(self) -> dict[str, object]:
        """The values that are not the default. One that cannot be read is left out."""
        values = dict(self._kept)
        for editor in self._used():
            try:
                value = editor.read()
            except ValueError:
                continue
            if value != editor.option.default:
                values[editor.option.name] = value
        return values

    def problems(self) -> list[Problem]:
        """The mistakes in the entered values."""
        found = []
        for editor in self._used():
            try:
                editor.read()
            except ValueError as error:
                found.append(Problem(f"options.{editor.option.name}", str(error)))
        return found

    def field(self, name: str) -> QWidget | None:
        """The editor of an option; `None` if there is none."""
        return next((each.widget for each in self._editors if each.option.name == name), None)

    def title(self, name: str) -> str:
        """The label of the option called `name`; empty if it has no editor."""
        titles = {editor.option.name: editor.option.title for editor in self._editors}
        return catalog_text(titles[name]) if name in titles else ""

    def _used(self) -> list[_Editor]:
        """The editors of the options that have an effect beside the chosen values."""
        choices = {
            editor.option.name: editor.read()
            for editor in self._editors
            if issubclass(editor.option.kind, Enum)
        }
        return [editor for editor in self._editors if editor.option.is_used(choices)]

    def _show_used(self) -> None:
        """Hide the rows of options without an effect. What is in them stays there."""
        used = self._used()
        for editor in self._editors:
            if editor.option.only_with:
                self._form.setRowVisible(editor.widget, editor in used)

    def _insert(self, row: int, editor: _Editor) -> None:
        option, widget = editor.option, editor.widget
        widget.setObjectName(option.name)
        widget.setToolTip(catalog_text(option.hint))
        widget.setAccessibleDescription(catalog_text(option.hint))
        has_own_title = isinstance(widget, QCheckBox)
        self._form.insertRow(row, "" if has_own_title else catalog_text(option.title), widget)


def _build_editor(option: Option, value: object) -> _Editor:
    match value:
        case bool():
            box = QCheckBox(catalog_text(option.title))
            box.setChecked(value)
            return _Editor(option, box, box.toggled, box.isChecked)
        case int():
            number = QSpinBox()
            number.setRange(option.minimum, option.maximum)
            number.setSuffix(catalog_text(option.unit) if option.unit else "")
            number.setValue(value)
            return _Editor(option, number, number.valueChanged, number.value)
        case Enum():
            members = list(type(value))
            choice = QComboBox()
            choice.addItems([_title(member) for member in members])
            choice.setCurrentIndex(members.index(value))
            return _Editor(
                option, choice, choice.currentIndexChanged, lambda: members[choice.currentIndex()]
            )
        case _:
            line = QLineEdit()
            line.setMaxLength(option.maximum * _LONGEST_ESCAPE)
            line.setText(escaped(str(value)))
            line.setCursorPosition(0)
            return _Editor(option, line, line.textChanged, lambda: unescaped(line.text()))


def _title(member: Enum) -> str:
    words = catalog_text(str(member.value)).replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]
