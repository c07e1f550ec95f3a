"""A small editor for Python: colours, indentation, and one part of the file in the foreground."""

from __future__ import annotations

import keyword
import re
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QKeySequence,
    QSyntaxHighlighter,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from app.ui.style.theme import Theme
from app.ui.widgets.text_view import DataField

INDENT: Final = "    "
LINES_ABOVE: Final = 1
"""So many lines stay above the part that is scrolled to."""

_TOKENS: Final = re.compile(
    r"(?P<comment>#.*)"
    r"|(?P<text>[rbfu]{0,2}(?:\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?))"
    r"|\b(?P<keyword>" + "|".join(keyword.kwlist) + r")\b"
    r"|(?<=def )(?P<defined>\w+)|(?<=class )(?P<named>\w+)"
)
_QUOTES: Final = '"""'
_IN_QUOTES: Final = 1
"""The state of a line that ends inside a text of several lines."""


class CodeEditor(DataField):
    """Edits a Python file. The lines outside of the shown part are grey, but can be edited."""

    save_wanted = Signal()
    """The user pressed the keys for saving."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._colors = _Colors(self.document())
        self._wrong: int | None = None
        Theme.of_application().changed.connect(self._use_design)

    def show_part(self, lines: range) -> None:
        """Bring `lines` into the foreground, and scroll to them."""
        self.follow_part(lines)
        self.verticalScrollBar().setValue(max(0, lines.start - LINES_ABOVE))

    def follow_part(self, lines: range) -> None:
        """Bring `lines` into the foreground: the part may have grown."""
        self._colors.show_part(lines)

    def mark_line(self, line: int | None) -> None:
        """Mark the line with a mistake, or none."""
        self._wrong = line
        marks = []
        if line is not None:
            mark = QTextEdit.ExtraSelection()
            mark.cursor = QTextCursor(self.document().findBlockByNumber(line))
            mark.format = QTextCharFormat()
            soft = QColor(Theme.of_application().design.colors.danger_soft)
            mark.format.setBackground(soft)
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            marks.append(mark)
        self.setExtraSelections(marks)

    def replace_all(self, text: str) -> None:
        """Put `text` in place of all. The user can undo that."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Save):
            self.save_wanted.emit()
        elif event.key() == Qt.Key.Key_Tab and not event.modifiers():
            self.textCursor().insertText(INDENT)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._begin_line()
        elif event.key() == Qt.Key.Key_Backspace and self._is_after_indent():
            for _ in INDENT:
                self.textCursor().deletePreviousChar()
        else:
            super().keyPressEvent(event)

    def _begin_line(self) -> None:
        """Begin a line that is indented as the one before, and deeper after a colon."""
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        indent = before[: len(before) - len(before.lstrip())]
        cursor.insertText("\n" + indent + (INDENT if before.rstrip().endswith(":") else ""))
        self.ensureCursorVisible()

    def _is_after_indent(self) -> bool:
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        return not cursor.hasSelection() and before.endswith(INDENT) and not before.strip()

    def _use_design(self) -> None:
        self._colors.rehighlight()
        self.mark_line(self._wrong)


class _Colors(QSyntaxHighlighter):
    """Colours keywords, texts, comments and names of the shown part, and greys the rest."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._shown = range(0)

    def show_part(self, lines: range) -> None:
        """Colour `lines`."""
        if lines != self._shown:
            self._shown = lines
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        colors = Theme.of_application().design.colors
        block: QTextBlock = self.currentBlock()
        if block.blockNumber() not in self._shown:
            self.setFormat(0, len(text), _ink(colors.muted))
            self.setCurrentBlockState(0)
            return
        inks = {
            "comment": _ink(colors.muted),
            "text": _ink(colors.success),
            "keyword": _ink(colors.accent_text),
            "defined": _ink(colors.text, is_bold=True),
            "named": _ink(colors.text, is_bold=True),
        }
        start = self._colour_quotes(text, inks["text"])
        for token in _TOKENS.finditer(text, start):
            if _QUOTES not in token[0] and token.lastgroup is not None:
                self.setFormat(token.start(), len(token[0]), inks[token.lastgroup])

    def _colour_quotes(self, text: str, ink: QTextCharFormat) -> int:
        """Colour a text of several lines. Returns where it ends on this line."""
        is_inside = self.previousBlockState() == _IN_QUOTES
        begin = 0 if is_inside else text.find(_QUOTES)
        if begin < 0:
            self.setCurrentBlockState(0)
            return 0
        end = text.find(_QUOTES, begin if is_inside else begin + len(_QUOTES))
        self.setCurrentBlockState(_IN_QUOTES if end < 0 else 0)
        stop = len(text) if end < 0 else end + len(_QUOTES)
        self.setFormat(begin, stop - begin, ink)
        return stop


def _ink(color: str, *, is_bold: bool = False) -> QTextCharFormat:
    ink = QTextCharFormat()
    ink.setForeground(QColor(color))
    if is_bold:
        ink.setFontWeight(QFont.Weight.DemiBold)
    return ink
