"""The part of the form that asks for the colour of a listener."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QComboBox, QFormLayout

from app.profile import ListenerSpec
from app.profile.color import AUTOMATIC, Color
from app.ui.listener_colors import draw
from app.ui.listeners.form_part import FormPart


class ColorForm(FormPart):
    """Offers the colours by name and by sight."""

    def __init__(self, rows: QFormLayout) -> None:
        super().__init__(rows)
        self.add_heading(self.tr("In Portdeck"))
        self.color = QComboBox()
        self.color.addItem(self.tr("Any that is free"), AUTOMATIC)
        palette = QGuiApplication.palette()
        for color, word in color_words().items():
            self.color.addItem(QIcon(draw(color, palette)), word, color.value)
        self.color.setToolTip(self.tr("It marks the listener, and its connections in the table"))
        rows.addRow(self.tr("Co&lour"), self.color)
        self.color.currentIndexChanged.connect(self.changed)

    def show_spec(self, spec: ListenerSpec) -> None:
        self.color.setCurrentIndex(self.color.findData(spec.color))

    def values(self) -> Mapping[str, Any]:
        return {"color": self.color.currentData()}


def color_words() -> dict[Color, str]:
    """What a person calls each colour."""
    return {
        Color.BLUE: QCoreApplication.translate("Colors", "Blue"),
        Color.ORANGE: QCoreApplication.translate("Colors", "Orange"),
        Color.GREEN: QCoreApplication.translate("Colors", "Green"),
        Color.PINK: QCoreApplication.translate("Colors", "Pink"),
        Color.SKY: QCoreApplication.translate("Colors", "Sky blue"),
        Color.RED: QCoreApplication.translate("Colors", "Red"),
    }
