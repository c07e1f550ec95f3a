"""The fields of one fault: a slider with a number beside it, and a choice."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum
from typing import Any, Final

from attrs import frozen
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QSlider, QWidget

from app.faults.spec import Parameter
from app.ui.faults.texts import choice_title

POSITIONS: Final = 1000


@frozen
class Scale:
    """Maps the positions of a slider to values: evenly in their logarithm, or evenly.

    A value beyond the scale shows the slider at its end. It can be typed.
    """

    least: float
    most: float
    has_zero: bool = False
    """Whether position 0 is the value 0 and `least` comes right after it."""

    is_even: bool = False

    def value(self, position: int) -> float:
        """The value at a position from 0 to `POSITIONS`."""
        share = position / POSITIONS
        if self.is_even:
            return self.least + share * (self.most - self.least)
        if self.has_zero and position == 0:
            return 0.0
        return float(self.least * (self.most / self.least) ** share)

    def position(self, value: float) -> int:
        """The position for a value."""
        if self.is_even:
            share = (value - self.least) / (self.most - self.least)
        elif value <= self.least:
            share = 0.0
        else:
            share = math.log(value / self.least) / math.log(self.most / self.least)
        lowest = 1 if self.has_zero and value > 0 else 0
        return min(POSITIONS, max(lowest, round(share * POSITIONS)))


def scale_of(parameter: Parameter) -> Scale:
    """The slider of a number: the values that people try, not all that are allowed."""
    least, most = {
        "s": (0.001, 60.0),
        "B": (1.0, 1e8),
        "B/s": (10.0, 1e9),
    }.get(parameter.unit, (max(1.0, parameter.least), parameter.most))
    return Scale(least, most, has_zero=parameter.least == 0)


class NumberField(QWidget):
    """A slider, and a spin box for the exact value."""

    changed = Signal()

    def __init__(
        self,
        name: str,
        scale: Scale,
        least: float,
        most: float,
        *,
        unit: str = "",
        decimals: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        """`name` is for people who cannot see it. `least` and `most` bound what can be typed."""
        super().__init__(parent)
        self._scale = scale
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, POSITIONS)
        self.slider.setPageStep(POSITIONS // 20)
        self.slider.setSingleStep(POSITIONS // 100)
        self.slider.setMinimumWidth(80)
        self.slider.setAccessibleName(name)
        self.box = QDoubleSpinBox()
        self.box.setDecimals(decimals)
        self.box.setRange(least, most)
        self.box.setSuffix(self.tr(" s") if unit == "s" else f" {unit}" if unit else "")
        self.box.setGroupSeparatorShown(decimals == 0)
        self.box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.box.setKeyboardTracking(False)
        self.box.setFixedWidth(self.box.fontMetrics().horizontalAdvance("8,888,888,888 B/s") + 30)
        self.box.setAccessibleName(name)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.box)
        self.slider.valueChanged.connect(self._slide)
        self.box.valueChanged.connect(self._take)

    @property
    def value(self) -> float:
        """The exact value."""
        return self.box.value()

    def show_value(self, value: float) -> None:
        """Show `value` without a signal."""
        self.blockSignals(True)
        self.box.setValue(value)
        self.blockSignals(False)

    def limit(self, most: float) -> None:
        """Let it be `most` at the utmost from now on. A greater value becomes that."""
        self.box.setMaximum(most)

    def _slide(self, position: int) -> None:
        value = self._scale.value(position)
        decimals = self.box.decimals()
        if value > 0 and not self._scale.is_even:  # two digits are enough for a hand
            decimals = min(decimals, 1 - math.floor(math.log10(value)))
        self.box.setValue(max(self.box.minimum(), round(value, decimals)))
        if value > self.box.maximum():
            self._show_position()

    def _take(self) -> None:
        self._show_position()
        self.changed.emit()

    def _show_position(self) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(self._scale.position(self.value))
        self.slider.blockSignals(False)


class ChoiceField(QComboBox):
    """One of the values of an enumeration, or of some of them."""

    changed = Signal()

    def __init__(self, name: str, values: Iterable[Enum], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values = list(values)
        for value in self._values:
            self.addItem(choice_title(value))
        self.setAccessibleName(name)
        self.currentIndexChanged.connect(self.changed)

    @property
    def value(self) -> Any:
        """The chosen value."""
        return self._values[self.currentIndex()]

    def show_value(self, value: Enum) -> None:
        """Show `value` without a signal."""
        self.blockSignals(True)
        if value not in self._values:
            self._values.append(value)
            self.addItem(choice_title(value))
        self.setCurrentIndex(self._values.index(value))
        self.blockSignals(False)
