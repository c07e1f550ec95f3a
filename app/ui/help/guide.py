"""The guide inside the window, searchable.

Links between pages work. A link to the web opens in the user's browser; the guide itself loads
nothing from the network.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QRegularExpression, QSignalBlocker, Qt, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QBrush,
    QColor,
    QDesktopServices,
    QFont,
    QFontInfo,
    QKeySequence,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFragment,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.runtime import resources
from app.ui.help.guide_pages import Page, read_pages, readable, search_pattern
from app.ui.style.theme import Theme, WindowSheet, mono_font
from app.ui.style.tokens import Tokens
from app.ui.widgets.translation import installed_language

LINE_HEIGHT: Final = 1.65
"""In sizes of the font. By itself, a line with Chinese in it would be higher than one without."""

_NAME = Qt.ItemDataRole.UserRole
_HTML: Final = re.compile(r"<!--.*?-->|<picture>.*?</picture>", re.DOTALL)
"""Pictures, and marks for the programs that write parts of a page. After them, Qt loses a table."""

_OTHER_LINK: Final = re.compile(r"\[([^\]]+)\]\((?!https?://|#|(?:\.\./)?[\w-]+\.md)[^)]*\)")


class GuideWindow(QDialog):
    """Shows one page at a time, the list of pages, and how often each has what is looked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        WindowSheet(self)
        folder, language = resources.resource_path("guide"), installed_language().value
        self._pages = {page.name: page for page in read_pages(folder, language)}
        self._english = {page.name: page for page in read_pages(folder)}
        self._shown: Page | None = None
        self.search = QLineEdit()
        self.list = QListWidget()
        self.view = GuideView()
        self.state = QLabel()
        self.setWindowTitle(self.tr("Guide"))
        self._set_up()
        self._lay_out()
        self.show_page(next(iter(self._pages), ""))

    @property
    def page(self) -> str:
        """The name of the shown page."""
        row = self.list.currentRow()
        return str(self.list.item(row).data(_NAME)) if row >= 0 else ""

    @property
    def anchor(self) -> str:
        """That of the last heading at or above the top of the view, in English."""
        english = self._english.get(self.page)
        number = self.view.heading_at_top()
        return english.anchors[number] if english and number < len(english.anchors) else ""

    def show_page(self, name: str, anchor: str = "", *, in_english: bool = False) -> None:
        """Show the page `name` from a heading on. Nothing if there is no such page.

        The `anchor` is that of the heading in the shown language or in English.
        """
        for row in range(self.list.count()):
            if self.list.item(row).data(_NAME) == name:
                with QSignalBlocker(self.list):
                    self.list.setCurrentRow(row)
                self._show((self._english if in_english else self._pages)[name])
                self._go_to(anchor)

    def find_next(self, *, backward: bool = False) -> None:
        """Go to the next place of the searched text, on this page or on a following one."""
        if self.view.find_from_here(backward=backward):
            return
        rows = [row for row in range(self.list.count()) if not self.list.item(row).isHidden()]
        if not rows or not self.search.text():
            return
        here = rows.index(self.list.currentRow()) if self.list.currentRow() in rows else -1
        self.list.setCurrentRow(rows[(here + (-1 if backward else 1)) % len(rows)])
        self.view.find_from_here(backward=backward, from_end=True)

    def _set_up(self) -> None:
        self.search.setPlaceholderText(self.tr("Search the guide"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self.find_next)
        self.list.setAccessibleName(self.tr("Pages"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(lambda *_: self._show_chosen())
        self.list.itemClicked.connect(lambda *_: self._show_chosen())  # back from an English page
        self.view.link_followed.connect(self._follow)
        for page in self._pages.values():
            item = QListWidgetItem(page.title)
            item.setData(_NAME, page.name)
            self.list.addItem(item)
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setObjectName("quiet")
        self.state.hide()
        for keys, act in (
            ("Ctrl+F", lambda: self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)),
            ("F3", self.find_next),
            ("Shift+F3", lambda: self.find_next(backward=True)),
        ):
            action = QAction(self)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(lambda _=False, act=act: act())
            self.addAction(action)

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(12, 12, 8, 12)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self.state)
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.view)
        split.setStretchFactor(1, 1)
        split.setSizes([230, 750])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self.resize(980, 680)

    def _show_chosen(self) -> None:
        if self.page:
            self._show(self._pages[self.page])

    def _show(self, page: Page) -> None:
        if page is not self._shown:
            self._shown = page
            self.view.show_markdown(page.text)
            self.view.mark(search_pattern(self.search.text()))
            self.view.find_from_here(from_end=True)

    def _follow(self, path: str, anchor: str) -> None:
        if path:
            # A translated page may lead to an English one, which is in the folder above it.
            self.show_page(Path(path).stem, anchor, in_english=path.startswith("../"))
        else:
            self._go_to(anchor)

    def _go_to(self, anchor: str) -> None:
        known = [page.anchors for page in (self._shown, self._english.get(self.page)) if page]
        found = (anchors.index(anchor) for anchors in known if anchor in anchors)
        self.view.go_to(next(found, 0))

    def _search(self, text: str) -> None:
        wanted = search_pattern(text)
        total = 0
        for row, page in enumerate(self._pages.values()):
            places = re.findall(wanted, readable(page.text), re.IGNORECASE) if wanted else ()
            count = len(places)
            total += count
            item = self.list.item(row)
            item.setText(f"{page.title} ({count})" if count else page.title)
            item.setHidden(bool(wanted) and not count)
        self.state.setText("" if total or not wanted else self.tr("The guide does not have this."))
        self.state.setVisible(bool(self.state.text()))
        shown = [row for row in range(self.list.count()) if not self.list.item(row).isHidden()]
        if total and self.list.currentRow() not in shown:
            self.list.setCurrentRow(shown[0])
        self.view.mark(wanted)
        self.view.find_from_here(from_end=True)


class GuideView(QTextBrowser):
    """A page of Markdown in the window's own type and colours."""

    link_followed = Signal(str, str)
    """A link within the guide was clicked: the path of the page, empty for this one; the anchor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._markdown = ""
        self._wanted = QRegularExpression()
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setAccessibleName(self.tr("Page"))
        self.document().setDocumentMargin(24)
        self.anchorClicked.connect(self._follow)
        Theme.of_application().changed.connect(self._show_again)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing: a page has no pictures, and nothing is loaded from elsewhere."""
        return None

    def show_markdown(self, text: str) -> None:
        """Show `text` from its beginning."""
        self._markdown = text
        # A link to a file of the source tree leads nowhere from here.
        self.setMarkdown(_OTHER_LINK.sub(r"\1", _HTML.sub("", text)))
        self._polish()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def go_to(self, number: int) -> None:
        """Scroll to the heading with this number. The title has 0, and so has the top."""
        headings = self._headings()
        if 0 < number < len(headings):
            block = headings[number]
            self.setTextCursor(QTextCursor(block))
            top = self.document().documentLayout().blockBoundingRect(block).top()
            self.verticalScrollBar().setValue(round(top))
        else:
            self.moveCursor(QTextCursor.MoveOperation.Start)

    def heading_at_top(self) -> int:
        """The number of the last heading that is not below the top of the view."""
        top = self.cursorForPosition(QPoint(0, 0)).block().position()
        return max(sum(block.position() <= top for block in self._headings()) - 1, 0)

    def _headings(self) -> list[QTextBlock]:
        document = self.document()
        blocks = map(document.findBlockByNumber, range(document.blockCount()))
        return [block for block in blocks if block.blockFormat().headingLevel()]

    def mark(self, pattern: str) -> None:
        """Mark every place that the regular expression `pattern` matches, in either case."""
        ignoring_case = QRegularExpression.PatternOption.CaseInsensitiveOption
        self._wanted = QRegularExpression(pattern, ignoring_case)
        self._mark_again()

    def _mark_again(self) -> None:
        marks = []
        document, wanted = self.document(), self._wanted
        cursor = document.find(wanted) if wanted.pattern() else QTextCursor()
        while not cursor.isNull():
            mark = QTextEdit.ExtraSelection()
            mark.cursor = cursor
            mark.format = QTextCharFormat()
            mark.format.setBackground(QColor(Theme.of_application().design.colors.warning_soft))
            mark.format.setFontUnderline(True)
            marks.append(mark)
            cursor = document.find(wanted, cursor)
        self.setExtraSelections(marks)

    def find_from_here(self, *, backward: bool = False, from_end: bool = False) -> bool:
        """Go to the next place of the marked text. False if there is none."""
        if not self._wanted.pattern():
            return False
        if from_end:
            ends = QTextCursor.MoveOperation
            self.moveCursor(ends.End if backward else ends.Start)
        flags = QTextDocument.FindFlag.FindBackward if backward else QTextDocument.FindFlag(0)
        found = self.find(self._wanted, flags)
        if found:  # with what stands before and after it
            top = self.cursorRect().top() - self.viewport().height() // 3
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + top)
        return found

    def resizeEvent(self, event: QResizeEvent) -> None:
        is_in_view = self.viewport().rect().intersects(self.cursorRect())
        super().resizeEvent(event)
        if is_in_view and self.textCursor().hasSelection():
            self.ensureCursorVisible()  # the text wraps at other words now

    def _follow(self, url: QUrl) -> None:
        if url.scheme() in ("https", "http"):
            QDesktopServices.openUrl(url)
            return
        if not url.path() or url.path().endswith(".md"):
            self.link_followed.emit(url.path(), url.fragment())

    def _show_again(self) -> None:
        at = self.verticalScrollBar().value()
        self.show_markdown(self._markdown)
        self._mark_again()
        self.verticalScrollBar().setValue(at)

    def _polish(self) -> None:
        """Give headings room, code its face and tables their lines."""
        design = Theme.of_application().design
        edit = QTextCursor(self.document())
        edit.beginEditBlock()  # one layout at the end, instead of one for each change
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                _polish_table(frame, design)
        for number in range(self.document().blockCount()):
            self._polish_block(self.document().findBlockByNumber(number), design)
        edit.endEditBlock()

    def _polish_block(self, block: QTextBlock, design: Tokens) -> None:
        cursor = QTextCursor(block)
        form = block.blockFormat()
        level = form.headingLevel()
        is_code = form.nonBreakableLines()
        if level:
            form.setTopMargin(0 if level == 1 else 16)
            form.setBottomMargin(8)
        elif is_code:
            form.setBackground(QColor(design.colors.window))
            form.setLeftMargin(8)
            is_last = not block.next().blockFormat().nonBreakableLines()
            form.setBottomMargin(8 if is_last else 0)
            form.setNonBreakableLines(False)  # a long line goes on in the next, not beyond the page
        elif cursor.currentTable() is not None:
            form.setTopMargin(0)
            form.setBottomMargin(0)
        elif block.textList() is None:
            form.setBottomMargin(8)
        if not level and not is_code:
            height = round(QFontInfo(self.font()).pixelSize() * LINE_HEIGHT)
            form.setLineHeight(height, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor.setBlockFormat(form)
        if is_code:
            cursor.setBlockCharFormat(_in_mono(block.charFormat()))  # of an empty line
        self._polish_letters(block, design, is_code=is_code)

    def _polish_letters(self, block: QTextBlock, design: Tokens, *, is_code: bool) -> None:
        level = block.blockFormat().headingLevel()
        sizes = {1: design.type.heading, 2: design.type.title, 3: design.type.body}
        cursor = QTextCursor(block)
        for part in _parts(block):
            letters = part.charFormat()
            if level in sizes:
                letters.setFontWeight(QFont.Weight.Bold)  # Qt forgets it after code
                letters.clearProperty(QTextCharFormat.Property.FontSizeAdjustment)
                letters.setFontPointSize(self.font().pointSizeF() * sizes[level] / design.type.body)
            if is_code or letters.fontFixedPitch():
                letters = _in_mono(letters)
            cursor.setPosition(part.position())
            cursor.setPosition(part.position() + part.length(), QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(letters)


def _polish_table(table: QTextTable, design: Tokens) -> None:
    first = table.cellAt(0, 0)
    if first.firstCursorPosition().block() != first.lastCursorPosition().block():
        first.firstCursorPosition().deleteChar()  # an empty line that Qt adds after a code block
    bold = QTextCharFormat()
    bold.setFontWeight(QFont.Weight.Bold)
    for column in range(table.columns()):
        cursor = table.cellAt(0, column).firstCursorPosition()
        cursor.setPosition(table.cellAt(0, column).lastPosition(), QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(bold)
    form = table.format().toTableFormat()
    form.setCellPadding(6)
    form.setCellSpacing(0)
    form.setBorderCollapse(True)
    form.setBorder(1)
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderBrush(QBrush(design.colors.line))
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    form.setTopMargin(4)
    form.setBottomMargin(4)
    table.setFormat(form)


def _in_mono(letters: QTextCharFormat) -> QTextCharFormat:
    letters.setFontFamilies([mono_font().family(), *mono_font().families()])
    return letters


def _parts(block: QTextBlock) -> list[QTextFragment]:
    parts, found = block.begin(), []
    while not parts.atEnd():
        found.append(parts.fragment())
        parts += 1
    return found
