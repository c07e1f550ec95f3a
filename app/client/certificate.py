"""What is in a peer's certificate, for people."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding


@frozen
class PeerCertificate:
    """The facts of one certificate, whether or not anybody should believe them."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    """The host names and addresses that it is for."""

    valid_from: datetime
    valid_until: datetime
    fingerprint: str
    """SHA-256, as `AB:CD:…`."""

    pem: str

    @classmethod
    def of(cls, certificate: x509.Certificate) -> PeerCertificate:
        """The facts of `certificate`. A part that is malformed is left out."""
        return cls(
            subject=_name(certificate.subject),
            issuer=_name(certificate.issuer),
            names=_names(certificate),
            valid_from=certificate.not_valid_before_utc,
            valid_until=certificate.not_valid_after_utc,
            fingerprint=certificate.fingerprint(SHA256()).hex(":").upper(),
            pem=certificate.public_bytes(Encoding.PEM).decode(),
        )

    @property
    def title(self) -> str:
        """What to call it in a sentence: its first name, or else its subject."""
        return self.names[0] if self.names else self.subject


def _name(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    organization = name.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    parts = [str(each.value) for each in (*common, *organization)]
    return ", ".join(parts) or name.rfc4514_string() or "(no name)"


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return ()
    names = extension.value
    addresses = names.get_values_for_type(x509.IPAddress)
    return (*names.get_values_for_type(x509.DNSName), *map(str, addresses))
