"""A listener with `[listener.tls]`: whatever it listens on, its connections are encrypted."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme
from attrs import evolve
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from twisted.internet.endpoints import SSL4ClientEndpoint, connectProtocol
from twisted.internet.protocol import Protocol
from twisted.internet.ssl import Certificate, optionsForClientTLS, trustRootFromCertificates

from app.profile import ListenerSpec, Tls
from app.server.connections.closing import (
    CLOSED_BY_PEER,
    HANDSHAKE_SECONDS,
    LEFT_IN_HANDSHAKE,
    NO_CLOSE_NOTIFY,
    NO_HANDSHAKE,
    TLS_TO_PLAIN_PORT,
)
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.tls.local_ca import LocalCa, certificate_path
from app.ui.reactor.reactor import DeckReactor
from tests.integration.programs import PATIENCE_SECONDS
from tests.integration.sockets import (
    Beside,
    ResultOf,
    StillReactor,
    Until,
    connect,
    port_of,
    read_exactly,
    read_to_end,
)
from tests.server.record import Record

SPEC = ListenerSpec(name="Test", protocol="echo", endpoint="tcp:0", tls=Tls())

Start = Callable[..., Listener]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the profile and the local CA are."""
    return tmp_path


@pytest.fixture
def clock(reactor: DeckReactor) -> Any:
    """The reactor with its own clock: TLS gathers small writes until its next turn."""
    return reactor


@pytest.fixture
def start(
    clock: Any, record: Record, folder: Path, result_of: ResultOf, until: Until
) -> Iterator[Start]:
    """Start a listener that is `SPEC`, but for what is given. It listens then, or has failed."""
    deck = Deck(clock, record, folder=folder, ca_folder=folder)

    def start(**changes: Any) -> Listener:
        listener = deck.add(evolve(SPEC, **changes))
        result_of(deck.start(listener))
        return listener

    yield start
    for connection in list(record.live):
        connection.abortConnection()
    until(lambda: not record.live)
    result_of(deck.stop_all())


def trusting(folder: Path) -> ssl.SSLContext:
    """What a client needs that trusts the local CA alone."""
    return ssl.create_default_context(cafile=certificate_path(folder))


def talk(client: ssl.SSLSocket, data: bytes) -> bytes:
    client.sendall(data)
    return read_exactly(client, len(data))


def own_files(ca: trustme.CA, folder: Path, *names: str) -> Tls:
    leaf = ca.issue_cert(*names)
    leaf.private_key_pem.write_to_path(folder / "own.key")
    chain = b"".join(each.bytes() for each in leaf.cert_chain_pems)
    (folder / "own.pem").write_bytes(chain)
    return Tls(certificate="own.pem", key="own.key")


def reason_of(record: Record) -> str:
    """Why the last connection has closed; empty while it has not."""
    what, *facts = record.events[-1]
    return str(facts[1]) if what == "closed" else ""


def test_what_comes_with_the_goodbye_is_still_answered(
    start: Start, beside: Beside[bytes], folder: Path
) -> None:
    port = port_of(start())

    def talk_in_one_packet() -> bytes:
        received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = trusting(folder).wrap_bio(received, sent, server_hostname="localhost")
        with connect(port) as client:
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    client.sendall(sent.read())
                    received.write(client.recv(65_536))
            tls.write(b"hello")
            with pytest.raises(ssl.SSLWantReadError):
                tls.unwrap()  # the goodbye, right behind the data
            client.sendall(sent.read())
            received.write(read_to_end(client))
            return tls.read(5)

    assert beside(talk_in_one_packet) == b"hello"


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_who_trusts_the_local_ca_trusts_the_listener(
    start: Start, beside: Beside[bytes], folder: Path, name: str
) -> None:
    port = port_of(start())

    def hello() -> bytes:
        with trusting(folder).wrap_socket(connect(port), server_hostname=name) as client:
            return talk(client, b"hello")

    assert beside(hello) == b"hello"


def test_a_connection_tells_its_version_and_cipher_once_it_has_them(
    start: Start, beside: Beside[tuple[str, str]], until: Until, record: Record, folder: Path
) -> None:
    listener = start()
    with connect(port_of(listener)) as plain:
        until(lambda: record.live)
        (connection,) = record.live
        assert connection.tls is None

        def shake() -> tuple[str, str]:
            client = trusting(folder).wrap_socket(plain, server_hostname="localhost")
            with client:
                talk(client, b"hello")
                cipher = client.cipher()
                assert cipher is not None
                return str(client.version()), cipher[0]

        agreed = beside(shake)
        assert connection.tls is not None
        assert (connection.tls.version, connection.tls.cipher) == agreed
        assert connection.tls.client == ""


def test_a_plain_connection_has_no_tls(start: Start, until: Until, record: Record) -> None:
    with connect(port_of(start(tls=None))):
        until(lambda: record.live)
        (connection,) = record.live
        assert connection.tls is None


def test_counters_and_taps_see_plain_text(
    reactor: DeckReactor,
    record: Record,
    folder: Path,
    result_of: ResultOf,
    beside: Beside[bytes],
    until: Until,
) -> None:
    crossed = []
    deck = Deck(
        reactor,
        record,
        folder=folder,
        ca_folder=folder,
        tap=lambda _time, _number, _direction, data: crossed.append(data),
    )
    listener = deck.add(SPEC)
    result_of(deck.start(listener))
    port = port_of(listener)

    def hello() -> bytes:
        context = trusting(folder)
        with context.wrap_socket(connect(port), server_hostname="localhost") as client:
            return talk(client, b"hello")

    beside(hello)
    result_of(deck.stop_all())
    assert crossed == [b"hello", b"hello"]
    assert listener.factory is not None
    assert (listener.factory.bytes_in, listener.factory.bytes_out) == (5, 5)


def test_the_certificate_is_told_and_stays_over_a_restart(start: Start, folder: Path) -> None:
    first, second = start(name="First"), start(name="Second")
    assert first.certificate is not None
    assert first.certificate == second.certificate
    assert {"localhost", "127.0.0.1", "::1"} <= set(first.certificate.names)


def test_a_listener_that_is_off_shows_no_certificate(start: Start, result_of: ResultOf) -> None:
    listener = start(tls=Tls(certificate="gone.pem"))
    assert listener.state is State.FAILED
    assert listener.certificate is None


def test_a_unix_socket_can_carry_tls(start: Start, beside: Beside[bytes], folder: Path) -> None:
    path = folder / "tls.sock"
    listener = start(endpoint=f"unix:{path}")
    assert listener.state is State.LISTENING, listener.reason

    def hello() -> bytes:
        plain = socket.socket(socket.AF_UNIX)
        plain.settimeout(PATIENCE_SECONDS)
        plain.connect(str(path))
        with trusting(folder).wrap_socket(plain, server_hostname="localhost") as client:
            return talk(client, b"hello")

    assert beside(hello) == b"hello"


def test_files_of_ones_own_lie_where_the_profile_does(
    start: Start, beside: Beside[bytes], folder: Path
) -> None:
    ca = trustme.CA()
    listener = start(tls=own_files(ca, folder, "server.example"))
    port = port_of(listener)
    assert listener.certificate is not None
    assert listener.certificate.names == ("server.example",)

    def hello() -> bytes:
        context = ssl.create_default_context()
        ca.configure_trust(context)
        with context.wrap_socket(connect(port), server_hostname="server.example") as client:
            return talk(client, b"hello")

    assert beside(hello) == b"hello"


def test_a_client_with_a_certificate_is_named_and_one_without_is_not_let_in(
    start: Start, beside: Beside[Any], until: Until, record: Record, folder: Path
) -> None:
    clients = trustme.CA()
    clients.cert_pem.write_to_path(folder / "clients.pem")
    port = port_of(start(tls=Tls(client_ca="clients.pem")))
    known, unknown = trusting(folder), trusting(folder)
    clients.issue_cert("alice@example.org", common_name="Alice").configure_cert(known)
    trustme.CA().issue_cert("mallory@example.org").configure_cert(unknown)

    def call(context: ssl.SSLContext) -> bytes:
        with context.wrap_socket(connect(port), server_hostname="localhost") as client:
            return talk(client, b"hello")

    def fail(context: ssl.SSLContext) -> None:
        with pytest.raises((ssl.SSLError, ConnectionError, AssertionError)):
            call(context)

    client = beside(lambda: known.wrap_socket(connect(port), server_hostname="localhost"))
    with client:
        assert beside(lambda: talk(client, b"hello")) == b"hello"
        (connection,) = record.live
        assert connection.tls is not None
        assert connection.tls.client == "Alice"
    until(lambda: not record.live)
    beside(lambda: fail(trusting(folder)))
    until(lambda: reason_of(record) == "TLS failed: the peer showed no certificate")
    beside(lambda: fail(unknown))
    until(lambda: "not of the client CA" in reason_of(record))


def test_a_version_that_is_too_old_is_told(
    start: Start, beside: Beside[None], until: Until, record: Record, folder: Path
) -> None:
    port = port_of(start(tls=Tls(minimum_version="1.3")))
    old = trusting(folder)
    old.maximum_version = ssl.TLSVersion.TLSv1_2

    def call() -> None:
        with pytest.raises(ssl.SSLError):
            old.wrap_socket(connect(port), server_hostname="localhost")

    beside(call)
    until(lambda: "offers no version that is new enough" in reason_of(record))


def test_a_client_that_trusts_somebody_else_says_so(
    start: Start, beside: Beside[None], until: Until, record: Record
) -> None:
    port = port_of(start())

    def call() -> None:
        context = ssl.create_default_context()
        with pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(connect(port), server_hostname="localhost")

    beside(call)
    until(lambda: "does not trust the CA of this certificate" in reason_of(record))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"GET / HTTP/1.0\r\n\r\n", "TLS failed: the peer spoke plain HTTP"),
        (b"hello, is anybody there?\r\n", "TLS failed: the peer spoke plain text"),
        (bytes(100), "TLS failed: the peer spoke plain text"),
        (b"\xff" * 100, "TLS failed: the peer spoke plain text"),
        (b"", LEFT_IN_HANDSHAKE),
    ],
)
def test_plain_text_to_a_port_with_tls_is_called_so(
    start: Start, until: Until, record: Record, said: bytes, reason: str
) -> None:
    with connect(port_of(start())) as client:
        client.sendall(said)
        client.shutdown(socket.SHUT_WR)
        until(lambda: record.events[-1][0] == "closed")
    assert reason_of(record) == reason


@pytest.mark.parametrize("protocol", ["echo", "hello"])
def test_tls_to_a_port_without_it_is_called_so(
    start: Start, beside: Beside[None], until: Until, record: Record, protocol: str
) -> None:
    port = port_of(start(tls=None, protocol=protocol))

    def call() -> None:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            ssl.create_default_context().wrap_socket(connect(port), server_hostname="localhost")

    beside(call)
    until(lambda: not record.live)
    assert reason_of(record).endswith(f"; {TLS_TO_PLAIN_PORT}")


def test_leaving_without_a_goodbye_is_no_reset(
    start: Start, beside: Beside[None], until: Until, record: Record, folder: Path
) -> None:
    port = port_of(start())

    def call(is_polite: bool) -> None:
        client = trusting(folder).wrap_socket(connect(port), server_hostname="localhost")
        with client:
            talk(client, b"hello")
            if is_polite:
                client.unwrap()

    beside(lambda: call(False))
    until(lambda: not record.live)
    assert reason_of(record) == NO_CLOSE_NOTIFY
    beside(lambda: call(True))
    until(lambda: not record.live)
    assert reason_of(record) == CLOSED_BY_PEER


class TestHalfOpenHandshakes:
    """Peers that connect and then say nothing, or only the beginning."""

    @pytest.fixture
    def clock(self, still: StillReactor) -> StillReactor:
        return still

    def test_hundreds_count_against_the_limit_and_are_gone_in_time(
        self, start: Start, until: Until, record: Record, still: StillReactor
    ) -> None:
        listener = start(max_connections=300)
        port = port_of(listener)
        assert listener.factory is not None
        with ExitStack() as stack:
            clients = [stack.enter_context(connect(port)) for _ in range(320)]
            for client in clients[::2]:
                client.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a ClientHello
            until(lambda: listener.connection_count + listener.factory.refused == 320)  # type: ignore[union-attr]
            assert listener.connection_count == 300
            still.advance(HANDSHAKE_SECONDS - 1)
            assert listener.connection_count == 300
            still.advance(1)
            until(lambda: not record.live)
            reasons = {event[2] for event in record.events if event[0] == "closed"}
            assert reasons == {NO_HANDSHAKE}
            assert listener.factory.closed_by_limit.total == 300
        assert not still.getDelayedCalls()

    def test_a_handshake_that_ended_waits_for_nothing(
        self, start: Start, beside: Beside[Any], until: Until, still: StillReactor, folder: Path
    ) -> None:
        listener = start()
        port = port_of(listener)
        context = trusting(folder)
        with beside(lambda: context.wrap_socket(connect(port), server_hostname="localhost")):
            until(lambda: [each for each in listener.factory.connections if each.tls])  # type: ignore[union-attr]
            still.advance(2 * HANDSHAKE_SECONDS)
            assert listener.connection_count == 1


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
def test_openssl_s_client_verifies_it_and_talks(
    start: Start, beside: Beside[str], folder: Path
) -> None:
    port = port_of(start())

    def call() -> str:
        ended = subprocess.run(
            [
                *("openssl", "s_client", "-connect", f"127.0.0.1:{port}"),
                *("-CAfile", str(certificate_path(folder)), "-verify_return_error"),
                *("-verify_ip", "127.0.0.1", "-quiet", "-no_ign_eof"),
            ],
            input="hello\n",
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return ended.stdout + ended.stderr

    said = beside(call)
    assert "verify error" not in said
    assert "Portdeck local CA" in said


def test_a_client_of_twisted_verifies_it_and_talks(
    start: Start, reactor: DeckReactor, result_of: ResultOf, until: Until, folder: Path
) -> None:
    class Client(Protocol):
        received = b""
        is_over = False

        def connectionMade(self) -> None:
            assert self.transport is not None
            self.transport.write(b"hello")

        def dataReceived(self, data: bytes) -> None:
            self.received += data

        def connectionLost(self, reason: object = None) -> None:
            self.is_over = True

    port = port_of(start())
    root = trustRootFromCertificates([Certificate.loadPEM(LocalCa(folder).export())])
    options = optionsForClientTLS("localhost", trustRoot=root)
    endpoint = SSL4ClientEndpoint(reactor, "127.0.0.1", port, options)
    client: Client = result_of(connectProtocol(endpoint, Client()))
    until(lambda: client.received == b"hello")
    assert client.transport is not None
    client.transport.loseConnection()
    until(lambda: client.is_over)


@pytest.mark.parametrize(
    ("tls", "reason"),
    [
        (Tls(certificate="gone.pem"), "There is no file"),
        (Tls(certificate="text.pem"), "has no certificate in the PEM form"),
        (Tls(certificate="own.pem"), "has a certificate, but not its key"),
        (Tls(certificate="own.pem", key="text.pem"), "has no key in the PEM form"),
        (Tls(certificate="own.pem", key="other.key"), "does not belong to the certificate"),
        (Tls(certificate="own.pem", key="locked.key"), "is encrypted"),
        (Tls(certificate="old.pem"), "expired on"),
        (Tls(certificate="early.pem"), "is not valid before"),
        (Tls(client_ca="gone.pem"), "The CA of the clients: There is no file"),
        (Tls(client_ca="text.pem"), "The CA of the clients: "),
    ],
)
def test_each_wrong_file_is_a_sentence_of_its_own(
    start: Start, folder: Path, tls: Tls, reason: str
) -> None:
    make_files(folder)
    listener = start(tls=tls)
    assert listener.state is State.FAILED
    assert reason in listener.reason
    assert "Error" not in listener.reason


@pytest.mark.parametrize(
    ("key", "certificate", "reason"),
    [
        ("gone.key", "own.pem", "There is no file"),
        ("own.key", "text.pem", "has no certificate in the PEM form"),
        ("other.key", "own.pem", "does not belong to the certificate"),
        ("locked.key", "own.pem", "is encrypted, and an ssl endpoint takes no passphrase"),
    ],
)
@pytest.mark.filterwarnings("ignore:Passing pyOpenSSL:DeprecationWarning")
def test_the_files_of_twisteds_own_endpoint_have_the_same_sentences(
    start: Start, folder: Path, key: str, certificate: str, reason: str
) -> None:
    make_files(folder)
    endpoint = f"ssl:0:privateKey={folder / key}:certKey={folder / certificate}"
    listener = start(endpoint=endpoint, tls=None)
    assert reason in listener.reason


def make_files(folder: Path) -> None:
    """Certificates and keys, each wrong in its own way."""
    import datetime

    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
    )

    ca = trustme.CA()
    own_files(ca, folder, "localhost")
    (folder / "text.pem").write_text("Good morning\n")
    ca.issue_cert("localhost").private_key_pem.write_to_path(folder / "other.key")
    key = load_pem_private_key((folder / "own.key").read_bytes(), None)
    locked = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    (folder / "locked.key").write_bytes(locked)
    today = datetime.datetime.now(datetime.UTC)
    for name, begin in (("old", -30), ("early", 30)):
        start = today + datetime.timedelta(days=begin)
        end = start + datetime.timedelta(days=10)
        leaf = ca.issue_cert("localhost", not_before=start, not_after=end)
        leaf.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}.pem")


def test_the_whole_end_is_read_after_the_goodbye(
    start: Start, beside: Beside[bytes], until: Until, record: Record, folder: Path
) -> None:
    port = port_of(start(protocol="hello"))

    def listen_only() -> bytes:
        context = trusting(folder)
        with context.wrap_socket(connect(port), server_hostname="localhost") as client:
            return read_to_end(client)

    assert beside(listen_only) == b"Hello This is HD's Test protocol\r\n"
    until(lambda: not record.live)
