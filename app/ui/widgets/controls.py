"""Small controls: an on/off switch, a button with an icon alone, a graph of recent values, and a
button that opens a panel of choices that are rare.

superqt has a switch too, but importing it takes a third of the time that the window needs to open.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Property, QPoint, QPointF, QPropertyAnimation, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractButton,
    QFormLayout,
    QFrame,
    QSizePolicy,
    QStyleOptionToolButton,
    QToolButton,
    QWidget,
)

from app.ui.style.icons import Icons
from app.ui.style.theme import Theme

TRACK = QSize(34, 18)
MARGIN = 3
SPARKLINE = QSize(48, 18)
GLIDE_MS = 120
ARROW_SIZE = 12
_INDENT = "\N{EN SPACE}"
"""Keeps the text from the edge: Qt begins it there when the icon stands at the right."""


class Switch(QAbstractButton):
    """A checkable button with a sliding knob: on is right and coloured, off is left and grey."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._position = 0.0
        self._glide = QPropertyAnimation(self, b"position", self)
        self._glide.setDuration(GLIDE_MS)
        self.toggled.connect(self._move)

    def jump(self, on: bool) -> None:
        """Be on or off at once, without sliding: it is the switch of something else now."""
        self.setChecked(on)
        self._glide.stop()
        self._set_position(float(on))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter clicks it too. The arrows are left to the list that the switch is in."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.click()
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                event.ignore()
            case _:
                super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return TRACK + QSize(2 * MARGIN, 2 * MARGIN)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(0, 0, TRACK.width(), TRACK.height())
        track.moveCenter(QRectF(self.rect()).center())
        radius = track.height() / 2
        if not self.isEnabled():
            painter.setOpacity(0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._track_color())
        painter.drawRoundedRect(track, radius, radius)
        knob = QRectF(0, 0, track.height() - 4, track.height() - 4)
        knob.moveTop(track.top() + 2)
        knob.moveLeft(track.left() + 2 + self._position * (track.width() - track.height()))
        painter.setBrush(QColor("white"))
        painter.drawEllipse(knob)
        if self.hasFocus():
            self._paint_focus(painter, track.adjusted(-2, -2, 2, 2))

    def _paint_focus(self, painter: QPainter, ring: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1.5))
        painter.drawRoundedRect(ring, ring.height() / 2, ring.height() / 2)

    def _track_color(self) -> QColor:
        off = self.palette().color(QPalette.ColorRole.Mid)
        on = self.palette().color(QPalette.ColorRole.Highlight)
        return on if self._position > 0.5 else off

    def _move(self, on: bool) -> None:
        self._glide.stop()
        if not self.isVisible():
            self._set_position(float(on))
            return
        self._glide.setStartValue(self._position)
        self._glide.setEndValue(float(on))
        self._glide.start()

    def _get_position(self) -> float:
        return self._position

    def _set_position(self, position: float) -> None:
        self._position = position
        self.update()

    position = Property(float, _get_position, _set_position)


def icon_button(icons: Icons, icon: str, words: str, *, name: str = "") -> QToolButton:
    """A button with an icon alone. `words` say what it does, and `name` says it in short."""
    button = QToolButton(autoRaise=True)
    icons.give(button, icon)
    button.setToolTip(words)
    button.setAccessibleName(name or words)
    return button


class Sparkline(QWidget):
    """A graph as small as a word: the oldest value left, scaled to the largest.

    It draws nothing if all values are 0.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._values: list[float] = []

    def sizeHint(self) -> QSize:
        return SPARKLINE

    def show_values(self, values: Sequence[float]) -> None:
        """Draw `values`. Does nothing if they have not changed."""
        new = list(values)
        if new != self._values:
            self._values = new
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        top = max(self._values, default=0.0)
        if top <= 0 or len(self._values) < 2:
            return
        color = self.palette().color(QPalette.ColorRole.Highlight)
        line = self._line(top)
        area = QPolygonF([*line, QPointF(self.width(), self.height()), QPointF(0, self.height())])
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color.red(), color.green(), color.blue(), 50))
        painter.drawPolygon(area)
        painter.setPen(QPen(color, 1.2))
        painter.drawPolyline(QPolygonF(line))

    def _line(self, top: float) -> list[QPointF]:
        step = self.width() / (len(self._values) - 1)
        height = self.height() - 2
        return [
            QPointF(index * step, 1 + height * (1 - value / top))
            for index, value in enumerate(self._values)
        ]


class PopoverButton(QToolButton):
    """Opens its `panel`. Put labelled controls into it with `add_row`."""

    def __init__(self, icons: Icons, text: str = "") -> None:
        super().__init__()
        self.panel = _Panel(self)
        self.setObjectName("popoverButton")
        self.setText(text)
        self.setCheckable(True)
        self.setIconSize(QSize(ARROW_SIZE, ARROW_SIZE))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands at the right
        icons.give(self, "chevron-down")
        self.clicked.connect(self.open_panel)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        height = Theme.of_application().design.sizes.control
        return QSize(hint.width() + 4, max(height, hint.height()))

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        super().initStyleOption(option)
        option.text = f"{_INDENT}{option.text}"

    def add_row(self, label: str, control: QWidget) -> None:
        """Add `control` with `label` before it; `&` marks the letter of its key."""
        self.panel.rows.addRow(label, control)

    def open_panel(self) -> None:
        """Open the panel below the button, inside the screen, with the focus in it."""
        self.setChecked(True)
        panel = self.panel
        panel.adjustSize()
        below = self.mapToGlobal(QPoint(0, self.height() + 2))
        available = self.screen().availableGeometry()
        left = min(below.x(), available.right() - panel.width())
        top = min(below.y(), available.bottom() - panel.height())
        panel.move(max(available.left(), left), max(available.top(), top))
        panel.show()
        first = panel.rows.itemAt(0, QFormLayout.ItemRole.FieldRole)
        control = None if first is None else first.widget()
        if control is not None:
            control.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_panel()
        else:
            super().keyPressEvent(event)


class _Panel(QFrame):
    """Closes when the user clicks elsewhere, or presses Escape or Enter."""

    def __init__(self, button: PopoverButton) -> None:
        super().__init__(button, Qt.WindowType.Popup)
        self.setObjectName("popover")
        self._button = button
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.rows = QFormLayout(self)
        self.rows.setContentsMargins(12, 12, 12, 12)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.hide()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: object) -> None:
        self._button.setChecked(False)
