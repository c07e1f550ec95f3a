"""The sections of the form that are made from the metadata of `ListenerSpec`.

A new number or switch of a listener is one `form_field` of `ListenerSpec`. It appears in the form
without an edit here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLineEdit, QSpinBox, QWidget

from app.profile import ListenerSpec, Problem
from app.profile.validation import FormField, FormGroup, form_fields
from app.ui.listener_form.field_notes import FoldHeading
from app.ui.listener_form.section import FormSection


class SpecFieldsForm(FormSection):
    """Asks for the fields of one group.

    There is a spin box for each number, a line for each text, a check box for each switch.
    """

    def __init__(self, rows: QFormLayout, group: FormGroup, heading: str = "") -> None:
        super().__init__(rows)
        self._datagrams = False
        self.fold = FoldHeading(heading, self._show_rows) if heading else None
        if self.fold is not None:
            rows.addRow(self.fold)
        self.spin_boxes: dict[str, QSpinBox] = {}
        self.check_boxes: dict[str, QCheckBox] = {}
        self.lines: dict[str, QLineEdit] = {}
        fields = form_fields(ListenerSpec).items()
        self._fields = {name: each for name, each in fields if each.group is group}
        for name, each in self._fields.items():
            if each.longest is not None:
                self.lines[name] = self._add_line(each, each.longest)
            elif each.maximum is None:
                self.check_boxes[name] = self._add_check_box(each)
            else:
                self.spin_boxes[name] = self._add_spin_box(each, each.maximum)
        self._shown = ListenerSpec(name="", protocol="", endpoint="")
        self.show_spec(self._shown)
        self._show_rows()

    def serve_datagrams(self, datagrams: bool) -> None:
        """Ask for the limits of UDP, or again for those of connections."""
        for name, each in self._fields.items():
            if each.zero_over_udp:
                zero = each.zero_over_udp if datagrams else each.zero
                self.spin_boxes[name].setSpecialValueText(_translated(zero))
        self._datagrams = datagrams
        self._show_rows()

    def reveal(self, problem: Problem) -> QWidget | None:
        if problem.path not in self._fields:
            return None
        if self.fold is not None:
            self.fold.open()
        return self._box(problem.path)

    def _show_rows(self) -> None:
        is_open = self.fold is None or self.fold.is_open
        for name, each in self._fields.items():
            is_there = not (each.is_stream_only and self._datagrams)
            self.rows.setRowVisible(self._box(name), is_open and is_there)

    def _box(self, name: str) -> QWidget:
        return self.spin_boxes.get(name) or self.lines.get(name) or self.check_boxes[name]

    def show_spec(self, spec: ListenerSpec) -> None:
        usual = ListenerSpec(name="", protocol="", endpoint="")
        differs = any(getattr(spec, name) != getattr(usual, name) for name in self._fields)
        if self.fold is not None and differs:
            self.fold.open()
        self._shown = spec
        for name, number in self.spin_boxes.items():
            number.setValue(getattr(spec, name) // self._fields[name].unit_size)
        for name, switch in self.check_boxes.items():
            switch.setChecked(getattr(spec, name))
        for name, line in self.lines.items():
            line.setText(getattr(spec, name))

    def values(self) -> Mapping[str, Any]:
        return {
            **{name: self._number(name) for name in self.spin_boxes},
            **{name: line.text().strip() for name, line in self.lines.items()},
            **{name: box.isChecked() for name, box in self.check_boxes.items()},
        }

    def _number(self, name: str) -> int:
        """The number in the unit of the field. One that was not changed is not rounded."""
        entered = self.spin_boxes[name].value()
        exact: int = getattr(self._shown, name)
        unit_size = self._fields[name].unit_size
        return exact if entered == exact // unit_size else entered * unit_size

    def _add_spin_box(self, each: FormField, maximum: int) -> QSpinBox:
        box = QSpinBox()
        box.setRange(each.minimum // each.unit_size, maximum // each.unit_size)
        box.setSuffix(_translated(each.unit))
        box.setSpecialValueText(_translated(each.zero))
        box.setGroupSeparatorShown(each.unit_size > 1)
        title = _translated(each.title)
        box.setAccessibleName(title.replace("&", ""))
        self._add(title, box, each)
        box.valueChanged.connect(self.changed)
        return box

    def _add_line(self, each: FormField, longest: int) -> QLineEdit:
        line = QLineEdit()
        line.setMaxLength(longest)
        title = _translated(each.title)
        line.setAccessibleName(title.replace("&", ""))
        self._add(title, line, each)
        line.textChanged.connect(self.changed)
        return line

    def _add_check_box(self, each: FormField) -> QCheckBox:
        box = QCheckBox(_translated(each.title))
        self._add("", box, each)
        box.toggled.connect(self.changed)
        return box

    def _add(self, label: str, box: QWidget, each: FormField) -> None:
        hint = _translated(each.hint)
        box.setToolTip(hint)
        box.setAccessibleDescription(hint)
        self.rows.addRow(label, box)


def _translated(text: str) -> str:
    """A text of `app.profile.spec`, which does not import Qt, in the language of the user."""
    return QCoreApplication.translate("ListenerSpec", text) if text else ""
