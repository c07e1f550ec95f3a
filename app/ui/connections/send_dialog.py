"""The dialog that sends data to connections: text, escapes or hex."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from app.client.session_messages import SessionState
from app.server.broadcast import Recipients, SendResult
from app.text.readable import count_bytes
from app.ui.console.input_bar import InputBar
from app.ui.console.saved_state import ConsoleState
from app.ui.style.icons import Icons
from app.ui.widgets.dialogs import dialog_buttons
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.translation import translated


class RecipientsTarget:
    """Adapts `Recipients` to the input bar, which otherwise sends to a session."""

    def __init__(self, recipients: Recipients) -> None:
        self._recipients = recipients
        self.outcome: SendResult | None = None

    @property
    def state(self) -> SessionState:
        """`CONNECTED` while at least one connection is open."""
        return SessionState.CONNECTED if self._recipients.live else SessionState.CLOSED

    def send(self, data: bytes) -> bool:
        """Send `data` to all. Return whether at least one connection is open."""
        self.outcome = self._recipients.send(data)
        return self.outcome.reached > 0


class SendDialog(QDialog):
    """Not modal. It stays open after a send, so that the user can send again."""

    closed = Signal(object)
    """This dialog was closed."""

    def __init__(
        self,
        recipients: Recipients,
        whom: str,
        saved_state: ConsoleState,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        """`whom` names the recipients for the user."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Send to {0}").format(whom))
        self._recipients = recipients
        self._target = RecipientsTarget(recipients)
        self.recipients_label = WrappingLabel()
        self.bar = InputBar(self._target, saved_state, icons)
        self.result_label = WrappingLabel()
        self.buttons = dialog_buttons(QDialogButtonBox.StandardButton.Close)
        button = self.buttons.button(QDialogButtonBox.StandardButton.Close)
        button.setAutoDefault(False)
        self.bar.send_button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        for part in (self.recipients_label, self.bar, self.result_label, self.buttons):
            layout.addWidget(part)
        layout.insertStretch(3, 1)
        self.result_label.setObjectName("quiet")
        self.resize(560, self.sizeHint().height())
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(lambda _: self.closed.emit(self))
        self.bar.acted.connect(self._show_outcome)
        self.bar.input.setFocus()
        self.refresh()

    def refresh(self) -> None:
        """Show how many recipients are connected."""
        live, members = len(self._recipients.live), len(self._recipients.members)
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
        self.recipients_label.setText(words)
        self.bar.show_state()

    def _show_outcome(self) -> None:
        outcome = self._target.outcome
        if outcome is None:
            return
        if not outcome.reached:
            words = self.tr("Nothing was sent: nobody is connected.")
        elif outcome.reached == 1:
            words = self.tr("{0} sent to one connection.").format(
                translated(count_bytes(outcome.size))
            )
        else:
            words = self.tr("{0} sent to each of {1} connections.").format(
                translated(count_bytes(outcome.size)), f"{outcome.reached:,}"
            )
        if outcome.reached and outcome.gone:
            gone = self.tr("{0} were closed meanwhile.").format(f"{outcome.gone:,}")
            words = f"{words}\n{gone}"
        self.result_label.setText(words)
        self.refresh()
