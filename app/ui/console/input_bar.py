"""The input bar of a console tab and of a send dialog.

It has the editor, the notation and line ending, the history, and a line that says how many bytes
the input makes or what is wrong with it. Pasted data that is too long for the editor is kept as
bytes and sent unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from attrs import evolve
from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QMessageBox,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.client.draft import (
    LONGEST_TEXT,
    Draft,
    PasteChange,
    constant_template,
    draft_template,
    paste_into,
    paste_into_bytes,
    readable_draft,
)
from app.client.saved.history import HistoryWalk
from app.client.session_messages import SessionState
from app.rules.template import Template
from app.text.notation import Notation, NotationError
from app.text.readable import count_bytes
from app.ui.console.input_edit import (
    InputEdit,
    InputState,
    NotationPicker,
    can_be_typed,
    clipboard_data,
)
from app.ui.console.saved_state import ConsoleState
from app.ui.style.icons import Icons
from app.ui.widgets.controls import icon_button
from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.layouts import fill
from app.ui.widgets.plain_text import message_box
from app.ui.widgets.translation import translated

LONGEST_LINE = 8 * 1024
"""In letters. The time that Qt needs to lay out a line grows with the square of its length."""


class InputBar(QWidget):
    """Sends what the user types to `session`. Before that it shows the size or the mistake."""

    acted = Signal()
    """The user acted on the session. Its new state should be shown immediately."""

    def __init__(self, session: SendTarget, saved_state: ConsoleState, icons: Icons) -> None:
        super().__init__()
        self._session = session
        self._saved_state = saved_state
        self._history_walk: HistoryWalk | None = None
        self._notation = Notation.TEXT
        self._has_variables = False
        self.input = InputEdit(lambda: saved_state.settings.enter_submits)
        self.pasted_bytes = PastedBytes(icons)
        self.notation_picker = NotationPicker()
        self.state = InputState()
        self.history_button = icon_button(
            icons,
            "history",
            self.tr("Search in what was sent (Ctrl+R)"),
            name=self.tr("Search in what was sent"),
        )
        self.menu_button = icon_button(
            icons,
            "keyboard",
            self.tr("Which key sends, clear the history"),
            name=self.tr("More about the input"),
        )
        self.menu = InputMenu(saved_state, self)
        self.send_button = QPushButton(self.tr("Send"))
        self.send_button.setProperty("kind", "primary")
        self._tools = QHBoxLayout()
        self._set_up(icons)
        self._lay_out()
        self.show_state()
        self._check()

    @property
    def draft(self) -> Draft:
        """The content of the editor, without pasted bytes."""
        return Draft(self.input.text(), self._notation, self.notation_picker.ending)

    def set_draft(self, draft: Draft, note: str = "", cursor_at: int | None = None) -> None:
        """Replace the content of the editor with `draft`, and show `note`."""
        if draft.notation is not Notation.HEX and not can_be_typed(draft.text):
            draft = draft.converted(Notation.ESCAPES)
        self.pasted_bytes.discard()
        self._notation = draft.notation
        self.notation_picker.show_choice(draft.notation, draft.ending)
        if draft.text != self.input.text() or cursor_at is not None:
            self.input.set_text(draft.text, cursor_at)
        self._check(note)

    def put_bytes(self, data: bytes) -> None:
        """Put `data` into the input so that it is sent unchanged."""
        draft = readable_draft(data, self.notation_picker.ending)
        if is_too_long_to_edit(draft.text):
            self.pasted_bytes.keep(data)
            self.send_button.setFocus()
        else:
            self.set_draft(draft)
            self.input.setFocus()

    def compose(self) -> bytes:
        """The bytes to send. Raises `NotationError`."""
        return self.draft.compose() if self.pasted_bytes.data is None else self.pasted_bytes.data

    def template(self) -> Template:
        """The input as a template with variables. Raises `NotationError`."""
        pasted = self.pasted_bytes.data
        return draft_template(self.draft) if pasted is None else constant_template(pasted)

    def allow_variables(self, allowed: bool) -> None:
        """Set whether the input may have variables. If so, an unknown one is a mistake."""
        self._has_variables = allowed
        self._check()

    def add_to_history(self) -> None:
        """Add the content of the editor to the history."""
        if self.pasted_bytes.data is None:
            self._saved_state.add_to_history(self.draft)
            self._history_walk = None

    def send(self) -> None:
        """Send the input and clear it. Input that cannot be sent stays, and the reason is shown."""
        try:
            data = self.compose()
        except NotationError:
            self.input.setFocus()
            return
        if self._session.send(data):
            self.add_to_history()
            if self.pasted_bytes.data is None:
                self.input.set_text("")
            self.pasted_bytes.discard()
        self.acted.emit()

    def show_error(self, sentence: str) -> None:
        """Show an error until the input changes."""
        self.state.show_mistake(sentence)

    def send_draft(self, draft: Draft) -> None:
        """Send `draft`. The input does not change."""
        try:
            data = draft.compose()
        except NotationError as error:
            self.show_error(str(error))
            return
        if self._session.send(data):
            self._saved_state.add_to_history(draft)
            self._history_walk = None
        self.acted.emit()

    def search(self) -> None:
        """Open the history popup."""
        # Imported late for a faster start.
        from app.ui.console.history_popup import HistoryPopup

        popup = HistoryPopup(self._saved_state.history, self)
        popup.chosen.connect(self._insert_from_history)
        popup.show_above(self.input)

    def show_state(self) -> None:
        """Show the state of the session."""
        connected = self._session.state is SessionState.CONNECTED
        self.send_button.setEnabled(connected)
        hint = self.tr("Type a line and press Enter") if connected else self.tr("Not connected")
        self.input.setPlaceholderText(hint)

    def add_tool(self, tool: QWidget) -> None:
        """Put `tool` before the menu at the end of the lower row."""
        self._tools.insertWidget(self._tools.indexOf(self.menu_button), tool)

    def _set_up(self, icons: Icons) -> None:
        self.input.setAccessibleName(self.tr("Text to send"))
        self.input.submitted.connect(self.send)
        self.input.textChanged.connect(self._check)
        self.input.older_wanted.connect(lambda: self._step_history(HistoryWalk.older))
        self.input.newer_wanted.connect(lambda: self._step_history(HistoryWalk.newer))
        self.input.search_wanted.connect(self.search)
        self.input.pasted.connect(self._paste)
        self.pasted_bytes.changed.connect(self._show_pasted_bytes)
        self.notation_picker.notation_chosen.connect(self._convert)
        self.notation_picker.ending_chosen.connect(self._check)
        self.history_button.clicked.connect(self.search)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setMenu(self.menu)
        self.menu.history_cleared.connect(self._history_was_cleared)
        self.send_button.clicked.connect(self.send)

    def _lay_out(self) -> None:
        top = fill(QHBoxLayout(), (self.input, 1), (self.pasted_bytes, 1), self.send_button)
        self._tools.setSpacing(4)
        self._tools.addWidget(self.notation_picker)
        self._tools.addSpacing(4)
        self._tools.addWidget(self.state, 1)
        self._tools.addWidget(self.history_button)
        self._tools.addWidget(self.menu_button)
        fill(QVBoxLayout(self), top, self._tools, spacing=4, margins=0)

    def _check(self, note: str = "") -> None:
        """Show the size of the input, or its mistake and where that is."""
        try:
            size = len(self.compose())
            if self._has_variables:
                self.template()
        except NotationError as error:
            self.input.underline(error.position, error.length)
            self.state.show_mistake(str(error))
            return
        self.input.clear_underline()
        is_empty = self.pasted_bytes.data is None and not self.input.text()
        self.state.show_words("" if is_empty else translated(count_bytes(size)), note)

    def _show_pasted_bytes(self) -> None:
        self.input.setVisible(self.pasted_bytes.data is None)
        self.notation_picker.setEnabled(self.pasted_bytes.data is None)
        self._check()

    def _convert(self) -> None:
        before, notation = self.draft, self.notation_picker.notation
        try:
            draft, note = before.converted(notation), ""
        except NotationError as error:
            draft = evolve(before, notation=notation)
            note = self.tr("Kept as typed. {0}").format(error)
        if is_too_long_to_edit(draft.text):
            draft = evolve(before, notation=notation)
            note = self.tr("Kept as typed: it would be too long.")
        self.set_draft(draft, note)

    def _step_history(self, step: Callable[[HistoryWalk, Draft], Draft]) -> None:
        self._history_walk = self._history_walk or HistoryWalk(self._saved_state.history)
        self.set_draft(step(self._history_walk, self.draft))

    def _insert_from_history(self, draft: Draft) -> None:
        self._history_walk = None
        self.set_draft(draft)
        self.input.setFocus()

    def _history_was_cleared(self) -> None:
        self._history_walk = None
        self._check(self.tr("What was sent before is forgotten."))

    def _paste(self, source: QMimeData) -> None:
        found, selection = clipboard_data(source), self.input.selection
        try:
            outcome = paste_into(self.draft, *selection, found)
            if is_too_long_to_edit(outcome.draft.text):
                self.pasted_bytes.keep(paste_into_bytes(self.draft, *selection, found))
                return
        except NotationError as error:
            self._check(self.tr("Not pasted. {0}").format(error))
            return
        notes = {
            PasteChange.NOTHING: "",
            PasteChange.TO_CRLF: self.tr("Lines end in CRLF, as in what was pasted."),
            PasteChange.TO_HEX: self.tr("What was pasted is no text, so it is in hex."),
            PasteChange.TO_ESCAPES: self.tr("What was pasted is no text, so it has escapes."),
        }
        self.set_draft(outcome.draft, notes[outcome.change], outcome.cursor)


class SendTarget(Protocol):
    """The receiver of the input: a `Session`, or the recipients of a send dialog."""

    @property
    def state(self) -> SessionState:
        """`SessionState.CONNECTED` while data can be sent."""
        ...

    def send(self, data: bytes) -> bool:
        """Send `data`. Return whether that was possible."""
        ...


class PastedBytes(QFrame):
    """Keeps pasted bytes that are too long for the editor. Shows their size and a discard button.

    Hidden while there are none.
    """

    changed = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.setObjectName("offer")
        self.data: bytes | None = None
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.discard_button = icon_button(
            icons,
            "close",
            self.tr("Let go of them, and type instead"),
            name=self.tr("Let go of what was pasted"),
        )
        self.discard_button.clicked.connect(self.discard)
        fill(QHBoxLayout(self), (self.words, 1), self.discard_button, margins=(8, 1, 2, 1))
        self.hide()

    def keep(self, data: bytes) -> None:
        """Keep `data` until it is sent or discarded."""
        self.data = data
        self.words.setText(
            self.tr("{0}, too long to edit: sent exactly as they are").format(
                translated(count_bytes(len(data)))
            )
        )
        self.show()
        self.changed.emit()

    def discard(self) -> None:
        """Discard the bytes."""
        if self.data is not None:
            self.data = None
            self.hide()
            self.changed.emit()


def is_too_long_to_edit(text: str) -> bool:
    """Whether an editor would be slow with `text`."""
    if len(text) > LONGEST_TEXT:
        return True
    return len(text) > LONGEST_LINE and max(map(len, text.split("\n"))) > LONGEST_LINE


class InputMenu(QMenu):
    """The menu of the input bar: which key sends, and clearing the history."""

    history_cleared = Signal()

    def __init__(self, saved_state: ConsoleState, parent: QWidget) -> None:
        super().__init__(parent)
        self._saved_state = saved_state
        self.break_action = self.addAction(self.tr("Enter begins a new line, Ctrl+Enter sends"))
        self.break_action.setCheckable(True)
        self.break_action.toggled.connect(self._set_enter_breaks)
        self.addSeparator()
        self.clear_action = self.addAction(self.tr("Clear the history…"))
        self.clear_action.triggered.connect(lambda _=False: self._confirm_clear())
        self.aboutToShow.connect(self._update_actions)

    def _update_actions(self) -> None:
        self.break_action.setChecked(not self._saved_state.settings.enter_submits)
        self.clear_action.setEnabled(bool(self._saved_state.history.drafts))

    def _set_enter_breaks(self, breaks: bool) -> None:
        self._saved_state.settings.enter_submits = not breaks

    def _confirm_clear(self) -> None:
        count = len(self._saved_state.history.drafts)
        box = message_box(
            self.parentWidget() or self,
            self.tr("Clear the history"),
            self.tr("Forget all that was sent ({0}), in every tab?").format(f"{count:,}"),
            icon=QMessageBox.Icon.Question,
            buttons=QMessageBox.StandardButton.Cancel,
        )
        clear = box.addButton(self.tr("Clear"), QMessageBox.ButtonRole.DestructiveRole)
        clear.clicked.connect(self._clear)
        open_modal(box)

    def _clear(self) -> None:
        self._saved_state.clear_history()
        self.history_cleared.emit()
