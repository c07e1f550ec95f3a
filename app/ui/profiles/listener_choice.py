"""The dialog that chooses some of several listeners, for the import and export of a profile."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.net.endpoint import Endpoint
from app.profile import ListenerSpec
from app.ui.widgets.dialogs import dialog_buttons
from app.ui.widgets.layouts import fill
from app.ui.widgets.plain_text import set_tip


class ListenerChoice(QDialog):
    """A list of listeners with check boxes. At least one must be ticked to accept."""

    chosen = Signal(list)
    """The ticked specs in their order, when the dialog is accepted."""

    def __init__(self, title: str, words: str, accept: str, parent: QWidget) -> None:
        """`words` stand above the list, and `accept` on the button."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self._specs: list[ListenerSpec] = []
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Listeners"))
        self.list.setUniformItemSizes(True)
        self.buttons = dialog_buttons(QDialogButtonBox.StandardButton.Cancel)
        self._accept = self.buttons.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out(words)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: self.chosen.emit(self.ticked()))
        self.list.itemChanged.connect(self._update_accept_button)
        self._update_accept_button()

    def add(self, spec: ListenerSpec, *, ticked: bool = True, remark: str = "") -> None:
        """Add `spec` to the list. `remark` is a short note beside it."""
        where = Endpoint.parse(spec.endpoint).display
        words = self.tr("{0}: {1} on {2}").format(spec.name, spec.protocol, where)
        item = QListWidgetItem(f"{words} – {remark}" if remark else words)
        set_tip(item, item.text())
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        self._specs.append(spec)
        self.list.addItem(item)
        self._update_accept_button()

    def ticked(self) -> list[ListenerSpec]:
        """The ticked specs."""
        return [spec for row, spec in enumerate(self._specs) if self._is_ticked(row)]

    def tick_all(self, ticked: bool) -> None:
        """Tick every listener, or none."""
        state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        for row in range(self.list.count()):
            self.list.item(row).setCheckState(state)

    def _is_ticked(self, row: int) -> bool:
        return self.list.item(row).checkState() is Qt.CheckState.Checked

    def _lay_out(self, words: str) -> None:
        label = QLabel(words)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        ticks = QHBoxLayout()
        for word, ticked in ((self.tr("All"), True), (self.tr("None"), False)):
            button = QPushButton(word, autoDefault=False)
            button.clicked.connect(lambda _=False, ticked=ticked: self.tick_all(ticked))
            ticks.addWidget(button)
        ticks.addStretch(1)
        fill(QVBoxLayout(self), label, (self.list, 1), ticks, self.buttons)
        self.resize(560, 380)

    def _update_accept_button(self) -> None:
        self._accept.setEnabled(any(self._is_ticked(row) for row in range(self.list.count())))
