"""The result of a TLS handshake for people: version, cipher, the peer's certificate, and whether it
is trusted."""

from __future__ import annotations

from attrs import define, frozen
from cryptography import x509

from app.text.sentence import Sentence
from app.tls.certificates import CertificateFacts, certificates_to_pem


@frozen
class PeerCertificate:
    """A certificate that the peer showed, trusted or not."""

    facts: CertificateFacts

    issuer: str
    """The issuer: its common name and organization, or its full name if it has neither."""

    pem: str

    @classmethod
    def of(cls, certificate: x509.Certificate) -> PeerCertificate:
        """The facts of `certificate`."""
        return cls(
            facts=CertificateFacts.of(certificate),
            issuer=_name(certificate.issuer),
            pem=certificates_to_pem(certificate).decode(),
        )

    @property
    def title(self) -> str:
        """The short name for a sentence: the first host name, or the subject if there is none."""
        return self.facts.names[0] if self.facts.names else self.facts.subject


def _name(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    organization = name.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    parts = [str(each.value) for each in (*common, *organization)]
    return ", ".join(parts) or name.rfc4514_string() or Sentence("no-name", "(no name)")


@frozen
class Security:
    """The parameters of an established TLS connection, and the peer's certificate."""

    version: str
    cipher: str
    certificate: PeerCertificate | None
    distrust: str
    """Why the peer is not trusted, as the end of a sentence. Empty if it is trusted."""


@define
class Verdict:
    """The result of the certificate check of one connection, filled in during the handshake."""

    is_enforced: bool
    """Whether a peer that is not trusted ends the connection. Otherwise it is only reported."""

    certificate: PeerCertificate | None = None
    """The peer's own certificate. `None` until the peer has shown it."""

    distrust: str = ""
    """Why the peer is not trusted, as the end of a sentence. Empty if it is trusted."""

    @property
    def is_refusal(self) -> bool:
        """Whether this result ended the connection."""
        return self.is_enforced and bool(self.distrust)
