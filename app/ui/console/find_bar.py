"""Finds a text in a transcript, and goes from one place of it to the next."""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QToolButton, QWidget

from app.ui.style.icons import Icons

RECOUNT_MS = 300
"""The least time between two counts while the transcript grows."""

MOST_COUNTED = 10_000


class TranscriptFindBar(QWidget):
    """Enter is the next one, Shift+Enter the one before, Escape closes. Case does not matter."""

    closed = Signal()

    def __init__(self, view: QPlainTextEdit, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._needle = b""
        self._places: list[int] = []
        self.line = QLineEdit()
        self.count = QLabel()
        self.previous_button = QToolButton(autoRaise=True)
        self.next_button = QToolButton(autoRaise=True)
        self.close_button = QToolButton(autoRaise=True)
        self._recount = QTimer(self, singleShot=True, interval=RECOUNT_MS)
        self._recount.timeout.connect(self._count)
        self._set_up(icons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.count)
        layout.addWidget(self.previous_button)
        layout.addWidget(self.next_button)
        layout.addWidget(self.close_button)
        self.hide()
        self._show_count()

    def begin(self) -> None:
        """Show the bar, ready to type into."""
        # Not before it is shown: the icon of it loads all of Qt's image plugins.
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
        """There are other lines in the view: count again, soon."""
        if self.isVisible() and self.line.text() and not self._recount.isActive():
            self._recount.start()

    def go_on(self) -> None:
        """Select the next place, from the top again after the last."""
        self._count()
        at = self._view.textCursor().selectionEnd()
        self._select(bisect_left(self._places, at))

    def go_back(self) -> None:
        """Select the place before, from the bottom again after the first."""
        self._count()
        at = self._view.textCursor().selectionStart()
        self._select(bisect_left(self._places, at) - 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                (self.go_back if is_back else self.go_on)()
            case Qt.Key.Key_Escape:
                self.end()
            case _:
                return False
        return True

    def _set_up(self, icons: Icons) -> None:
        self.line.setPlaceholderText(self.tr("Find in the transcript…"))
        self.line.setAccessibleName(self.tr("Find in the transcript"))
        self.line.textChanged.connect(self._take_words)
        self.line.installEventFilter(self)
        self.count.setObjectName("quiet")
        for button, icon, name, act in (
            (
                self.previous_button,
                "find-previous",
                self.tr("The place before (Shift+Enter)"),
                self.go_back,
            ),
            (self.next_button, "find-next", self.tr("The next place (Enter)"), self.go_on),
            (self.close_button, "close", self.tr("Close the search (Esc)"), self.end),
        ):
            icons.give(button, icon)
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.clicked.connect(act)

    def _take_words(self) -> None:
        """Begin with the last place: what was just said is nearest."""
        self._count()
        if self._places:
            self._select(len(self._places) - 1)

    def _count(self) -> None:
        self._needle = _folded(self.line.text())
        self._places = _places(_folded(self._view.document().toRawText()), self._needle)
        self._show_count()

    def _show_count(self) -> None:
        found = len(self._places)
        for button in (self.previous_button, self.next_button):
            button.setEnabled(found > 0)
        self.count.setText(self._words(found) if self._needle else "")

    def _words(self, found: int) -> str:
        if not found:
            return self.tr("none found")
        total = f"{found:,}" + ("+" if found == MOST_COUNTED else "")
        cursor = self._view.textCursor()
        index = bisect_left(self._places, cursor.selectionStart())
        is_on_one = index < found and self._places[index] == cursor.selectionStart()
        if is_on_one and cursor.hasSelection():
            return self.tr("{0} of {1}").format(f"{index + 1:,}", total)
        return self.tr("{0} found").format(total)

    def _select(self, index: int) -> None:
        if not self._places:
            return
        start = self._places[index % len(self._places)]
        cursor = self._view.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(start + len(self._needle) // 2, QTextCursor.MoveMode.KeepAnchor)
        self._view.setTextCursor(cursor)
        self._view.ensureCursorVisible()
        self._show_count()


def _folded(text: str) -> bytes:
    """`text` without its case, as Qt counts letters: two bytes each."""
    lower = text.lower()
    if len(lower) != len(text):
        # Of a few letters the small one is longer; they would shift every place after them.
        lower = "".join(low if len(low := each.lower()) == 1 else each for each in text)
    return lower.encode("utf-16-le", "surrogatepass")


def _places(text: bytes, needle: bytes) -> list[int]:
    """Where `needle` begins, in letters: at most `MOST_COUNTED` places, none within another."""
    found: list[int] = []
    at = text.find(needle) if needle else -1
    while at >= 0 and len(found) < MOST_COUNTED:
        if at % 2:
            at = text.find(needle, at + 1)
            continue
        found.append(at // 2)
        at = text.find(needle, at + len(needle))
    return found
