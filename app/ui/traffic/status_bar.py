"""The bar beside the views of the traffic: the counters, the format of the time, and the buttons
for the log."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QToolButton, QWidget

from app.text import readable
from app.traffic.messages import Messages
from app.traffic.source import ChunkSource
from app.ui.style.icons import Icons, pixmap
from app.ui.style.palette import tint_color
from app.ui.style.tokens import Tint
from app.ui.traffic.model import TimeForm
from app.ui.widgets.labels import PartsLabel


class TrafficStatusBar(QWidget):
    """Shows the counters of the log. The pane connects its buttons."""

    time_chosen = Signal(object)
    """A `TimeForm`."""

    def __init__(self, icons: Icons, export_menu: QMenu) -> None:
        super().__init__()
        self._icons = icons
        self.counts = PartsLabel()
        self.time = QComboBox()
        self.record_button = QToolButton(autoRaise=True)
        self.export_button = QToolButton(autoRaise=True)
        self.export_menu = export_menu
        self.pause_button = QToolButton(autoRaise=True)
        self.clear_button = QToolButton(autoRaise=True)
        self.beside_button = QToolButton(autoRaise=True)
        self._set_up(icons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.counts, 1)
        layout.addWidget(self.record_button)
        layout.addWidget(self.export_button)
        layout.addWidget(self.pause_button)
        layout.addWidget(self.clear_button)
        layout.addWidget(self.beside_button)

    def show_counts(
        self,
        log: ChunkSource,
        messages: Messages | None,
        *,
        shown: int | None,
        paused_at: int | None,
    ) -> None:
        """Show the counters of `log` and of the `messages` made of it.

        `shown` is the number of rows that pass the filter; `None` without one. `paused_at` is the
        number of the first chunk after the pause; `None` if it is not paused.
        """
        parts = [chunks_text(len(log)), readable.format_size(log.kept_bytes)]
        if messages is not None:
            parts[:0] = self._of_messages(log, messages)
        if shown is not None:
            parts.insert(0, self.tr("{0} shown").format(f"{shown:,}"))
        for count, size, words in (
            (log.dropped, log.dropped_bytes, self.tr("{0} dropped, {1}")),
            (log.cleared, log.cleared_bytes, self.tr("{0} cleared, {1}")),
        ):
            if count or size:
                parts.append(words.format(f"{count:,}", readable.format_size(size)))
        if paused_at is not None:
            parts.append(self.tr("paused, {0} newer").format(f"{log.end - paused_at:,}"))
        text = PartsLabel.SEPARATOR.join(parts)
        if text != self.counts.text():
            self.counts.setText(text)

    def _of_messages(self, log: ChunkSource, messages: Messages) -> Iterator[str]:
        if messages.is_done or messages.until is not None:
            count = len(messages.log)
            is_one = count == 1
            yield self.tr("1 message") if is_one else self.tr("{0} messages").format(f"{count:,}")
        else:
            share = (messages.framed - log.first) / max(1, len(log))
            yield self.tr("framing, {0} %").format(round(100 * max(0.0, share)))
        if messages.pending_bytes:
            words = self.tr("{0} of unfinished ones")
            yield words.format(readable.format_size(messages.pending_bytes))
        if messages.log.dropped:
            yield self.tr("{0} messages dropped").format(f"{messages.log.dropped:,}")
        if messages.missed:
            yield self.tr("{0} chunks not framed").format(f"{messages.missed:,}")

    def show_recording(self, is_recording: bool) -> None:
        """Show on the button whether a recording is under way: a red dot that stops it."""
        self.record_button.setChecked(is_recording)
        name = self.tr("Stop recording") if is_recording else self.tr("Record to a file")
        self.record_button.setToolTip(name)
        self.record_button.setAccessibleName(name)
        if is_recording:
            color = tint_color(Tint.DANGER, self.palette())
            self.record_button.setIcon(QIcon(pixmap("record", 48, color)))
        else:
            self._icons.give(self.record_button, "record")

    def show_as_finished(self) -> None:
        """Hide the buttons to record, pause and clear, for a log that does not grow."""
        for button in (self.record_button, self.pause_button, self.clear_button):
            button.hide()

    def _set_up(self, icons: Icons) -> None:
        self.pause_button.setCheckable(True)
        self.record_button.setCheckable(True)
        self.beside_button.setCheckable(True)
        for button, icon, name in (
            (self.record_button, "record", self.tr("Record to a file")),
            (self.pause_button, "pause", self.tr("Hold the view still; nothing is lost")),
            (self.clear_button, "clear", self.tr("Forget the traffic so far")),
            (self.export_button, "export", self.tr("Export to a file")),
            (self.beside_button, "panel-beside", self.tr("Show the bytes beside the rows")),
        ):
            icons.give(button, icon)
            button.setToolTip(name)
            button.setAccessibleName(name)
        self.export_button.setMenu(self.export_menu)
        self.export_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for words, form in (
            (self.tr("Time of day"), TimeForm.CLOCK),
            (self.tr("Seconds since the first"), TimeForm.SINCE_FIRST),
            (self.tr("Seconds since the row above"), TimeForm.SINCE_PREVIOUS),
        ):
            self.time.addItem(words, form)
        self.time.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.time.setMinimumContentsLength(12)
        self.time.setAccessibleName(self.tr("What the time column says"))
        self.time.setToolTip(self.time.accessibleName())
        self.time.currentIndexChanged.connect(
            lambda: self.time_chosen.emit(self.time.currentData())
        )


def chunks_text(count: int) -> str:
    """A number of chunks in words."""
    if count == 1:
        return QCoreApplication.translate("TrafficStatusBar", "1 chunk")
    return QCoreApplication.translate("TrafficStatusBar", "{0} chunks").format(f"{count:,}")
