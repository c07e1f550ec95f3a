"""Light or dark, and the few rules of style that a palette cannot say."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app import resources
from app.ui.colors import AMBER, QUIET_ALPHA, RED, is_dark, pick


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


def use(app: QApplication, scheme: Scheme) -> None:
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
    text = resources.path("style.qss").read_text(encoding="utf-8")
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
