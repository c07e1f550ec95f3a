"""The tokens as a Qt palette, and the colours that a palette has no role for.

Painters outside the style use it. They pass the palette of their widget, so that a colour always
has enough contrast with its ground.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor, QPalette

from app.server.listener import State
from app.ui.style.tokens import Colors, Scheme, Tint, Tokens, tokens

_ROLES = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "window",
    QPalette.ColorRole.ToolTipBase: "raised",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.PlaceholderText: "muted",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "button",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "on_accent",
    QPalette.ColorRole.Light: "raised",
    QPalette.ColorRole.Midlight: "hover",
    QPalette.ColorRole.Mid: "track",
    QPalette.ColorRole.Dark: "control_line",
    QPalette.ColorRole.Shadow: "line",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.Link: "accent_text",
    QPalette.ColorRole.LinkVisited: "accent_text",
    QPalette.ColorRole.Accent: "accent",
}
_TEXTS = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
    QPalette.ColorRole.PlaceholderText,
)


def make_palette(design: Tokens) -> QPalette:
    """The palette of the whole program."""
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, QColor(getattr(design.colors, name)))
    for role in _TEXTS:
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(design.colors.disabled))
    return palette


def make_view_palette(design: Tokens) -> QPalette:
    """The palette of tables and lists: a chosen row keeps the colours of its text."""
    palette = make_palette(design)
    palette.setColor(QPalette.ColorRole.Highlight, QColor(design.colors.selection))
    palette.setColor(QPalette.ColorRole.HighlightedText, QColor(design.colors.text))
    return palette


def is_dark(palette: QPalette) -> bool:
    """Whether `palette` has light text on a dark ground."""
    return palette.color(QPalette.ColorRole.Window).lightness() < 128


def tint_color(tint: Tint, palette: QPalette) -> QColor:
    """The colour of a meaning, for text and signs on the grounds of `palette`."""
    return QColor(_colors(is_dark(palette)).tint(tint))


def quiet_color(palette: QPalette) -> QColor:
    """The colour of secondary text. It has more contrast than that of disabled controls."""
    return palette.color(QPalette.ColorRole.PlaceholderText)


def state_color(state: State, palette: QPalette) -> QColor:
    """The colour of the sign that shows the state of a listener."""
    match state:
        case State.LISTENING:
            return tint_color(Tint.SUCCESS, palette)
        case State.FAILED:
            return tint_color(Tint.DANGER, palette)
        case State.STARTING | State.STOPPING | State.DRAINING | State.PAUSED:
            return tint_color(Tint.WARNING, palette)
        case State.STOPPED:
            return quiet_color(palette)


@lru_cache(maxsize=2)
def _colors(dark: bool) -> Colors:
    """The colours of meanings, which do not depend on the accent."""
    return tokens(Scheme.DARK if dark else Scheme.LIGHT).colors
