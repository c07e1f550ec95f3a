"""The menu beside *Connect*: what else can be done with a connection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from app.client.session import Session, State
from app.ui.icons import Icons
from app.ui.modal import open_modal

if TYPE_CHECKING:
    from app.client.certificate import PeerCertificate


class ConnectionMenu(QToolButton):
    """Acts on `session`; what cannot be done now is greyed."""

    acted = Signal()
    """The user did something with the session: show what came of it at once."""

    def __init__(self, session: Session, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setAutoRaise(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName(self.tr("More to do with the connection"))
        self.setToolTip(self.tr("Send a file, close one side, abort"))
        icons.give(self, "more")
        menu = QMenu(self)
        self.send_file = menu.addAction(self.tr("Send a &file…"))
        menu.addSeparator()
        self.half_close = menu.addAction(self.tr("&Close this side, read on"))
        self.abort = menu.addAction(self.tr("&Abort (reset)"))
        menu.addSeparator()
        self.certificate = menu.addAction(self.tr("The peer's &certificate…"))
        self.send_file.triggered.connect(self.ask_for_file)
        self.half_close.triggered.connect(lambda: self._do(session.half_close))
        self.abort.triggered.connect(lambda: self._do(session.abort))
        self.certificate.triggered.connect(self.show_certificate)
        self.setMenu(menu)
        self.show_state()

    def show_state(self) -> None:
        """The session is in another state."""
        session = self._session
        is_open = session.state is State.CONNECTED
        self._enable(self.send_file, is_open and session.has_flow and session.file is None)
        self._enable(self.half_close, session.can_half_close)
        self._enable(self.abort, not session.state.is_over)
        self._enable(self.certificate, self._shown() is not None)

    def ask_for_file(self) -> None:
        """Have the user choose a file, and send it."""
        dialog = QFileDialog(self.window(), self.tr("Send a file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.send(Path(path)))
        open_modal(dialog)

    def send(self, path: Path) -> None:
        """Send the file at `path`."""
        self._do(lambda: self._session.send_file(path))

    def show_certificate(self) -> None:
        """Show what the peer showed last."""
        verdict, certificate = self._session.verdict, self._shown()
        if verdict is not None and certificate is not None:
            # Only now: it knows of certificates, which take a while to import.
            from app.ui.console.certificate_dialog import CertificateDialog

            open_modal(CertificateDialog(certificate, verdict.distrust, self.window()))

    def _shown(self) -> PeerCertificate | None:
        verdict = self._session.verdict
        return None if verdict is None else verdict.certificate

    def _do(self, act: object) -> None:
        assert callable(act)
        act()
        self.acted.emit()

    @staticmethod
    def _enable(action: QAction, is_possible: bool) -> None:
        action.setEnabled(is_possible)
