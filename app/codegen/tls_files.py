"""The PEM files of a listener's TLS, for programs that read them instead of Portdeck: scripts and
clients."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from app.files.paths import resolve_path
from app.net.endpoint import Endpoint
from app.net.ip import parse_ip
from app.profile import ListenerSpec, Tls
from app.tls import PassphraseError, TlsError


@frozen
class TlsFiles:
    """Absolute paths of the PEM files, and what goes with them."""

    certificate: Path
    """The server's certificate, followed by the intermediate certificates."""

    key: Path
    """The private key. It may be in the same file."""

    client_ca: Path | None
    """The CA of the client certificates, if clients must show one."""

    ca: Path | None
    """The CA that a client must trust. `None` if the system's CAs are enough."""

    names: tuple[str, ...]
    """The host names and addresses of the certificate."""

    minimum_version: str

    @property
    def server_name(self) -> str:
        """The first host name. Empty if there are only addresses."""
        return next((each for each in self.names if parse_ip(each) is None), "")


def tls_files(spec: ListenerSpec, folder: Path, ca_folder: Path | None = None) -> TlsFiles | None:
    """The files of `spec`. `None` if Portdeck does not do its TLS. Missing files of the local CA
    are made.

    Relative paths start in `folder`. The local CA is in `ca_folder`, by default in the user's
    folder. Raises `TlsError`.
    """
    if spec.tls is None:
        return None
    # Loaded late: OpenSSL takes time, and most listeners do not use TLS.
    from app.tls import certificates
    from app.tls.issuing import names_for
    from app.tls.key_files import is_pkcs12
    from app.tls.local_ca import LocalCa, certificate_path

    tls = spec.tls
    if not tls.certificate:
        names = names_for(Endpoint.parse(spec.endpoint).bound())
        authority = LocalCa(ca_folder)
        authority.identity_for(names)
        path = authority.path_for(names).absolute()
        return _files(tls, folder, path, path, certificate_path(ca_folder).absolute(), names)
    certificate = resolve_path(tls.certificate, folder)
    key = resolve_path(tls.key, folder) if tls.key else certificate
    content = certificates.read_file(certificate)
    if is_pkcs12(content):
        raise TlsError(
            "no-script-pkcs12",
            "{certificate} is a PKCS#12 file, which scripts and many clients cannot read. "
            "Convert it to PEM (openssl pkcs12 -in FILE -out NEW.pem).",
            certificate=certificate,
        )
    try:
        found = certificates.read_identity(certificate, key).certificate
    except PassphraseError:  # OpenSSL asks for it when a script starts
        found = certificates.read_certificates(content, certificate)[0]
    names = certificates.CertificateFacts.of(found).names
    ca = certificate if found.issuer == found.subject else None
    return _files(tls, folder, certificate, key, ca, names)


def _files(
    tls: Tls, folder: Path, certificate: Path, key: Path, ca: Path | None, names: tuple[str, ...]
) -> TlsFiles:
    return TlsFiles(
        certificate=certificate,
        key=key,
        client_ca=resolve_path(tls.client_ca, folder) if tls.client_ca else None,
        ca=ca,
        names=names,
        minimum_version=tls.minimum_version,
    )
