"""Light or dark, and the few rules of style that a palette cannot say."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from app import resources
from app.ui.colors import AMBER, RED, pick


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


def use(app: QApplication, scheme: Scheme) -> None:
    """Turn the whole program light or dark, or leave it to the system."""
    app.styleHints().setColorScheme(_QT_SCHEMES[scheme])


def style_sheet(palette: QPalette) -> str:
    """`resources/style.qss`, with the colours that the palette does not have put in."""
    text = resources.path("style.qss").read_text(encoding="utf-8")
    line = palette.color(QPalette.ColorRole.WindowText)
    accent = palette.color(QPalette.ColorRole.Highlight)
    colors = {
        "@line": f"rgba({line.red()}, {line.green()}, {line.blue()}, 40)",
        "@faint": f"rgba({line.red()}, {line.green()}, {line.blue()}, 14)",
        "@accent-soft": f"rgba({accent.red()}, {accent.green()}, {accent.blue()}, 46)",
        "@amber": pick(AMBER, palette).name(),
        "@red": pick(RED, palette).name(),
    }
    for name in sorted(colors, key=len, reverse=True):
        text = text.replace(name, colors[name])
    return text
