"""The export of the local CA certificate, so that other programs can trust it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.text.sentence import system_reason
from app.ui.style.tokens import Tint
from app.ui.widgets.banner import Banner
from app.ui.widgets.dialogs import start_folder
from app.ui.widgets.translation import translated

FILE_NAME = "portdeck-ca.pem"
NOTICE_SECONDS = 12.0


class LocalCaActions(QObject):
    """Exports the certificate of the CA, never its key. A banner shows the result."""

    def __init__(self, banner: Banner, window: QWidget) -> None:
        """The dialog opens over `window`."""
        super().__init__(window)
        self._banner = banner
        self._window = window

    def export(self) -> None:
        """Ask where to put the certificate of the CA."""
        dialog = QFileDialog(
            self._window,
            self.tr("Export the CA certificate"),
            start_folder(self._window),
            self.tr("PEM files (*.pem *.crt)"),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pem")
        dialog.selectFile(FILE_NAME)
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    def export_to(self, path: str) -> None:
        """Write the certificate to `path`; the CA is made if there is none yet."""
        # Imported late, because most windows never need it and the import is slow.
        from app.tls import TlsError
        from app.tls.local_ca import LocalCa

        try:
            Path(path).write_bytes(LocalCa().export())
        except TlsError as error:
            self._banner.say(str(error), tint=Tint.DANGER)
        except OSError as error:
            words = self.tr("{0} cannot be written ({1}). Choose another place.")
            self._banner.say(words.format(path, translated(system_reason(error))), tint=Tint.DANGER)
        else:
            words = self.tr(
                "The CA certificate is in {0}. A program that trusts it also trusts every "
                "certificate that Portdeck makes."
            )
            self._banner.say(words.format(path), seconds=NOTICE_SECONDS, tint=Tint.SUCCESS)
