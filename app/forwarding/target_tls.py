"""TLS towards a target."""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import Certificate as TwistedCertificate
from twisted.internet.ssl import (
    CertificateOptions,
    optionsForClientTLS,
    platformTrust,
    trustRootFromCertificates,
)
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer

from app.net.ip import parse_ip
from app.text.sentence import Sentence

_END = b"-----END CERTIFICATE-----"


def client_creator(host: str, authorities: bytes | None, *, verify: bool) -> Any:
    """Makes TLS connections to `host`, whose certificate one of `authorities` (PEM) must have
    signed; `None` trusts those of the system. Raises `ValueError` for a file without any."""
    if not verify:
        return UnverifiedTls(host)
    trust: Any = platformTrust()
    if authorities is not None:
        trust = trustRootFromCertificates(_certificates(authorities))
    return optionsForClientTLS(host, trustRoot=trust)


def _certificates(pem: bytes) -> list[TwistedCertificate]:
    blocks = [each + _END for each in pem.split(_END)[:-1]]
    if not blocks:
        raise ValueError(Sentence("has-no-certificate", "it has no certificate"))
    try:
        return [TwistedCertificate.loadPEM(each) for each in blocks]
    except Exception as error:  # pyOpenSSL and cryptography raise their own
        raise ValueError(
            Sentence("has-unreadable-certificate", "it has a certificate that cannot be read")
        ) from error


@implementer(IOpenSSLClientConnectionCreator)
class UnverifiedTls:
    """Accepts any certificate, and asks for `host` by its name."""

    def __init__(self, host: str) -> None:
        self._name = host.encode("idna") if parse_ip(host) is None else None
        self._context = CertificateOptions(verify=False).getContext()

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        connection = SSL.Connection(self._context, None)
        if self._name is not None:
            connection.set_tlsext_host_name(self._name)
        return connection
