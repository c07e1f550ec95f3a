"""The menu of the exports, and the bar that exports chunks to a file in small steps and shows the
progress and the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from app.traffic.connection_info import ConnectionDirectory
from app.traffic.export.job import ExportError, ExportFormat, Job
from app.traffic.export.pcapng import Pcapng
from app.traffic.export.text import HexDump, JsonLines, Raw, Text
from app.traffic.source import ChunkSource
from app.ui.style.icons import Icons
from app.ui.traffic.view_bar import View
from app.ui.traffic.views import Views
from app.ui.widgets.dialogs import start_folder
from app.ui.widgets.layouts import fill
from app.ui.widgets.plain_text import set_tip
from app.ui.widgets.translation import translated

STEP_SECONDS = 0.008
SHOWN_SECONDS = 12
"""How long the result is shown. An error is shown until it is dismissed."""


class ExportBar(QWidget):
    """Shows the progress of one export, and then its result."""

    def __init__(self, directory: ConnectionDirectory, icons: Icons) -> None:
        super().__init__()
        self._directory = directory
        self._job: Job | None = None
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.progress = QProgressBar()
        self.close_button = QToolButton(autoRaise=True)
        self._expiry = QTimer(self)
        self._expiry.setSingleShot(True)
        self._expiry.timeout.connect(self.hide)
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)
        self._set_up(icons)
        self.hide()

    @property
    def is_busy(self) -> bool:
        """Whether an export is under way."""
        return self._job is not None

    def ask(self, log: ChunkSource, numbers: Callable[[], Sequence[int]]) -> None:
        """Ask for a file, and export the chunks of `log` that `numbers` returns.

        Does nothing while another export is under way; only the user cancels that. The format
        follows from the suffix of the file name, or from the filter of the dialog.
        """
        if self.is_busy:
            return
        dialog = QFileDialog(self, self.tr("Export the traffic"), start_folder(self))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        forms = self._forms()
        dialog.setNameFilters([f"{words} (*.{suffix})" for words, suffix, _ in forms])
        dialog.setDefaultSuffix(forms[0][1])
        dialog.selectFile(self.tr("traffic"))
        suffixes = [suffix for _, suffix, _ in forms]

        def choose(name_filter: str) -> None:
            dialog.setDefaultSuffix(suffixes[dialog.nameFilters().index(name_filter)])

        def write(typed: str) -> None:
            path = Path(typed)
            suffix = path.suffix.removeprefix(".").lower()
            if suffix not in suffixes:
                suffix = dialog.defaultSuffix()
            self.write(log, numbers(), forms[suffixes.index(suffix)][2](), path)

        dialog.filterSelected.connect(choose)
        dialog.fileSelected.connect(write)
        dialog.open()

    def write(
        self, log: ChunkSource, numbers: Sequence[int], form: ExportFormat, path: Path
    ) -> None:
        """Export the chunks of `log` with these numbers. No export must be under way."""
        try:
            self._job = Job(log, numbers, form, self._directory.info, path)
        except ExportError as error:
            self._show_text(translated(str(error)), wrong=True)
            return
        self.progress.setRange(0, self._job.total)
        self.progress.show()
        self._show_text(self.tr("Writing {0}").format(path.name))
        self._timer.start()

    def cancel(self) -> None:
        """Stop the export under way. No file is left."""
        job, self._job = self._job, None
        self._timer.stop()
        if job is not None:
            job.cancel()

    def _forms(self) -> list[tuple[str, str, Callable[[], ExportFormat]]]:
        """The title, the suffix and the class of each format."""
        return [
            (self.tr("Capture for Wireshark"), "pcapng", Pcapng),
            (self.tr("JSON lines"), "jsonl", JsonLines),
            (self.tr("Text"), "txt", Text),
            (self.tr("Hex dump"), "hex", HexDump),
            (self.tr("Bytes received"), "received", lambda: Raw(sent=False)),
            (self.tr("Bytes sent"), "sent", lambda: Raw(sent=True)),
        ]

    def _set_up(self, icons: Icons) -> None:
        self.words.setObjectName("trouble")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.progress.setMaximumWidth(200)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress of the export"))
        icons.give(self.close_button, "close")
        self.close_button.clicked.connect(self._close)
        fill(QHBoxLayout(self), (self.words, 1), self.progress, self.close_button, margins=0)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.cancel)

    def _close(self) -> None:
        if self._job is None:
            self.hide()
            return
        self.cancel()
        self._show_text(self.tr("The export was cancelled; there is no file."))

    def _step(self) -> None:
        job = self._job
        if job is None:
            return
        try:
            is_over = job.step(STEP_SECONDS)
        except ExportError as error:
            self.cancel()
            self._show_text(translated(str(error)), wrong=True)
            return
        self.progress.setValue(job.done)
        if is_over:
            self.cancel()
            self._show_text(self._result(job))

    def _result(self, job: Job) -> str:
        words = self.tr("{0} is written. Chunks: {1}.").format(job.path, f"{job.written:,}")
        if job.missed:
            more = self.tr("Dropped from the log before their turn: {0}.")
            words = f"{words} {more.format(f'{job.missed:,}')}"
        return words

    def _show_text(self, words: str, *, wrong: bool = False) -> None:
        self.words.setText(words)
        set_tip(self.words, words)
        self.words.setProperty("wrong", wrong)
        self.words.style().unpolish(self.words)
        self.words.style().polish(self.words)
        self.progress.setVisible(self.is_busy)
        name = self.tr("Cancel the export") if self.is_busy else self.tr("Dismiss")
        self.close_button.setToolTip(name)
        self.close_button.setAccessibleName(name)
        self.show()
        if self.is_busy or wrong:
            self._expiry.stop()
        else:
            self._expiry.start(SHOWN_SECONDS * 1000)


class ExportMenu(QMenu):
    """What can be exported: all chunks, those that are shown, and the selected ones."""

    def __init__(self, exporter: ExportBar, views: Views, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exporter = exporter
        self._views = views
        self.setToolTipsVisible(True)
        for words, export in (
            (self.tr("Export all…"), self._export_all),
            (self.tr("Export what is shown…"), self._export_shown),
            (self.tr("Export the selected…"), self._export_selected),
        ):
            self.addAction(words).triggered.connect(export)
        self.aboutToShow.connect(self._update_enabled)

    def _update_enabled(self) -> None:
        """Enable the exports that have chunks. While one is under way, none can start."""
        is_free = not self._exporter.is_busy
        wait = self.tr("Wait until the export under way is written, or cancel it.")
        views = self._views
        counts = len(views.source), len(self._shown()[1]()), len(views.selected)
        for action, count in zip(self.actions(), counts, strict=True):
            action.setEnabled(is_free and count > 0)
            action.setToolTip(action.text() if is_free else wait)

    def _export_all(self) -> None:
        log = self._views.source
        self._exporter.ask(log, lambda: range(log.first, log.end))

    def _export_shown(self) -> None:
        self._exporter.ask(*self._shown())

    def _export_selected(self) -> None:
        self._exporter.ask(self._views.log, lambda: self._views.selected)

    def _shown(self) -> tuple[ChunkSource, Callable[[], Sequence[int]]]:
        """The log of the chunks that pass the filter, and their numbers. The stream has no rows."""
        views, found = self._views, self._views.scans.filter
        if views.view is View.STREAM and found is not None:
            return views.source, lambda: found.numbers(found.first, found.end)
        return views.log, views.table.rows.numbers
