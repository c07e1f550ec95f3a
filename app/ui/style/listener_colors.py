"""The colour of each listener, as a small swatch beside its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPalette, QPixmap

from app.profile import ListenerSpec
from app.profile.colors import Color, assign_colors
from app.ui.style.palette import is_dark
from app.ui.style.tokens import LISTENER_COLORS

SWATCH_SIZE = 12
_MARGIN = 2
_RADIUS = 2.5


class ListenerColors:
    """Assigns a colour to each listener of a deck, by name, and draws it."""

    def __init__(self, specs: Callable[[], Iterable[ListenerSpec]]) -> None:
        """`specs` returns the specs of all listeners in the deck."""
        self._specs = specs
        self._colors: dict[str, Color] = {}
        self._swatches: dict[tuple[Color, int], QPixmap] = {}

    def refresh(self) -> bool:
        """Assign colours again after the listeners changed. True if a colour changed."""
        before = self._colors
        self._colors = assign_colors({spec.name: spec.color for spec in self._specs()}, before)
        return before != self._colors

    def swatch(self, name: str) -> QPixmap:
        """The colour of the listener called `name`, in the application's current palette."""
        color = self._colors.get(name) or assign_colors({name: ""})[name]
        palette = QGuiApplication.palette()
        key = color, palette.cacheKey()
        if key not in self._swatches:
            if len(self._swatches) > 2 * len(Color):
                self._swatches.clear()
            self._swatches[key] = draw_swatch(color, palette)
        return self._swatches[key]


def listener_color(color: Color, palette: QPalette) -> QColor:
    """The colour that `color` has on the grounds of `palette`."""
    return QColor(LISTENER_COLORS[color][is_dark(palette)])


def draw_swatch(color: Color, palette: QPalette) -> QPixmap:
    """A square of `color` with rounded corners, for icons and decorations."""
    scale = QGuiApplication.primaryScreen().devicePixelRatio()
    side = round(SWATCH_SIZE * scale)
    image = QPixmap(side, side)
    image.setDevicePixelRatio(scale)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(listener_color(color, palette))
    inside = SWATCH_SIZE - 2 * _MARGIN
    painter.drawRoundedRect(QRectF(_MARGIN, _MARGIN, inside, inside), _RADIUS, _RADIUS)
    painter.end()
    return image
