"""How the messages of a conversation are told apart: by turns, or by a framing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from app.traffic.framing import Framing
from app.ui.traffic.view_bar import FramingForm


class FramingChoice(QWidget):
    """A check box, and the framing that counts while it is checked."""

    changed = Signal()
    """`framing` is another one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_framed = QCheckBox(self.tr("&Told apart by"))
        self.is_framed.setToolTip(
            self.tr("Off, all that one side sends until the other side speaks is one message")
        )
        self.form = FramingForm()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.is_framed)
        layout.addWidget(self.form, 1)
        self.form.setEnabled(False)
        self.is_framed.toggled.connect(self._toggle)
        self.form.changed.connect(self._tell)

    @property
    def framing(self) -> Framing | None:
        """`None` for turns."""
        return self.form.framing if self.is_framed.isChecked() else None

    def choose(self, framing: Framing | None) -> None:
        """Show `framing` without a signal. A framing that the form cannot show counts as turns."""
        self.blockSignals(True)
        self.is_framed.setChecked(framing is not None and self.form.show_framing(framing))
        self.blockSignals(False)

    def _toggle(self, on: bool) -> None:
        self.form.setEnabled(on)
        self.changed.emit()

    def _tell(self) -> None:
        if self.is_framed.isChecked():
            self.changed.emit()
