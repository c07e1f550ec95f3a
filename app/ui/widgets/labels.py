"""Labels and a button that adapt their text to their width: they shorten it with …, or wrap it.

Qt's own label and button are never narrower than their text, so a long name would make its row
wider than the pane. `QStyle` is not used here: to load its enumerations takes PySide a sixtieth of
the time that the window needs to open.
"""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyleOptionToolButton, QToolButton, QWidget

from app.ui.widgets.plain_text import set_tip
from app.ui.widgets.translation import translated

_END = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

LEAST_LETTERS = 4
"""The number of letters that are always shown."""

_LONG_WORD = re.compile(r"[!-~]{20,}")
_LAST_WORDS = re.compile(r"(?<=\s)(\S{1,12}) (\S{1,12})$", re.MULTILINE)
_LAST_IDEOGRAPHS = re.compile(
    r"(?<=[\u3400-\u9fff])[\u3400-\u9fff]{2}[\u2019\u201d\u300d\uff09]?[\u3002\uff01\uff1f]?$",
    re.MULTILINE,
)
_PARTS = re.compile(r"[^/\\._:=,;?&-]{0,15}[/\\._:=,;?&-]+|.{1,16}", re.DOTALL)


class ElidingLabel(QLabel):
    """One line of plain text. While it is shortened, the tool tip has all of it, and it shows
    nothing where there is room for less than some letters."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), _least_width(self)), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        _paint_line(self, self.text(), self.alignment())


class PartsLabel(ElidingLabel):
    """Parts of a line, as many of the first ones as there is room for. A number in them is never
    cut as long as another part can be left out."""

    SEPARATOR: Final = " · "

    def paintEvent(self, event: QPaintEvent) -> None:
        shown, room = self.text(), self.contentsRect().width()
        while self.fontMetrics().horizontalAdvance(shown) > room and self.SEPARATOR in shown:
            shown = shown.rpartition(self.SEPARATOR)[0]
        _paint_line(self, shown, self.alignment(), whole=self.text())


class TotalsLine(QWidget):
    """One line of plain text that changes often. It is as wide as its place.

    For each new text of a `QLabel`, Qt lays out the whole window again.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """The whole text."""
        return self._text

    def setText(self, text: str) -> None:
        """Show `text`. While it is shortened, the tool tip has all of it."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.update()

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        return QSize(0, self.fontMetrics().height() + margins.top() + margins.bottom())

    def paintEvent(self, event: QPaintEvent) -> None:
        start = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        _paint_line(self, self._text, start)


class SpareText(TotalsLine):
    """One line in the room that its neighbours leave: all of it at the end of the room, or none."""

    @property
    def has_room(self) -> bool:
        """Whether the text is shown."""
        return self.fontMetrics().horizontalAdvance(self.text()) <= self.contentsRect().width()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.has_room:
            painter = QPainter(self)
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(self.contentsRect(), int(_END), self.text())


class ElidingButton(QToolButton):
    """A flat button with its icon after the text. It is shortened in the middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: str | None = None
        """The shortened text, while the button is painted."""
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
        text, metrics = self.text(), self.fontMetrics()
        is_fitting = metrics.horizontalAdvance(text) <= room
        self._shown = text if is_fitting else elide_address(text, metrics, room)
        super().paintEvent(event)
        self._shown = None

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        super().initStyleOption(option)
        if self._shown is not None:
            option.text = self._shown
        if not self.autoRaise():
            option.text = f"\N{EN SPACE}{option.text}"  # or it would begin at the frame

    def _padding(self) -> int:
        text = self.fontMetrics().horizontalAdvance(self.text())
        return max(0, super().sizeHint().width() - text - self.iconSize().width())


def _least_width(widget: QWidget) -> int:
    return widget.fontMetrics().horizontalAdvance("x" * LEAST_LETTERS + "…")


def _paint_line(
    widget: QWidget, text: str, alignment: Qt.AlignmentFlag, *, whole: str | None = None
) -> None:
    room = widget.contentsRect()
    shown = _elided(widget, text, Qt.TextElideMode.ElideRight, room.width())
    if shown != text and room.width() < _least_width(widget):
        shown = ""
    whole = text if whole is None else whole
    set_tip(widget, "" if shown == whole else whole)
    painter = QPainter(widget)
    painter.setPen(widget.palette().color(widget.foregroundRole()))
    painter.drawText(room, int(alignment), shown)


def _elided(widget: QWidget, text: str, mode: Qt.TextElideMode, room: int) -> str:
    metrics = widget.fontMetrics()
    # Qt would also shorten a text that is only a fraction of a pixel too wide.
    if metrics.horizontalAdvance(text) <= room:
        return text
    return metrics.elidedText(text, mode, room)


class WrappingLabel(QLabel):
    """Plain text that wraps and is never cut off.

    A `QLabel` that wraps has no minimum height, so a layout cuts off a text that became longer.
    This label has the minimum height that it needs at its width. A long word, such as a path, wraps
    as well, and a short one does not stand alone on the last line.
    """

    def __init__(self, *, least_lines: int = 1, parent: QWidget | None = None) -> None:
        """It always has room for `least_lines`, so that the widgets below do not move."""
        super().__init__(parent)
        self._least_lines = least_lines
        self._text = ""
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)

    def text(self) -> str:
        return self._text

    def setText(self, text: str) -> None:
        text = translated(text)
        self._text = text
        super().setText(_LONG_WORD.sub(lambda found: _breakable(found[0]), _unbroken_end(text)))

    def sizeHint(self) -> QSize:
        # The hint of `QLabel` assumes another width, and leaves a line empty.
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        least = self.fontMetrics().lineSpacing() * self._least_lines
        # The width is not known before it is shown.
        needed = self.heightForWidth(self.width()) if self.isVisible() else 0
        return QSize(super().minimumSizeHint().width(), max(least, needed))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.updateGeometry()  # while it was hidden, it asked for less height

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()


def _unbroken_end(text: str) -> str:
    """`text` whose lines do not wrap before their last word, or before their last ideograph."""
    text = _LAST_WORDS.sub("\\1\N{NO-BREAK SPACE}\\2", text)
    return _LAST_IDEOGRAPHS.sub(lambda found: "\N{WORD JOINER}".join(found[0]), text)


def _breakable(word: str) -> str:
    """`word` with places where it may wrap: after its signs, or else after some letters."""
    parts = _PARTS.findall(word)
    return "\N{ZERO WIDTH SPACE}".join(parts)


def elide_address(text: str, metrics: QFontMetrics, width: int) -> str:
    """`text` cut to `width` before the port at its end: `Echo · 127.…:50122`.

    A text without a port is cut in its middle.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal():
        return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width)
    left = width - metrics.horizontalAdvance(colon + port)
    return metrics.elidedText(host, Qt.TextElideMode.ElideRight, max(0, left)) + colon + port


class MistakeLabel(WrappingLabel):
    """Says what is wrong. It is hidden while nothing is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName("trouble")
        self.setProperty("wrong", True)
        self.hide()

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setVisible(bool(text))


class OverlaidMistake(MistakeLabel):
    """A mistake that lies over the lower edge of a widget, so that nothing moves while one is being
    typed and all of it can be read at any width."""

    def __init__(self, over: QWidget, parent: QWidget) -> None:
        """`parent` is one of the parents of `over`."""
        super().__init__(parent)
        self.setObjectName("overlaidMistake")
        self._over = over
        over.installEventFilter(self)

    def setText(self, text: str) -> None:
        if translated(text) != self.text():
            super().setText(text)
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show):
            self._place()
        return False

    def _place(self) -> None:
        if self.isHidden():
            return
        parent = self.parentWidget()
        assert parent is not None
        room = QRect(self._over.mapTo(parent, QPoint()), self._over.size())
        room.setTop(room.bottom() + 1 - self.heightForWidth(room.width()))
        self.setGeometry(room)
        self.raise_()


def show_result(label: QLabel, words: str, *, wrong: bool = False) -> None:
    """Show `words` in a label as a quiet note, or as a mistake."""
    name = "trouble" if wrong else "quiet"
    if (label.text(), label.objectName()) != (words, name):
        label.setObjectName(name)
        label.setProperty("wrong", wrong)
        label.setText(words)
        label.style().unpolish(label)
        label.style().polish(label)
