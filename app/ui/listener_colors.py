"""The colour of each listener, as a small swatch beside its name wherever that stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPalette, QPixmap

from app.profile import ListenerSpec
from app.profile.color import Color, assign
from app.ui.colors import pick

SWATCH_SIZE = 12
_GAP = 2

SHADES = {
    Color.BLUE: (QColor("#0050a0"), QColor("#6f8fff")),
    Color.ORANGE: (QColor("#c97a00"), QColor("#e69f00")),
    Color.GREEN: (QColor("#007a5e"), QColor("#1fbf8f")),
    Color.PINK: (QColor("#c4569a"), QColor("#e8a0cc")),
    Color.SKY: (QColor("#2f96d6"), QColor("#7fd0ff")),
    Color.RED: (QColor("#b5320a"), QColor("#ff6a3d")),
}
"""On light and on dark. Of each row any two differ also for those who see fewer colours."""


class ListenerColors:
    """Knows the colours of a deck's listeners by their names, and draws them."""

    def __init__(self, specs: Callable[[], Iterable[ListenerSpec]]) -> None:
        """`specs` gives those of the deck as they are."""
        self._specs = specs
        self._colors: dict[str, Color] = {}
        self._swatches: dict[tuple[Color, int], QPixmap] = {}

    def refresh(self) -> bool:
        """The listeners are other ones, or other than they were. Whether a colour is."""
        before = self._colors
        self._colors = assign({spec.name: spec.color for spec in self._specs()}, before)
        return before != self._colors

    def swatch(self, name: str) -> QPixmap:
        """The colour of the listener called `name`, in the palette of now."""
        color = self._colors.get(name) or assign({name: ""})[name]
        palette = QGuiApplication.palette()
        key = color, palette.cacheKey()
        if key not in self._swatches:
            if len(self._swatches) > 2 * len(Color):
                self._swatches.clear()
            self._swatches[key] = draw(color, palette)
        return self._swatches[key]


def draw(color: Color, palette: QPalette) -> QPixmap:
    """A round-cornered square of `color`, for icons and decorations."""
    scale = QGuiApplication.primaryScreen().devicePixelRatio()
    side = round(SWATCH_SIZE * scale)
    image = QPixmap(side, side)
    image.setDevicePixelRatio(scale)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pick(SHADES[color], palette))
    inside = SWATCH_SIZE - 2 * _GAP
    painter.drawRoundedRect(QRectF(_GAP, _GAP, inside, inside), 2, 2)
    painter.end()
    return image
