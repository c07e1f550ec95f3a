"""The reader: one message of a transcript in full, as JSON, XML, HTTP, text or hex."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from app.client.transcript import MARKS, Entry, Transcript, timestamp
from app.text.readable import count_bytes
from app.traffic.content.form import Form
from app.traffic.content.layout import detect
from app.traffic.http_framing import Http
from app.ui.content.content_view import ContentView, FormChoice
from app.ui.style.icons import Icons
from app.ui.widgets.labels import ElidingLabel
from app.ui.widgets.layouts import fill
from app.ui.widgets.translation import translated

MOST_JOINED: Final = 256
MOST_JOINED_BYTES: Final = 1024 * 1024
"""The entries, and their bytes, that are joined to one message on each side of the chosen one."""


class MessageReader(QWidget):
    """Shows the message of the chosen line. Until a line is chosen, it shows the newest message."""

    form_chosen = Signal(Form)

    def __init__(self, transcript: Transcript, icons: Icons) -> None:
        super().__init__()
        self._transcript = transcript
        self._chosen: int | None = None
        """The number of the chosen entry; `None` for the newest one."""

        self._shown: Entry | None = None
        self.content = ContentView()
        self.title = ElidingLabel()
        self.forms = FormChoice()
        self.previous_button = QToolButton(autoRaise=True)
        self.next_button = QToolButton(autoRaise=True)
        self._set_up(icons)
        bar = fill(
            QHBoxLayout(), (self.title, 1), self.previous_button, self.next_button, self.forms
        )
        fill(QVBoxLayout(self), bar, (self.content, 1), spacing=4, margins=(4, 0, 0, 0))

    def choose(self, number: int) -> None:
        """Show the message with this entry, if it has bytes. The last one is followed."""
        entries = self._transcript.entries
        found = _index(entries, number)
        if found is None or not isinstance(entries[found].data, bytes):
            return
        last = _near(entries, len(entries), -1)
        self._chosen = None if found == last else number
        self._show(entries, found)

    def refresh(self) -> None:
        """Show the newest message if it is followed."""
        entries = self._transcript.entries
        if self._chosen is None:
            self._show(entries, _near(entries, len(entries), -1))
        self._update_buttons(entries)

    def showEvent(self, event: object) -> None:
        self.refresh()

    def _set_up(self, icons: Icons) -> None:
        for button, icon, name, step in (
            (self.previous_button, "find-previous", self.tr("The message before"), -1),
            (self.next_button, "find-next", self.tr("The next message"), 1),
        ):
            icons.give(button, icon)
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.clicked.connect(partial(self._step, step))
        self.forms.chosen.connect(self.content.use_form)
        self.forms.chosen.connect(self.form_chosen)
        self.content.form_found.connect(self._show_found)
        self.content.menu_wanted.connect(self._open_menu)
        self.setAccessibleName(self.tr("The chosen message"))
        self.setMinimumWidth(220)

    def _step(self, direction: int) -> None:
        entries = self._transcript.entries
        start = None if self._shown is None else _index(entries, self._shown.number)
        found = _near(entries, len(entries) if start is None else start, direction)
        if found is not None:
            self.choose(entries[found].number)

    def _show(self, entries: Sequence[Entry], place: int | None) -> None:
        if place is None:
            self._shown = None
            self.title.setText(self.tr("Nothing was said yet."))
            self.content.show_data(b"")
        else:
            entry = entries[place]
            data = message_at(entries, place)
            if entry != self._shown or data != self.content.data:
                self._shown = entry
                size = translated(count_bytes(len(data)))
                self.title.setText(f"{timestamp(entry.time)}  {MARKS[entry.kind]}  {size}")
                self.content.show_data(data)
        self._update_buttons(entries)

    def _update_buttons(self, entries: Sequence[Entry]) -> None:
        place = None if self._shown is None else _index(entries, self._shown.number)
        for button, step in ((self.previous_button, -1), (self.next_button, 1)):
            button.setEnabled(place is not None and _near(entries, place, step) is not None)

    def _show_found(self) -> None:
        self.forms.show_found(self.content.form if self.content.data else None)

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        if self.content.shows_hex:
            menu.addAction(self.tr("Copy"), self.content.hex.copy)
        else:
            self.content.text.fill_menu(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)


def message_at(entries: Sequence[Entry], place: int) -> bytes:
    """The bytes of the message that the entry at `place` belongs to.

    A message may have come in several chunks. Those around the entry are joined if they are HTTP
    together, or if they are JSON or XML and the entry is only a part of it.
    """
    own = entries[place].data
    assert isinstance(own, bytes)
    before, after = _run(entries, place, -1), _run(entries, place, 1)
    if not before and not after:
        return own
    start = sum(map(len, before))
    joined = b"".join((*reversed(before), own, *after))
    form = detect(joined)
    if form is Form.HTTP:
        return _http_message(joined, start)
    is_part = detect(own) is not form or own.rstrip()[-1:] not in (b"}", b"]", b">")
    return joined if form in (Form.JSON, Form.XML) and is_part else own


def _run(entries: Sequence[Entry], place: int, step: int) -> list[bytes]:
    """The chunks next to an entry, in one direction, that the same side sent without a break."""
    kind, room = entries[place].kind, MOST_JOINED_BYTES
    found: list[bytes] = []
    at = place + step
    while 0 <= at < len(entries) and len(found) < MOST_JOINED:
        data = entries[at].data
        if entries[at].kind is not kind or not isinstance(data, bytes) or len(data) > room:
            break
        found.append(data)
        room -= len(data)
        at += step
    return found


def _http_message(joined: bytes, place: int) -> bytes:
    """The message of HTTP that has the byte at `place`."""
    framer = Http().framer(longest=2 * MOST_JOINED_BYTES)
    end = 0
    for message, _ in (*framer.feed(joined), *framer.finish()):
        end += len(message)
        if end > place:
            return message
    return joined


def _index(entries: Sequence[Entry], number: int) -> int | None:
    place = number - entries[0].number if entries else -1
    return place if 0 <= place < len(entries) else None


def _near(entries: Sequence[Entry], place: int, step: int) -> int | None:
    """The nearest entry with bytes, in one direction."""
    at = place + step
    while 0 <= at < len(entries):
        if isinstance(entries[at].data, bytes):
            return at
        at += step
    return None
