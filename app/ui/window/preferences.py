"""What the user may set once and for all: how much traffic is kept."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGroupBox,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.text import readable
from app.traffic.chunk_log import MAX_BYTES, MAX_CHUNKS, ChunkLog
from app.ui.settings import LEAST_BYTES, LEAST_CHUNKS, MOST_BYTES, MOST_CHUNKS, Settings
from app.ui.widgets.dialogs import dialog_buttons
from app.ui.widgets.labels import WrappingLabel

MIB = 1024 * 1024


class Preferences(QDialog):
    """Each change counts at once and stays for the next start."""

    def __init__(self, log: ChunkLog, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self._settings = settings
        self._dropped = log.dropped
        self.memory = QSpinBox()
        self.chunks = QSpinBox()
        self.outcome = WrappingLabel(least_lines=2)
        self.reset_button = QPushButton(self.tr("Back to the defaults"))
        self.setWindowTitle(self.tr("Settings"))
        self._set_up()
        self._lay_out()
        self._say()

    def _set_up(self) -> None:
        max_bytes, max_chunks = self._log.bounds
        for box, least, most, value, step, name in (
            (
                self.memory,
                LEAST_BYTES // MIB,
                MOST_BYTES // MIB,
                max_bytes // MIB,
                16,
                self.tr("Memory for traffic"),
            ),
            (
                self.chunks,
                LEAST_CHUNKS,
                MOST_CHUNKS,
                max_chunks,
                100_000,
                self.tr("Chunks to keep at most"),
            ),
        ):
            box.setRange(least, most)
            box.setValue(value)
            box.setSingleStep(step)
            box.setGroupSeparatorShown(True)
            # A bound that is half typed would drop what the whole one keeps.
            box.setKeyboardTracking(False)
            box.setAccessibleName(name)
            box.setMinimumWidth(160)
            box.valueChanged.connect(self._apply)
        self.memory.setSuffix(self.tr(" MiB"))
        self.reset_button.clicked.connect(self._reset)

    def _lay_out(self) -> None:
        traffic = QGroupBox(self.tr("Traffic that is kept"))
        form = QFormLayout(traffic)
        form.addRow(self.tr("&Memory"), self.memory)
        form.addRow(self.tr("&Chunks, at most"), self.chunks)
        about = WrappingLabel()
        about.setText(
            self.tr(
                "The oldest is dropped when one of the two is reached, and counted. The views of "
                "messages may take as much again while they are on show."
            )
        )
        about.setObjectName("quiet")
        form.addRow(about)
        form.addRow(self.outcome)
        buttons = dialog_buttons(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.reset_button, QDialogButtonBox.ButtonRole.ResetRole)
        for button in buttons.buttons():
            assert isinstance(button, QPushButton)
            button.setAutoDefault(False)  # Enter is for the number that was typed
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(traffic)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.resize(460, self.sizeHint().height())
        self.memory.setFocus(Qt.FocusReason.OtherFocusReason)

    def _apply(self) -> None:
        bounds = self.memory.value() * MIB, self.chunks.value()
        self._log.resize(*bounds)
        self._settings.traffic_bounds = bounds
        self._say()

    def _reset(self) -> None:
        for box, value in ((self.memory, MAX_BYTES // MIB), (self.chunks, MAX_CHUNKS)):
            box.setValue(value)

    def _say(self) -> None:
        """What is kept now, and what had to go while the dialog was open."""
        kept = self.tr("Kept now: {0} chunks, {1}.").format(
            f"{len(self._log):,}", readable.format_size(self._log.kept_bytes)
        )
        dropped = self._log.dropped - self._dropped
        if dropped:
            words = self.tr("The oldest were dropped, to fit: {0} chunks.")
            kept = f"{kept} {words.format(f'{dropped:,}')}"
        self.outcome.setText(kept)
