"""What is in a peer's certificate, for people."""

from __future__ import annotations

from attrs import define, frozen
from cryptography import x509

from app.tls.certificates import CertificateFacts, certificates_to_pem


@frozen
class PeerCertificate:
    """One certificate as it was shown, whether or not anybody should believe it."""

    facts: CertificateFacts

    issuer: str
    """Who says so: its common name and organization, or all of its name."""

    pem: str

    @classmethod
    def of(cls, certificate: x509.Certificate) -> PeerCertificate:
        """What is to be said of `certificate`."""
        return cls(
            facts=CertificateFacts.of(certificate),
            issuer=_name(certificate.issuer),
            pem=certificates_to_pem(certificate).decode(),
        )

    @property
    def title(self) -> str:
        """What to call it in a sentence: its first name, or else its subject."""
        return self.facts.names[0] if self.facts.names else self.facts.subject


def _name(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    organization = name.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    parts = [str(each.value) for each in (*common, *organization)]
    return ", ".join(parts) or name.rfc4514_string() or "(no name)"


@frozen
class Security:
    """What TLS agreed on, and what is known of the peer."""

    version: str
    cipher: str
    certificate: PeerCertificate | None
    distrust: str
    """Why the peer should not be believed, as the end of a sentence; empty if it should."""


@define
class Verdict:
    """Whether the peer of one connection is trusted, as found in the handshake."""

    is_binding: bool
    """Whether distrust ends the connection, or is only noted."""

    certificate: PeerCertificate | None = None
    """The peer's own certificate; `None` until the peer has shown it."""

    distrust: str = ""
    """Why the peer is not trusted, as the end of a sentence; empty if it is."""

    @property
    def is_refusal(self) -> bool:
        """Whether it is the reason why there is no connection."""
        return self.is_binding and bool(self.distrust)
