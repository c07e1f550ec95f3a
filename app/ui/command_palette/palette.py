"""The panel of the command palette: a line to type into, and the entries that match below it.

The keyboard alone is enough: type, choose with the arrows, Enter runs, Esc closes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPalette, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.ui.command_palette.entries import Entry, Found, find, group_title
from app.ui.style.palette import quiet_color
from app.ui.style.theme import Theme
from app.ui.widgets.layouts import fill
from app.ui.widgets.translation import listed

WIDTH: Final = 620
ROWS_SHOWN: Final = 11
TOP_MARGIN: Final = 48
_PADDING: Final = 10
_GAP: Final = 12
_MOVES: Final = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: ROWS_SHOWN - 1,
    Qt.Key.Key_PageUp: 1 - ROWS_SHOWN,
}
_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class CommandPalette(QFrame):
    """Lies over its window while it is open. It deletes itself when it closes."""

    chosen = Signal(object)
    """This `Entry` runs next."""

    def __init__(self, entries: Iterable[Entry], window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._entries = list(entries)
        self._focus_before = QApplication.focusWidget()
        self.line = QLineEdit()
        self.model = _FoundModel()
        self.list = QListView()
        self.empty = QLabel(self.tr("Nothing matches."))
        self.setObjectName("commandPalette")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setAccessibleName(self.tr("Command palette"))
        self._set_up()
        window.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self._follow_focus)  # type: ignore[union-attr]
        self._show_found()

    def open(self) -> None:
        """Show it, ready to type."""
        self._place()
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_and_run(self) -> None:
        """Run the chosen entry after the focus is back where it was. Nothing if it is disabled."""
        found = self.model.found(self.list.currentIndex())
        if found is not None and found.entry.is_enabled:
            run = found.entry.run
            self.chosen.emit(found.entry)
            self._leave()
            # Not from here: what runs may open a dialog, and this panel must be gone by then.
            QTimer.singleShot(0, self._window, run)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            return self._handle_key(event)
        if watched is self.line and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # no command of the window runs by its key while one types here
            return True
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _set_up(self) -> None:
        self.line.setPlaceholderText(
            self.tr("Find a command, listener, connection, snippet or setting")
        )
        self.line.setAccessibleName(self.line.placeholderText())
        self.line.textChanged.connect(self._show_found)
        self.line.installEventFilter(self)
        self.empty.setObjectName("quiet")
        self.empty.setContentsMargins(_PADDING, 4, _PADDING, 4)
        self.list.setModel(self.model)
        self.list.setItemDelegate(_FoundDelegate(self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Found"))
        self.list.clicked.connect(lambda _index: self.close_and_run())
        self.list.selectionModel().currentChanged.connect(self._describe)
        fill(QVBoxLayout(self), self.line, self.list, self.empty, spacing=6, margins=8)

    def _handle_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in _MOVES:
            self._move(_MOVES[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_and_run()
        elif key == Qt.Key.Key_Escape:
            self._leave()
        else:
            return key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        return True

    def _move(self, by: int) -> None:
        count = self.model.rowCount()
        if count:
            row = self.list.currentIndex().row() + by
            # One step leaves an end for the other; a page stops there.
            row = row % count if abs(by) == 1 else max(0, min(count - 1, row))
            self.list.setCurrentIndex(self.model.index(row, 0))

    def _show_found(self) -> None:
        self.model.show(find(self.line.text(), self._entries))
        self.list.setCurrentIndex(self.model.index(0, 0))
        self.list.scrollToTop()
        self.list.setVisible(self.model.rowCount() > 0)
        self.empty.setVisible(self.model.rowCount() == 0)
        self._describe()
        if self.isVisible():
            self._place()

    def _describe(self) -> None:
        """Tell a screen reader, whose place is the line, which entry Enter would run."""
        found = self.model.found(self.list.currentIndex())
        words = self.empty.text() if found is None else spoken(found.entry)
        self.line.setAccessibleDescription(words)

    def _place(self) -> None:
        window = self._window
        row = self.list.sizeHintForRow(0) if self.model.rowCount() else 0
        rows = min(self.model.rowCount(), ROWS_SHOWN)
        self.list.setFixedHeight(max(row * rows, 1))
        width = min(round(WIDTH * Theme.of_application().zoom), window.width() - 32)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((window.width() - width) // 2, TOP_MARGIN)

    def _follow_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self.isVisible() and new is not self.line:
            self._focus_before = None  # the user has chosen another place
            self._leave()

    def _leave(self) -> None:
        if self.isHidden():
            return
        before, self._focus_before = self._focus_before, None
        self.hide()
        if before is not None:
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.deleteLater()


def spoken(entry: Entry) -> str:
    """`entry` in one line."""
    parts = [entry.text, group_title(entry.group), entry.detail, entry.keys]
    if not entry.is_enabled:
        parts.append(QCoreApplication.translate("CommandPalette", "not possible now"))
    return listed(part for part in parts if part)


class _FoundModel(QAbstractListModel):
    """The entries that match, best first."""

    def __init__(self) -> None:
        super().__init__()
        self._found: Sequence[Found] = ()

    def show(self, found: Sequence[Found]) -> None:
        """Show these."""
        self.beginResetModel()
        self._found = found
        self.endResetModel()

    def found(self, index: _Index) -> Found | None:
        """What stands at `index`."""
        return self._found[index.row()] if index.isValid() else None

    def rowCount(self, parent: _Index | None = None) -> int:
        return len(self._found)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> object:
        found = self.found(index)
        if found is None:
            return None
        if role == _Role.DisplayRole:
            return found.entry.text
        return spoken(found.entry) if role == _Role.AccessibleTextRole else None


class _FoundDelegate(QStyledItemDelegate):
    """Paints an entry: its text with the found letters in bold, the detail, the key at the right.

    The text is painted as it is: nothing in it is read as markup.
    """

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, super().sizeHint(option, index).height() + 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        assert isinstance(model, _FoundModel)
        found = model.found(index)
        if found is None:
            return
        palette: QPalette = option.palette
        rect: QRect = option.rect
        list_view = self.parent()
        assert isinstance(list_view, QListView)
        painter.save()
        if index == list_view.currentIndex():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.highlight())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(rect, 4, 4)
        room = rect.adjusted(_PADDING, 0, -_PADDING, 0)
        quiet = quiet_color(palette)
        entry = found.entry
        right = entry.keys or group_title(entry.group)
        room = _draw_right(painter, room, right, quiet)
        color = palette.text().color() if entry.is_enabled else quiet
        width = _draw_found(painter, room, found, color)
        rest = room.adjusted(width + _GAP, 0, 0, 0)
        detail = painter.fontMetrics().elidedText(
            entry.detail, Qt.TextElideMode.ElideMiddle, max(0, rest.width())
        )
        painter.setPen(quiet)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, detail)
        painter.restore()


def _draw_right(painter: QPainter, room: QRect, text: str, color: QColor) -> QRect:
    """Draw `text` at the right edge of `room`. Return the room that is left."""
    painter.setPen(color)
    painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
    return room.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(text) - _GAP, 0)


def _draw_found(painter: QPainter, room: QRect, found: Found, color: QColor) -> int:
    """Draw the text of `found` at the left edge of `room`. Return its width."""
    text = " ".join(found.entry.text.split("\n"))
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room.width() * 0.97))
    layout = QTextLayout(shown, painter.font())
    bold = QTextCharFormat()
    bold.setFontWeight(QFont.Weight.Bold)
    ranges = []
    for position in found.positions:
        if position < len(shown):
            part = QTextLayout.FormatRange()
            # Qt counts in UTF-16 units.
            part.start = _units(shown[:position])
            part.length = _units(shown[position])
            part.format = bold
            ranges.append(part)
    layout.setFormats(ranges)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(room.width())
    layout.endLayout()
    painter.setPen(color)
    top = room.top() + (room.height() - line.height()) / 2
    layout.draw(painter, QPointF(room.left(), top))  # as `drawText` rounds
    return round(line.naturalTextWidth())


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
