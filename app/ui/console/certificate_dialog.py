"""Shows the certificate of a peer: whose it is, who says so, and whether to believe it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from app.client.certificate import PeerCertificate
from app.ui.dialog_buttons import dialog_buttons
from app.ui.wrapping import WrappingLabel


class CertificateDialog(QDialog):
    """Reads; nothing can be changed here. The certificate can be copied as PEM."""

    def __init__(
        self, certificate: PeerCertificate, distrust: str, parent: QWidget | None = None
    ) -> None:
        """`distrust` is why not to believe it, as the end of a sentence; empty if one should."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("The peer's certificate"))
        self.verdict = WrappingLabel()
        self.verdict.setObjectName("trouble")
        self.verdict.setProperty("wrong", bool(distrust))
        words = self.tr("It is not to be trusted: {0}.").format(distrust)
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
            self.rows.addRow(title, self._text(title, text))
        buttons = dialog_buttons(QDialogButtonBox.StandardButton.Close)
        self.copy_button = buttons.addButton(
            self.tr("Copy as PEM"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.copy_button.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(certificate.pem)
        )
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.verdict)
        layout.addLayout(self.rows)
        layout.addWidget(buttons)

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
