"""Light or dark, and the few rules of style that a palette cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from app.profile import ListenerSpec
from app.profile.spec import Color, assign
from app.runtime import resources
from app.server.listener import State

# MERGED ui/colors: The few colours that a palette does not have: each with enough contrast on light and on dark.

GREEN = (QColor("#116329"), QColor("#4ac26b"))
RED = (QColor("#cf222e"), QColor("#ff7b72"))
AMBER = (QColor("#7d4e00"), QColor("#e3b341"))
QUIET_ALPHA = 165
BLUE = (QColor("#0969da"), QColor("#6cb6ff"))


def is_dark(palette: QPalette) -> bool:
    """Whether `palette` has light text on a dark ground."""
    return palette.color(QPalette.ColorRole.Window).lightness() < 128


def pick(pair: tuple[QColor, QColor], palette: QPalette) -> QColor:
    """The one of a (for light, for dark) pair that suits `palette`."""
    return pair[1] if is_dark(palette) else pair[0]


def quiet_color(palette: QPalette) -> QColor:
    """Text that steps back, and can still be read: that of disabled controls cannot."""
    color = palette.color(QPalette.ColorRole.WindowText)
    color.setAlpha(QUIET_ALPHA)
    return color


def state_color(state: State, palette: QPalette) -> QColor:
    """The colour of a listener's light."""
    match state:
        case State.LISTENING:
            return pick(GREEN, palette)
        case State.FAILED:
            return pick(RED, palette)
        case State.STARTING | State.STOPPING | State.DRAINING | State.PAUSED:
            return pick(AMBER, palette)
        case State.STOPPED:
            return palette.color(QPalette.ColorRole.PlaceholderText)


class Scheme(Enum):
    """What the user wants. The value is what the settings keep."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_QT_SCHEMES = {
    Scheme.SYSTEM: Qt.ColorScheme.Unknown,
    Scheme.LIGHT: Qt.ColorScheme.Light,
    Scheme.DARK: Qt.ColorScheme.Dark,
}


_DARK = {
    QPalette.ColorRole.Window: "#2b2d30",
    QPalette.ColorRole.WindowText: "#dfe1e5",
    QPalette.ColorRole.Base: "#1e1f22",
    QPalette.ColorRole.AlternateBase: "#26282b",
    QPalette.ColorRole.ToolTipBase: "#3a3d41",
    QPalette.ColorRole.ToolTipText: "#dfe1e5",
    QPalette.ColorRole.PlaceholderText: "#8b9098",
    QPalette.ColorRole.Text: "#dfe1e5",
    QPalette.ColorRole.Button: "#393b40",
    QPalette.ColorRole.ButtonText: "#dfe1e5",
    QPalette.ColorRole.BrightText: "#ffffff",
    QPalette.ColorRole.Light: "#4e5157",
    QPalette.ColorRole.Midlight: "#43454a",
    QPalette.ColorRole.Mid: "#5a5d63",
    QPalette.ColorRole.Dark: "#1a1b1d",
    QPalette.ColorRole.Shadow: "#111214",
    QPalette.ColorRole.Highlight: "#3d8bd8",
    QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.Link: "#6cb6ff",
    QPalette.ColorRole.Accent: "#3d8bd8",
}
_DARK_DISABLED = "#6f737a"


def apply_scheme(app: QApplication, scheme: Scheme) -> None:
    """Turn the whole program light or dark, or leave it to the system.

    Without a desktop that knows of colour schemes, Qt ignores the wish; then the palette is ours.
    """
    app.styleHints().setColorScheme(_QT_SCHEMES[scheme])
    app.setPalette(QPalette())
    if scheme is not Scheme.SYSTEM and is_dark(app.palette()) is not (scheme is Scheme.DARK):
        app.setPalette(_dark_palette() if scheme is Scheme.DARK else _light_palette())


def _dark_palette() -> QPalette:
    palette = QPalette()
    for role, color in _DARK.items():
        palette.setColor(role, QColor(color))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(_DARK_DISABLED))
    return palette


def _light_palette() -> QPalette:
    return QPalette(QColor("#efefef"))


def style_sheet(palette: QPalette) -> str:
    """`resources/style.qss`, with the colours that the palette does not have put in."""
    text = resources.resource_path("style.qss").read_text(encoding="utf-8")
    line = palette.color(QPalette.ColorRole.WindowText)
    accent = palette.color(QPalette.ColorRole.Highlight)
    colors = {
        "@line": f"rgba({line.red()}, {line.green()}, {line.blue()}, 40)",
        "@faint": f"rgba({line.red()}, {line.green()}, {line.blue()}, 14)",
        "@accent-soft": f"rgba({accent.red()}, {accent.green()}, {accent.blue()}, 46)",
        "@quiet": f"rgba({line.red()}, {line.green()}, {line.blue()}, {QUIET_ALPHA})",
        "@amber": pick(AMBER, palette).name(),
        "@red": pick(RED, palette).name(),
    }
    for name in sorted(colors, key=len, reverse=True):
        text = text.replace(name, colors[name])
    return text


# MERGED ui/listener_colors: The colour of each listener, as a small swatch beside its name wherever that stands.

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
            self._swatches[key] = draw_swatch(color, palette)
        return self._swatches[key]


def draw_swatch(color: Color, palette: QPalette) -> QPixmap:
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
