"""A label and a button whose text gives way: it ends in … where there is no room for all of it.

Qt's own make whatever they are in as wide as their text; a long name would push its row out of the
pane. `QStyle` is not spoken of here: to know all its enumerations takes PySide a sixtieth of the
time that the window needs to open.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyleOptionToolButton, QToolButton, QWidget

LEAST_LETTERS = 4
"""So many letters are always shown."""


class ElidingLabel(QLabel):
    """One line of plain text; the tool tip has all of it while the label has not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), _least_width(self)), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.contentsRect()
        shown = _elided(self, self.text(), Qt.TextElideMode.ElideRight, room.width())
        self.setToolTip("" if shown == self.text() else self.text())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, int(self.alignment()), shown)


class ElidingButton(QToolButton):
    """A flat button with its icon after the text, whose middle gives way: both ends tell most."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: str | None = None
        """What is painted instead of the text, while it is painted."""
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        hint = super().sizeHint()
        least = _least_width(self) + self.iconSize().width() + self._padding()
        return QSize(min(hint.width(), least), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.width() - self.iconSize().width() - self._padding()
        self._shown = _elided(self, self.text(), Qt.TextElideMode.ElideMiddle, room)
        super().paintEvent(event)
        self._shown = None

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        super().initStyleOption(option)
        if self._shown is not None:
            option.text = self._shown

    def _padding(self) -> int:
        text = self.fontMetrics().horizontalAdvance(self.text())
        return max(0, super().sizeHint().width() - text - self.iconSize().width())


def _least_width(widget: QWidget) -> int:
    return widget.fontMetrics().horizontalAdvance("x" * LEAST_LETTERS + "…")


def _elided(widget: QWidget, text: str, mode: Qt.TextElideMode, room: int) -> str:
    metrics = widget.fontMetrics()
    # Sizes are whole pixels. A text that is a fraction of one wider fits, which Qt would not see.
    if metrics.horizontalAdvance(text) <= room:
        return text
    return metrics.elidedText(text, mode, room)


# MERGED ui/wrapping: A label whose words wrap and are never cut off.


class WrappingLabel(QLabel):
    """Plain text in as many lines as it needs.

    Qt's own tells a layout no least height when its words wrap, so that a text that became longer
    is cut off. This one tells what it needs at the width it has.
    """

    def __init__(self, *, least_lines: int = 1, parent: QWidget | None = None) -> None:
        """There is always room for `least_lines`, so that the rest stays where it is."""
        super().__init__(parent)
        self._least_lines = least_lines
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)

    def sizeHint(self) -> QSize:
        # Qt's own is made for a width that the label seldom gets, and leaves a line empty.
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        least = self.fontMetrics().lineSpacing() * self._least_lines
        # Before it is shown, the width says nothing.
        needed = self.heightForWidth(self.width()) if self.isVisible() else 0
        return QSize(super().minimumSizeHint().width(), max(least, needed))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()
