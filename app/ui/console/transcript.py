"""The transcript of a session as text: a line for each message or event.

`TranscriptView` shows it with times and directions. `TranscriptTools` has its commands: display,
find, clear, copy and save.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QGuiApplication,
    QMouseEvent,
    QTextCharFormat,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QToolButton, QWidget

from app.client.transcript import (
    MARKS,
    Display,
    Entry,
    EntryKind,
    Layout,
    NewEntries,
    RenderedLine,
    Transcript,
    plain_text,
)
from app.files.atomic_write import write_atomically
from app.text.hex import WIDTH
from app.text.readable import count_bytes
from app.text.sentence import system_reason
from app.ui.style.icons import Icons
from app.ui.widgets.controls import icon_button
from app.ui.widgets.dialogs import open_modal, start_folder
from app.ui.widgets.layouts import STRETCH, fill
from app.ui.widgets.text_view import MAX_LINES, Ink, LineNumbers, LinesView
from app.ui.widgets.translation import listed, translated

MAX_ENTRIES_A_TICK = 400
MAX_LINES_AT_ONCE = 4_000
LINES_A_SECOND = 4_000
LEAST_LINES = 50
"""Limits of the view, which needs time for each line. After a pause it shows a whole page, during
a flood only a few lines at each tick."""

MAX_BYTES_A_TICK = 64 * 1024
MAX_BYTES_ANEW = 1024 * 1024

_EntryLine = tuple[RenderedLine, int]
"""A line, and the number of its entry."""

EVENT_KINDS = (EntryKind.EVENT, EntryKind.TROUBLE)

INKS = {
    EntryKind.SENT: Ink.BLUE,
    EntryKind.RECEIVED: Ink.GREEN,
    EntryKind.EVENT: Ink.FAINT,
    EntryKind.TROUBLE: Ink.RED,
}

_ANSWER_TIME = re.compile(r"   \(\d+\.\d m?s\)$")
"""The time that an answer took, at the end of its line."""

TIME_LETTERS = len("14:02:11.420 ")
TEXT_AT = TIME_LETTERS + len("←  ")
MARK_SCALE = 1.15
"""The marks are enlarged, because the arrows of a fixed-width font are easily overlooked."""

MARK_STYLE = 100
"""Added to an ink, this is the key of the style for the marks in that ink."""


class TranscriptView(LinesView):
    """Shows a transcript. Data that comes too fast to read is left out, and a note says so.

    The transcript itself keeps that data.
    """

    entry_chosen = Signal(int)
    """The user clicked a line of the entry with this number."""

    def __init__(
        self, parent: QWidget | None = None, *, clock: Callable[[], float] = monotonic
    ) -> None:
        """`clock` returns seconds."""
        super().__init__(parent, hangs_after=TEXT_AT)
        self.display = Display.TEXT
        self.setAccessibleName(self.tr("What was said"))
        self.setPlaceholderText(
            self.tr("Choose a listener or type host:port, connect, and talk to it below.")
        )
        # Smaller than Qt's minimum, so that the window fits a small screen.
        self.setMinimumHeight(self.fontMetrics().lineSpacing() * 2)
        self._layout = Layout(say=translated)
        self._numbers = LineNumbers()
        self._clock = clock
        self._shown_at = clock()
        self._lines_left = MAX_LINES_AT_ONCE

    def show_news(self, news: NewEntries) -> None:
        """Append the new entries."""
        most = self._line_budget()
        room = MAX_BYTES_A_TICK if self.display is Display.TEXT else most * WIDTH
        shown = _newest(news.entries, MAX_ENTRIES_A_TICK, room)
        skipped = news.entries[: len(news.entries) - len(shown)]
        events = [each for each in skipped if isinstance(each.data, str)]
        event_lines = self._lay_out([*news.events, *events])
        notes = []
        if left_out := news.missed + len(skipped) - len(events):
            notes.append(self.tr("{0} chunks").format(f"{left_out:,}"))
        if self.display is not Display.TEXT and (left_out := _byte_count(shown) - room) > 0:
            notes.append(translated(count_bytes(left_out)))
            shown = [_tail(shown[0], len(shown[0].data) - left_out), *shown[1:]]
        laid_out = self._lay_out(shown)
        if (left_out := len(laid_out) - most) > 0:
            notes.append(self.tr("{0} lines").format(f"{left_out:,}"))
            event_lines += [line for line in laid_out[:left_out] if line[0].kind in EVENT_KINDS]
            laid_out = laid_out[left_out:]
        self._lines_left = max(0, most - len(laid_out))
        self._add(event_lines)
        if notes:
            note = self.tr("({0} came too fast to show)").format(listed(notes))
            self._add_note(note)
        self._add(laid_out)

    def show_all(self, transcript: Transcript, display: Display) -> None:
        """Show the whole transcript again as `display`. If it is too long, show its newest part."""
        self.display = display
        self.clear()
        room = MAX_BYTES_ANEW if display is Display.TEXT else MAX_LINES * WIDTH
        shown = _newest(transcript.entries, MAX_LINES, room)
        left_out = transcript.dropped + len(transcript.entries) - len(shown)
        if left_out:
            self._add_note(self.tr("({0} older chunks)").format(f"{left_out:,}"))
        self._add(self._lay_out(shown)[-MAX_LINES:])

    def clear(self) -> None:
        """Empty the view. Later entries are still shown."""
        super().clear()
        self._numbers.clear()
        self._layout = Layout(self.display, translated)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        number = self._numbers.at(self.textCursor().blockNumber())
        if event.button() is Qt.MouseButton.LeftButton and number:
            self.entry_chosen.emit(number)

    def parts(self, line: str, ink: Ink) -> Sequence[tuple[str, QTextCharFormat]]:
        """Split a line: the time is faint, and the direction mark is large."""
        text = line[TIME_LETTERS + 1 :]
        mark = line[TIME_LETTERS : TIME_LETTERS + 1]
        if mark not in MARKS.values():
            return super().parts(line, ink)
        answer_time = _ANSWER_TIME.search(text) if ink is INKS[EntryKind.RECEIVED] else None
        end = answer_time.start() if answer_time else len(text)
        parts = [
            (line[:TIME_LETTERS], self._styles[Ink.FAINT]),
            (mark, self._styles[MARK_STYLE + ink]),
            (text[:end], self._styles[ink]),
        ]
        return [*parts, (text[end:], self._styles[Ink.FAINT])] if answer_time else parts

    def styles(self) -> dict[int, QTextCharFormat]:
        """The styles of all inks, and of the direction marks in these inks."""
        styles = super().styles()
        font = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont))
        font.setPointSizeF(self.font().pointSizeF() * MARK_SCALE)
        font.setBold(True)
        letters = QFontMetricsF(font)
        width = max(map(letters.horizontalAdvance, MARKS.values()))
        for kind, ink in INKS.items():
            mark = QTextCharFormat(styles[ink])
            mark.setFont(font)
            # All marks get the same width, so that the texts after them are aligned.
            mark.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
            mark.setFontLetterSpacing(width - letters.horizontalAdvance(MARKS[kind]))
            styles[MARK_STYLE + ink] = mark
        return styles

    def _line_budget(self) -> int:
        """The number of lines that may be shown now: many after a pause, few during a flood."""
        now = self._clock()
        regained = int((now - self._shown_at) * LINES_A_SECOND)
        self._shown_at = now
        return min(MAX_LINES_AT_ONCE, self._lines_left + regained + LEAST_LINES)

    def _lay_out(self, entries: Sequence[Entry]) -> list[_EntryLine]:
        return [(line, entry.number) for entry in entries for line in self._layout.feed(entry)]

    def _add(self, lines: Sequence[_EntryLine]) -> None:
        rendered = [(line.render(), INKS[line.kind]) for line, _ in lines]
        self.add_lines(rendered)
        for (text, _), (_, number) in zip(rendered, lines, strict=True):
            for _ in range(text.count("\n") + 1):
                self._numbers.add(number)
        self._numbers.keep(self.blockCount())

    def _add_note(self, note: str) -> None:
        self.add_lines([(note, Ink.FAINT)])
        self._numbers.add(0)


def _byte_count(entries: Sequence[Entry]) -> int:
    return sum(len(each.data) for each in entries if isinstance(each.data, bytes))


def _tail(entry: Entry, room: int) -> Entry:
    """`entry` with only its last `room` bytes, because the layout of all would take too long."""
    return entry._replace(data=entry.data[-room:])


def _newest(entries: Sequence[Entry], most: int, room: int) -> Sequence[Entry]:
    """The last entries: at most `most` with at most `room` bytes, but always the last one."""
    for count, entry in enumerate(reversed(entries)):
        room -= len(entry.data)
        if count and (room < 0 or count >= most):
            return entries[-count:]
    return entries


class TranscriptTools(QWidget):
    """A row of small controls for one transcript."""

    display_chosen = Signal()
    find_wanted = Signal()
    clear_wanted = Signal()

    said = Signal(str)
    """A sentence for the user."""

    def __init__(self, transcript: Transcript, icons: Icons) -> None:
        super().__init__()
        self._transcript = transcript
        self.find_button = QToolButton(autoRaise=True)
        self.clear_button = QToolButton(autoRaise=True)
        self.reader_button = icon_button(
            icons,
            "panel-beside",
            self.tr("Read the chosen message as JSON, XML, HTTP, text or hex"),
            name=self.tr("Reader"),
        )
        self.more_button = icon_button(
            icons,
            "display",
            self.tr("Show text or hex, copy, save"),
            name=self.tr("More about the transcript"),
        )
        self.menu = QMenu(self)
        self._display = Display.TEXT
        self.display_actions: dict[Display, QAction] = {}
        self.copy_action = QAction(self.tr("Copy all"), self)
        self.save_action = QAction(self.tr("Save to a file…"), self)
        self._set_up(icons)
        fill(
            QHBoxLayout(self),
            STRETCH,
            self.find_button,
            self.clear_button,
            self.reader_button,
            self.more_button,
            spacing=2,
            margins=0,
        )

    @property
    def display(self) -> Display:
        """The chosen display of the transcript."""
        return self._display

    def show_display(self, display: Display) -> None:
        """Choose `display`."""
        self.display_actions[display].trigger()

    def write(self, path: Path) -> None:
        """Save the whole transcript as text to `path`, and report the result."""
        try:
            write_atomically(path, self._text().encode())
        except OSError as error:
            self.said.emit(
                self.tr("{0} cannot be written ({1}).").format(
                    path, translated(system_reason(error))
                )
            )
        else:
            self.said.emit(self.tr("The transcript is in {0}.").format(path))

    def _set_up(self, icons: Icons) -> None:
        group = QActionGroup(self)
        for display, words in (
            (Display.TEXT, self.tr("Show text")),
            (Display.HEX, self.tr("Show hex")),
            (Display.BOTH, self.tr("Show hex and text")),
        ):
            action = QAction(words, group, checkable=True, checked=display is self._display)
            action.triggered.connect(lambda _=False, display=display: self._choose(display))
            self.display_actions[display] = action
        self.menu.addActions(group.actions())
        self.menu.addSeparator()
        for button, icon, name, tip, wanted in (
            (
                self.find_button,
                "find",
                self.tr("Find in the transcript"),
                self.tr("Find in the transcript (Ctrl+F)"),
                self.find_wanted,
            ),
            (
                self.clear_button,
                "clear",
                self.tr("Clear the transcript"),
                self.tr("Clear the transcript"),
                self.clear_wanted,
            ),
        ):
            icons.give(button, icon)
            button.setAccessibleName(name)
            button.setToolTip(tip)
            button.clicked.connect(wanted)
        self.reader_button.setCheckable(True)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more_button.setMenu(self.menu)
        icons.give(self.copy_action, "copy")
        icons.give(self.save_action, "save")
        self.copy_action.triggered.connect(lambda _=False: self._copy())
        self.save_action.triggered.connect(lambda _=False: self._ask_for_file())
        self.menu.addActions([self.copy_action, self.save_action])

    def _text(self) -> str:
        transcript = self._transcript
        return plain_text(
            transcript.entries,
            dropped=transcript.dropped,
            display=self.display,
            say=translated,
        )

    def _choose(self, display: Display) -> None:
        self._display = display
        self.display_chosen.emit()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text())

    def _ask_for_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Save the transcript"), start_folder(self))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Text (*.txt)"))
        dialog.setDefaultSuffix("txt")
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        open_modal(dialog)
