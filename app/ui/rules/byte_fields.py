"""Fields for bytes: a line that is text or hex, a reply made of pieces, and several replies."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.rules.reading import MAX_REPLIES
from app.rules.spec import FilePiece, Order, Reply, TextPiece, Written
from app.rules.toml_values import MAX_PIECES
from app.text.notation import Notation
from app.ui.rules.edited_rules import one_line
from app.ui.style.icons import Icons
from app.ui.style.theme import MonoFont
from app.ui.widgets.controls import icon_button
from app.ui.widgets.layouts import STRETCH, fill

LONGEST_TEXT: Final = 64 * 1024
_EMPTY: Final = TextPiece(Written(""))
_FILE: Final = "file"


def line_edit(name: str, placeholder: str = "") -> QLineEdit:
    """A line for bytes, in the font of bytes. `name` is for people who cannot see it."""
    line = QLineEdit()
    line.setMaxLength(LONGEST_TEXT)
    line.setAccessibleName(name)
    line.setPlaceholderText(placeholder)
    MonoFont(line)
    return line


def choose(box: QComboBox, value: object) -> None:
    """Choose the item of `box` whose data is `value`. Qt's own search takes Qt's values only."""
    found = (index for index in range(box.count()) if box.itemData(index) == value)
    box.setCurrentIndex(next(found))


class WrittenEdit(QWidget):
    """Edits a `Written`. It is not checked here."""

    changed = Signal()

    def __init__(self, name: str, placeholder: str = "") -> None:
        super().__init__()
        self.notation = QComboBox()
        self.notation.addItem(self.tr("Text"), Notation.ESCAPES)
        self.notation.addItem(self.tr("Hex"), Notation.HEX)
        self.notation.setAccessibleName(self.tr("Text or hex"))
        self.notation.setToolTip(
            self.tr(r"Text has escapes such as \r\n and \x00, hex has two digits for each byte")
        )
        self.line = line_edit(name, placeholder)
        self.setFocusProxy(self.line)
        fill(QHBoxLayout(self), self.notation, (self.line, 1), margins=0)
        self.notation.currentIndexChanged.connect(self.changed)
        self.line.textChanged.connect(self.changed)

    @property
    def written(self) -> Written:
        """What is entered."""
        return Written(self.line.text(), self.notation.currentData())

    def show_written(self, written: Written) -> None:
        """Show `written` without a signal."""
        self.blockSignals(True)
        choose(self.notation, written.notation)
        self.line.setText(one_line(written.text))
        self.blockSignals(False)


class PieceEdit(QWidget):
    """One piece of a reply: text, hex or a file, and its name for checksums and lengths."""

    changed = Signal()
    removal_wanted = Signal()

    def __init__(self, piece: TextPiece | FilePiece, icons: Icons) -> None:
        super().__init__()
        self.kind = QComboBox()
        self.kind.addItem(self.tr("Text"), Notation.ESCAPES)
        self.kind.addItem(self.tr("Hex"), Notation.HEX)
        self.kind.addItem(self.tr("File"), _FILE)
        self.kind.setAccessibleName(self.tr("Kind of this piece"))
        self.content = line_edit(self.tr("Piece of the reply"), self.tr("nothing"))
        self.content.setToolTip(
            self.tr("Variables: {1}, {name} of a capture, {counter}, {time}, {uuid}, {length} …")
        )
        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("name"))
        self.name.setAccessibleName(self.tr("Name of this piece"))
        self.name.setToolTip(self.tr("By which a checksum or a length names it: {crc16:name}"))
        self.name.setMaximumWidth(90)
        self.remove = icon_button(icons, "close", self.tr("Remove this piece"))
        self._show(piece)
        fill(QHBoxLayout(self), self.kind, (self.content, 1), self.name, self.remove, margins=0)
        self.kind.currentIndexChanged.connect(self._change_kind)
        self.content.textChanged.connect(self.changed)
        self.name.textChanged.connect(self.changed)
        self.remove.clicked.connect(lambda: self.removal_wanted.emit())

    @property
    def piece(self) -> TextPiece | FilePiece:
        """What is entered."""
        if self.kind.currentData() == _FILE:
            return FilePiece(self.content.text())
        return TextPiece(Written(self.content.text(), self.kind.currentData()), self.name.text())

    def _show(self, piece: TextPiece | FilePiece) -> None:
        if isinstance(piece, FilePiece):
            choose(self.kind, _FILE)
            self.content.setText(piece.path)
            self.content.setCursorPosition(0)
        else:
            choose(self.kind, piece.written.notation)
            self.content.setText(one_line(piece.written.text))
            self.content.setCursorPosition(0)
            self.name.setText(piece.name)
        self.show_place(is_alone=True)

    def show_place(self, *, is_alone: bool) -> None:
        """A piece that is alone cannot be removed, and needs no name."""
        self._is_alone = is_alone
        has_name = bool(self.name.text()) or not is_alone
        self.name.setVisible(has_name and self.kind.currentData() != _FILE)
        self.remove.setVisible(not is_alone)

    def _change_kind(self) -> None:
        self.show_place(is_alone=self._is_alone)
        self.changed.emit()


class ReplyEdit(QWidget):
    """Edits the pieces of one reply. No piece, or a single empty one, is no reply."""

    changed = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.pieces: list[PieceEdit] = []
        self.add = QPushButton(self.tr("Add a piece"))
        self.add.setProperty("small", True)
        self.add.clicked.connect(self._add_empty)
        self._rows = QVBoxLayout()
        self.below = QHBoxLayout()
        """The line of the button; more may be added to it."""
        self.below.addWidget(self.add)
        self.below.addStretch(1)
        fill(QVBoxLayout(self), self._rows, self.below, margins=0)
        self.show_reply(())

    @property
    def reply(self) -> Reply:
        """What is entered."""
        reply = tuple(each.piece for each in self.pieces)
        return () if reply in ((), (_EMPTY,)) else reply

    def show_reply(self, reply: Reply) -> None:
        """Show another reply, without a signal."""
        while self.pieces:
            self._drop(self.pieces[-1])
        for piece in reply or (_EMPTY,):
            self._insert(piece)
        self._show_places()

    def _add_empty(self) -> None:
        self._insert(_EMPTY).content.setFocus()
        self._show_places()
        self.changed.emit()

    def _insert(self, piece: TextPiece | FilePiece) -> PieceEdit:
        row = PieceEdit(piece, self._icons)
        row.changed.connect(self.changed)
        row.removal_wanted.connect(lambda: self._remove(row))
        self.pieces.append(row)
        self._rows.addWidget(row)
        return row

    def _remove(self, row: PieceEdit) -> None:
        self._drop(row)
        self._show_places()
        self.changed.emit()

    def _drop(self, row: PieceEdit) -> None:
        self.pieces.remove(row)
        self._rows.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _show_places(self) -> None:
        for row in self.pieces:
            row.show_place(is_alone=len(self.pieces) == 1)
        self.add.setEnabled(len(self.pieces) < MAX_PIECES)


class RepliesEdit(QWidget):
    """Edits the replies of a rule, one at a time, and what follows after the last one."""

    changed = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._replies: list[Reply] = [()]
        self.current = QComboBox()
        self.current.setAccessibleName(self.tr("Which of the replies"))
        self.order = QComboBox()
        self.order.setAccessibleName(self.tr("After the last reply"))
        self.editor = ReplyEdit(icons)
        self.add = QPushButton(self.tr("Another one for the next time"))
        self.remove = QPushButton(self.tr("Remove this reply"))
        self._turns = QWidget()
        self._set_up()
        self._show_count(0)

    @property
    def replies(self) -> tuple[Reply, ...]:
        """What is entered. Several replies are kept even if one of them is empty."""
        return () if self._replies == [()] else tuple(self._replies)

    @property
    def after_last(self) -> Order:
        """What follows after the last reply."""
        order: Order = self.order.currentData()
        return order if len(self._replies) > 1 else Order.REPEAT

    def show_replies(self, replies: tuple[Reply, ...], order: Order) -> None:
        """Show other replies, without a signal."""
        self.blockSignals(True)
        self._replies = list(replies) or [()]
        choose(self.order, order)
        self._show_count(0)
        self.blockSignals(False)

    def _set_up(self) -> None:
        for order, words in (
            (Order.REPEAT, self.tr("then from the first again")),
            (Order.LAST, self.tr("then the last one again")),
            (Order.NOTHING, self.tr("then nothing")),
        ):
            self.order.addItem(words, order)
        for button in (self.add, self.remove):
            button.setProperty("small", True)
            self.editor.below.insertWidget(self.editor.below.count() - 1, button)
        fill(QHBoxLayout(self._turns), self.current, self.order, STRETCH, margins=0)
        fill(QVBoxLayout(self), self._turns, self.editor, margins=0)
        self.current.currentIndexChanged.connect(self._show_current)
        self.order.currentIndexChanged.connect(self.changed)
        self.editor.changed.connect(self._take)
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)

    def _show_count(self, current: int) -> None:
        count = len(self._replies)
        self.current.blockSignals(True)
        self.current.clear()
        words = self.tr("Reply {0} of {1}")
        self.current.addItems([words.format(each + 1, count) for each in range(count)])
        self.current.setCurrentIndex(current)
        self.current.blockSignals(False)
        self._turns.setVisible(count > 1)
        self.remove.setVisible(count > 1)
        self.add.setEnabled(count < MAX_REPLIES)
        self._show_current()

    def _show_current(self) -> None:
        self.editor.show_reply(self._replies[self.current.currentIndex()])

    def _take(self) -> None:
        self._replies[self.current.currentIndex()] = self.editor.reply
        self.changed.emit()

    def _add(self) -> None:
        place = self.current.currentIndex() + 1
        self._replies.insert(place, ())
        self._show_count(place)
        self.editor.pieces[0].content.setFocus()
        self.changed.emit()

    def _remove(self) -> None:
        place = self.current.currentIndex()
        del self._replies[place]
        self._show_count(max(0, place - 1))
        self.changed.emit()
