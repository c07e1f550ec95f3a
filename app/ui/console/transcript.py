"""Shows a transcript: a line for each thing said, with its time and direction."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from attrs import evolve
from PySide6.QtCore import Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QGuiApplication,
    QTextCharFormat,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QToolButton, QWidget

from app.client.transcript import (
    MARKS,
    Display,
    Entry,
    EntryKind,
    Layout,
    News,
    RenderedLine,
    Transcript,
    count_bytes,
    plain_text,
)
from app.files.atomic_write import write_atomically, write_error
from app.text.hex import WIDTH
from app.ui.style.icons import Icons
from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.text_view import MAX_LINES, Ink, LinesView

MAX_ENTRIES_A_TICK = 400
MAX_LINES_AT_ONCE = 4_000
LINES_A_SECOND = 4_000
LEAST_LINES = 50
"""Lines are what takes the time: a page may come at once, a flood only bit by bit."""

MAX_BYTES_A_TICK = 64 * 1024
MAX_BYTES_ANEW = 1024 * 1024

HAPPENED = (EntryKind.EVENT, EntryKind.TROUBLE)

INKS = {
    EntryKind.SENT: Ink.BLUE,
    EntryKind.RECEIVED: Ink.GREEN,
    EntryKind.EVENT: Ink.FAINT,
    EntryKind.TROUBLE: Ink.RED,
}

_TOOK = re.compile(r"   \(\d+\.\d m?s\)$")
"""What an answer took, as it is told at the end of its line."""

TIME_LETTERS = len("14:02:11.420 ")
MARK_SCALE = 1.15
"""The arrows of a fixed-width font are small, and easily overlooked."""


class TranscriptView(LinesView):
    """What comes faster than can be read is left out here and said so; the transcript has it."""

    def __init__(
        self, parent: QWidget | None = None, *, clock: Callable[[], float] = monotonic
    ) -> None:
        """`clock` gives seconds."""
        super().__init__(parent)
        self.display = Display.TEXT
        self.setAccessibleName(self.tr("What was said"))
        self.setPlaceholderText(
            self.tr("Choose a listener or type host:port, connect, and talk to it below.")
        )
        # Less than Qt's own least: the window is to fit a small screen.
        self.setMinimumHeight(self.fontMetrics().lineSpacing() * 2)
        self._layout = Layout()
        self._clock = clock
        self._shown_at = clock()
        self._lines_left = MAX_LINES_AT_ONCE

    def show_news(self, news: News) -> None:
        """Append what is new since the last call."""
        most = self._room()
        room = MAX_BYTES_A_TICK if self.display is Display.TEXT else most * WIDTH
        shown = _newest(news.entries, MAX_ENTRIES_A_TICK, room)
        skipped = news.entries[: len(news.entries) - len(shown)]
        events = [each for each in skipped if isinstance(each.data, str)]
        told = self._lay_out([*news.events, *events])
        notes = []
        if left_out := news.missed + len(skipped) - len(events):
            notes.append(self.tr("{0} chunks").format(f"{left_out:,}"))
        if self.display is not Display.TEXT and (left_out := _size(shown) - room) > 0:
            notes.append(count_bytes(left_out))
            shown = [_end_of(shown[0], len(shown[0].data) - left_out), *shown[1:]]
        laid_out = self._lay_out(shown)
        if (left_out := len(laid_out) - most) > 0:
            notes.append(self.tr("{0} lines").format(f"{left_out:,}"))
            told += [line for line in laid_out[:left_out] if line.kind in HAPPENED]
            laid_out = laid_out[left_out:]
        self._lines_left = max(0, most - len(laid_out))
        lines = [_inked(line) for line in told]
        if notes:
            note = self.tr("({0} came too fast to show)").format(", ".join(notes))
            lines.append((note, Ink.FAINT))
        self.add_lines([*lines, *map(_inked, laid_out)])

    def show_all(self, transcript: Transcript, display: Display) -> None:
        """Show all that is kept anew, in another way; of very much, the newest."""
        self.display = display
        self.clear()
        room = MAX_BYTES_ANEW if display is Display.TEXT else MAX_LINES * WIDTH
        shown = _newest(transcript.entries, MAX_LINES, room)
        lines = [_inked(line) for line in self._lay_out(shown)[-MAX_LINES:]]
        left_out = transcript.dropped + len(transcript.entries) - len(shown)
        if left_out:
            lines.insert(0, (self.tr("({0} older chunks)").format(f"{left_out:,}"), Ink.FAINT))
        self.add_lines(lines)

    def clear(self) -> None:
        """Empty the view; what comes later still shows."""
        super().clear()
        self._layout = Layout(self.display)

    def parts(self, line: str, ink: Ink) -> Sequence[tuple[str, QTextCharFormat]]:
        """The times are quiet, and the mark of the direction large."""
        text = line[TIME_LETTERS + 1 :]
        mark = line[TIME_LETTERS : TIME_LETTERS + 1]
        if mark not in MARKS.values():
            return super().parts(line, ink)
        took = _TOOK.search(text) if ink is INKS[EntryKind.RECEIVED] else None
        end = took.start() if took else len(text)
        parts = [
            (line[:TIME_LETTERS], self._styles[Ink.FAINT]),
            (mark, self._styles[MARK + ink]),
            (text[:end], self._styles[ink]),
        ]
        return [*parts, (text[end:], self._styles[Ink.FAINT])] if took else parts

    def styles(self) -> dict[int, QTextCharFormat]:
        """Those of all inks, and those of the marks in them."""
        styles = super().styles()
        font = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont))
        font.setPointSizeF(self.font().pointSizeF() * MARK_SCALE)
        font.setBold(True)
        letters = QFontMetricsF(font)
        width = max(map(letters.horizontalAdvance, MARKS.values()))
        for kind, ink in INKS.items():
            mark = QTextCharFormat(styles[ink])
            mark.setFont(font)
            # What follows begins below what follows the line above.
            mark.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
            mark.setFontLetterSpacing(width - letters.horizontalAdvance(MARKS[kind]))
            styles[MARK + ink] = mark
        return styles

    def _room(self) -> int:
        """How many lines may be shown now: many at once after a rest, few in a flood."""
        now = self._clock()
        rested = int((now - self._shown_at) * LINES_A_SECOND)
        self._shown_at = now
        return min(MAX_LINES_AT_ONCE, self._lines_left + rested + LEAST_LINES)

    def _lay_out(self, entries: Sequence[Entry]) -> list[RenderedLine]:
        return [line for entry in entries for line in self._layout.feed(entry)]


MARK = 100
"""What is added to an ink for the style of a mark in it."""


def _inked(line: RenderedLine) -> tuple[str, Ink]:
    return line.render(), INKS[line.kind]


def _size(entries: Sequence[Entry]) -> int:
    return sum(len(each.data) for each in entries if isinstance(each.data, bytes))


def _end_of(entry: Entry, room: int) -> Entry:
    """`entry` with its last `room` bytes alone: to lay it all out would take too long."""
    return evolve(entry, data=entry.data[-room:])


def _newest(entries: Sequence[Entry], most: int, room: int) -> Sequence[Entry]:
    """The last of `entries`, at most so many and of so many bytes; the last one always."""
    for count, entry in enumerate(reversed(entries)):
        room -= len(entry.data)
        if count and (room < 0 or count >= most):
            return entries[-count:]
    return entries


# MERGED ui/console/transcript_tools: What can be done with a transcript: show it in another way, find, copy, save and clear.


class TranscriptTools(QWidget):
    """A row of small controls for one transcript."""

    display_chosen = Signal()
    find_wanted = Signal()
    clear_wanted = Signal()

    said = Signal(str)
    """A sentence for the user."""

    def __init__(self, transcript: Transcript, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._transcript = transcript
        self.find_button = QToolButton(autoRaise=True)
        self.clear_button = QToolButton(autoRaise=True)
        self.more_button = QToolButton(autoRaise=True)
        self.menu = QMenu(self)
        self._display = Display.TEXT
        self.display_actions: dict[Display, QAction] = {}
        self.copy_action = QAction(self.tr("Copy all"), self)
        self.save_action = QAction(self.tr("Save to a file…"), self)
        self._set_up(icons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.find_button)
        layout.addWidget(self.clear_button)
        layout.addWidget(self.more_button)

    @property
    def display(self) -> Display:
        """How the transcript is to be shown."""
        return self._display

    def show_display(self, display: Display) -> None:
        """Choose `display`."""
        self.display_actions[display].trigger()

    def write(self, path: Path) -> None:
        """Save the whole transcript as text to `path`, and say how that went."""
        try:
            write_atomically(path, self._text().encode())
        except OSError as error:
            self.said.emit(self.tr("{0} cannot be written ({1}).").format(path, write_error(error)))
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
        icons.give(self.more_button, "more")
        self.more_button.setAccessibleName(self.tr("More about the transcript"))
        self.more_button.setToolTip(self.tr("Text or hex, copy, save"))
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more_button.setMenu(self.menu)
        icons.give(self.copy_action, "copy")
        icons.give(self.save_action, "save")
        self.copy_action.triggered.connect(lambda _=False: self._copy())
        self.save_action.triggered.connect(lambda _=False: self._ask_for_file())
        self.menu.addActions([self.copy_action, self.save_action])

    def _text(self) -> str:
        transcript = self._transcript
        return plain_text(transcript.entries, dropped=transcript.dropped, display=self.display)

    def _choose(self, display: Display) -> None:
        self._display = display
        self.display_chosen.emit()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text())

    def _ask_for_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Save the transcript"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Text (*.txt)"))
        dialog.setDefaultSuffix("txt")
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        open_modal(dialog)
