"""Containers that fit their content or their room: a scroll area as high as its content, a row that
folds, a row of buttons that shows their words where there is room, and the labels of a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QTabWidget,
    QToolButton,
    QWidget,
)

SCREEN_SHARE = 0.78
"""The largest share of the screen's height. The rest is for the widgets around it."""

_ROWS_APART = 5
"""The space between the rows of a folded box, in pixels."""

_KERNING = 3
"""The most that kerning takes from the width of a label, in pixels."""

_NO_BOUND = (1 << 24) - 1
"""Qt's value for no largest size; PySide has no name for it."""

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
_WORDS_BESIDE_ICON = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
_ICON_ONLY = Qt.ToolButtonStyle.ToolButtonIconOnly
_SIDE_BY_SIDE = QBoxLayout.Direction.LeftToRight
_FOLDED = QBoxLayout.Direction.TopToBottom


STRETCH: Final = None
"""In a row or a column: the room that is left."""

Part = QWidget | QLayout | tuple[QWidget | QLayout, int] | None
Box = TypeVar("Box", bound=QBoxLayout)


def fill(
    box: Box,
    *parts: Part,
    spacing: int | None = None,
    margins: int | tuple[int, int, int, int] | None = None,
) -> Box:
    """Put `parts` into a row or a column, and return it.

    A part is a widget or a layout, alone or with its share of the room that is left, or `STRETCH`.
    """
    if margins is not None:
        sides = margins if isinstance(margins, tuple) else (margins,) * 4
        box.setContentsMargins(*sides)
    if spacing is not None:
        box.setSpacing(spacing)
    for part in parts:
        if part is None:
            box.addStretch(1)
            continue
        item, share = part if isinstance(part, tuple) else (part, 0)
        if isinstance(item, QLayout):
            box.addLayout(item, share)
        else:
            box.addWidget(item, share)
    return box


class FittingScroll(QScrollArea):
    """As high as its content, as long as the screen has room for that. Then it scrolls."""

    def __init__(self, content: FittingContent) -> None:
        super().__init__()
        self._content = content
        self.setObjectName("fittingScroll")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)
        content.size_hint_changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        width = self._content.minimumSizeHint().width()
        needed = self._content.height_for(max(width, self.viewport().width()))
        most = round(self.screen().availableGeometry().height() * SCREEN_SHARE)
        if needed <= most:
            return QSize(width, needed)
        return QSize(width + self.verticalScrollBar().sizeHint().width(), most)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()  # text may wrap at other words now


class FittingContent(QWidget):
    """The content of a `FittingScroll`. It needs a layout."""

    size_hint_changed = Signal()
    """The size hint of the layout may have changed."""

    def height_for(self, width: int) -> int:
        """The height that it needs at this width."""
        # The size hint is that of a narrower widget, where text wraps in more lines.
        return self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.size_hint_changed.emit()
        return handled


class FoldingBox(QWidget):
    """A row of widgets that becomes a column if there is not enough width for all of them.

    So its minimum width is that of the widest part.
    """

    def __init__(
        self, spacing: int = 6, parent: QWidget | None = None, *, is_patient: bool = False
    ) -> None:
        """Patient, it folds only where the parts have not even their least widths."""
        super().__init__(parent)
        self._box = QBoxLayout(_SIDE_BY_SIDE, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)
        self._box.setSizeConstraint(QBoxLayout.SizeConstraint.SetNoConstraint)
        self._parts: list[QWidget] = []
        self._spacing = spacing
        self._is_patient = is_patient
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add(self, part: QWidget, stretch: int = 0, *, is_on_top: bool = False) -> None:
        """Add a part at the end; `stretch` is its share of the width that is left.

        On top, it stays level with the first row of a neighbour that folds.
        """
        self._parts.append(part)
        place = Qt.AlignmentFlag.AlignTop if is_on_top else Qt.AlignmentFlag(0)
        self._box.addWidget(part, stretch, place)
        part.installEventFilter(self)

    @property
    def is_folded(self) -> bool:
        """Whether the parts are in a column."""
        return self._box.direction() == _FOLDED

    def sizeHint(self) -> QSize:
        return self._size([part.sizeHint() for part in self._shown()])

    def minimumSizeHint(self) -> QSize:
        return self._size([part.minimumSizeHint() for part in self._shown()], is_least=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fold()  # a part needs more or less
        return super().event(event)

    def eventFilter(self, part: QObject, event: QEvent) -> bool:
        # A part was shown or hidden, or its size hint changed.
        if event.type() in (
            QEvent.Type.ShowToParent,
            QEvent.Type.HideToParent,
            QEvent.Type.LayoutRequest,
        ):
            self._fold()
            self.updateGeometry()
        return False

    def _shown(self) -> list[QWidget]:
        return [part for part in self._parts if not part.isHidden()]

    def _fold(self) -> None:
        needed = [
            (part.minimumSizeHint() if self._is_patient else part.sizeHint()).width()
            for part in self._shown()
        ]
        gaps = self._spacing * max(0, len(needed) - 1)
        direction = _FOLDED if sum(needed) + gaps > self.width() else _SIDE_BY_SIDE
        if direction != self._box.direction():
            self._box.setDirection(direction)
            is_folded = direction == _FOLDED
            self._box.setSpacing(min(_ROWS_APART, self._spacing) if is_folded else self._spacing)
            self.updateGeometry()

    def _size(self, sizes: list[QSize], *, is_least: bool = False) -> QSize:
        widths = [size.width() for size in sizes]
        heights = [size.height() for size in sizes]
        gaps = self._box.spacing() * max(0, len(sizes) - 1)
        width = max(widths, default=0) if is_least or self.is_folded else sum(widths) + gaps
        height = sum(heights) + gaps if self.is_folded else max(heights, default=0)
        return QSize(width, height)


def widen_labels(rows: QFormLayout) -> None:
    """Give the labels of `rows` a little more width than Qt measures.

    Qt draws the underlined letter apart from the others, without the kerning it measured with, and
    would cut the last letter.
    """
    for row in range(rows.rowCount()):
        item = rows.itemAt(row, QFormLayout.ItemRole.LabelRole)
        label = None if item is None else item.widget()
        if isinstance(label, QLabel):
            label.setMinimumWidth(label.sizeHint().width() + _KERNING)


def add_heading(rows: QFormLayout, text: str) -> QLabel:
    """Add a row with the heading of the rows that follow."""
    heading = QLabel(text)
    heading.setObjectName("formHeading")
    heading.setContentsMargins(0, 4, 0, 0)
    rows.addRow(heading)
    return heading


class ActionRow(QWidget):
    """A row of flat buttons for actions with icons. In a narrow place they show the icons alone."""

    def __init__(self, actions: Iterable[QAction]) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._buttons: list[QToolButton] = []
        self._has_words = True
        self._word_widths: dict[tuple[str, str], int] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSizeConstraint(QBoxLayout.SizeConstraint.SetNoConstraint)
        self._row.addStretch(1)
        for action in actions:
            button = QToolButton(autoRaise=True)
            button.setDefaultAction(action)
            button.setAccessibleName(action.text())
            self._row.addWidget(button)
            self._buttons.append(button)
        self._show_words(self._has_words)

    def sizeHint(self) -> QSize:
        return self._size(with_words=True)

    def minimumSizeHint(self) -> QSize:
        return self._size(with_words=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        has_words = event.size().width() >= self.sizeHint().width()
        if has_words != self._has_words:
            self._show_words(has_words)

    def _show_words(self, shown: bool) -> None:
        self._has_words = shown
        for button in self._buttons:
            button.setToolButtonStyle(_WORDS_BESIDE_ICON if shown else _ICON_ONLY)

    def _size(self, *, with_words: bool) -> QSize:
        hints = [each.sizeHint() for each in self._buttons]
        width = sum(hint.width() for hint in hints)
        if with_words != self._has_words:
            words = sum(map(self._word_width, self._buttons))
            width += words if with_words else -words
        gaps = self._row.spacing() * max(0, len(hints) - 1)
        return QSize(width + gaps, max((hint.height() for hint in hints), default=0))

    def _word_width(self, button: QToolButton) -> int:
        """By how much its words make `button` wider.

        Measured once for each text and font: another style of the button asks for a new layout,
        and that asks for this width again.
        """
        key = button.text(), button.font().key()
        if key not in self._word_widths:
            style = button.toolButtonStyle()
            widths = []
            for each in (_WORDS_BESIDE_ICON, _ICON_ONLY):
                button.setToolButtonStyle(each)
                widths.append(button.sizeHint().width())
            button.setToolButtonStyle(style)
            self._word_widths[key] = widths[0] - widths[1]
        return self._word_widths[key]


class FoldingTabs(QTabWidget):
    """Tabs that can be folded to the line of their titles.

    The splitters around them ask for their least size hundreds of times while the window opens or
    changes its size, and Qt would ask every page each time. So it is kept until the next request
    for a new layout.
    """

    open_wanted = Signal()
    """A title was clicked or a page is to be shown, while only the line of the titles is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_folded = False
        self._least_size: QSize | None = None
        self.tabBarClicked.connect(self._ask_to_open)
        self.currentChanged.connect(self._ask_to_open)

    @property
    def is_folded(self) -> bool:
        """Whether only the line of the titles is shown."""
        return self._is_folded

    @property
    def line_height(self) -> int:
        """The height of the line of the titles."""
        parts = filter(None, (self.tabBar(), self.cornerWidget(Qt.Corner.TopRightCorner)))
        return max(part.sizeHint().height() for part in parts)

    def fold(self, folded: bool) -> None:
        """Show only the line of the titles, or the current page below it too."""
        self._is_folded = folded
        pages = self.findChild(QStackedWidget, options=_DIRECT)
        assert isinstance(pages, QStackedWidget)
        pages.setVisible(not folded)  # else Tab would go to fields that nobody sees
        self.setMaximumHeight(self.line_height if folded else _NO_BOUND)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()  # whoever places them gives them more

    def minimumSizeHint(self) -> QSize:
        if self._least_size is None or not self.isVisible():  # hidden ones get no request
            self._least_size = super().minimumSizeHint()
        return self._least_size

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._least_size = None
        return super().event(event)

    def setCurrentWidget(self, page: QWidget) -> None:
        super().setCurrentWidget(page)
        self._ask_to_open()  # the page may be the current one already

    def _ask_to_open(self) -> None:
        if self._is_folded:
            self.open_wanted.emit()
