"""The section of the form for TLS, and the summary of a certificate.

The badge of a listener's row uses the summary too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QWidget

from app.files.paths import home_folder_problem, resolve_path
from app.net.endpoint import Endpoint
from app.profile import ListenerSpec, Problem, Tls
from app.profile.spec import VERSIONS
from app.tls import PassphraseError, TlsError, certificates
from app.tls.certificates import CertificateFacts
from app.tls.issuing import names_for
from app.tls.local_ca import LocalCa, now
from app.ui.listener_form.field_notes import FoldHeading
from app.ui.listener_form.section import FormSection, TransportChoice
from app.ui.widgets.dialogs import FileEdit
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.layouts import add_heading
from app.ui.widgets.translation import listed

_SHOWN_NAMES = 6


class TlsForm(FormSection):
    """Asks for the certificate, the CA of the clients, and the oldest version of TLS.

    With the transport "TLS over TCP" these rows are always there. A Unix socket or a description
    has a check box for TLS first. A mistake in a file is shown as soon as the file is chosen. Files
    of the shown spec can be saved unchanged even if they have mistakes.
    """

    def __init__(self, rows: QFormLayout, folder: Path, authority: LocalCa) -> None:
        """Relative paths start in `folder`, that of the profile; `authority` is the local CA."""
        super().__init__(rows)
        self._folder = folder
        self._authority = authority
        self._transport = TransportChoice.TCP
        self._endpoint: Endpoint | None = None
        self._shown: Tls | None = None
        self._problem: Problem | None = None
        self.encrypt = QCheckBox(self.tr("En&crypt the connections with TLS"))
        self.source = QComboBox()
        self.source.addItem(self.tr("Made at once, signed by your local CA"), False)
        self.source.addItem(self.tr("Files of your own"), True)
        pem = self.tr("PEM files (*.pem *.crt *.cer *.key);;All files (*)")
        both = self.tr("Certificates (*.pem *.crt *.cer *.key *.p12 *.pfx);;All files (*)")
        self.certificate = FileEdit(
            folder, self.tr("Choose the certificate"), self.tr("Certificate file"), kinds=both
        )
        self.key = FileEdit(folder, self.tr("Choose its key"), self.tr("Key file"), kinds=pem)
        self.key.line.setPlaceholderText(self.tr("in the same file"))
        self.client_ca = FileEdit(
            folder, self.tr("Choose the CA of the clients"), self.tr("CA of the clients"), kinds=pem
        )
        self.client_ca.line.setPlaceholderText(self.tr("clients need no certificate"))
        self.version = QComboBox()
        for version in VERSIONS:
            self.version.addItem(self.tr("TLS {0} or newer").format(version), version)
        self.facts = WrappingLabel()
        self._details = FoldHeading(self.tr("Clients and versions"), self._show_rows)
        self._lay_out()
        self._connect()
        self._show_rows()

    def show_spec(self, spec: ListenerSpec) -> None:
        self._shown = spec.tls
        tls = spec.tls or Tls()
        if (tls.client_ca, tls.minimum_version) != (Tls().client_ca, Tls().minimum_version):
            self._details.open()
        self.encrypt.setChecked(spec.tls is not None)
        self.source.setCurrentIndex(1 if tls.certificate else 0)
        self.certificate.line.setText(tls.certificate)
        self.key.line.setText(tls.key)
        self.client_ca.line.setText(tls.client_ca)
        self.version.setCurrentIndex(self.version.findData(tls.minimum_version))
        self._show_rows()

    def show_address(self, transport: TransportChoice, endpoint: Endpoint | None) -> None:
        """Show the rows for this endpoint; `None` while the entered endpoint is not valid."""
        if (transport, endpoint) == (self._transport, self._endpoint):
            return
        self._transport, self._endpoint = transport, endpoint
        self._show_rows()

    def values(self) -> Mapping[str, Any]:
        return {"tls": self._entered()}

    def problems(self) -> list[Problem]:
        return [] if self._problem is None else [self._problem]

    def reveal(self, problem: Problem) -> QWidget | None:
        if not problem.path.startswith("tls"):
            return None
        return self.certificate if self._has_files() else self.source

    def sentence(self, problem: Problem) -> str:
        return problem.message if problem.path.startswith("tls") else ""

    def _lay_out(self) -> None:
        self.facts.setObjectName("quiet")
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._heading = add_heading(self.rows, self.tr("Encryption"))
        self.rows.addRow("", self.encrypt)
        self.rows.addRow(self.tr("C&ertificate"), self.source)
        self.rows.addRow(self.tr("Its &file"), self.certificate)
        self.rows.addRow(self.tr("Its &key"), self.key)
        self.rows.addRow("", self.facts)
        self.rows.addRow(self._details)
        self.rows.addRow(self.tr("C&A of clients"), self.client_ca)
        self.rows.addRow(self.tr("&Versions"), self.version)

    def _connect(self) -> None:
        for changed in (
            self.encrypt.toggled,
            self.source.currentIndexChanged,
            self.certificate.changed,
            self.key.changed,
            self.client_ca.changed,
            self.version.currentIndexChanged,
        ):
            changed.connect(self._show_rows)
            changed.connect(self.changed)

    def _is_optional(self) -> bool:
        """Whether the user chooses TLS with the check box."""
        takes = self._endpoint is None or self._endpoint.supports_tls
        return self._transport in (TransportChoice.UNIX, TransportChoice.DESCRIPTION) and takes

    def _is_on(self) -> bool:
        if self._transport is TransportChoice.TLS:
            return True
        return self._is_optional() and self.encrypt.isChecked()

    def _has_files(self) -> bool:
        return bool(self.source.currentData())

    def _entered(self) -> Tls | None:
        if not self._is_on():
            return None
        tls = Tls(client_ca=self.client_ca.text(), minimum_version=self.version.currentData())
        if not self._has_files():
            return tls
        return evolve(tls, certificate=self.certificate.text(), key=self.key.text())

    def _show_rows(self) -> None:
        is_on = self._is_on()
        self.rows.setRowVisible(self._heading, is_on or self._is_optional())
        self.rows.setRowVisible(self.encrypt, self._is_optional())
        always: tuple[QWidget, ...] = (self.source, self.facts, self._details)
        for part in always:
            self.rows.setRowVisible(part, is_on)
        for part in (self.client_ca, self.version):
            self.rows.setRowVisible(part, is_on and self._details.is_open)
        for part in (self.certificate, self.key):
            self.rows.setRowVisible(part, is_on and self._has_files())
        self._problem = None
        self.facts.setText(self._describe_certificate() if is_on else "")

    def _describe_certificate(self) -> str:
        """The text about the certificate. Sets `_problem` if there is a mistake in a new file."""
        tls = self._entered()
        assert tls is not None
        if self._has_files() and not tls.certificate:
            self._problem = Problem("tls", self.tr("Choose the file of the certificate."))
            return ""
        try:
            text = self._describe_file(tls) if self._has_files() else self._describe_stored()
            self._check_client_ca(tls)
        except TlsError as error:
            if tls == self._shown:
                return str(error)
            self._problem = Problem("tls", str(error))
            return ""
        return text

    def _describe_file(self, tls: Tls) -> str:
        path = self._path(tls.certificate)
        try:
            facts = certificates.read_identity(path, self._path(tls.key) if tls.key else None).facts
        except PassphraseError:
            return self.tr("It is encrypted. Its passphrase is asked for at each start.")
        certificates.check_time(facts, path, now())
        return certificate_summary(facts)

    def _describe_stored(self) -> str:
        kept = self._authority.kept_for(self._names())
        return certificate_summary(kept.facts) if kept else self._not_issued_text()

    def _check_client_ca(self, tls: Tls) -> None:
        if tls.client_ca:
            path = self._path(tls.client_ca)
            certificates.read_certificates(certificates.read_file(path), path)

    def _not_issued_text(self) -> str:
        words = self.tr("It is made when the listener starts, for {0}.")
        return words.format(listed(self._names()))

    def _names(self) -> tuple[str, ...]:
        return names_for(self._endpoint or Endpoint.tcp(0))

    def _path(self, written: str) -> Path:
        if wrong := home_folder_problem(written):
            raise TlsError(wrong)
        return resolve_path(written, self._folder)


def certificate_summary(facts: CertificateFacts) -> str:
    """The names, the last valid day and the fingerprint of a certificate, one a line."""
    names = facts.names or (facts.subject,)
    shown = listed((*names[:_SHOWN_NAMES], *(("…",) if len(names) > _SHOWN_NAMES else ())))
    lines = (
        QCoreApplication.translate("Certificate", "For {0}").format(shown),
        QCoreApplication.translate("Certificate", "Valid until {0}").format(
            f"{facts.not_after:%Y-%m-%d}"
        ),
        QCoreApplication.translate("Certificate", "SHA-256 {0}").format(
            breakable(facts.fingerprint)
        ),
    )
    return "\n".join(lines)


def breakable(fingerprint: str) -> str:
    """A fingerprint that a label can wrap after each colon."""
    return fingerprint.replace(":", ":\N{ZERO WIDTH SPACE}")
