"""Shows a transcript: a line for each thing said, with its time and direction."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.client.formatting import Layout
from app.client.transcript import Entry, Kind, News
from app.ui.lines_view import Ink, LinesView

MAX_ENTRIES_A_TICK = 400
MAX_BYTES_A_TICK = 64 * 1024

INKS = {Kind.SENT: Ink.BLUE, Kind.RECEIVED: Ink.GREEN, Kind.EVENT: Ink.FAINT}


class TranscriptView(LinesView):
    """What comes faster than can be read is left out here and said so; the transcript has it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("What was said"))
        self.setPlaceholderText(
            self.tr("Choose a listener or type host:port, connect, and talk to it below.")
        )
        # Less than Qt's own least: the window is to fit a small screen.
        self.setMinimumHeight(self.fontMetrics().lineSpacing() * 2)
        self._layout = Layout()

    def show_news(self, news: News) -> None:
        """Append what is new since the last call."""
        shown = _newest(news.entries)
        left_out = news.missed + len(news.entries) - len(shown)
        lines: list[tuple[str, Ink]] = []
        if left_out:
            note = self.tr("({0} chunks came too fast to show)").format(f"{left_out:,}")
            lines.append((note, Ink.FAINT))
        for entry in shown:
            lines += ((line.render(), INKS[line.kind]) for line in self._layout.feed(entry))
        self.add_lines(lines)

    def clear(self) -> None:
        """Empty the view; what comes later still shows."""
        super().clear()
        self._layout = Layout()


def _newest(entries: list[Entry]) -> list[Entry]:
    """As many of the last `entries` as one tick may show; the last one always."""
    room = MAX_BYTES_A_TICK
    for count, entry in enumerate(reversed(entries)):
        room -= len(entry.data)
        if count and (room < 0 or count >= MAX_ENTRIES_A_TICK):
            return entries[-count:]
    return entries
