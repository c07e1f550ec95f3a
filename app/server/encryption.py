"""How the connections of one listener are encrypted, from its start on."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from OpenSSL import SSL, crypto
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator, IProtocolFactory
from twisted.internet.protocol import connectionDone
from twisted.protocols.tls import BufferingTLSTransport, TLSMemoryBIOFactory
from twisted.python.failure import Failure
from zope.interface import implementer

from app.files.paths import resolve_path
from app.net.endpoint import Endpoint
from app.profile import Tls
from app.tls import TlsError, certificates
from app.tls.certificates import CertificateFacts, Identity
from app.tls.issuing import names_for
from app.tls.local_ca import LocalCa, now

# MERGED tls/context: What OpenSSL needs to know to serve as an identity.

_VERSIONS: Final = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}


def server_context(
    identity: Identity, minimum_version: str, client_cas: Iterable[x509.Certificate] = ()
) -> SSL.Context:
    """A context that serves as `identity`, speaks TLS of `minimum_version` ("1.2") or newer, and
    lets in nobody without a certificate of one of the `client_cas`, if there are any.

    Raises `TlsError` if OpenSSL does not take the identity.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(_VERSIONS[minimum_version])
    context.set_options(
        SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION | SSL.OP_CIPHER_SERVER_PREFERENCE
    )
    context.set_session_id(b"portdeck")  # or no client with a certificate could come back
    try:
        context.use_certificate(identity.certificate)
        for certificate in identity.chain:
            context.add_extra_chain_cert(certificate)
        context.use_privatekey(identity.key)  # type: ignore[arg-type] # what else it takes is listed
        _ask_for_certificates(context, list(client_cas))
    except (SSL.Error, TypeError) as error:
        raise TlsError(
            f"OpenSSL does not take the certificate: {openssl_message(error)}."
        ) from None
    return context


def openssl_message(error: BaseException) -> str:
    """What OpenSSL says of an error, without its codes: `http request`."""
    match error.args:
        case ([*_, (_, _, str(problem))],):  # the last of its errors
            return problem or type(error).__name__
    return str(error) or type(error).__name__


def _ask_for_certificates(context: SSL.Context, cas: list[x509.Certificate]) -> None:
    if not cas:
        return
    store = context.get_cert_store()
    assert store is not None
    for ca in cas:
        store.add_cert(crypto.X509.from_cryptography(ca))
        context.add_client_ca(ca)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)


log = logging.getLogger(__name__)


@implementer(IOpenSSLServerConnectionCreator)
class Encryption:
    """Makes the TLS side of each connection of a listener.

    Own files are read once. A certificate that was made at once is made anew when it is about to
    expire, also for a listener that runs for years.
    """

    def __init__(self, tls: Tls, endpoint: Endpoint, folder: Path, authority: LocalCa) -> None:
        """`endpoint` is the listener's, and `folder` where the paths of `tls` begin.

        Raises `TlsError` for whatever is wrong with the files.
        """
        self._tls = tls
        self._names = names_for(endpoint)
        self._authority = authority
        self._client_cas = _client_cas(tls, folder)
        self._use(self._own(folder) if tls.certificate else self._made())

    @property
    def certificate(self) -> CertificateFacts:
        """The one that is shown to clients."""
        return self._certificate

    def wrap(self, factory: IProtocolFactory, reactor: Any) -> IProtocolFactory:
        """A factory whose protocols speak TLS to the peers and in plain to those of `factory`."""
        wrapping = TLSMemoryBIOFactory(self, False, factory, reactor)
        wrapping.protocol = TlsTransport
        return wrapping

    def serverConnectionForTLS(self, protocol: Any) -> SSL.Connection:
        if self._renew_at is not None and now() >= self._renew_at:
            self._renew()
        return SSL.Connection(self._context, None)

    def _own(self, folder: Path) -> Identity:
        path = resolve_path(self._tls.certificate, folder)
        own = certificates.read_identity(
            path, resolve_path(self._tls.key, folder) if self._tls.key else None
        )
        certificates.check_time(own.facts, path, now())
        return own

    def _made(self) -> Identity:
        return self._authority.identity_for(self._names)

    def _use(self, used: Identity) -> None:
        self._context = server_context(used, self._tls.minimum_version, self._client_cas)
        self._certificate = used.facts
        self._renew_at: datetime.datetime | None = None
        if not self._tls.certificate:
            self._renew_at = self._authority.renewal_of(used)

    def _renew(self) -> None:
        try:
            self._use(self._made())
        except TlsError as error:
            self._renew_at = now() + datetime.timedelta(hours=1)
            log.warning("The certificate could not be renewed. %s", error)


class TlsTransport(BufferingTLSTransport):
    """TLS that remembers how the connection below it ended.

    A peer that closes without a goodbye of TLS looks to Twisted as one that reset the connection.
    """

    wire_reason: Failure | None = None
    """Why the connection below was lost."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.wire_reason = reason
        super().connectionLost(reason)


def _client_cas(tls: Tls, folder: Path) -> list[x509.Certificate]:
    if not tls.client_ca:
        return []
    path = resolve_path(tls.client_ca, folder)
    try:
        return certificates.read_certificates(certificates.read_file(path), path)
    except TlsError as error:
        raise TlsError(f"The CA of the clients: {error}") from None
