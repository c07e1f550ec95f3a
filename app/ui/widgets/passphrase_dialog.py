"""Asks for the passphrase of an encrypted key. It is handed on once, and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget
from twisted.internet.defer import CancelledError, Deferred

from app.tls import PassphraseError
from app.ui.widgets.dialogs import dialog_buttons, open_modal
from app.ui.widgets.labels import MistakeLabel, WrappingLabel

LONGEST_PASSPHRASE = 1024
LEAST_WIDTH = 380


class PassphraseDialog(QDialog):
    """A masked field, below the name of the file, and why the last answer was wrong."""

    def __init__(self, problem: PassphraseError, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Passphrase"))
        self.setMinimumWidth(LEAST_WIDTH)
        self.field = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self.field.setMaxLength(LONGEST_PASSPHRASE)
        self.field.setAccessibleName(self.tr("Passphrase"))
        self.error = MistakeLabel(self)
        self.error.setText(str(problem) if problem.is_wrong else "")
        self.buttons = dialog_buttons(
            QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
        )
        self.unlock = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.unlock.setText(self.tr("Unlock"))
        self.unlock.setEnabled(False)
        self.field.textChanged.connect(lambda text: self.unlock.setEnabled(bool(text)))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._lay_out(problem)

    def take(self) -> bytes:
        """The passphrase. The field is empty afterwards."""
        passphrase = self.field.text().encode()
        self.field.clear()
        return passphrase

    def _lay_out(self, problem: PassphraseError) -> None:
        words = self.tr("{0} is encrypted. Type its passphrase.").format(problem.path.name)
        question = WrappingLabel()
        question.setText(words)
        place = WrappingLabel()
        place.setObjectName("quiet")
        place.setText(str(problem.path.parent))
        label = QLabel(self.tr("Its &passphrase"))
        label.setBuddy(self.field)
        note = WrappingLabel()
        note.setObjectName("quiet")
        note.setText(self.tr("It is used once. Portdeck does not keep it."))
        layout = QVBoxLayout(self)
        for part in (question, place, label, self.field, self.error, note, self.buttons):
            layout.addWidget(part)
        self.field.setFocus()


def ask_passphrase(parent: QWidget, problem: PassphraseError) -> Deferred[Sequence[bytes] | None]:
    """Open the dialog over the window of `parent`. Fires with the passphrase in a sequence.

    Fires with `None` if the user wants no more, or if the window goes. Cancelling it closes the
    dialog.
    """
    dialog = PassphraseDialog(problem, parent.window())

    def cancel(answer: Deferred[Sequence[bytes] | None]) -> None:
        answer.errback(CancelledError())  # first: closing the dialog answers too
        dialog.reject()

    answer: Deferred[Sequence[bytes] | None] = Deferred(cancel)

    def fire(passphrases: Sequence[bytes] | None) -> None:
        if not answer.called:
            answer.callback(passphrases)

    dialog.accepted.connect(lambda: fire((dialog.take(),)))
    dialog.rejected.connect(lambda: fire(None))
    dialog.destroyed.connect(lambda: fire(None))
    open_modal(dialog)
    return answer


class PassphraseQuestions:
    """Asks one question at a time, although several listeners may start together.

    After a wrong answer the same question comes before the others that wait.
    """

    def __init__(self, window: Callable[[], QWidget]) -> None:
        """`window` returns the main window as it is when a question comes."""
        self._window = window
        self._turns: list[Deferred[None]] = []
        self._is_busy = False

    async def ask(self, problem: PassphraseError) -> Sequence[bytes] | None:
        """The answer of the user to `problem`; see `ask_passphrase`."""
        if self._is_busy:
            turn: Deferred[None] = Deferred(self._turns.remove)
            self._turns.insert(0 if problem.is_wrong else len(self._turns), turn)
            await turn
        self._is_busy = True
        try:
            return await ask_passphrase(self._window(), problem)
        finally:
            # Later: who got the answer may have to ask again.
            QTimer.singleShot(0, self._begin_next)

    def _begin_next(self) -> None:
        if self._turns:
            self._turns.pop(0).callback(None)
        else:
            self._is_busy = False
