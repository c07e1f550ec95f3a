"""TLS for the connections of one listener, with the user's certificate or one of the local CA.

Import it late: it loads OpenSSL, which only encrypted listeners need.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from OpenSSL import SSL, crypto
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator, IProtocolFactory
from twisted.internet.protocol import connectionDone
from twisted.protocols.tls import BufferingTLSTransport, TLSMemoryBIOFactory
from twisted.python.failure import Failure
from zope.interface import implementer

from app.faults.listener import ListenerFaults
from app.faults.spec import TlsProblem
from app.files.paths import resolve_path
from app.net.endpoint import Endpoint
from app.profile import Tls
from app.text.sentence import Sentence
from app.tls import TlsError, certificates
from app.tls.certificates import CertificateFacts, Identity
from app.tls.issuing import names_for
from app.tls.local_ca import LocalCa, now

log = logging.getLogger(__name__)

MOST_HELD_BYTES: Final = 64 * 1024
"""How many bytes a client may send into a handshake that a fault stalls. A `ClientHello` is
smaller."""

BROKEN_OFF: Final = bytes.fromhex("16 0303 007a 02 000076 0303")
"""The beginning of a `ServerHello` (RFC 8446, 4.1.3 and 5.1). The rest never follows."""

_VERSIONS: Final = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}


@implementer(IOpenSSLServerConnectionCreator)
class Encryption:
    """Creates the TLS side of each connection of a listener.

    The user's files are read once. A certificate of the local CA is replaced when it is about to
    expire, also while the listener runs.
    """

    def __init__(
        self,
        tls: Tls,
        endpoint: Endpoint,
        folder: Path,
        local_ca: LocalCa,
        passphrases: Sequence[bytes] = (),
    ) -> None:
        """`endpoint` is that of the listener. Relative paths of `tls` start in `folder`. The files
        may be encrypted with one of `passphrases`, which are not kept.

        Raises `TlsError` if something is wrong with the files.
        """
        self._tls = tls
        self._names = names_for(endpoint)
        self._local_ca = local_ca
        self._client_cas = _read_client_cas(tls, folder)
        self._faults: ListenerFaults | None = None
        self._faulty_contexts: dict[TlsProblem, SSL.Context] = {}
        has_files = bool(tls.certificate)
        self._use(self._read_identity(folder, passphrases) if has_files else self._issue_identity())

    @property
    def certificate(self) -> CertificateFacts:
        """The certificate that clients get."""
        return self._certificate

    def wrap(self, factory: IProtocolFactory, reactor: Any) -> IProtocolFactory:
        """A factory that speaks TLS to the peers, and passes plain bytes to `factory`."""
        self._faults = getattr(factory, "faults", None)
        wrapping = TLSMemoryBIOFactory(self, False, factory, reactor)
        wrapping.protocol = TlsTransport
        return wrapping

    def serverConnectionForTLS(self, protocol: Any) -> SSL.Connection:
        if self._renew_at is not None and now() >= self._renew_at:
            self._renew()
        return SSL.Connection(self._context_for(protocol), None)

    def _context_for(self, transport: TlsTransport) -> SSL.Context:
        """The context of a handshake that begins. A fault may give it a bad certificate."""
        problem = None if self._faults is None else self._faults.tls_problem()
        if problem is None:
            return self._context
        if not problem.is_certificate:
            transport.disturb(problem)
            return self._context
        if problem not in self._faulty_contexts:
            try:
                identity = self._local_ca.faulty_identity_for(problem, self._names)
                self._faulty_contexts[problem] = self._context_with(identity)
            except TlsError as error:
                log.warning("The bad certificate of a fault could not be made. %s", error)
                return self._context
        return self._faulty_contexts[problem]

    def _context_with(self, identity: Identity) -> SSL.Context:
        return server_context(identity, self._tls.minimum_version, self._client_cas)

    def _read_identity(self, folder: Path, passphrases: Sequence[bytes]) -> Identity:
        path = resolve_path(self._tls.certificate, folder)
        key = resolve_path(self._tls.key, folder) if self._tls.key else None
        identity = certificates.read_identity(path, key, passphrases)
        certificates.check_time(identity.facts, path, now())
        return identity

    def _issue_identity(self) -> Identity:
        return self._local_ca.identity_for(self._names)

    def _use(self, identity: Identity) -> None:
        self._context = self._context_with(identity)
        self._certificate = identity.facts
        self._renew_at: datetime.datetime | None = None
        if not self._tls.certificate:
            self._renew_at = self._local_ca.renewal_of(identity)

    def _renew(self) -> None:
        try:
            self._use(self._issue_identity())
        except TlsError as error:
            self._renew_at = now() + datetime.timedelta(hours=1)
            log.warning("The certificate could not be renewed. %s", error)


class TlsTransport(BufferingTLSTransport):
    """TLS that keeps the reason why the connection below it was lost, and can have a fault.

    If a peer closes without `close_notify`, Twisted reports the same error as for a reset.
    """

    wire_reason: Failure | None = None
    """Why the TCP connection was lost."""

    transport: Any
    wrappedProtocol: Any
    is_stalled = False
    """Whether a fault keeps the handshake from going on."""

    def disturb(self, problem: TlsProblem) -> None:
        """Let a fault stall the handshake, which begins now, or break it off."""
        # Set on the instance, so that other connections pay nothing for it.
        if problem is TlsProblem.STALLED:
            self.is_stalled = True
            self._unheard = bytearray()
            self.dataReceived = self._keep  # type: ignore[method-assign]
        else:
            self.dataReceived = self._break_off  # type: ignore[method-assign]

    def resume_handshake(self) -> None:
        """Go on with the handshake: the fault that stalled it is gone."""
        self.is_stalled = False
        del self.dataReceived
        unheard = bytes(self._unheard)
        self._unheard.clear()
        if unheard:
            self.dataReceived(unheard)

    def _keep(self, data: bytes) -> None:
        self._unheard += data
        if len(self._unheard) > MOST_HELD_BYTES:
            self.abortConnection()

    def _break_off(self, data: bytes) -> None:
        self.dataReceived = _ignore  # type: ignore[method-assign]
        self.wrappedProtocol.fault_reason = Sentence(
            "fault-tls-broken-off", "fault: tls broken-off"
        )
        self.transport.write(BROKEN_OFF)
        self.transport.loseConnection()

    def _shutdownTLS(self) -> None:
        # A peer may send data and its close_notify together. The answer to that data still waits in
        # Twisted's buffer for the next turn of the reactor, which would be too late.
        self._aggregator.flush()
        super()._shutdownTLS()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.wire_reason = reason
        super().connectionLost(reason)


def _ignore(data: bytes) -> None:
    """Read nothing more: the handshake is broken off."""


def server_context(
    identity: Identity, minimum_version: str, client_cas: Iterable[x509.Certificate] = ()
) -> SSL.Context:
    """An OpenSSL context that serves with `identity`, from TLS `minimum_version` ("1.2") up.

    If there are `client_cas`, clients must send a certificate of one of them. Raises `TlsError` if
    OpenSSL rejects the identity.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(_VERSIONS[minimum_version])
    context.set_options(
        SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION | SSL.OP_CIPHER_SERVER_PREFERENCE
    )
    # Without it, OpenSSL would refuse to resume the session of a client with a certificate.
    context.set_session_id(b"portdeck")
    try:
        context.use_certificate(identity.certificate)
        for certificate in identity.chain:
            context.add_extra_chain_cert(certificate)
        # OpenSSL takes this kind of key too, but its type hint does not list it.
        context.use_privatekey(identity.key)  # type: ignore[arg-type]
        _require_client_certificates(context, list(client_cas))
    except (SSL.Error, TypeError) as error:
        raise TlsError(
            "certificate-refused-by-openssl",
            "OpenSSL does not take the certificate: {error}.",
            error=openssl_message(error),
        ) from None
    return context


def openssl_message(error: BaseException) -> str:
    """The text of an OpenSSL error without its codes: `http request`."""
    match error.args:
        case ([*_, (_, _, str(problem))],):  # OpenSSL gives a list of errors; the last one counts
            return problem or type(error).__name__
    return str(error) or type(error).__name__


def _require_client_certificates(context: SSL.Context, cas: list[x509.Certificate]) -> None:
    if not cas:
        return
    store = context.get_cert_store()
    assert store is not None
    for ca in cas:
        store.add_cert(crypto.X509.from_cryptography(ca))
        context.add_client_ca(ca)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)


def _read_client_cas(tls: Tls, folder: Path) -> list[x509.Certificate]:
    if not tls.client_ca:
        return []
    path = resolve_path(tls.client_ca, folder)
    try:
        return certificates.read_certificates(certificates.read_file(path), path)
    except TlsError as error:
        raise TlsError("client-ca-wrong", "The CA of the clients: {error}", error=error) from None
