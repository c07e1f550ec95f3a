"""The bar that records the traffic to a file. It is seen only if something went wrong.

The status bar of the window shows the progress; see `recording_sign`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QElapsedTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from app.text import readable
from app.traffic.chunk_log import ChunkLog
from app.traffic.connection_info import ConnectionDirectory
from app.traffic.recording.recorder import Recorder
from app.traffic.recording.schema import SUFFIX, RecordingError
from app.ui.style.icons import Icons
from app.ui.traffic.status_bar import chunks_text
from app.ui.widgets.controls import icon_button
from app.ui.widgets.dialogs import start_folder
from app.ui.widgets.labels import ElidingLabel
from app.ui.widgets.layouts import fill
from app.ui.widgets.translation import translated


class RecordingBar(QWidget):
    """Records the traffic. A failure, and what the disk was too slow for, stays on show until the
    user dismisses it."""

    state_changed = Signal()
    """A recording started or ended."""

    def __init__(self, log: ChunkLog, directory: ConnectionDirectory, icons: Icons) -> None:
        super().__init__()
        self._log = log
        self._directory = directory
        self._recorder: Recorder | None = None
        self._bytes = 0
        self._began = QElapsedTimer()
        self.path: Path | None = None
        """The file of the recording under way, or of the last one."""
        self.words = ElidingLabel()
        self.close_button = icon_button(icons, "close", self.tr("Dismiss"))
        self._set_up(icons)
        self.hide()

    @property
    def is_recording(self) -> bool:
        """Whether a recording is under way, or its end is still being written."""
        return self._recorder is not None

    @property
    def is_behind(self) -> bool:
        """Whether `refresh` should be called again soon, even without new traffic."""
        return self._recorder is not None and self._recorder.is_behind

    @property
    def recorded_bytes(self) -> int:
        """The bytes of the recording under way, or of the last one."""
        return self._bytes if self._recorder is None else self._recorder.bytes

    @property
    def recorded_seconds(self) -> float:
        """The age of the recording under way."""
        return 0.0 if self._recorder is None else self._began.elapsed() / 1000

    def ask(self) -> None:
        """Ask for a file, and record to it."""
        name = datetime.now().astimezone().strftime(f"traffic-%Y%m%d-%H%M%S.{SUFFIX}")
        dialog = QFileDialog(self, self.tr("Record the traffic to a file"), start_folder(self))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Recordings (*.{0})").format(SUFFIX))
        dialog.setDefaultSuffix(SUFFIX)
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda path: self.record(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def record(self, path: Path) -> None:
        """Start a recording to `path`."""
        try:
            self._recorder = Recorder(self._log, self._directory.info, path)
        except RecordingError as error:
            self._show_text(translated(str(error)), wrong=True)
            return
        self.path = path
        self._began.start()
        self.state_changed.emit()
        self.refresh()

    def stop(self) -> None:
        """End the recording. The rest is still written."""
        if self._recorder is not None:
            self._recorder.stop()
            self.refresh()

    def refresh(self) -> None:
        """Pass the new chunks to the recorder, and show its progress."""
        recorder = self._recorder
        if recorder is None:
            return
        self._log.look()  # without this the next chunk would not wake the ticker
        recorder.step()
        if recorder.is_over:
            self._recorder, self._bytes = None, recorder.bytes
            wrong = bool(recorder.trouble or recorder.missed)
            self._show_text(self._result(recorder), wrong=wrong)
            self.state_changed.emit()
        else:
            words = self.tr("Recording to {0}: {1}").format(recorder.path, self._amount(recorder))
            self._show_text(words, wrong=bool(recorder.missed))

    def finish(self) -> None:
        """End the recording and wait until all of it is in the file. For the end of the program."""
        if self._recorder is not None:
            self._recorder.finish()
            self.refresh()

    def _set_up(self, icons: Icons) -> None:
        self.words.setObjectName("trouble")
        self.close_button.clicked.connect(self.hide)
        fill(QHBoxLayout(self), (self.words, 1), self.close_button, margins=0)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.finish)

    def _result(self, recorder: Recorder) -> str:
        amount = self._amount(recorder)
        if recorder.trouble:
            return self.tr("{0} Recorded until then: {1}").format(
                translated(recorder.trouble), amount
            )
        return self.tr("{0} is written: {1}").format(recorder.path, amount)

    def _amount(self, recorder: Recorder) -> str:
        words = f"{chunks_text(recorder.chunks)}, {readable.format_size(recorder.bytes)}"
        if recorder.missed:
            missed = self.tr("the disk was too slow for {0} chunks")
            words = f"{words}; {missed.format(f'{recorder.missed:,}')}"
        return words

    def _show_text(self, words: str, *, wrong: bool) -> None:
        self.words.setText(words)
        if self.words.property("wrong") != wrong:
            self.words.setProperty("wrong", wrong)
            self.words.style().unpolish(self.words)
            self.words.style().polish(self.words)
        self.setVisible(wrong)
