"""The snippets panel beside the console: send, edit, order, import and export snippets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.client.draft import LONGEST_TEXT, Draft, paste_into
from app.client.saved.snippets import LONGEST_NAME, Snippet
from app.text.notation import NotationError
from app.text.readable import count_bytes
from app.ui.console.input_edit import InputEdit, InputState, NotationPicker, clipboard_data
from app.ui.console.saved_state import SHORTCUTS, SavedSnippets
from app.ui.style.icons import Icons
from app.ui.widgets.controls import icon_button
from app.ui.widgets.dialogs import dialog_buttons, open_modal, start_folder
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.layouts import STRETCH, fill
from app.ui.widgets.plain_text import plain_tip
from app.ui.widgets.translation import translated

_SNIPPET = Qt.ItemDataRole.UserRole


class SnippetTree(QTreeWidget):
    """The tree of folders and snippets. Enter sends, F2 edits, Del removes."""

    key_pressed = Signal(int)

    def event(self, event: QEvent) -> bool:
        # F2 is a shortcut of the window. Inside the tree it edits a snippet.
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if event.key() in (Qt.Key.Key_F2, Qt.Key.Key_Delete):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2, Qt.Key.Key_Delete)
        if event.key() in keys:
            self.key_pressed.emit(event.key())
        else:
            super().keyPressEvent(event)


class SnippetsPanel(QWidget):
    """Shows the `SavedSnippets`, and has the commands for the selected snippet."""

    send_wanted = Signal(object)
    """The user wants to send this `Snippet` now."""

    insert_wanted = Signal(object)
    """The user wants this `Snippet` in the input."""

    save_wanted = Signal()
    """The user wants to save the input as a snippet."""

    def __init__(self, saved_snippets: SavedSnippets, icons: Icons) -> None:
        super().__init__()
        self.saved_snippets = saved_snippets
        self.tree = SnippetTree()
        self.empty = QLabel()
        self.add_button = icon_button(
            icons,
            "plus",
            self.tr("Keep what is in the input"),
            name=self.tr("Keep what is in the input as a snippet"),
        )
        self.more_button = icon_button(icons, "more", self.tr("Import and export snippets"))
        self.notice = QFrame()
        self.notice_words = WrappingLabel()
        self.notice_words.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.undo_button = QPushButton(self.tr("Undo"))
        self.menu = QMenu(self)
        self._set_up(icons)
        self._lay_out()
        saved_snippets.changed.connect(self.show_snippets)
        saved_snippets.said.connect(self._say)

    @property
    def chosen(self) -> Snippet | None:
        """The selected snippet."""
        item = self.tree.currentItem()
        snippet: Snippet | None = item.data(0, _SNIPPET) if item is not None else None
        return snippet

    def show_snippets(self) -> None:
        """Fill the tree again. The selection stays."""
        chosen = self.chosen
        numbers = {each.key: n for n, each in enumerate(self.saved_snippets.snippets.in_order, 1)}
        self.tree.clear()
        for folder in ("", *self.saved_snippets.snippets.folders):
            parent = self._folder(folder) if folder else self.tree.invisibleRootItem()
            for each in self.saved_snippets.snippets.in_folder(folder):
                item = self._item(each, numbers[each.key])
                parent.addChild(item)
                if chosen is not None and each.key == chosen.key:
                    self.tree.setCurrentItem(item)
        self.tree.expandAll()
        is_empty = not len(self.saved_snippets.snippets)
        self.tree.setVisible(not is_empty)
        self.empty.setVisible(is_empty)
        if self.saved_snippets.removed is not None:
            self._say(
                self.tr("{0} is removed.").format(self.saved_snippets.removed.name), can_undo=True
            )
        elif self.undo_button.isVisibleTo(self):
            self.notice.hide()

    def save(self, draft: Draft, name: str = "") -> None:
        """Ask for a name, and save `draft` under it."""
        chosen = self.chosen
        folder = chosen.folder if chosen is not None else ""
        first = draft.text.strip().split("\n")[0][:30]
        self._ask(Snippet(name or first or "Snippet", draft, folder), self.saved_snippets.add)

    def edit(self) -> None:
        """Let the user edit the selected snippet."""
        old = self.chosen
        if old is not None:
            self._ask(old, lambda new: self.saved_snippets.replace(old, new))

    def send_numbered(self, number: int) -> None:
        """Send the snippet with this number, counted from 1, if there is one."""
        found = self.saved_snippets.snippets.in_order[number - 1 : number]
        if found:
            self.send_wanted.emit(found[0])

    def _ask(self, snippet: Snippet, save: Callable[[Snippet], object]) -> None:
        form = SnippetForm(snippet, self.saved_snippets.snippets.folders, self)
        form.saved.connect(save)
        open_modal(form)

    def _say(self, sentence: str, *, can_undo: bool = False) -> None:
        self.notice_words.setText(sentence)
        self.undo_button.setVisible(can_undo)
        self.notice.show()

    def _set_up(self, icons: Icons) -> None:
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(2)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.setUniformRowHeights(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(14)
        self.tree.setAccessibleName(self.tr("Snippets"))
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._open_menu)
        self.tree.itemDoubleClicked.connect(lambda *_: self._send())
        self.tree.key_pressed.connect(self._handle_key)
        self.empty.setText(
            self.tr("Nothing is kept yet. Type into the console, and press + to keep it here.")
        )
        self.empty.setObjectName("emptyHint")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.add_button.clicked.connect(self.save_wanted)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more_button.setMenu(self.menu)
        self.menu.addAction(self.tr("Import…")).triggered.connect(lambda _=False: self._import())
        self.menu.addAction(self.tr("Export all…")).triggered.connect(
            lambda _=False: self._export()
        )
        self.notice.setObjectName("offer")
        self.notice.hide()
        self.undo_button.clicked.connect(self.saved_snippets.undo_remove)
        self.undo_button.hide()

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Snippets"))
        title.setObjectName("paneTitle")
        top = fill(QHBoxLayout(), (title, 1), self.add_button, self.more_button)
        fill(
            QHBoxLayout(self.notice), (self.notice_words, 1), self.undo_button, margins=(8, 4, 4, 4)
        )
        fill(
            QVBoxLayout(self),
            top,
            (self.tree, 1),
            (self.empty, 1),
            self.notice,
            spacing=4,
            margins=(8, 4, 8, 8),
        )

    def _folder(self, name: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([name, ""])
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.tree.addTopLevelItem(item)
        item.setFirstColumnSpanned(True)
        return item

    def _item(self, snippet: Snippet, number: int) -> QTreeWidgetItem:
        keys = QKeySequence(f"Alt+{number}").toString(QKeySequence.SequenceFormat.NativeText)
        item = QTreeWidgetItem([snippet.name, keys if number <= SHORTCUTS else ""])
        item.setData(0, _SNIPPET, snippet)
        item.setForeground(1, self.palette().placeholderText())
        preview = snippet.draft.text[:500]
        item.setToolTip(0, plain_tip(f"{preview}\n({snippet.draft.notation.value})"))
        return item

    def _open_menu(self, at: QPoint) -> None:
        snippet = self.chosen
        if snippet is None or self.tree.itemAt(at) is not self.tree.currentItem():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self._actions(menu, snippet))
        menu.popup(self.tree.viewport().mapToGlobal(at))

    def _actions(self, menu: QMenu, snippet: Snippet) -> list[QAction]:
        actions = []
        for words, act in (
            (self.tr("Send"), self._send),
            (self.tr("Put into the input"), lambda: self.insert_wanted.emit(snippet)),
            (self.tr("Edit…"), self.edit),
            (self.tr("Move up"), lambda: self.saved_snippets.move(snippet, -1)),
            (self.tr("Move down"), lambda: self.saved_snippets.move(snippet, 1)),
            (self.tr("Remove"), lambda: self.saved_snippets.remove(snippet)),
        ):
            action = QAction(words, menu)
            action.triggered.connect(lambda _=False, act=act: act())
            actions.append(action)
        return actions

    def _handle_key(self, key: int) -> None:
        snippet = self.chosen
        if snippet is None:
            return
        match key:
            case Qt.Key.Key_F2:
                self.edit()
            case Qt.Key.Key_Delete:
                self.saved_snippets.remove(snippet)
            case _:
                self._send()

    def _send(self) -> None:
        if self.chosen is not None:
            self.send_wanted.emit(self.chosen)

    def _import(self) -> None:
        dialog = self._dialog(self.tr("Import snippets"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.saved_snippets.import_file(Path(name)))
        open_modal(dialog)

    def _export(self) -> None:
        dialog = self._dialog(self.tr("Export snippets"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("toml")
        dialog.fileSelected.connect(
            lambda name: self.saved_snippets.export(Path(name), list(self.saved_snippets.snippets))
        )
        open_modal(dialog)

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self, title, start_folder(self))
        dialog.setNameFilter(self.tr("Snippets (*.toml)"))
        return dialog


class SnippetForm(QDialog):
    """Open it with `open_modal`. `saved` gives the entered snippet."""

    saved = Signal(object)
    """The `Snippet` as it was entered."""

    def __init__(self, snippet: Snippet, folders: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Snippet"))
        self.name = QLineEdit(snippet.name)
        self.folder = QComboBox()
        self.text = InputEdit(lambda: False)
        self.notation_picker = NotationPicker()
        self.state = InputState()
        self.buttons = dialog_buttons(
            QDialogButtonBox.StandardButton.Save, QDialogButtonBox.StandardButton.Cancel
        )
        self._set_up(folders)
        self._lay_out()
        self.folder.setEditText(snippet.folder)
        self.notation_picker.show_choice(snippet.draft.notation, snippet.draft.ending)
        self.text.set_text(snippet.draft.text)
        self._check()
        self.name.setFocus()
        self.name.selectAll()

    @property
    def save_button(self) -> QPushButton:
        """The Save button. It is enabled while the input is valid."""
        return self.buttons.button(QDialogButtonBox.StandardButton.Save)

    @property
    def draft(self) -> Draft:
        """The data that the snippet sends."""
        return Draft(self.text.text(), self.notation_picker.notation, self.notation_picker.ending)

    def _set_up(self, folders: Sequence[str]) -> None:
        self.name.setMaxLength(LONGEST_NAME)
        self.folder.setEditable(True)
        self.folder.addItems(["", *folders])
        line = self.folder.lineEdit()
        assert line is not None
        line.setMaxLength(LONGEST_NAME)
        line.setPlaceholderText(self.tr("none"))
        self.text.setAccessibleName(self.tr("What it sends"))
        self.text.submitted.connect(self._save)
        self.text.textChanged.connect(self._check)
        self.text.pasted.connect(self._paste)
        self.name.textChanged.connect(self._check)
        self.notation_picker.notation_chosen.connect(self._check)
        self.notation_picker.ending_chosen.connect(self._check)
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow(self.tr("&Name"), self.name)
        form.addRow(self.tr("&Folder"), self.folder)
        form.addRow(self.tr("&Sends"), self.text)
        form.addRow("", self.notation_picker)
        form.addRow("", self.state)
        fill(QVBoxLayout(self), form, STRETCH, self.buttons)
        self.setMinimumWidth(460)

    def _check(self) -> None:
        self.text.clear_underline()
        mistake = self._mistake()
        self.save_button.setEnabled(not mistake)
        if mistake:
            self.state.show_mistake(mistake)

    def _mistake(self) -> str:
        draft = self.draft
        try:
            size = len(draft.compose())
        except NotationError as error:
            self.text.underline(error.position, error.length)
            return str(error)
        if len(draft.text) > LONGEST_TEXT:
            return self.tr("A snippet holds up to {0} letters.").format(f"{LONGEST_TEXT:,}")
        if not self.name.text().strip():
            return self.tr("Give it a name.")
        self.state.show_words(translated(count_bytes(size)), "")
        return ""

    def _paste(self, source: QMimeData) -> None:
        try:
            outcome = paste_into(self.draft, *self.text.selection, clipboard_data(source))
        except NotationError as error:
            self.state.show_mistake(str(error))
            return
        self.notation_picker.show_choice(outcome.draft.notation, outcome.draft.ending)
        self.text.set_text(outcome.draft.text, outcome.cursor)

    def _save(self) -> None:
        if self.save_button.isEnabled():
            self.saved.emit(Snippet(self.name.text(), self.draft, self.folder.currentText()))
            self.accept()
