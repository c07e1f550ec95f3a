"""A page as coloured text that folds. It lays out and paints only the lines on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPolygonF,
    QResizeEvent,
    QTextLayout,
)
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QWidget

from app.traffic.content.page import Page
from app.traffic.content.parts import PartKind, parts
from app.ui.content.line_layouts import LineLayouts, ShownRows, letters, units
from app.ui.style.palette import quiet_color
from app.ui.style.theme import MonoFont

TOP: Final = 3
"""Above the first line on the screen."""

SELECTION_ALPHA: Final = 80
CURRENT_ALPHA: Final = 26
SEARCHED_LINES: Final = 50_000

Place = tuple[int, int]
"""A line, and a place in its text as UTF-16 units, as Qt counts."""


class PageView(QAbstractScrollArea):
    """Shows a `Page`, which may still grow. Parts fold by click or key; text can be selected.

    Up and Down move the current line, Left and Right fold and unfold it as in a tree.
    """

    selection_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = Page()
        self._rows = ShownRows(self._page)
        self._known_lines = 0
        self._anchor: Place = (0, 0)
        self._cursor: Place = (0, 0)
        MonoFont(self)
        self._layouts = LineLayouts(self.font(), self.palette(), self.tr("{0} lines"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Content"))
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.viewport().setAutoFillBackground(True)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)

    @property
    def page(self) -> Page:
        """The shown page."""
        return self._page

    @property
    def selection(self) -> tuple[Place, Place]:
        """The beginning and the end of the selected text. They are equal if there is none."""
        return min(self._anchor, self._cursor), max(self._anchor, self._cursor)

    @property
    def selected_text(self) -> str:
        """The selected text; without a selection all of it."""
        (first, start), (last, stop) = self.selection
        if not len(self._page):
            return ""
        if (first, start) == (last, stop):
            return self._page.text(0, len(self._page) - 1)
        texts = self._page.texts
        return self._page.text(
            first, last, letters(texts[first], start), letters(texts[last], stop)
        )

    @property
    def current_line(self) -> int:
        """The line with the cursor."""
        return self._cursor[0]

    def show_page(self, page: Page) -> None:
        """Show `page` from its beginning, with all parts unfolded."""
        self._page = page
        self._rows = ShownRows(page)
        self._anchor = self._cursor = (0, 0)
        self._known_lines = 0
        self._layouts.use_page(page, self._rows)
        self.verticalScrollBar().setValue(0)
        self.lines_added()
        self._report()

    def lines_added(self) -> None:
        """The page grew. The last line that was known may have got longer."""
        self._layouts.forget(self._known_lines - 1)
        self._known_lines = len(self._page)
        self._fit_bar()
        self.viewport().update()

    def is_folded(self, line: int) -> bool:
        """Whether the part that begins in `line` is folded."""
        return self._rows.is_folded(line)

    def fold(self, line: int, on: bool) -> None:
        """Fold or unfold the part that begins in `line`."""
        self._change_rows(lambda: self._rows.fold(line, on))

    def fold_all(self, on: bool) -> None:
        """Fold all parts inside of the outermost ones, or unfold everything."""
        self._change_rows(lambda: self._rows.fold_all(on))

    def select_text(self, text: str) -> bool:
        """Select the first place with `text`. False if it is in no single line."""
        for line, each in enumerate(self._page.texts[:SEARCHED_LINES]):
            at = each.find(text) if text else -1
            if at >= 0:
                self._rows.reveal(line)
                self._anchor = line, units(each[:at])
                self._cursor = line, units(each[: at + len(text)])
                self._change_rows(lambda: None)
                self._show_cursor()
                return True
        return False

    def select_all(self) -> None:
        """Select everything, without scrolling."""
        if len(self._page):
            last = len(self._page) - 1
            self._anchor, self._cursor = (0, 0), (last, units(self._page.texts[last]))
            self._report()

    def copy(self) -> None:
        """Copy the selected text, or all of it."""
        QGuiApplication.clipboard().setText(self.selected_text)

    def copy_part(self) -> None:
        """Copy the part that begins in the current line: an object, an element, a body."""
        if len(self._page):
            QGuiApplication.clipboard().setText(
                self._page.text(*self._page.part(self.current_line))
            )

    def fill_menu(self, menu: QMenu) -> None:
        """Add the actions on the text as it is shown."""
        menu.addAction(self.tr("Copy what is shown"), self.copy)
        if self._page.folds:
            menu.addAction(self.tr("Copy this part"), self.copy_part)
            menu.addSeparator()
            menu.addAction(self.tr("Fold all"), lambda: self.fold_all(True))
            menu.addAction(self.tr("Unfold all"), lambda: self.fold_all(False))
        menu.addSeparator()

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif len(self._page) and self._fold_by(Qt.Key(event.key())):
            return
        elif len(self._page) and (row := self._key_target(event)) is not None:
            row = max(0, min(row, len(self._rows) - 1))
            line = self._rows.line(row)
            extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            place = (line, units(self._page.texts[line]) if line >= self._anchor[0] else 0)
            self._move(place if extends else (line, 0), extends=extends)
            self._show_cursor()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not len(self._page):
            return
        at = event.position()
        line, _ = self._line_at(at.y())
        if event.button() is Qt.MouseButton.RightButton and not self._is_selected(line):
            self._move((line, 0), extends=False)  # the menu acts on this line
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if line in self._page.folds and at.x() < self._layouts.text_x(line):
            self.fold(line, not self.is_folded(line))
            self._move((line, 0), extends=False)
            return
        extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._move(self._place_at(at), extends=extends)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and len(self._page):
            self._move(self._place_at(event.position()), extends=True)
            self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select the part under the pointer: a string without its quotes, a name, a number."""
        if event.button() is not Qt.MouseButton.LeftButton or not len(self._page):
            return
        line, at = self._place_at(event.position())
        text = self._page.texts[line]
        letter = letters(text, at)
        for part in parts(text, self._page.style(line)):
            if part.start <= letter <= part.stop and part.kind is not PartKind.FAINT:
                inside = text[part.start : part.stop].strip('"')
                start = text.index(inside, part.start)
                self._anchor = line, units(text[:start])
                self._move((line, units(text[: start + len(inside)])), extends=True)
                return

    def _is_selected(self, line: int) -> bool:
        (first, _), (last, _) = self.selection
        return self._anchor != self._cursor and first <= line <= last

    def _fold_by(self, key: Qt.Key) -> bool:
        """Fold or unfold by this key. False if the key does something else."""
        line = self.current_line
        can_fold = line in self._page.folds
        match key:
            case Qt.Key.Key_Left if can_fold and not self.is_folded(line):
                self.fold(line, True)
            case Qt.Key.Key_Left:
                parent = self._rows.parent(line)
                if parent is not None:
                    self._move((parent, 0), extends=False)
                    self._show_cursor()
            case Qt.Key.Key_Right if can_fold:
                self.fold(line, False)
            case Qt.Key.Key_Right:
                return True
            case Qt.Key.Key_Space | Qt.Key.Key_Return | Qt.Key.Key_Enter if can_fold:
                self.fold(line, not self.is_folded(line))
            case _:
                return False
        return True

    def _key_target(self, event: QKeyEvent) -> int | None:
        """The row that a key goes to."""
        row = self._rows.row(self.current_line)
        page = max(1, len(list(self._lines_on_screen())) - 1)
        targets = {
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self._rows) - 1,
            Qt.Key.Key_PageUp: row - page,
            Qt.Key.Key_PageDown: row + page,
            Qt.Key.Key_Up: row - 1,
            Qt.Key.Key_Down: row + 1,
        }
        return targets.get(Qt.Key(event.key()))

    def _move(self, place: Place, *, extends: bool) -> None:
        self._cursor = place
        if not extends:
            self._anchor = place
        self._report()

    def _report(self) -> None:
        line = self.current_line
        if line < len(self._page):
            text = self._page.texts[line]
            folded = self.tr("Folded: {0}").format(text)
            self.setAccessibleDescription(folded if self.is_folded(line) else text)
        self.viewport().update()
        self.selection_changed.emit()

    def _change_rows(self, change: Callable[[], None]) -> None:
        top = self._rows.line(self.verticalScrollBar().value()) if len(self._rows) else 0
        change()
        self._layouts.forget()
        self._fit_bar()
        self.verticalScrollBar().setValue(self._rows.row(top))
        self._report()

    # Lines and places

    def _lines_on_screen(self) -> Iterator[tuple[int, float]]:
        """Each line that is at least partly shown, and its top."""
        y = float(TOP)
        for row in range(self.verticalScrollBar().value(), len(self._rows)):
            line = self._rows.line(row)
            yield line, y
            y += self._layouts.height(line)
            if y >= self.viewport().height():
                return

    def _line_at(self, y: float) -> tuple[int, float]:
        """The line at this height, and its top; below all lines the last one."""
        found = (0, float(TOP))
        for line, top in self._lines_on_screen():
            if top > y:
                break
            found = line, top
        return found

    def _place_at(self, at: QPointF) -> Place:
        line, top = self._line_at(at.y())
        layout = self._layouts.layout(line)
        row = max(0, int((at.y() - top) / self._layouts.line_height))
        text_line = layout.lineAt(min(row, layout.lineCount() - 1))
        place = int(text_line.xToCursor(at.x() - self._layouts.text_x(line)))
        return line, min(place, units(self._page.texts[line]))

    def _top_for(self, last: int) -> int:
        """The row at the top of the screen if the row `last` is the last one that fits."""
        room = float(self.viewport().height() - TOP)
        for row in range(last, -1, -1):
            room -= self._layouts.height(self._rows.line(row))
            if room < 0:
                return min(row + 1, last)
        return 0

    def _fit_bar(self) -> None:
        bar, count = self.verticalScrollBar(), len(self._rows)
        bar.setRange(0, self._top_for(count - 1) if count else 0)
        bar.setPageStep(max(1, count - bar.maximum()))

    def _show_cursor(self) -> None:
        bar, row = self.verticalScrollBar(), self._rows.row(self.current_line)
        bar.setValue(min(row, max(bar.value(), self._top_for(row))))

    # Events and painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._layouts.use_width(self.viewport().width())
        self._fit_bar()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        changes = (QEvent.Type.PaletteChange, QEvent.Type.FontChange)
        if event.type() in changes and hasattr(self, "_layouts"):
            self._layouts.use_style(self.font(), self.palette())
            self._fit_bar()
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        for line, top in self._lines_on_screen():
            self._paint_line(painter, line, top)

    def _paint_line(self, painter: QPainter, line: int, top: float) -> None:
        layout, palette = self._layouts.layout(line), self.palette()
        if line == self.current_line and self.hasFocus():
            ground = QColor(palette.color(QPalette.ColorRole.Highlight))
            ground.setAlpha(CURRENT_ALPHA)
            painter.fillRect(
                QRectF(0, top, self.viewport().width(), self._layouts.height(line)), ground
            )
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        layout.draw(
            painter, QPointF(self._layouts.text_x(line), top), self._selections(line, layout)
        )
        if line in self._page.folds:
            self._paint_mark(
                painter, QPointF(self._layouts.mark_x(line), top), self.is_folded(line)
            )

    def _selections(self, line: int, layout: QTextLayout) -> list[QTextLayout.FormatRange]:
        (first, start), (last, stop) = self.selection
        if not first <= line <= last or (first, start) == (last, stop):
            return []
        made = QTextLayout.FormatRange()
        made.start = start if line == first else 0
        made.length = (stop if line == last else units(layout.text())) - made.start
        ground = QColor(self.palette().color(QPalette.ColorRole.Highlight))
        ground.setAlpha(SELECTION_ALPHA)
        made.format.setBackground(ground)
        return [made]

    def _paint_mark(self, painter: QPainter, at: QPointF, is_folded: bool) -> None:
        """A small triangle that points down, or to the right where a part is folded."""
        side = self._layouts.char * 0.9
        middle = at + QPointF(self._layouts.char * 0.8, self._layouts.line_height / 2)
        corners = [
            QPointF(-side / 2, -side / 4),
            QPointF(side / 2, -side / 4),
            QPointF(0, side / 3),
        ]
        if is_folded:
            corners = [QPointF(each.y(), each.x()) for each in corners]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(quiet_color(self.palette()))
        painter.drawPolygon(QPolygonF([middle + each for each in corners]))
        painter.restore()
