"""The find bar of a transcript: counts the matches of a text and moves between them."""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QToolButton, QWidget

from app.ui.style.icons import Icons
from app.ui.widgets.layouts import fill

RECOUNT_MS = 300
"""Minimum time between two counts while the transcript grows."""

MAX_MATCHES = 10_000


class TranscriptFindBar(QWidget):
    """Searches without regard to case.

    Enter goes to the next match, Shift+Enter to the previous one. Escape closes the bar.
    """

    closed = Signal()

    def __init__(self, view: QPlainTextEdit, icons: Icons) -> None:
        super().__init__()
        self._view = view
        self._needle = b""
        self._matches: list[int] = []
        self.line = QLineEdit()
        self.count = QLabel()
        self.previous_button = QToolButton(autoRaise=True)
        self.next_button = QToolButton(autoRaise=True)
        self.close_button = QToolButton(autoRaise=True)
        self._recount = QTimer(self, singleShot=True, interval=RECOUNT_MS)
        self._recount.timeout.connect(self._count)
        self._set_up(icons)
        fill(
            QHBoxLayout(self),
            (self.line, 1),
            self.count,
            self.previous_button,
            self.next_button,
            self.close_button,
            spacing=2,
            margins=0,
        )
        self.hide()
        self._show_count()

    def begin(self) -> None:
        """Show the bar and focus its line. A selection in the transcript becomes the search
        text."""
        # Set only now, because the icon of the clear button loads all of Qt's image plugins.
        self.line.setClearButtonEnabled(True)
        chosen = self._view.textCursor().selectedText()
        if chosen and "\u2029" not in chosen:
            self.line.setText(chosen)
        self.show()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()
        self._count()

    def end(self) -> None:
        """Hide the bar."""
        self._recount.stop()
        self.hide()
        self.closed.emit()

    def view_changed(self) -> None:
        """Count again soon, because the lines of the view changed."""
        if self.isVisible() and self.line.text() and not self._recount.isActive():
            self._recount.start()

    def find_next(self) -> None:
        """Select the next match. After the last one it starts again at the top."""
        self._count()
        at = self._view.textCursor().selectionEnd()
        self._select(bisect_left(self._matches, at))

    def find_previous(self) -> None:
        """Select the previous match. Before the first one it starts again at the bottom."""
        self._count()
        at = self._view.textCursor().selectionStart()
        self._select(bisect_left(self._matches, at) - 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                (self.find_previous if is_back else self.find_next)()
            case Qt.Key.Key_Escape:
                self.end()
            case _:
                return False
        return True

    def _set_up(self, icons: Icons) -> None:
        self.line.setPlaceholderText(self.tr("Find in the transcript…"))
        self.line.setAccessibleName(self.tr("Find in the transcript"))
        self.line.textChanged.connect(self._find_newest)
        self.line.installEventFilter(self)
        self.count.setObjectName("quiet")
        for button, icon, name, act in (
            (
                self.previous_button,
                "find-previous",
                self.tr("Previous match (Shift+Enter)"),
                self.find_previous,
            ),
            (self.next_button, "find-next", self.tr("Next match (Enter)"), self.find_next),
            (self.close_button, "close", self.tr("Close the search (Esc)"), self.end),
        ):
            icons.give(button, icon)
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.clicked.connect(act)

    def _find_newest(self) -> None:
        """Select the last match first, because the newest lines are the most interesting."""
        self._count()
        if self._matches:
            self._select(len(self._matches) - 1)

    def _count(self) -> None:
        self._needle = _folded(self.line.text())
        self._matches = _find_all(_folded(self._view.document().toRawText()), self._needle)
        self._show_count()

    def _show_count(self) -> None:
        found = len(self._matches)
        for button in (self.previous_button, self.next_button):
            button.setEnabled(found > 0)
        self.count.setText(self._count_text(found) if self._needle else "")

    def _count_text(self, found: int) -> str:
        if not found:
            return self.tr("none found")
        total = f"{found:,}" + ("+" if found == MAX_MATCHES else "")
        cursor = self._view.textCursor()
        index = bisect_left(self._matches, cursor.selectionStart())
        is_on_match = index < found and self._matches[index] == cursor.selectionStart()
        if is_on_match and cursor.hasSelection():
            return self.tr("{0} of {1}").format(f"{index + 1:,}", total)
        return self.tr("{0} found").format(total)

    def _select(self, index: int) -> None:
        if not self._matches:
            return
        start = self._matches[index % len(self._matches)]
        cursor = self._view.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(start + len(self._needle) // 2, QTextCursor.MoveMode.KeepAnchor)
        self._view.setTextCursor(cursor)
        self._view.ensureCursorVisible()
        self._show_count()


def _folded(text: str) -> bytes:
    """`text` in lower case as UTF-16. Qt counts positions in UTF-16 units of two bytes."""
    lower = text.lower()
    if len(lower) != len(text):
        # A few letters get longer in lower case. They stay as they are, because they would shift
        # all later positions.
        lower = "".join(low if len(low := each.lower()) == 1 else each for each in text)
    return lower.encode("utf-16-le", "surrogatepass")


def _find_all(text: bytes, needle: bytes) -> list[int]:
    """The positions of `needle` in UTF-16 units: at most `MAX_MATCHES`, without overlaps."""
    found: list[int] = []
    at = text.find(needle) if needle else -1
    while at >= 0 and len(found) < MAX_MATCHES:
        if at % 2:
            at = text.find(needle, at + 1)
            continue
        found.append(at // 2)
        at = text.find(needle, at + len(needle))
    return found
