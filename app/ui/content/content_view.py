"""Content in the form that suits it: a page that folds, or the hex view.

Traffic shows a chunk or a message in it, the console the chosen message.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Final

from PySide6.QtCore import QCoreApplication, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.text.readable import format_size
from app.traffic.content.form import Form
from app.traffic.content.http_body import Body, Flaw
from app.traffic.content.layout import Note, detect, lay_out
from app.traffic.content.page import MOST_LINES, Page
from app.ui.content.hex_view import HexView
from app.ui.content.page_view import PageView
from app.ui.widgets.labels import ElidingLabel
from app.ui.widgets.layouts import fill
from app.ui.widgets.translation import listed

STEP_SECONDS: Final = 0.006
"""A step of the layout. The window stays smooth while a large content is laid out."""

FIRST_LINES: Final = 20_000
"""The lines that are laid out before the user asks for all of them."""


class ContentView(QWidget):
    """Shows bytes in a form: the one that is asked for, or the one that they have."""

    form_found = Signal()
    """`form` is another one, or the same of other bytes."""

    selection_changed = Signal()

    menu_wanted = Signal(QPoint)
    """The user wants the menu of the content. The point is on the screen."""

    def __init__(self) -> None:
        super().__init__()
        self.hex = HexView()
        self.text = PageView()
        self.note = ElidingLabel()
        self.all_button = QPushButton(self.tr("Show all"))
        self._stack = QStackedWidget()
        self._data = b""
        self._payload = b""
        self._encoding = "utf-8"
        self._wanted = Form.AUTO
        self._steps: Iterator[None] | None = None
        self._most_lines = FIRST_LINES
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._step)
        self._set_up()

    @property
    def data(self) -> bytes:
        """The shown bytes."""
        return self._data

    @property
    def form(self) -> Form:
        """The form in which they are shown; never `AUTO`."""
        return self._form

    @property
    def selected(self) -> bytes:
        """The bytes that are selected in the hex view; all bytes in another form."""
        return self.hex.selected if self.shows_hex else self._data

    @property
    def shows_hex(self) -> bool:
        """Whether the hex view is shown."""
        return self._stack.currentWidget() is self.hex

    @property
    def view(self) -> HexView | PageView:
        """The shown view, which takes the focus."""
        return self.hex if self.shows_hex else self.text

    def show_data(self, data: bytes, payload: bytes | None = None) -> None:
        """Show `data` from its beginning; of a frame with a `payload`, only hex has all of it."""
        self._data = data
        self._payload = data if payload is None else payload
        self._show_again()

    def use_form(self, form: Form) -> None:
        """Show this form, or with `AUTO` the one that suits the bytes."""
        if form is not self._wanted:
            self._wanted = form
            self._show_again()

    def use_encoding(self, encoding: str) -> None:
        """Decode text with the Python codec `encoding`."""
        self._encoding = encoding
        self.hex.use_encoding(encoding)
        if self._wanted is not Form.HEX:
            self._show_again()

    def select(self, start: int, stop: int) -> None:
        """Select `data[start:stop]` and scroll there. On a page, the first text that reads so."""
        if self.shows_hex:
            self.hex.select(start, stop)
        else:
            self.text.select_text(self.as_text(self._data[start:stop]))

    def as_text(self, data: bytes) -> str:
        """`data` decoded; invalid bytes become `\\xNN`."""
        return data.decode(self._encoding, "backslashreplace")

    def _set_up(self) -> None:
        self._form = Form.TEXT
        self.note.setObjectName("quiet")
        self._stack.addWidget(self.text)
        self._stack.addWidget(self.hex)
        foot = fill(QHBoxLayout(), (self.note, 1), self.all_button)
        fill(QVBoxLayout(self), (self._stack, 1), foot, spacing=4, margins=0)
        self.note.hide()
        self.all_button.hide()
        self.all_button.clicked.connect(self._show_all)
        for view in (self.hex, self.text):
            view.setMinimumHeight(view.fontMetrics().lineSpacing())
            view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            view.selection_changed.connect(self.selection_changed)
        self.hex.customContextMenuRequested.connect(self._request_menu)
        self.text.customContextMenuRequested.connect(self._request_menu)

    def _request_menu(self, at: QPoint) -> None:
        if self._data:
            self.menu_wanted.emit(self.view.viewport().mapToGlobal(at))

    def _show_again(self) -> None:
        is_auto = self._wanted is Form.AUTO
        self._form = detect(self._payload, self._encoding) if is_auto else self._wanted
        self._timer.stop()
        self._steps = None
        self._most_lines = FIRST_LINES
        had_focus = self.view.hasFocus()
        if self._form is Form.HEX:
            self._stack.setCurrentWidget(self.hex)
            self.hex.show_data(self._data)
            self._show_note()
        else:
            self.hex.show_data(b"")
            self._begin_page()
        if had_focus:
            self.view.setFocus()
        self.form_found.emit()
        self.selection_changed.emit()

    def _begin_page(self) -> None:
        page = Page()
        self._steps = lay_out(
            self._payload,
            self._form,
            page,
            encoding=self._encoding,
            title=self._body_title,
            note=self._note_text,
        )
        self._stack.setCurrentWidget(self.text)
        self._run(page)
        self.text.show_page(page)
        self._show_note()

    def _run(self, page: Page) -> None:
        """Lay out for a step."""
        deadline = monotonic() + STEP_SECONDS
        for _ in self._steps or ():
            if len(page) >= self._most_lines:
                break
            if monotonic() >= deadline:
                self._timer.start()
                break
        else:
            self._steps = None

    def _step(self) -> None:
        self._run(self.text.page)
        self.text.lines_added()
        self._show_note()

    def _show_all(self) -> None:
        self.all_button.hide()
        self._most_lines = MOST_LINES + 1
        self._timer.start()

    def _show_note(self) -> None:
        """Show that lines are missing, either for now or until the user asks for them."""
        is_waiting = self._steps is not None and not self._timer.isActive()
        lines = f"{len(self.text.page):,}"
        if is_waiting:
            words = self.tr("The first {0} lines of {1}.")
            self.note.setText(words.format(lines, format_size(len(self._payload))))
        elif self._steps is not None:
            self.note.setText(self.tr("{0} lines so far…").format(lines))
        self.note.setVisible(self._steps is not None)
        self.all_button.setVisible(is_waiting)

    def _body_title(self, body: Body, form: Form) -> str:
        words = self.tr("Body: {0}, {1}").format(form_name(form), format_size(len(body.data)))
        if body.codings:
            packed = self.tr("{0} as {1}").format(format_size(body.packed_bytes), body.codings)
            words = f"{words} ({packed})"
        flaws = {
            Flaw.NONE: "",
            Flaw.UNKNOWN_CODING: self.tr("shown as it was sent: this coding is not known here"),
            Flaw.BROKEN: self.tr("it cannot be unpacked to its end"),
            Flaw.TOO_LARGE: self.tr("only its beginning is unpacked"),
        }
        return listed(filter(None, (words, flaws[body.flaw])))

    def _note_text(self, note: Note) -> str:
        return {
            Note.NOT_JSON: self.tr("From here on it is no JSON:"),
            Note.NOT_XML: self.tr("From here on it is no XML:"),
            Note.NOT_HTTP: self.tr("This is no HTTP message:"),
            Note.TOO_LONG: self.tr("It goes on. Choose Hex to see all of it."),
        }[note]


def form_name(form: Form) -> str:
    """The name of a form in the window."""
    names = {
        Form.AUTO: QCoreApplication.translate("FormChoice", "Auto"),
        Form.TEXT: QCoreApplication.translate("FormChoice", "Text"),
        Form.HEX: QCoreApplication.translate("FormChoice", "Hex"),
    }
    return names.get(form, form.name)


class FormChoice(QComboBox):
    """Chooses the form of content. *Auto* says which form it found."""

    chosen = Signal(Form)

    def __init__(self) -> None:
        super().__init__()
        for form in Form:
            self.addItem(form_name(form), form)
        name = self.tr("Show the content as")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(10)
        self.currentIndexChanged.connect(lambda: self.chosen.emit(self.form))

    @property
    def form(self) -> Form:
        """The chosen form."""
        return Form(self.currentData())

    def choose(self, form: Form) -> None:
        """Choose `form`."""
        self.setCurrentIndex(self.findData(form))

    def show_found(self, form: Form | None) -> None:
        """Show which form *Auto* found; `None` without content."""
        name = form_name(Form.AUTO)
        text = name if form is None else self.tr("{0}: {1}").format(name, form_name(form))
        self.setItemText(0, text)
