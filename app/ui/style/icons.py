"""The icons: one SVG file each in `resources/icons`, drawn in the colours of the palette.

The files have the colour `currentColor`. It becomes the colour of text, and changes when the
desktop turns dark or light.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol
from weakref import WeakKeyDictionary

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from shiboken6 import isValid

from app.runtime import resources

SIZES = (16, 20, 24, 32, 48)


class TakesIcon(Protocol):
    """An action or a button."""

    def setIcon(self, icon: QIcon) -> None:
        """Show `icon`."""


def pixmap(name: str, size: int, color: QColor, scale: float = 1.0) -> QPixmap:
    """The icon `name`, `size` logical pixels square, for a screen of `scale` pixels each."""
    image = _draw(_renderer(name, color), round(size * scale))
    image.setDevicePixelRatio(scale)
    return image


def icon(name: str) -> QIcon:
    """The icon `name` in the colours of the current palette, enabled and disabled."""
    palette = QGuiApplication.palette()
    enabled, disabled = (
        palette.color(group, QPalette.ColorRole.ButtonText)
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Disabled)
    )
    _source(name)  # an icon that is missing is an error here, not when it is painted
    return QIcon(SvgEngine(name, enabled, disabled))


class SvgEngine(QIconEngine):
    """Draws one icon at each size that is asked for, when it is first painted.

    The window has more than forty icons, and most are in menus, which are rarely opened.
    """

    def __init__(self, name: str, enabled: QColor, disabled: QColor) -> None:
        super().__init__()
        self._name = name
        self._enabled = enabled
        self._disabled = disabled
        self._drawn: dict[tuple[int, bool], QPixmap] = {}

    def clone(self) -> QIconEngine:
        return SvgEngine(self._name, self._enabled, self._disabled)

    def availableSizes(
        self, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off
    ) -> list[QSize]:
        return [QSize(size, size) for size in SIZES]

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        key = (min(size.width(), size.height()), mode is QIcon.Mode.Disabled)
        if key not in self._drawn:
            pixels, is_disabled = key
            color = self._disabled if is_disabled else self._enabled
            self._drawn[key] = _draw(_renderer(self._name, color), pixels)
        return self._drawn[key]

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        size = rect.size() * painter.device().devicePixelRatio()
        painter.drawPixmap(rect, self.pixmap(size, mode, state))


class Icons:
    """Sets the icons of actions and buttons, and sets them again after a change of the palette."""

    def __init__(self) -> None:
        self._given: WeakKeyDictionary[TakesIcon, str] = WeakKeyDictionary()
        # One for each name, so that each size is drawn once for all targets.
        self._made: dict[str, QIcon] = {}
        self._pixmaps: dict[tuple[str, int, int, float], QPixmap] = {}
        self._palette = 0

    def pixmap(self, name: str, size: int, color: QColor, scale: float = 1.0) -> QPixmap:
        """The same as the function `pixmap`, but cached."""
        key = (name, size, color.rgba(), scale)
        if key not in self._pixmaps:
            self._pixmaps[key] = pixmap(name, size, color, scale)
        return self._pixmaps[key]

    def give(self, target: TakesIcon, name: str) -> None:
        """Set the icon of `target`, and keep it in the colours of the palette."""
        self._given[target] = name
        target.setIcon(self._icon(name))

    def recolor(self) -> None:
        """Draw the icons again after a change of the palette, in `changeEvent` of the main window.

        Qt may have deleted a target with its row or tab while Python still has it.
        """
        self._pixmaps.clear()
        for target, name in list(self._given.items()):
            if isValid(target):
                target.setIcon(self._icon(name))

    def _icon(self, name: str) -> QIcon:
        palette = QGuiApplication.palette().cacheKey()
        if palette != self._palette:
            self._palette = palette
            self._made.clear()
        if name not in self._made:
            self._made[name] = icon(name)
        return self._made[name]


def _renderer(name: str, color: QColor) -> QSvgRenderer:
    text = _source(name).replace("currentColor", color.name())
    return QSvgRenderer(QByteArray(text.encode()))


def _draw(renderer: QSvgRenderer, pixels: int) -> QPixmap:
    image = QPixmap(pixels, pixels)
    if image.isNull():  # a button that is squeezed has no room for its icon
        return image
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(image.rect()))
    painter.end()
    return image


@lru_cache
def _source(name: str) -> str:
    return resources.resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")
