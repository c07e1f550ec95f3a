"""One fault in the panel: its switch, its parameters, whom it hits, and its place in the order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from attrs import evolve
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
)

from app.faults.spec import (
    DIRECTED,
    PARAMETERS,
    Direction,
    Fault,
    FaultKind,
    FaultLeg,
    Parameter,
)
from app.ui.faults.fields import ChoiceField, NumberField, Scale, scale_of
from app.ui.faults.texts import kind_hint, kind_title, parameter_title
from app.ui.style.icons import Icons
from app.ui.widgets.controls import Switch, icon_button

Kinds = Mapping[FaultLeg, frozenset[FaultKind]]
"""The kinds that each leg can have."""


def new_fault(kind: FaultKind, leg: FaultLeg = FaultLeg.CLIENT) -> Fault:
    """A fault of that kind that is on."""
    values: dict[str, Any] = {}
    if kind is FaultKind.REORDER:  # both ways, an echo would undo it
        values["direction"] = Direction.OUT
    for parameter in PARAMETERS[kind]:
        values[parameter.name] = parameter.first if parameter.default is None else parameter.default
    return Fault(kind=kind, leg=leg, **values)


class FaultRow(QFrame):
    """Shows one fault and lets the user change it."""

    changed = Signal()
    """`fault` is another one."""

    move_wanted = Signal(int)
    """The user wants it further up (-1) or down (+1)."""

    removal_wanted = Signal()

    def __init__(
        self, fault: Fault, kinds: Kinds, icons: Icons, *, has_chance: bool = True
    ) -> None:
        """`kinds` tell at which legs it can act, and `has_chance` whether it can miss."""
        super().__init__()
        self.setObjectName("faultRow")
        self._fault = fault
        self._title = kind_title(fault.kind)
        self.switch = Switch()
        self.switch.setAccessibleName(self._title)
        self.up = self._button(icons, "find-previous", self.tr("Act earlier"))
        self.down = self._button(icons, "find-next", self.tr("Act later"))
        self.remove = self._button(icons, "remove", self.tr("Remove this fault"))
        is_directed = fault.kind in DIRECTED
        self.direction = ChoiceField(self.tr("Direction"), Direction) if is_directed else None
        legs = [leg for leg in FaultLeg if fault.kind in kinds[leg] or leg is fault.leg]
        self.leg = ChoiceField(self.tr("Where"), legs) if any(kinds[FaultLeg.TARGET]) else None
        percent = Scale(0.0, 100.0, is_even=True)
        self.chance = NumberField(self.tr("Chance"), percent, 0.0, 100.0, unit="%", decimals=2)
        self.fields: dict[str, NumberField | ChoiceField] = {
            each.name: self._field(each) for each in PARAMETERS[fault.kind]
        }
        self._lay_out(has_chance=has_chance)
        self.show_fault(fault)
        self._bind()

    @property
    def fault(self) -> Fault:
        """The fault as it is entered."""
        return self._fault

    def show_fault(self, fault: Fault) -> None:
        """Show another fault of the same kind, without a signal."""
        self._fault = fault
        self.blockSignals(True)
        self.switch.setChecked(fault.enabled)
        self.blockSignals(False)
        if self.direction is not None:
            self.direction.show_value(fault.direction)
        if self.leg is not None:
            self.leg.show_value(fault.leg)
        self.chance.show_value(fault.chance * 100)
        self._bound_variation()
        for name, field in self.fields.items():
            field.show_value(getattr(fault, name))
        self._show_switched()

    def show_place(self, *, is_first: bool, is_last: bool) -> None:
        """Offer to move it where that is possible."""
        self.up.setEnabled(not is_first)
        self.down.setEnabled(not is_last)

    def _button(self, icons: Icons, icon: str, words: str) -> QToolButton:
        button = icon_button(icons, icon, words)
        button.setAccessibleName(f"{words}: {self._title}")
        return button

    def _field(self, parameter: Parameter) -> NumberField | ChoiceField:
        name = parameter_title(parameter.name)
        if parameter.choices is not None:
            return ChoiceField(name, parameter.choices)
        return NumberField(
            name,
            scale_of(parameter),
            parameter.least,
            parameter.most,
            unit=parameter.unit,
            decimals=0 if parameter.is_whole else 3,
        )

    def _lay_out(self, *, has_chance: bool) -> None:
        title = QLabel(self._title)
        title.setObjectName("listenerName")
        hint = QLabel(kind_hint(self._fault.kind))
        hint.setObjectName("quiet")
        hint.setWordWrap(True)
        head = QHBoxLayout()
        head.addWidget(self.switch)
        head.addWidget(title)
        head.addWidget(hint, 1)
        for button in (self.up, self.down, self.remove):
            head.addWidget(button)
        rows = QFormLayout()
        rows.setContentsMargins(46, 0, 0, 0)
        for name, field in self.fields.items():
            label = parameter_title(name)
            if name == "seconds" and self._fault.kind is FaultKind.STALL:
                self._name_zero(field, self.tr("until it is off"))
            rows.addRow(label, field)
        if self.direction is not None:
            rows.addRow(self.tr("Direction"), self.direction)
        if self.leg is not None:
            rows.addRow(self.tr("Where"), self.leg)
        rows.addRow(self.tr("Chance"), self.chance)
        rows.setRowVisible(self.chance, has_chance)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.addLayout(head)
        layout.addLayout(rows)

    @staticmethod
    def _name_zero(field: NumberField | ChoiceField, words: str) -> None:
        if isinstance(field, NumberField):
            field.box.setSpecialValueText(words)

    def _bind(self) -> None:
        self.switch.toggled.connect(lambda is_on: self._change(enabled=is_on))
        self.chance.changed.connect(lambda: self._change(chance=self.chance.value / 100))
        choices = {"direction": self.direction, "leg": self.leg}
        fields = {name: field for name, field in choices.items() if field is not None}
        for name, field in (self.fields | fields).items():
            field.changed.connect(partial(self._take, name, field))
        self.up.clicked.connect(lambda: self.move_wanted.emit(-1))
        self.down.clicked.connect(lambda: self.move_wanted.emit(+1))
        self.remove.clicked.connect(lambda: self.removal_wanted.emit())

    def _take(self, name: str, field: NumberField | ChoiceField) -> None:
        is_whole = any(each.name == name and each.is_whole for each in PARAMETERS[self._fault.kind])
        self._change(**{name: int(field.value) if is_whole else field.value})

    def _change(self, **values: Any) -> None:
        """The user has changed those values. The others stay, also where a field rounds them."""
        if not self.signalsBlocked():
            self._fault = evolve(self._fault, **values)
            self._bound_variation()
            self._show_switched()
            self.changed.emit()

    def _bound_variation(self) -> None:
        """A slice keeps at least one byte."""
        variation = self.fields.get("variation")
        if isinstance(variation, NumberField):
            variation.limit(self._fault.bytes - 1)

    def _show_switched(self) -> None:
        """A fault that is on is marked."""
        if self.property("armed") != self._fault.enabled:
            self.setProperty("armed", self._fault.enabled)
            self.style().unpolish(self)
            self.style().polish(self)
