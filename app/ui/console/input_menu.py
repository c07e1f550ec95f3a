"""What can be done with the input and its history, beyond typing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

from app.ui.console.memory import Memory
from app.ui.modal import open_modal


class InputMenu(QMenu):
    """Says which key sends, and forgets what was sent."""

    forgotten = Signal()
    """The history was cleared."""

    def __init__(self, memory: Memory, parent: QWidget) -> None:
        super().__init__(parent)
        self._memory = memory
        self.break_action = self.addAction(self.tr("Enter begins a new line, Ctrl+Enter sends"))
        self.break_action.setCheckable(True)
        self.break_action.toggled.connect(self._take_break)
        self.addSeparator()
        self.forget_action = self.addAction(self.tr("Clear the history…"))
        self.forget_action.triggered.connect(lambda _=False: self._ask())
        self.aboutToShow.connect(self._show_choice)

    def _show_choice(self) -> None:
        self.break_action.setChecked(not self._memory.enter_submits)
        self.forget_action.setEnabled(bool(self._memory.past.drafts))

    def _take_break(self, breaks: bool) -> None:
        self._memory.enter_submits = not breaks

    def _ask(self) -> None:
        count = len(self._memory.past.drafts)
        box = QMessageBox(
            QMessageBox.Icon.Question,
            self.tr("Clear the history"),
            self.tr("Forget all that was sent ({0}), in every tab?").format(f"{count:,}"),
            QMessageBox.StandardButton.Cancel,
            self.parentWidget(),
        )
        forget = box.addButton(self.tr("Clear"), QMessageBox.ButtonRole.DestructiveRole)
        forget.clicked.connect(self._forget)
        open_modal(box)

    def _forget(self) -> None:
        self._memory.forget()
        self.forgotten.emit()
