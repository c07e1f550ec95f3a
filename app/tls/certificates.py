"""Certificates with their keys: read from PEM or PKCS#12, checked, described, written."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificateIssuerPrivateKeyTypes,
    PublicKeyTypes,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from app.text.sentence import system_reason
from app.tls import TlsError
from app.tls.key_files import is_pkcs12, read_key, read_pkcs12

LARGEST_FILE = 1024 * 1024


@frozen
class CertificateFacts:
    """A certificate, described for people."""

    subject: str
    """The common name of the subject, or the whole name."""

    names: tuple[str, ...]
    """The host names and addresses that it is valid for."""

    not_before: datetime.datetime
    not_after: datetime.datetime

    fingerprint: str
    """SHA-256, as `AB:CD:…`."""

    @classmethod
    def of(cls, certificate: x509.Certificate) -> CertificateFacts:
        """Describe `certificate`."""
        return cls(
            subject=subject_of(certificate),
            names=_names(certificate),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            fingerprint=certificate.fingerprint(hashes.SHA256()).hex(":").upper(),
        )


@frozen
class Identity:
    """A certificate, its key, and the intermediate certificates up to the CA."""

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def facts(self) -> CertificateFacts:
        """The certificate, described for people."""
        return CertificateFacts.of(self.certificate)

    def to_pem(self) -> bytes:
        """Key, certificate and intermediate certificates in PEM. The key is not encrypted."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + certificates_to_pem(self.certificate, *self.chain)


def certificates_to_pem(*certificates: x509.Certificate) -> bytes:
    """The certificates in PEM, in this order."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def read_identity(
    certificate: Path, key: Path | None = None, passphrases: Sequence[bytes] = ()
) -> Identity:
    """Read the files `certificate` and `key`. Without `key`, the first file has the key too.

    The first file may be in PKCS#12. Raises `TlsError` if a server cannot use the files. The
    validity time is not checked here; see `check_time`. Raises `PassphraseError` if the key is
    encrypted and none of `passphrases` opens it.
    """
    content = read_file(certificate)
    if is_pkcs12(content):
        return _read_pkcs12(content, certificate, key, passphrases)
    first, *chain = read_certificates(content, certificate)
    key_path = key or certificate
    key_content = read_file(key) if key else content
    identity = Identity(first, read_key(key_content, key_path, passphrases), tuple(chain))
    if not _belong_together(identity):
        raise TlsError(
            "key-of-other-certificate",
            "The key in {key_path} does not belong to the certificate in {certificate}. "
            "Choose the key that the certificate was made for.",
            key_path=key_path,
            certificate=certificate,
        )
    return identity


def _read_pkcs12(
    content: bytes, path: Path, key: Path | None, passphrases: Sequence[bytes]
) -> Identity:
    if key is not None and key != path:
        raise TlsError(
            "key-in-pkcs12-already",
            "{path} is a PKCS#12 file, which has its key in it. Leave out the key.",
            path=path,
        )
    found = read_pkcs12(content, path, passphrases)
    identity = Identity(found.certificate, found.key, found.chain)
    if not _belong_together(identity):
        raise TlsError(
            "pkcs12-mismatch",
            "The key in {path} does not belong to its certificate. Export it anew.",
            path=path,
        )
    return identity


def check_time(facts: CertificateFacts, path: Path, now: datetime.datetime) -> None:
    """Raise `TlsError` if the certificate of the file `path` is not valid at the time `now`."""
    if now > facts.not_after:
        raise TlsError(
            "certificate-expired",
            "The certificate in {path} expired on {not_after}. Renew it.",
            path=path,
            not_after=f"{facts.not_after:%Y-%m-%d}",
        )
    if now < facts.not_before:
        raise TlsError(
            "certificate-not-yet-valid",
            "The certificate in {path} is not valid before {not_before} UTC. "
            "Wait until then, or check this computer's clock.",
            path=path,
            not_before=f"{facts.not_before:%Y-%m-%d %H:%M}",
        )


def read_certificates(content: bytes, path: Path) -> list[x509.Certificate]:
    """The certificates in `content`, the PEM text of the file `path`. Raises `TlsError`."""
    try:
        return x509.load_pem_x509_certificates(content)
    except (ValueError, UnsupportedAlgorithm):
        pass
    if b"-----BEGIN CERTIFICATE-----" in content:
        raise TlsError(
            "certificate-damaged",
            "The certificate in {path} is damaged. Get it anew from where it was made.",
            path=path,
        )
    raise TlsError(
        "no-pem-certificate",
        '{path} has no certificate in the PEM form, which begins with "-----BEGIN '
        'CERTIFICATE-----". Choose another file, or convert it (openssl x509).',
        path=path,
    )


def read_file(path: Path) -> bytes:
    """The content of a file that the user named. Raises `TlsError`."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise TlsError(
            "tls-file-missing", "There is no file {path}. Choose one that is there.", path=path
        ) from None
    except IsADirectoryError:
        raise TlsError(
            "tls-file-is-folder", "{path} is a folder. Choose the file in it.", path=path
        ) from None
    except PermissionError:
        raise TlsError(
            "tls-file-denied",
            "You may not read {path}. Change its rights, or choose another.",
            path=path,
        ) from None
    except (OSError, ValueError) as error:
        raise TlsError(
            "tls-file-unreadable",
            "{path} cannot be read ({error}). Choose another file.",
            path=path,
            error=_why(error),
        ) from None
    if len(content) > LARGEST_FILE:
        raise TlsError(
            "tls-file-too-large",
            "{path} is too large for a certificate or a key. Choose another file.",
            path=path,
        )
    return content


def subject_of(certificate: x509.Certificate) -> str:
    """The common name of the subject, or the whole name if there is none."""
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def _belong_together(identity: Identity) -> bool:
    return _public(identity.key.public_key()) == _public(identity.certificate.public_key())


def _public(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    hosts = found.get_values_for_type(x509.DNSName)
    return (*hosts, *map(str, found.get_values_for_type(x509.IPAddress)))


def _why(error: OSError | ValueError) -> str:
    return system_reason(error)
