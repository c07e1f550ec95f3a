"""The foot of a console tab: what to send, how it is meant, and what it comes to."""

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

from app.client.draft import Draft, PasteChange, Template, bytes_with_pasted, offered, with_pasted
from app.client.history import History
from app.client.session_messages import SessionState
from app.client.transcript import count_bytes
from app.text.notation import Notation, NotationError
from app.ui.console.input_edit import InputEdit, InputState, NotationPicker, can_be_typed, pasted
from app.ui.console.saved_state import ConsoleState
from app.ui.style.icons import Icons
from app.ui.widgets.dialogs import open_modal

# MERGED ui/console/held_bytes: Bytes that are too many to be edited, held aside until they are sent.

LONGEST_TEXT = 64 * 1024
LONGEST_LINE = 8 * 1024
"""Letters. Qt lays out a line in a time that grows with the square of its length."""


def is_long(text: str) -> bool:
    """Whether an editor would be slow with `text`."""
    if len(text) > LONGEST_TEXT:
        return True
    return len(text) > LONGEST_LINE and max(map(len, text.split("\n"))) > LONGEST_LINE


class PastedBytes(QFrame):
    """Shows that bytes are held, and lets go of them. Hidden while there are none."""

    changed = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("offer")
        self.data: bytes | None = None
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.drop_button = QToolButton(autoRaise=True)
        icons.give(self.drop_button, "close")
        self.drop_button.setToolTip(self.tr("Let go of them, and type instead"))
        self.drop_button.setAccessibleName(self.tr("Let go of what was pasted"))
        self.drop_button.clicked.connect(self.drop)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 1, 2, 1)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.drop_button)
        self.hide()

    def hold(self, data: bytes) -> None:
        """Take `data`."""
        self.data = data
        self.words.setText(
            self.tr("{0}, too long to edit: sent exactly as they are").format(
                count_bytes(len(data))
            )
        )
        self.show()
        self.changed.emit()

    def drop(self) -> None:
        """Let go of what is held."""
        if self.data is not None:
            self.data = None
            self.hide()
            self.changed.emit()


# MERGED ui/console/input_menu: What can be done with the input and its history, beyond typing.


class InputMenu(QMenu):
    """Says which key sends, and forgets what was sent."""

    forgotten = Signal()
    """The history was cleared."""

    def __init__(self, memory: ConsoleState, parent: QWidget) -> None:
        super().__init__(parent)
        self._memory = memory
        self.break_action = self.addAction(self.tr("Enter begins a new line, Ctrl+Enter sends"))
        self.break_action.setCheckable(True)
        self.break_action.toggled.connect(self._take_break)
        self.addSeparator()
        self.forget_action = self.addAction(self.tr("Clear the history…"))
        self.forget_action.triggered.connect(lambda _=False: self._ask())
        self.aboutToShow.connect(self._show_choice)

    def _show_choice(self) -> None:
        self.break_action.setChecked(not self._memory.enter_submits)
        self.forget_action.setEnabled(bool(self._memory.past.drafts))

    def _take_break(self, breaks: bool) -> None:
        self._memory.enter_submits = not breaks

    def _ask(self) -> None:
        count = len(self._memory.past.drafts)
        box = QMessageBox(
            QMessageBox.Icon.Question,
            self.tr("Clear the history"),
            self.tr("Forget all that was sent ({0}), in every tab?").format(f"{count:,}"),
            QMessageBox.StandardButton.Cancel,
            self.parentWidget(),
        )
        forget = box.addButton(self.tr("Clear"), QMessageBox.ButtonRole.DestructiveRole)
        forget.clicked.connect(self._forget)
        open_modal(box)

    def _forget(self) -> None:
        self._memory.forget()
        self.forgotten.emit()


class SendTarget(Protocol):
    """Whom it goes to: a `Session`, or what behaves like one."""

    @property
    def state(self) -> SessionState:
        """`SessionState.CONNECTED` as long as something can be sent."""
        ...

    def send(self, data: bytes) -> bool:
        """Send `data`, if that is possible. Whether it was."""
        ...


class InputBar(QWidget):
    """Sends through `session` what the user types, and says beforehand what that comes to."""

    acted = Signal()
    """The user did something with the session: show what came of it at once."""

    def __init__(
        self, session: SendTarget, memory: ConsoleState, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._memory = memory
        self._history: History | None = None
        self._notation = Notation.TEXT
        self._has_variables = False
        self.input = InputEdit(lambda: memory.enter_submits)
        self.held = PastedBytes(icons)
        self.means = NotationPicker()
        self.state = InputState()
        self.history_button = QToolButton(autoRaise=True)
        self.menu_button = QToolButton(autoRaise=True)
        self.menu = InputMenu(memory, self)
        self.send_button = QPushButton(self.tr("Send"))
        self._tools = QHBoxLayout()
        self._set_up(icons)
        self._lay_out()
        self.show_state()
        self._check()

    @property
    def draft(self) -> Draft:
        """What is in the editor. Bytes that are held aside are not part of it."""
        return Draft(self.input.text(), self._notation, self.means.ending)

    def put(self, draft: Draft, note: str = "", cursor_at: int | None = None) -> None:
        """Show `draft` instead of what is there, and say `note`."""
        if draft.notation is not Notation.HEX and not can_be_typed(draft.text):
            draft = draft.converted(Notation.ESCAPES)
        self.held.drop()
        self._notation = draft.notation
        self.means.show_means(draft.notation, draft.ending)
        if draft.text != self.input.text() or cursor_at is not None:
            self.input.set_text(draft.text, cursor_at)
        self._check(note)

    def offer(self, data: bytes) -> None:
        """Put `data` into the input, to be sent exactly as it is."""
        draft = offered(data, self.means.ending)
        if is_long(draft.text):
            self.held.hold(data)
            self.send_button.setFocus()
        else:
            self.put(draft)
            self.input.setFocus()

    def compose(self) -> bytes:
        """The bytes to send. Raises `NotationError`."""
        return self.draft.compose() if self.held.data is None else self.held.data

    def template(self) -> Template:
        """What is there, with variables in it. Raises `NotationError`."""
        held = self.held.data
        return Template(self.draft) if held is None else Template.of_bytes(held)

    def allow_variables(self, allowed: bool) -> None:
        """Whether variables in the input mean something, so that a wrong one is a mistake."""
        self._has_variables = allowed
        self._check()

    def remember(self) -> None:
        """What is in the editor is sent: keep it."""
        if self.held.data is None:
            self._memory.remember(self.draft)
            self._history = None

    def send(self) -> None:
        """Send what is there. What cannot be sent stays, and it is said why."""
        try:
            data = self.compose()
        except NotationError:
            self.input.setFocus()
            return
        if self._session.send(data):
            self.remember()
            if self.held.data is None:
                self.input.set_text("")
            self.held.drop()
        self.acted.emit()

    def complain(self, sentence: str) -> None:
        """Say what could not be done, until something else is typed."""
        self.state.show_mistake(sentence)

    def send_draft(self, draft: Draft) -> None:
        """Send `draft` at once; what is in the input stays."""
        try:
            data = draft.compose()
        except NotationError as error:
            self.complain(str(error))
            return
        if self._session.send(data):
            self._memory.remember(draft)
            self._history = None
        self.acted.emit()

    def search(self) -> None:
        """Look for something that was sent before."""
        from app.ui.console.history_popup import HistoryPopup  # off the start's way

        popup = HistoryPopup(self._memory.past, self)
        popup.chosen.connect(self._take_chosen)
        popup.show_above(self.input)

    def show_state(self) -> None:
        """The session is in another state."""
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
        self.input.older_wanted.connect(lambda: self._move(History.older))
        self.input.newer_wanted.connect(lambda: self._move(History.newer))
        self.input.search_wanted.connect(self.search)
        self.input.pasted.connect(self._paste)
        self.held.changed.connect(self._show_held)
        self.means.notation_chosen.connect(self._take_notation)
        self.means.ending_chosen.connect(self._check)
        icons.give(self.history_button, "history")
        self.history_button.setToolTip(self.tr("Search in what was sent (Ctrl+R)"))
        self.history_button.setAccessibleName(self.tr("Search in what was sent"))
        self.history_button.clicked.connect(self.search)
        icons.give(self.menu_button, "more")
        self.menu_button.setToolTip(self.tr("More about the input"))
        self.menu_button.setAccessibleName(self.tr("More about the input"))
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setMenu(self.menu)
        self.menu.forgotten.connect(self._take_forgetting)
        self.send_button.clicked.connect(self.send)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.input, 1)
        top.addWidget(self.held, 1)
        top.addWidget(self.send_button)
        self._tools.setSpacing(4)
        self._tools.addWidget(self.means)
        self._tools.addSpacing(4)
        self._tools.addWidget(self.state, 1)
        self._tools.addWidget(self.history_button)
        self._tools.addWidget(self.menu_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addLayout(self._tools)

    def _check(self, note: str = "") -> None:
        """Say what the input comes to, or what is wrong with it and where."""
        try:
            size = len(self.compose())
            if self._has_variables:
                self.template()
        except NotationError as error:
            self.input.point_at(error.position, error.length)
            self.state.show_mistake(str(error))
            return
        self.input.point_nowhere()
        is_empty = self.held.data is None and not self.input.text()
        self.state.show_words("" if is_empty else count_bytes(size), note)

    def _show_held(self) -> None:
        self.input.setVisible(self.held.data is None)
        self.means.setEnabled(self.held.data is None)
        self._check()

    def _take_notation(self) -> None:
        before, notation = self.draft, self.means.notation
        try:
            draft, note = before.converted(notation), ""
        except NotationError as error:
            draft = evolve(before, notation=notation)
            note = self.tr("Kept as typed. {0}").format(error)
        if is_long(draft.text):
            draft = evolve(before, notation=notation)
            note = self.tr("Kept as typed: it would be too long.")
        self.put(draft, note)

    def _move(self, step: Callable[[History, Draft], Draft]) -> None:
        self._history = self._history or History(self._memory.past)
        self.put(step(self._history, self.draft))

    def _take_chosen(self, draft: Draft) -> None:
        self._history = None
        self.put(draft)
        self.input.setFocus()

    def _take_forgetting(self) -> None:
        self._history = None
        self._check(self.tr("What was sent before is forgotten."))

    def _paste(self, source: QMimeData) -> None:
        found, selection = pasted(source), self.input.selection
        try:
            outcome = with_pasted(self.draft, *selection, found)
            if is_long(outcome.draft.text):
                self.held.hold(bytes_with_pasted(self.draft, *selection, found))
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
        self.put(outcome.draft, notes[outcome.change], outcome.cursor)
