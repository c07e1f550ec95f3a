"""The guide inside the window: the Markdown files of `resources/guide`, searchable.

Links between pages work. A link to the web opens in the user's browser; the guide itself loads
nothing from the network.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from attrs import frozen
from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QBrush,
    QColor,
    QDesktopServices,
    QKeySequence,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFragment,
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
from app.ui.style.theme import Theme, WindowSheet, mono_font
from app.ui.style.tokens import Tokens

FIRST_PAGES: Final = (
    "window",
    "profile",
    "programs",
    "rules",
    "faults",
    "forward",
    "captures",
    "serve",
    "connect",
)
"""The order of these pages. All others follow by name."""

_NAME = Qt.ItemDataRole.UserRole
_HTML: Final = re.compile(r"<!--.*?-->|<picture>.*?</picture>", re.DOTALL)
"""Pictures, and marks for the programs that write parts of a page. After them, Qt loses a table."""

_OTHER_LINK: Final = re.compile(r"\[([^\]]+)\]\((?!https?://|#|[\w-]+\.md)[^)]*\)")


@frozen
class Page:
    """A page of the guide."""

    name: str
    """The file name without its ending."""
    title: str
    text: str
    """The Markdown."""


def read_pages(folder: Path) -> list[Page]:
    """The pages in `folder`, in their order."""
    pages = [_read(path) for path in sorted(folder.glob("*.md"))]
    rank = {name: number for number, name in enumerate(FIRST_PAGES)}
    return sorted(pages, key=lambda page: (rank.get(page.name, len(rank)), page.name))


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it: "Your own protocol" is "your-own-protocol"."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


class GuideWindow(QDialog):
    """Shows one page at a time, the list of pages, and how often each has what is looked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        WindowSheet(self)
        self._pages = {page.name: page for page in read_pages(resources.resource_path("guide"))}
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

    def show_page(self, name: str, anchor: str = "") -> None:
        """Show the page `name` from the heading with `anchor` on. Nothing if there is none."""
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(_NAME) == name:
                self.list.setCurrentItem(item)
                self.view.go_to(anchor)

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
        self.view.page_wanted.connect(self.show_page)
        for page in self._pages.values():
            item = QListWidgetItem(page.title)
            item.setData(_NAME, page.name)
            self.list.addItem(item)
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setObjectName("quiet")
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
        split.setSizes([230, 690])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self.resize(920, 640)

    def _show_chosen(self) -> None:
        page = self._pages.get(self.page)
        if page is not None:
            self.view.show_markdown(page.text)
            self.view.mark(self.search.text())

    def _search(self, text: str) -> None:
        wanted = text.strip().casefold()
        total = 0
        for row, page in enumerate(self._pages.values()):
            count = _readable(page.text).casefold().count(wanted) if wanted else 0
            total += count
            item = self.list.item(row)
            item.setText(f"{page.title} ({count})" if count else page.title)
            item.setHidden(bool(wanted) and not count)
        self.state.setText("" if total or not wanted else self.tr("The guide does not have this."))
        shown = [row for row in range(self.list.count()) if not self.list.item(row).isHidden()]
        if total and self.list.currentRow() not in shown:
            self.list.setCurrentRow(shown[0])
        self.view.mark(text.strip())


class GuideView(QTextBrowser):
    """A page of Markdown in the window's own type and colours."""

    page_wanted = Signal(str, str)
    """A link to another page was clicked: its name, and the anchor or an empty text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._markdown = ""
        self._wanted = ""
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

    def go_to(self, anchor: str) -> None:
        """Scroll to the heading with `anchor`; to the top if there is none."""
        block = self.document().begin()
        while anchor and block.isValid():
            if block.blockFormat().headingLevel() and slug(block.text()) == anchor:
                self.setTextCursor(QTextCursor(block))
                top = self.document().documentLayout().blockBoundingRect(block).top()
                self.verticalScrollBar().setValue(round(top))
                return
            block = block.next()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def mark(self, text: str) -> None:
        """Mark every place of `text`."""
        self._wanted = text
        marks = []
        cursor = self.document().find(text) if text else QTextCursor()
        while not cursor.isNull():
            mark = QTextEdit.ExtraSelection()
            mark.cursor = cursor
            mark.format = QTextCharFormat()
            mark.format.setBackground(QColor(Theme.of_application().design.colors.warning_soft))
            mark.format.setFontUnderline(True)
            marks.append(mark)
            cursor = self.document().find(text, cursor)
        self.setExtraSelections(marks)

    def find_from_here(self, *, backward: bool = False, from_end: bool = False) -> bool:
        """Go to the next place of the marked text. False if there is none."""
        if not self._wanted:
            return False
        if from_end:
            ends = QTextCursor.MoveOperation
            self.moveCursor(ends.End if backward else ends.Start)
        flags = QTextDocument.FindFlag.FindBackward if backward else QTextDocument.FindFlag(0)
        return self.find(self._wanted, flags)

    def _follow(self, url: QUrl) -> None:
        if url.scheme() in ("https", "http"):
            QDesktopServices.openUrl(url)
            return
        path = Path(url.path())
        if not url.path():
            self.go_to(url.fragment())
        elif path.suffix == ".md":
            self.page_wanted.emit(path.stem, url.fragment())

    def _show_again(self) -> None:
        at = self.verticalScrollBar().value()
        self.show_markdown(self._markdown)
        self.mark(self._wanted)
        self.verticalScrollBar().setValue(at)

    def _polish(self) -> None:
        """Give headings room, code its face and tables their lines."""
        design = Theme.of_application().design
        sizes = {1: design.type.heading, 2: design.type.title}
        for number in range(self.document().blockCount()):
            self._polish_block(self.document().findBlockByNumber(number), sizes, design)
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                form = frame.format().toTableFormat()
                form.setCellPadding(6)
                form.setCellSpacing(0)
                form.setBorderCollapse(True)
                form.setBorder(1)
                form.setBorderBrush(QBrush(design.colors.line))
                form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
                frame.setFormat(form)

    def _polish_block(self, block: QTextBlock, sizes: dict[int, int], design: Tokens) -> None:
        cursor = QTextCursor(block)
        form = block.blockFormat()
        body = design.type.body
        level = form.headingLevel()
        if level:
            form.setTopMargin(0 if level == 1 else 16)
            form.setBottomMargin(8)
        elif form.nonBreakableLines():
            form.setBackground(QColor(design.colors.window))
            form.setLeftMargin(8)
            is_last = not block.next().blockFormat().nonBreakableLines()
            form.setBottomMargin(8 if is_last else 0)
        elif cursor.currentTable() is None and block.textList() is None:
            form.setBottomMargin(8)
        cursor.setBlockFormat(form)
        for part in _parts(block):
            letters = part.charFormat()
            if level in sizes:
                letters.clearProperty(QTextCharFormat.Property.FontSizeAdjustment)
                letters.setFontPointSize(self.font().pointSizeF() * sizes[level] / body)
            if letters.fontFixedPitch():
                letters.setFontFamilies([mono_font().family(), *mono_font().families()])
            cursor.setPosition(part.position())
            cursor.setPosition(part.position() + part.length(), QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(letters)


def _parts(block: QTextBlock) -> list[QTextFragment]:
    parts, found = block.begin(), []
    while not parts.atEnd():
        found.append(parts.fragment())
        parts += 1
    return found


def _read(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    heading = re.search(r"^# +(.+)$", text, re.MULTILINE)
    # What follows a colon explains the title, and has no room in the list of pages.
    title = _readable(heading[1]).partition(":")[0].strip() if heading else path.stem
    return Page(path.stem, title, text)


def _readable(markdown: str) -> str:
    """`markdown` as it reads, roughly: a search finds no address of a link and no mark."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return re.sub(r"\s+", " ", re.sub(r"[*`_#|]", "", text))
