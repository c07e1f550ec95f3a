"""The part of a form that asks for the options of a protocol, whatever they are.

Each kind of option has its widget; which options there are is read from the protocol's options
class, so that a new protocol needs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import cast

from attrs import frozen
from PySide6.QtCore import QCoreApplication, QObject, Signal, SignalInstance
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QSpinBox, QWidget

from app.profile import Problem
from app.protocols.definition import Option, describe_options
from app.text.notation import escaped, unescaped

_LONGEST_ESCAPE = 10
"""Characters, as in `\\U000e0001`."""


def translated(text: str) -> str:
    """A text of `app.protocols`, which knows no Qt, in the user's language."""
    return QCoreApplication.translate("Catalog", text)


@frozen
class _Editor:
    """A widget that holds the value of an option."""

    option: Option
    widget: QWidget
    changed: SignalInstance

    read: Callable[[], object]
    """Gives the value. Raises `ValueError` with a sentence if there is none."""


class OptionsForm(QObject):
    """Owns some rows of a `QFormLayout`: an editor for each option of one protocol at a time."""

    changed = Signal()
    """Something else was entered."""

    def __init__(self, form: QFormLayout, *, below: QWidget, after: QWidget) -> None:
        """The rows come `below` a widget of the form, and `after` one in the order of Tab."""
        super().__init__(form)
        self._form = form
        self._below = below
        self._after = after
        self._editors: list[_Editor] = []

    def show_options(self, options: type, values: Mapping[str, object]) -> None:
        """Ask for these options instead, with `values` in them or else the defaults."""
        for editor in self._editors:
            self._form.removeRow(editor.widget)
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
            editor.changed.connect(self.changed)

    def chosen(self) -> dict[str, object]:
        """The values that are not the default. One that cannot be read is left out."""
        values = {}
        for editor in self._editors:
            try:
                value = editor.read()
            except ValueError:
                continue
            if value != editor.option.default:
                values[editor.option.name] = value
        return values

    def problems(self) -> list[Problem]:
        """What keeps values from being read."""
        found = []
        for editor in self._editors:
            try:
                editor.read()
            except ValueError as error:
                found.append(Problem(f"options.{editor.option.name}", str(error)))
        return found

    def title(self, name: str) -> str:
        """What the user reads beside the option called `name`."""
        titles = {editor.option.name: editor.option.title for editor in self._editors}
        return translated(titles[name])

    def _insert(self, row: int, editor: _Editor) -> None:
        option, widget = editor.option, editor.widget
        widget.setObjectName(option.name)
        widget.setToolTip(translated(option.hint))
        widget.setAccessibleDescription(translated(option.hint))
        has_own_title = isinstance(widget, QCheckBox)
        self._form.insertRow(row, "" if has_own_title else translated(option.title), widget)


def _build_editor(option: Option, value: object) -> _Editor:
    match value:
        case bool():
            box = QCheckBox(translated(option.title))
            box.setChecked(value)
            return _Editor(option, box, box.toggled, box.isChecked)
        case int():
            number = QSpinBox()
            number.setRange(option.minimum, option.maximum)
            number.setValue(value)
            return _Editor(option, number, number.valueChanged, number.value)
        case Enum():
            members = list(type(value))
            choice = QComboBox()
            choice.addItems([translated(_title(member)) for member in members])
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
    return str(member.value).replace("_", " ").capitalize()
