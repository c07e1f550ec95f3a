"""Asks for a snippet: its name, its folder, and what it sends."""

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

from app.client.draft import LONGEST_TEXT, Draft, with_pasted
from app.client.snippets import LONGEST_NAME, Snippet
from app.client.transcript import count_bytes
from app.text.notation import NotationError
from app.ui.console.input_edit import InputEdit, InputState, NotationPicker, pasted
from app.ui.widgets.dialogs import dialog_buttons


class SnippetForm(QDialog):
    """Open it with `open_modal`; `kept` tells what was entered."""

    kept = Signal(object)
    """The `Snippet` as it was entered."""

    def __init__(self, snippet: Snippet, folders: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Snippet"))
        self.name = QLineEdit(snippet.name)
        self.folder = QComboBox()
        self.text = InputEdit(lambda: False)
        self.means = NotationPicker()
        self.state = InputState()
        self.buttons = dialog_buttons(
            QDialogButtonBox.StandardButton.Save, QDialogButtonBox.StandardButton.Cancel
        )
        self._set_up(folders)
        self._lay_out()
        self.folder.setEditText(snippet.folder)
        self.means.show_means(snippet.draft.notation, snippet.draft.ending)
        self.text.set_text(snippet.draft.text)
        self._check()
        self.name.setFocus()
        self.name.selectAll()

    @property
    def save_button(self) -> QPushButton:
        """Keeps what is entered, while it is right."""
        return self.buttons.button(QDialogButtonBox.StandardButton.Save)

    @property
    def draft(self) -> Draft:
        """What is to be sent."""
        return Draft(self.text.text(), self.means.notation, self.means.ending)

    def _set_up(self, folders: Sequence[str]) -> None:
        self.name.setMaxLength(LONGEST_NAME)
        self.folder.setEditable(True)
        self.folder.addItems(["", *folders])
        line = self.folder.lineEdit()
        assert line is not None
        line.setMaxLength(LONGEST_NAME)
        line.setPlaceholderText(self.tr("none"))
        self.text.setAccessibleName(self.tr("What it sends"))
        self.text.submitted.connect(self._keep)
        self.text.textChanged.connect(self._check)
        self.text.pasted.connect(self._paste)
        self.name.textChanged.connect(self._check)
        self.means.notation_chosen.connect(self._check)
        self.means.ending_chosen.connect(self._check)
        self.buttons.accepted.connect(self._keep)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow(self.tr("&Name"), self.name)
        form.addRow(self.tr("&Folder"), self.folder)
        form.addRow(self.tr("&Sends"), self.text)
        form.addRow("", self.means)
        form.addRow("", self.state)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addStretch(1)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(460)

    def _check(self) -> None:
        self.text.point_nowhere()
        mistake = self._mistake()
        self.save_button.setEnabled(not mistake)
        if mistake:
            self.state.show_mistake(mistake)

    def _mistake(self) -> str:
        draft = self.draft
        try:
            size = len(draft.compose())
        except NotationError as error:
            self.text.point_at(error.position, error.length)
            return str(error)
        if len(draft.text) > LONGEST_TEXT:
            return self.tr("A snippet holds up to {0} letters.").format(f"{LONGEST_TEXT:,}")
        if not self.name.text().strip():
            return self.tr("Give it a name.")
        self.state.show_words(count_bytes(size), "")
        return ""

    def _paste(self, source: QMimeData) -> None:
        try:
            outcome = with_pasted(self.draft, *self.text.selection, pasted(source))
        except NotationError as error:
            self.state.show_mistake(str(error))
            return
        self.means.show_means(outcome.draft.notation, outcome.draft.ending)
        self.text.set_text(outcome.draft.text, outcome.cursor)

    def _keep(self) -> None:
        if self.save_button.isEnabled():
            self.kept.emit(Snippet(self.name.text(), self.draft, self.folder.currentText()))
            self.accept()
