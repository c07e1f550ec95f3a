"""A list of what was sent before, to search in and to choose from."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontDatabase, QKeyEvent
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
from app.client.history import HistoryWalk
from app.text.notation import Notation

SIZE = QSize(460, 260)
LONGEST_SHOWN = 200


class HistoryPopup(QFrame):
    """Filters as one types; Enter or a click chooses, Escape goes away. It deletes itself."""

    chosen = Signal(object)
    """The `Draft` that was chosen."""

    def __init__(self, past: HistoryWalk, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._past = past
        self.search = QLineEdit()
        self.list = QListWidget()
        self.empty = QLabel()
        self._set_up()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self.search)
        self.resize(SIZE)
        self.show_matching("")

    def show_above(self, widget: QWidget) -> None:
        """Open over `widget`, aligned with its left edge."""
        self.move(widget.mapToGlobal(QPoint(0, -self.height() - 4)))
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_matching(self, words: str) -> None:
        """List what holds all of `words`, the newest at the bottom, nearest to the eye."""
        self.list.clear()
        for draft in reversed(self._past.matching(words)):
            item = QListWidgetItem(_line(draft))
            item.setData(Qt.ItemDataRole.UserRole, draft)
            item.setToolTip(draft.text[:2_000])
            self.list.addItem(item)
        self.list.setCurrentRow(self.list.count() - 1)
        self.list.scrollToBottom()
        self.list.setVisible(self.list.count() > 0)
        self.empty.setVisible(self.list.count() == 0)
        self.empty.setText(
            self.tr("Nothing like that was sent.")
            if self._past.drafts
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
        self.list.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
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
