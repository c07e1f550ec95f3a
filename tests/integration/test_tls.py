"""TLS passes through a connection: its handshake, its goodbye, and peers that do not speak it."""

from __future__ import annotations

import datetime
import socket
import ssl
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from select import select
from typing import Any

import pytest
from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from twisted.internet.interfaces import IHandshakeListener, ISSLTransport
from twisted.internet.protocol import Protocol
from twisted.internet.ssl import DefaultOpenSSLContextFactory
from zope.interface import implementer

from app.server.connections.closing import REFUSAL_TLS_SECONDS, REFUSED_LISTENER_FULL
from tests.integration.programs import PATIENCE_SECONDS
from tests.integration.sockets import (
    Beside,
    Listen,
    Serve,
    StillReactor,
    Until,
    connect,
    port_of,
    read_exactly,
    read_to_end,
)
from tests.server.record import Record

# Twisted hands its own certificates to pyOpenSSL in a way that the newest pyOpenSSL frowns upon.
pytestmark = pytest.mark.filterwarnings("ignore:Passing pyOpenSSL:DeprecationWarning")

LOTS = bytes(range(256)) * 40_000  # 10 MB


@frozen
class Identity:
    """A key and the certificate that it signed for itself, valid for 127.0.0.1 today."""

    key: Path
    certificate: Path

    @property
    def endpoint(self) -> str:
        return f"ssl:0:privateKey={self.key}:certKey={self.certificate}:interface=127.0.0.1"

    def connect(self, port: int) -> ssl.SSLSocket:
        """A client that trusts nobody else."""
        return self.wrap(connect(port))

    def wrap(self, client: socket.socket) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=self.certificate)
        return context.wrap_socket(client, server_hostname="127.0.0.1")


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    folder = tmp_path_factory.mktemp("identity")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Portdeck tests")])
    now = datetime.datetime.now(datetime.UTC)
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(addresses, critical=False)
        .sign(key, hashes.SHA256())
    )
    identity = Identity(folder / "key.pem", folder / "certificate.pem")
    identity.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    identity.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return identity


@implementer(IHandshakeListener)
class Speaker(Protocol):
    """Speaks first, as mail servers do, and returns what it gets."""

    transport: Any
    shaken = 0

    def connectionMade(self) -> None:
        assert ISSLTransport.providedBy(self.transport)
        self.transport.write(b"220 ready\r\n")

    def handshakeCompleted(self) -> None:
        self.shaken += 1

    def dataReceived(self, data: bytes) -> None:
        self.transport.write(data)


def test_bytes_pass_in_clear_through_the_counters(
    listen: Listen, beside: Beside[bytes], until: Until, record: Record, identity: Identity
) -> None:
    listener = listen("echo", identity.endpoint)
    port = port_of(listener)

    def talk() -> bytes:
        with identity.connect(port) as client:
            client.sendall(b"hello")
            return read_exactly(client, 5)

    assert beside(talk) == b"hello"
    until(lambda: not record.live)
    assert listener.factory is not None
    assert (listener.factory.bytes_in, listener.factory.bytes_out) == (5, 5)


def test_a_protocol_may_speak_first(
    serve: Serve, beside: Beside[bytes], until: Until, record: Record, identity: Identity
) -> None:
    speaker = Speaker()
    port = serve(lambda: speaker, identity.endpoint)

    def talk() -> bytes:
        with identity.connect(port) as client:
            greeting = read_exactly(client, 11)
            client.sendall(b"hello")
            return greeting + read_exactly(client, 5)

    assert beside(talk) == b"220 ready\r\nhello"
    assert speaker.shaken == 1
    until(lambda: not record.live)


def exchange(client: ssl.SSLSocket, data: bytes) -> bytes:
    """Send `data` and read as much, in whatever order the other side lets both happen."""
    client.setblocking(False)
    left, received = memoryview(data), bytearray()
    blocked = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
    while len(received) < len(data):
        seconds = 0 if client.pending() else PATIENCE_SECONDS
        assert any(select([client], [client] if left else [], [], seconds)), "waited in vain"
        with suppress(*blocked):
            received += client.recv(1_000_000)
        with suppress(*blocked):
            left = left[client.send(left) :] if left else left
    return bytes(received)


def test_lots_of_bytes_pass_whole_both_ways_at_once(
    listen: Listen, beside: Beside[bytes], until: Until, record: Record, identity: Identity
) -> None:
    listener = listen("echo", identity.endpoint)
    port = port_of(listener)

    def talk() -> bytes:
        with identity.connect(port) as client:
            return exchange(client, LOTS)

    assert beside(talk) == LOTS
    until(lambda: not record.live)
    assert listener.factory is not None
    assert (listener.factory.bytes_in, listener.factory.bytes_out) == (len(LOTS), len(LOTS))


def test_hello_says_all_and_a_proper_goodbye(
    listen: Listen, beside: Beside[bytes], until: Until, record: Record, identity: Identity
) -> None:
    port = port_of(listen("hello", identity.endpoint))

    def listen_only() -> bytes:
        with identity.connect(port) as client:
            return read_to_end(client)

    assert beside(listen_only) == b"Hello This is HD's Test protocol\r\n"
    until(lambda: not record.live)
    assert record.events[-1] == ("closed", 1, "closed by the listener")


def test_one_too_many_is_told_so_in_tls(
    listen: Listen, beside: Beside[bytes], until: Until, identity: Identity
) -> None:
    listener = listen("echo", identity.endpoint, limit=1)
    port = port_of(listener)

    def call_in_vain() -> bytes:
        with identity.connect(port) as client:
            return read_to_end(client)

    with connect(port):
        until(lambda: listener.connection_count == 1)
        assert beside(call_in_vain) == REFUSED_LISTENER_FULL


def test_one_too_many_that_never_shakes_hands_does_not_stay(
    listen: Listen, beside: Beside[bytes], until: Until, still: StillReactor, identity: Identity
) -> None:
    listener = listen("echo", identity.endpoint, limit=1)
    port = port_of(listener)
    with connect(port), connect(port) as silent:
        until(lambda: listener.factory is not None and listener.factory.refused == 1)
        still.advance(REFUSAL_TLS_SECONDS)
        with pytest.raises(ConnectionResetError):
            beside(lambda: read_to_end(silent))


def test_a_peer_that_speaks_no_tls_did_not_reset(
    listen: Listen, beside: Beside[bytes], until: Until, record: Record, identity: Identity
) -> None:
    port = port_of(listen("echo", identity.endpoint))
    with connect(port) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        until(lambda: record.events[-1][0] == "closed")
    assert record.events[-1][2] == "TLS failed: the peer spoke plain HTTP"


def test_a_connection_may_turn_to_tls_later(
    serve: Serve, beside: Beside[bytes], until: Until, record: Record, identity: Identity
) -> None:
    class Starter(Protocol):
        transport: Any

        def dataReceived(self, data: bytes) -> None:
            if data != b"STARTTLS\r\n":
                self.transport.write(data)
                return
            self.transport.write(b"go ahead\r\n")
            context = DefaultOpenSSLContextFactory(str(identity.key), str(identity.certificate))
            self.transport.startTLS(context)
            assert ISSLTransport.providedBy(self.transport)
            self.transport.write(b"secret\r\n")

    port = serve(Starter)

    def talk() -> bytes:
        with connect(port) as plain:
            plain.sendall(b"STARTTLS\r\n")
            assert read_exactly(plain, 10) == b"go ahead\r\n"
            with identity.wrap(plain) as client:
                first = read_exactly(client, 8)
                client.sendall(b"hello")
                return first + read_exactly(client, 5)

    assert beside(talk) == b"secret\r\nhello"
    until(lambda: not record.live)
