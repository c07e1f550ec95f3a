"""How the connections of one listener are encrypted, from its start on."""

from __future__ import annotations

import datetime
import logging
from pathlib import Path
from typing import Any

from cryptography import x509
from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator, IProtocolFactory
from twisted.internet.protocol import connectionDone
from twisted.protocols.tls import BufferingTLSTransport, TLSMemoryBIOFactory
from twisted.python.failure import Failure
from zope.interface import implementer

from app.endpoint import Endpoint
from app.profile import Tls
from app.tls import identity
from app.tls.authority import Authority, now
from app.tls.context import server_context
from app.tls.identity import CertificateFacts, Identity
from app.tls.names import names_for
from app.tls.trouble import TlsError
from app.written_path import place

log = logging.getLogger(__name__)


@implementer(IOpenSSLServerConnectionCreator)
class Encryption:
    """Makes the TLS side of each connection of a listener.

    Own files are read once. A certificate that was made at once is made anew when it is about to
    expire, also for a listener that runs for years.
    """

    def __init__(self, tls: Tls, endpoint: Endpoint, folder: Path, authority: Authority) -> None:
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
        path = place(self._tls.certificate, folder)
        own = identity.read(path, place(self._tls.key, folder) if self._tls.key else None)
        identity.check_time(own.facts, path, now())
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
    path = place(tls.client_ca, folder)
    try:
        return identity.read_certificates(identity.read_file(path), path)
    except TlsError as error:
        raise TlsError(f"The CA of the clients: {error}") from None
