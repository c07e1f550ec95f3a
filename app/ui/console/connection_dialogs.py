"""The dialogs of a console connection: its options, and the certificate of its peer.

The options are the time-out, the local address, and the certificates that TLS uses and trusts.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.client.options import Options, TlsOptions
from app.client.security import PeerCertificate
from app.files.paths import home_folder_problem, resolve_path
from app.net.endpoint import LARGEST_PORT
from app.net.target import Target, TargetError
from app.ui.widgets.dialogs import FileEdit, dialog_buttons
from app.ui.widgets.labels import MistakeLabel, WrappingLabel
from app.ui.widgets.layouts import STRETCH, add_heading, fill
from app.ui.widgets.translation import translated

LONGEST_SECONDS = 600.0


class OptionsDialog(QDialog):
    """Edits the `Options` of a tab. Accepted options apply from the next connection."""

    chosen = Signal(object)
    """The new `Options`."""

    def __init__(self, options: Options, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Connection options"))
        pem = self.tr("PEM files (*.pem *.crt *.cer *.key);;All files (*)")
        both = self.tr("Certificates (*.pem *.crt *.cer *.key *.p12 *.pfx);;All files (*)")
        home = Path.home()
        self.seconds = QDoubleSpinBox(decimals=1, minimum=0.1, maximum=LONGEST_SECONDS)
        self.reconnect = QCheckBox(self.tr("Connect &again by itself when the connection ends"))
        self.local_host = QLineEdit()
        self.local_port = QSpinBox(minimum=0, maximum=LARGEST_PORT)
        self.verify = QCheckBox(self.tr("&Verify who the peer is"))
        self.warning = WrappingLabel()
        self.ca = FileEdit(
            home, self.tr("Choose the authorities to trust"), self.tr("Authorities"), kinds=pem
        )
        self.certificate = FileEdit(
            home, self.tr("Choose your certificate"), self.tr("Your certificate"), kinds=both
        )
        self.key = FileEdit(home, self.tr("Choose its key"), self.tr("Private key"), kinds=pem)
        self.server_name = QLineEdit()
        self.error = MistakeLabel()
        self.buttons = dialog_buttons(
            QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
        )
        self._set_up()
        self._lay_out()
        self._show(options)

    def options(self) -> Options:
        """The options as they are entered now."""
        return Options(
            connect_seconds=self.seconds.value(),
            reconnect=self.reconnect.isChecked(),
            local_host=self.local_host.text().strip(),
            local_port=self.local_port.value(),
            tls=TlsOptions(
                verify=self.verify.isChecked(),
                ca_file=_path(self.ca),
                certificate_file=_path(self.certificate),
                key_file=_path(self.key),
                server_name=self.server_name.text().strip(),
            ),
        )

    def accept(self) -> None:
        options = self.options()
        try:
            Target("localhost", 1).with_local_address(options.local_host, options.local_port)
        except TargetError as error:
            self.error.setText(str(error))
            return
        if options.tls.key_file and not options.tls.certificate_file:
            self.error.setText(self.tr("Choose the certificate that the key is for, or no key."))
            return
        for each in (self.ca, self.certificate, self.key):
            if wrong := home_folder_problem(each.text()):
                self.error.setText(wrong)
                return
        self.chosen.emit(options)
        super().accept()

    def _set_up(self) -> None:
        self.seconds.setSuffix(self.tr(" s"))
        self.seconds.setAccessibleName(self.tr("Seconds to wait for an answer"))
        self.local_host.setPlaceholderText(self.tr("any address of this computer"))
        self.local_host.setAccessibleName(self.tr("Local address"))
        self.local_port.setSpecialValueText(self.tr("any"))
        self.local_port.setAccessibleName(self.tr("Local port"))
        self.ca.line.setPlaceholderText(self.tr("those that the system trusts"))
        self.certificate.line.setPlaceholderText(self.tr("none"))
        self.key.line.setPlaceholderText(self.tr("in the same file"))
        self.server_name.setPlaceholderText(self.tr("the host that is connected to"))
        self.server_name.setAccessibleName(self.tr("Name that the peer must prove"))
        self.warning.setObjectName("trouble")
        self.warning.setProperty("wrong", True)
        self.warning.setText(
            self.tr("Not verified: anybody on the way could answer. For tests alone.")
        )
        self.verify.toggled.connect(lambda on: self.warning.setVisible(not on))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        rows = QFormLayout()
        rows.addRow(self.tr("&Give up after"), self.seconds)
        rows.addRow("", self.reconnect)
        rows.addRow(self.tr("&From the address"), self.local_host)
        rows.addRow(self.tr("From the &port"), self.local_port)
        add_heading(rows, self.tr("TLS"))
        rows.addRow("", self.verify)
        rows.addRow("", self.warning)
        rows.addRow(self.tr("A&uthorities"), self.ca)
        rows.addRow(self.tr("&Name in the certificate"), self.server_name)
        rows.addRow(self.tr("Your &certificate"), self.certificate)
        rows.addRow(self.tr("Private &key"), self.key)
        fill(QVBoxLayout(self), rows, self.error, STRETCH, self.buttons)
        self.setMinimumWidth(480)

    def _show(self, options: Options) -> None:
        tls = options.tls
        self.seconds.setValue(options.connect_seconds)
        self.reconnect.setChecked(options.reconnect)
        self.local_host.setText(options.local_host)
        self.local_port.setValue(options.local_port)
        self.verify.setChecked(tls.verify)
        self.warning.setVisible(not tls.verify)
        self.ca.show_path(tls.ca_file)
        self.certificate.show_path(tls.certificate_file)
        self.key.show_path(tls.key_file)
        self.server_name.setText(tls.server_name)


def _path(field: FileEdit) -> str:
    text = field.text()
    return str(resolve_path(text, Path.home())) if text else ""


class CertificateDialog(QDialog):
    """Shows the certificate of a peer, and whether it is trusted. It can be copied as PEM."""

    def __init__(
        self, certificate: PeerCertificate, distrust: str, parent: QWidget | None = None
    ) -> None:
        """`distrust` is the reason not to trust it, as the end of a sentence. Empty if it is
        trusted."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("The peer's certificate"))
        self.verdict = WrappingLabel()
        self.verdict.setObjectName("trouble")
        self.verdict.setProperty("wrong", bool(distrust))
        words = self.tr("It is not to be trusted: {0}.").format(translated(distrust))
        self.verdict.setText(words if distrust else self.tr("It is trusted here."))
        self.rows = QFormLayout()
        facts = certificate.facts
        for title, text in (
            (self.tr("Subject"), facts.subject),
            (self.tr("Names"), "\n".join(facts.names) or self.tr("none")),
            (self.tr("Issued by"), certificate.issuer),
            (self.tr("Valid from"), f"{facts.not_before:%Y-%m-%d %H:%M} UTC"),
            (self.tr("Valid until"), f"{facts.not_after:%Y-%m-%d %H:%M} UTC"),
            (self.tr("SHA-256"), _in_two_lines(facts.fingerprint)),
        ):
            label = QLabel(title)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)  # beside the first line of the text
            self.rows.addRow(label, self._text(title, text))
        buttons = dialog_buttons(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        self.copy_button = buttons.addButton(
            self.tr("Copy as PEM"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.copy_button.setAutoDefault(False)
        self.copy_button.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(certificate.pem)
        )
        buttons.rejected.connect(self.reject)
        fill(QVBoxLayout(self), self.verdict, self.rows, buttons)

    def _text(self, title: str, text: str) -> QLabel:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        label.setAccessibleName(title)
        return label


def _in_two_lines(fingerprint: str) -> str:
    half = len(fingerprint) // 2
    return f"{fingerprint[:half]}\n{fingerprint[half:].lstrip(':')}"
