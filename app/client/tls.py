"""The TLS of a session: the certificate check during the handshake, and the wire above TLS.

OpenSSL stops at its first objection, and the peer's certificate is not available after that. So the
check decides when it sees the peer's own certificate: during the handshake, before anything is
sent. It keeps the certificate, so that the user can look at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography import x509
from OpenSSL import SSL, crypto
from service_identity import CertificateError, VerificationError
from service_identity.cryptography import verify_certificate_hostname, verify_certificate_ip_address
from service_identity.hazmat import DNS_ID
from twisted.internet.interfaces import IHandshakeListener, IOpenSSLClientConnectionCreator
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer

from app.client.options import OptionsError, TlsOptions
from app.client.security import PeerCertificate, Security, Verdict
from app.client.transport import StreamWire
from app.net.ip import parse_ip
from app.text.sentence import Sentence, quoted, system_reason
from app.tls import TlsError
from app.tls.certificates import Identity, read_identity

_SELF_SIGNED = 18
_UNKNOWN_ISSUER = (2, 19, 20, 21)
_NOT_YET_VALID = 9
_EXPIRED = 10
_NO_AUTHORITY = (24, 79)
_WRONG_PURPOSE = 26


class HandshakeCheck:
    """The verify callback of one connection. It checks the peer's certificates and fills in a
    `Verdict`."""

    def __init__(self, host: str, *, is_enforced: bool) -> None:
        """The peer must prove to be `host`."""
        self.verdict = Verdict(is_enforced)
        self._host = host

    def __call__(
        self,
        _connection: SSL.Connection,
        certificate: crypto.X509,
        error: int,
        depth: int,
        _is_right: int,
    ) -> bool:
        """OpenSSL's result for one certificate of the chain. The peer's own certificate (depth 0)
        comes last.

        Returning False ends the handshake.
        """
        verdict = self.verdict
        found = certificate.to_cryptography()
        if error and not verdict.distrust:
            verdict.distrust = _describe_error(error, found)
        if depth > 0:
            return True
        verdict.certificate = PeerCertificate.of(found)
        if not verdict.distrust:
            verdict.distrust = _describe_mismatch(found, self._host)
        return not verdict.is_refusal


@implementer(IOpenSSLClientConnectionCreator)
class ClientTls:
    """Makes the OpenSSL connections to one host."""

    def __init__(self, host: str, options: TlsOptions) -> None:
        """Raises `OptionsError` for a file that cannot be used."""
        self._host = options.server_name or host
        self._is_enforced = options.verify
        self._server_name = _server_name(self._host)
        self._context = _context(options)

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """A new OpenSSL connection. The wrapped wire gets its `verdict`."""
        connection = SSL.Connection(self._context, None)
        check = HandshakeCheck(self._host, is_enforced=self._is_enforced)
        connection.set_verify(SSL.VERIFY_PEER, check)
        wire: Any = tlsProtocol.wrappedProtocol
        wire.verdict = check.verdict
        if self._server_name is not None:
            connection.set_tlsext_host_name(self._server_name)
        return connection


def _server_name(host: str) -> bytes | None:
    """The name for the SNI extension, or `None` for an IP address. Raises `OptionsError`."""
    if parse_ip(host) is not None:
        return None
    try:
        # The same form as in the later check. The codec checks the length of the name.
        return DNS_ID(host).hostname.decode().encode("idna")
    except ValueError:
        raise OptionsError(
            "tls-host-name-wrong", "{host} is no host name that TLS could check.", host=quoted(host)
        ) from None


def security_of(connection: SSL.Connection, verdict: Verdict) -> Security:
    """The TLS parameters of `connection`, after its handshake."""
    return Security(
        version=connection.get_protocol_version_name().replace("TLSv", "TLS "),
        cipher=connection.get_cipher_name() or "",
        certificate=verdict.certificate,
        distrust=verdict.distrust,
    )


def _context(options: TlsOptions) -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    if options.ca_file:
        _load_authorities(context, options.ca_file)
    else:
        context.set_default_verify_paths()
    for file in options.more_ca_files:
        _load_authorities(context, file)
    if options.certificate_file:
        _load_certificate(context, options)
    elif options.key_file:
        raise OptionsError(
            "client-certificate-missing",
            "Choose the certificate that the key is for, or leave out the key.",
        )
    return context


def _load_authorities(context: SSL.Context, file: str) -> None:
    _check_readable(file, Sentence("authorities-to-trust", "the authorities to trust"))
    try:
        context.load_verify_locations(file)
    except SSL.Error:
        raise OptionsError(
            "authority-file-empty",
            "{file} has no certificate of an authority. Choose a PEM file with one.",
            file=quoted(file),
        ) from None


def _load_certificate(context: SSL.Context, options: TlsOptions) -> None:
    try:
        identity = options.identity or read_client_identity(options)
        context.use_certificate(identity.certificate)
        for issuer in identity.chain:
            context.add_extra_chain_cert(issuer)
        context.use_privatekey(identity.key)  # type: ignore[arg-type] # as for a server
    except TlsError as error:
        raise OptionsError(str(error)) from None
    except (SSL.Error, TypeError):
        raise OptionsError(
            "client-certificate-refused",
            "OpenSSL does not take the certificate in {certificate_file}. Choose another one.",
            certificate_file=quoted(options.certificate_file),
        ) from None


def read_client_identity(options: TlsOptions, passphrases: Sequence[bytes] = ()) -> Identity:
    """The client certificate of `options` with its key. Raises `TlsError`.

    Raises `PassphraseError` if it is encrypted and none of `passphrases` opens it.
    """
    key = Path(options.key_file) if options.key_file else None
    return read_identity(Path(options.certificate_file), key, passphrases)


def _check_readable(file: str, what: str) -> None:
    try:
        with Path(file).open("rb"):
            pass
    except (OSError, ValueError) as error:
        reason = system_reason(error)
        sentence = Sentence(
            "authority-file-unreadable",
            "The file of {what} cannot be read: {file}: {reason}.",
            what=what,
            file=quoted(file),
            reason=reason,
        )
        raise OptionsError(sentence) from None


def _describe_mismatch(certificate: x509.Certificate, host: str) -> str:
    is_name = parse_ip(host) is None
    check = verify_certificate_hostname if is_name else verify_certificate_ip_address
    try:
        check(certificate, host)
    except VerificationError:
        names = ", ".join(PeerCertificate.of(certificate).facts.names[:5]) or Sentence(
            "nobody", "nobody"
        )
        return Sentence(
            "certificate-other-host",
            "it is for {names}, and not for {host}",
            names=names,
            host=host,
        )
    except CertificateError:
        return Sentence("certificate-no-host", "it names no host that it is for")
    return ""


def _describe_error(error: int, certificate: x509.Certificate) -> str:
    shown = PeerCertificate.of(certificate)
    if error == _SELF_SIGNED:
        return Sentence("certificate-self-signed", "it is signed by itself alone")
    if error in _UNKNOWN_ISSUER:
        return Sentence(
            "certificate-unknown-issuer",
            "it was issued by {issuer}, whom nobody trusts here",
            issuer=shown.issuer,
        )
    if error == _EXPIRED:
        return Sentence(
            "certificate-expired-on",
            "it expired on {not_after}",
            not_after=f"{shown.facts.not_after:%Y-%m-%d}",
        )
    if error == _NOT_YET_VALID:
        return Sentence(
            "certificate-valid-from",
            "it is valid only from {not_before} on",
            not_before=f"{shown.facts.not_before:%Y-%m-%d}",
        )
    if error in _NO_AUTHORITY:
        return Sentence(
            "certificate-no-authority",
            "it was issued by {subject}, which is no authority",
            subject=shown.facts.subject,
        )
    if error == _WRONG_PURPOSE:
        return Sentence("certificate-wrong-purpose", "it is not made for servers")
    return Sentence(
        "certificate-openssl-error", "OpenSSL refuses it with error {error}", error=error
    )


@implementer(IHandshakeListener)
class TlsWire(StreamWire):
    """A TLS connection of a session. It is open when the handshake is done.

    It differs from `StreamWire` in three ways:

    - It is a push producer, which the transport pauses and resumes. Twisted's TLS would call a pull
      producer without end.
    - It closes its side with a TLS close alert, and reads on until the peer sends one too.
    - It does not read the rest of a dying socket, because those bytes are encrypted.

    `StreamWire` itself must not implement `IHandshakeListener`: Twisted's endpoints pass on only
    one interface of a protocol. Without `IHalfCloseableProtocol` it would lose data that is still
    in transit when the peer closes its side.
    """

    _is_paused = False

    def connectionMade(self) -> None:
        self._set_addresses()
        self._observer.wire_handshaking(self)

    def handshakeCompleted(self) -> None:
        """The handshake is done: data can be sent."""
        assert self.verdict is not None
        self.security = security_of(self.transport.getHandle(), self.verdict)
        self.transport.registerProducer(self, True)
        self._observer.wire_opened(self)

    def close_or_abort(self) -> bool:
        """Stop waiting for the peer. Close and return True if all was sent, otherwise abort."""
        if self._half_closed:
            self.transport.transport.loseConnection()
        else:
            self.abort()
        return self._half_closed

    def resumeProducing(self) -> None:
        """The transport can take more."""
        self._is_paused = False
        super().resumeProducing()

    def pauseProducing(self) -> None:
        """The transport is full."""
        self._is_paused = True

    def stopProducing(self) -> None:
        """The transport is closing."""

    def _feed(self) -> None:
        """Pass on pieces until the transport is full. After the last piece, close if `finish` was
        called."""
        while not self._in_flight:
            super()._feed()
            if not self._in_flight or self._is_paused:
                return
            flushed, self._in_flight = self._in_flight, 0
            self._observer.wire_flushed(self, flushed)

    def _close_side(self) -> None:
        if self._side_closed:
            return
        self._side_closed = True
        self.transport.unregisterProducer()
        self._half_closed = True
        self.transport.loseConnection()
