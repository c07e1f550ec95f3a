"""One fault in the panel: its switch, its parameters, whom it hits, and its place in the order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
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

_FIRST: Final = {
    ("seconds", FaultKind.LATENCY): 0.2,
    ("seconds", FaultKind.CLOSE_AFTER): 5.0,
    ("seconds", FaultKind.RESET_AFTER): 5.0,
    ("seconds", FaultKind.SLOW_CLOSE): 1.0,
    ("seconds", FaultKind.ACCEPT_DELAY): 1.0,
    ("bytes_per_second", FaultKind.BANDWIDTH): 10_000,
    ("bytes", FaultKind.SLICE): 10,
    ("bytes", FaultKind.LIMIT): 1_000,
}
"""What a new fault begins with, for the parameters without a default."""


def new_fault(kind: FaultKind, leg: FaultLeg = FaultLeg.CLIENT) -> Fault:
    """A fault of that kind that is on."""
    values: dict[str, Any] = {}
    for parameter in PARAMETERS[kind]:
        value = _FIRST.get((parameter.name, kind), parameter.default)
        if value is not None:
            values[parameter.name] = value
    return Fault(kind=kind, leg=leg, **values)


class FaultRow(QFrame):
    """Shows one fault and lets the user change it."""

    changed = Signal()
    """`fault` is another one."""

    move_wanted = Signal(int)
    """The user wants it further up (-1) or down (+1)."""

    removal_wanted = Signal()

    def __init__(
        self, fault: Fault, kinds: Kinds, icons: Icons, parent: QWidget | None = None
    ) -> None:
        """`kinds` tell at which legs it can act."""
        super().__init__(parent)
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
        self._lay_out()
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

    def _lay_out(self) -> None:
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
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.addLayout(head)
        layout.addLayout(rows)

    @staticmethod
    def _name_zero(field: NumberField | ChoiceField, words: str) -> None:
        if isinstance(field, NumberField):
            field.box.setSpecialValueText(words)

    def _bind(self) -> None:
        self.switch.toggled.connect(self._take)
        if self.direction is not None:
            self.direction.changed.connect(self._take)
        if self.leg is not None:
            self.leg.changed.connect(self._take)
        self.chance.changed.connect(self._take)
        for field in self.fields.values():
            field.changed.connect(self._take)
        self.up.clicked.connect(lambda: self.move_wanted.emit(-1))
        self.down.clicked.connect(lambda: self.move_wanted.emit(+1))
        self.remove.clicked.connect(lambda: self.removal_wanted.emit())

    def _take(self) -> None:
        if self.signalsBlocked():
            return
        whole = {each.name for each in PARAMETERS[self._fault.kind] if each.is_whole}
        values: dict[str, Any] = {
            name: int(field.value) if name in whole else field.value
            for name, field in self.fields.items()
        }
        if self.direction is not None:
            values["direction"] = self.direction.value
        if self.leg is not None:
            values["leg"] = self.leg.value
        self._fault = evolve(
            self._fault,
            enabled=self.switch.isChecked(),
            chance=self.chance.value / 100,
            **values,
        )
        self._show_switched()
        self.changed.emit()

    def _show_switched(self) -> None:
        """A fault that is on is marked."""
        if self.property("armed") != self._fault.enabled:
            self.setProperty("armed", self._fault.enabled)
            self.style().unpolish(self)
            self.style().polish(self)
