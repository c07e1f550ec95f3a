"""The few colours that a palette does not have: each with enough contrast on light and on dark."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from app.server.listener import State

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


def quiet(palette: QPalette) -> QColor:
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
