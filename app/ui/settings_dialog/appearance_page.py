"""The page of the settings dialog for colours, density, zoom and fonts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontDatabase, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QColorDialog

from app.ui.commands import QT_TRANSLATE_NOOP
from app.ui.settings import Settings
from app.ui.settings_dialog.appearance import Appearance
from app.ui.settings_dialog.page import SettingsPage, index_of
from app.ui.style.tokens import ZOOMS, Density, Scheme

SWATCH: Final = 16
ACCENTS: Final = ("#2f6fdb", "#6b57d2", "#b0369c", "#c2371f", "#a35c00", "#287a3c", "#007a80")


class AppearancePage(SettingsPage):
    """Light or dark, accent, density, zoom and fonts."""

    name = "appearance"
    title = QT_TRANSLATE_NOOP("SettingsDialog", "Appearance")
    titles: ClassVar = {
        "scheme": QT_TRANSLATE_NOOP("SettingsPage", "Colours"),
        "accent": QT_TRANSLATE_NOOP("SettingsPage", "Accent"),
        "density": QT_TRANSLATE_NOOP("SettingsPage", "Density"),
        "zoom": QT_TRANSLATE_NOOP("SettingsPage", "Zoom"),
        "text_font": QT_TRANSLATE_NOOP("SettingsPage", "Font"),
        "data_font": QT_TRANSLATE_NOOP("SettingsPage", "Font for data"),
    }

    def __init__(self, settings: Settings, appearance: Appearance) -> None:
        super().__init__()
        self._settings = settings
        self._appearance = appearance
        self.scheme = self.add_choice(
            "scheme",
            (
                (self.tr("As the system"), Scheme.SYSTEM),
                (self.tr("Light"), Scheme.LIGHT),
                (self.tr("Dark"), Scheme.DARK),
            ),
            settings.scheme,
            appearance.set_scheme,
        )
        self.accent = self.add_choice(
            "accent",
            self._accents(settings.accent),
            settings.accent,
            self._set_accent,
        )
        for index in range(self.accent.count()):
            color = self.accent.itemData(index)
            if color:
                self.accent.setItemIcon(index, swatch(color))
        self.density = self.add_choice(
            "density",
            (
                (self.tr("Comfortable"), Density.COMFORTABLE),
                (self.tr("Compact"), Density.COMPACT),
            ),
            settings.density,
            appearance.set_density,
        )
        self.zoom = self.add_choice(
            "zoom",
            ((f"{round(zoom * 100)} %", zoom) for zoom in ZOOMS),
            settings.zoom,
            appearance.set_zoom,
        )
        self.text_font = self.add_choice(
            "text_font",
            self._families(is_fixed=False),
            settings.font,
            appearance.set_font,
        )
        self.data_font = self.add_choice(
            "data_font",
            self._families(is_fixed=True),
            settings.data_font,
            appearance.set_data_font,
        )
        self.add_note(self.tr("Ctrl++ and Ctrl+- zoom too, and Ctrl+0 goes back to 100 %."))
        self.end()

    def reset(self) -> None:
        self.scheme.setCurrentIndex(index_of(self.scheme, Scheme.SYSTEM))
        self.accent.setCurrentIndex(index_of(self.accent, ""))
        self.density.setCurrentIndex(index_of(self.density, Density.COMFORTABLE))
        self.zoom.setCurrentIndex(index_of(self.zoom, 1.0))
        self.text_font.setCurrentIndex(index_of(self.text_font, ""))
        self.data_font.setCurrentIndex(index_of(self.data_font, ""))

    def _families(self, *, is_fixed: bool) -> Iterator[tuple[str, str]]:
        """The families of fonts that have Latin letters, after that of the system."""
        yield self.tr("As the system"), ""
        for family in QFontDatabase.families(QFontDatabase.WritingSystem.Latin):
            is_usable = not QFontDatabase.isPrivateFamily(family)
            if is_usable and QFontDatabase.isFixedPitch(family) is is_fixed:
                yield family, family

    def _accents(self, chosen: str) -> list[tuple[str, str | None]]:
        names = (
            self.tr("Blue"),
            self.tr("Violet"),
            self.tr("Pink"),
            self.tr("Red"),
            self.tr("Amber"),
            self.tr("Green"),
            self.tr("Teal"),
        )
        choices: list[tuple[str, str | None]] = [(self.tr("As the system"), "")]
        choices += zip(names, ACCENTS, strict=True)
        if chosen and chosen not in ACCENTS:
            choices.append((chosen, chosen))
        return [*choices, (self.tr("Another…"), None)]

    def _set_accent(self, accent: str | None) -> None:
        if accent is not None:
            self._appearance.set_accent(accent)
            return
        dialog = QColorDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(self._take_color)
        before = index_of(self.accent, self._settings.accent)
        dialog.rejected.connect(lambda: self.accent.setCurrentIndex(before))
        dialog.open()

    def _take_color(self, color: QColor) -> None:
        name = color.name()
        if self.accent.findData(name) < 0:
            self.accent.insertItem(self.accent.count() - 1, swatch(name), name, name)
        self.accent.setCurrentIndex(self.accent.findData(name))


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
