"""The history popup of the console input: search in what was sent, and choose an entry."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.client.draft import Draft
from app.client.saved.history import History
from app.text.notation import Notation
from app.ui.style.theme import MonoFont
from app.ui.widgets.layouts import fill
from app.ui.widgets.plain_text import set_tip

SIZE = QSize(460, 260)
LONGEST_SHOWN = 200


class HistoryPopup(QFrame):
    """Filters while the user types. Enter or a click chooses, Escape closes it.

    It is deleted when it closes.
    """

    chosen = Signal(object)
    """The `Draft` that was chosen."""

    def __init__(self, history: History, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._history = history
        self.search = QLineEdit()
        self.list = QListWidget()
        self.empty = QLabel()
        self._set_up()
        fill(QVBoxLayout(self), (self.list, 1), (self.empty, 1), self.search, margins=6)
        self.resize(SIZE)
        self.show_matching("")

    def show_above(self, widget: QWidget) -> None:
        """Open over `widget`, aligned with its left edge."""
        self.move(widget.mapToGlobal(QPoint(0, -self.height() - 4)))
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_matching(self, words: str) -> None:
        """List the entries that contain all of `words`. The newest is at the bottom."""
        self.list.clear()
        for draft in reversed(self._history.matching(words)):
            item = QListWidgetItem(_line(draft))
            item.setData(Qt.ItemDataRole.UserRole, draft)
            set_tip(item, draft.text)
            self.list.addItem(item)
        self.list.setCurrentRow(self.list.count() - 1)
        self.list.scrollToBottom()
        self.list.setVisible(self.list.count() > 0)
        self.empty.setVisible(self.list.count() == 0)
        self.empty.setText(
            self.tr("Nothing like that was sent.")
            if self._history.drafts
            else self.tr("Nothing was sent yet. What you send will be found here.")
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            match event.key():
                case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                    self._choose(self.list.currentItem())
                    return True
                case Qt.Key.Key_Up | Qt.Key.Key_Down | Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                    self.list.event(event)
                    return True
                case Qt.Key.Key_R if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                    self.list.setCurrentRow(max(0, self.list.currentRow() - 1))
                    return True
        return False

    def _set_up(self) -> None:
        self.search.setPlaceholderText(self.tr("Search in what was sent…"))
        self.search.setAccessibleName(self.tr("Search in what was sent"))
        self.search.textChanged.connect(self.show_matching)
        self.search.installEventFilter(self)
        self.list.setAccessibleName(self.tr("What was sent"))
        MonoFont(self.list)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.itemClicked.connect(self._choose)
        self.empty.setObjectName("quiet")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))
        self.close()


def _line(draft: Draft) -> str:
    text = draft.text[:LONGEST_SHOWN].replace("\n", " ⏎ ")
    return text if draft.notation is Notation.TEXT else f"{text}   ({draft.notation.value})"
