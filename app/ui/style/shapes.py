"""The basic shapes of all controls, such as a rounded rectangle or a tick."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle

_State = QStyle.StateFlag
ENABLED = _State.State_Enabled.value
FOCUSED = _State.State_HasFocus.value
BY_KEYBOARD = _State.State_KeyboardFocusChange.value
HOVERED = _State.State_MouseOver.value
PRESSED = _State.State_Sunken.value
CHECKED = _State.State_On.value
PARTLY = _State.State_NoChange.value
SELECTED = _State.State_Selected.value
RAISED = _State.State_Raised.value
HORIZONTAL = _State.State_Horizontal.value
"""Bits of `QStyleOption.state.value`. Plain numbers, as Python's flags are ten times slower."""


class Direction(Enum):
    """The direction of a chevron. The value is its rotation in degrees; down is 0."""

    DOWN = 0
    LEFT = 90
    UP = 180
    RIGHT = 270


def fill(
    painter: QPainter, rect: QRect, color: str, *, radius: float = 0.0, line: str = ""
) -> None:
    """A rounded rectangle of `color`, with a hairline of the colour `line` if one is given.

    `QPainter.fillRect` is not used: PySide then makes the enumerations of `QGradient`, in 4 ms.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, radius > 0)
    painter.setBrush(QColor(color) if color else Qt.BrushStyle.NoBrush)
    if line:
        painter.setPen(QPen(QColor(line), 1.0))
        area = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        area = QRectF(rect)
    painter.drawRoundedRect(area, radius, radius)
    painter.restore()


def ring(painter: QPainter, rect: QRect, color: str, width: float, radius: float) -> None:
    """The focus ring. It is inside `rect`, so that it needs no room around it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(color), width))
    inset = width / 2
    painter.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), radius, radius)
    painter.restore()


def hairline(painter: QPainter, rect: QRect, color: str) -> None:
    """A line that fills `rect`, which is one pixel high or wide."""
    fill(painter, rect, color)


def chevron(
    painter: QPainter, rect: QRect, color: str, direction: Direction, size: float = 7.0
) -> None:
    """An open arrow head in the middle of `rect`, `size` pixels wide."""
    points = [QPointF(-size / 2, -size / 4), QPointF(0, size / 4), QPointF(size / 2, -size / 4)]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_round_pen(color, 1.4))
    painter.translate(QRectF(rect).center())
    painter.rotate(direction.value)
    painter.drawPolyline(QPolygonF(points))
    painter.restore()


def tick(painter: QPainter, rect: QRect, color: str) -> None:
    """A tick that fills the square `rect`, with a margin."""
    area, side = QRectF(rect), float(rect.width())
    points = [
        area.topLeft() + QPointF(x * side, y * side)
        for x, y in ((0.24, 0.53), (0.42, 0.70), (0.77, 0.31))
    ]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_round_pen(color, max(1.6, side / 9)))
    painter.drawPolyline(QPolygonF(points))
    painter.restore()


def dot(painter: QPainter, rect: QRect, color: str, *, line: str = "", width: float = 1.0) -> None:
    """A disc that fills the square `rect`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(color))
    painter.setPen(QPen(QColor(line), width) if line else Qt.PenStyle.NoPen)
    inset = width / 2 if line else 0.0
    painter.drawEllipse(QRectF(rect).adjusted(inset, inset, -inset, -inset))
    painter.restore()


def square(rect: QRect, side: int) -> QRect:
    """A square in the middle of `rect`."""
    return QRect(
        rect.x() + (rect.width() - side) // 2, rect.y() + (rect.height() - side) // 2, side, side
    )


def _round_pen(color: str, width: float) -> QPen:
    return QPen(
        QColor(color),
        width,
        Qt.PenStyle.SolidLine,
        Qt.PenCapStyle.RoundCap,
        Qt.PenJoinStyle.RoundJoin,
    )
