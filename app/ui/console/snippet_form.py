"""The dialog that makes or edits a snippet: its name, its folder, and the data it sends."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.client.draft import LONGEST_TEXT, Draft, paste_into
from app.client.saved.snippets import LONGEST_NAME, Snippet
from app.text.notation import NotationError
from app.text.readable import count_bytes
from app.ui.console.input_edit import InputEdit, InputState, NotationPicker, clipboard_data
from app.ui.widgets.dialogs import dialog_buttons
from app.ui.widgets.translation import translated


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
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addStretch(1)
        layout.addWidget(self.buttons)
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
