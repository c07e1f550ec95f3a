"""The dialog in which one says something to connections: text, escapes or hex."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from app.client.session_messages import SessionState
from app.client.transcript import count_bytes
from app.server.broadcast import Recipients, SendResult
from app.ui.console.input_bar import InputBar
from app.ui.console.saved_state import ConsoleState
from app.ui.style.icons import Icons
from app.ui.widgets.dialogs import dialog_buttons
from app.ui.widgets.labels import WrappingLabel


class RecipientsTarget:
    """An audience in the place of a session: the console's input sends to either."""

    def __init__(self, audience: Recipients) -> None:
        self._audience = audience
        self.outcome: SendResult | None = None

    @property
    def state(self) -> SessionState:
        """Whether anybody is there."""
        return SessionState.CONNECTED if self._audience.live else SessionState.CLOSED

    def send(self, data: bytes) -> bool:
        """Say it to all. False if nobody is there to hear it."""
        self.outcome = self._audience.send(data)
        return self.outcome.reached > 0


class SendDialog(QDialog):
    """Stays open, and beside the window, until it is closed: one sends more than once."""

    closed = Signal(object)
    """This dialog is gone from the screen."""

    def __init__(
        self,
        audience: Recipients,
        whom: str,
        memory: ConsoleState,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        """`whom` says in words who is meant."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Send to {0}").format(whom))
        self._audience = audience
        self._addressed = RecipientsTarget(audience)
        self.audience = WrappingLabel()
        self.bar = InputBar(self._addressed, memory, icons)
        self.told = WrappingLabel(least_lines=2)
        self.buttons = dialog_buttons(QDialogButtonBox.StandardButton.Close)
        button = self.buttons.button(QDialogButtonBox.StandardButton.Close)
        button.setAutoDefault(False)
        self.bar.send_button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        for part in (self.audience, self.bar, self.told, self.buttons):
            layout.addWidget(part)
        layout.insertStretch(3, 1)
        self.told.setObjectName("quiet")
        self.resize(560, 210)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(lambda _: self.closed.emit(self))
        self.bar.acted.connect(self._show_outcome)
        self.bar.input.setFocus()
        self.refresh()

    def refresh(self) -> None:
        """Connections came or went."""
        live, members = len(self._audience.live), len(self._audience.members)
        if live == members:
            words = self.tr("It goes to {0} connections.").format(f"{live:,}")
            if live == 1:
                words = self.tr("It goes to one connection.")
        else:
            words = self.tr("It goes to {0} of {1} connections; the others are closed.").format(
                f"{live:,}", f"{members:,}"
            )
        if not live:
            words = self.tr("Nobody is connected.")
        self.audience.setText(words)
        self.bar.show_state()

    def _show_outcome(self) -> None:
        outcome = self._addressed.outcome
        if outcome is None:
            return
        if not outcome.reached:
            words = self.tr("Nothing was sent: nobody is connected.")
        elif outcome.reached == 1:
            words = self.tr("{0} sent to one connection.").format(count_bytes(outcome.size))
        else:
            words = self.tr("{0} sent to each of {1} connections.").format(
                count_bytes(outcome.size), f"{outcome.reached:,}"
            )
        if outcome.reached and outcome.gone:
            gone = self.tr("{0} were closed meanwhile.").format(f"{outcome.gone:,}")
            words = f"{words}\n{gone}"
        self.told.setText(words)
        self.refresh()
