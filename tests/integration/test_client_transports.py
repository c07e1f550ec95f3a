"""Sessions over TLS, UDP and Unix sockets: real ones, and what goes wrong with each."""

from __future__ import annotations

import contextlib
import datetime
import gc
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from pytestqt.qtbot import QtBot
from twisted.internet.interfaces import IReactorTime

from app.client.options import Options, TlsOptions
from app.client.security import Verdict
from app.client.session import Session
from app.client.session_messages import SessionState
from app.client.transcript import EntryKind
from app.net.target import Target, Transport

Reaches = Callable[[SessionState], None]


@pytest.fixture
def session(reactor: IReactorTime, qtbot: QtBot) -> Iterator[Session]:
    session = Session(reactor, wake=lambda: None, close_timeout=60)
    yield session
    if not session.state.is_over:
        session.abort()
    qtbot.waitUntil(lambda: session.state.is_over)


@pytest.fixture
def reaches(session: Session, qtbot: QtBot) -> Reaches:
    """Run the reactor until the session is in a state."""
    return lambda state: qtbot.waitUntil(lambda: session.state is state)


def events(session: Session) -> list[str]:
    return [str(e.data) for e in session.transcript.entries if isinstance(e.data, str)]


def verdict(session: Session) -> Verdict:
    assert session.verdict is not None
    return session.verdict


def received(session: Session) -> bytes:
    chunks = [e.data for e in session.transcript.entries if e.kind is EntryKind.RECEIVED]
    return b"".join(chunk for chunk in chunks if isinstance(chunk, bytes))


def accept(listening: socket.socket, qtbot: QtBot) -> socket.socket:
    """The session's connection, once it is there."""
    accepted: list[socket.socket] = []
    listening.setblocking(False)

    def came() -> bool:
        with suppress(BlockingIOError):
            accepted.append(listening.accept()[0])
        return bool(accepted)

    qtbot.waitUntil(came)
    accepted[0].settimeout(5)
    return accepted[0]


# TLS


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@contextmanager
def tls_peer(
    certificate: trustme.LeafCert, configure: Callable[[ssl.SSLContext], None] = lambda _: None
) -> Iterator[int]:
    """A TLS echo beside the reactor, for one client after the other; gives its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    configure(context)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            plain.settimeout(10)
            with suppress(OSError), context.wrap_socket(plain, server_side=True) as secured:
                while data := secured.recv(65_536):
                    secured.sendall(data)
                with suppress(OSError):
                    secured.unwrap()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def tls(port: int, host: str = "127.0.0.1") -> Target:
    return Target(host, port, Transport.TLS)


def trusting(ca_file: str, **more: Any) -> Options:
    return Options(tls=TlsOptions(ca_file=ca_file, **more))


def test_a_peer_that_an_authority_vouches_for_is_talked_to(
    session: Session, authority: trustme.CA, ca_file: str, reaches: Reaches, qtbot: QtBot
) -> None:
    with tls_peer(authority.issue_cert("localhost", "127.0.0.1")) as port:
        session.connect(tls(port), trusting(ca_file))
        reaches(SessionState.CONNECTED)
        session.send(b"hello" * 100_000)
        qtbot.waitUntil(lambda: session.bytes_in == 500_000)
        session.disconnect()
        reaches(SessionState.CLOSED)
    assert session.bytes_out == 500_000
    assert session.security is not None
    assert session.security.version == "TLS 1.3"
    certificate = verdict(session).certificate
    assert certificate is not None
    assert certificate.facts.names == ("localhost", "127.0.0.1")
    assert len(certificate.facts.fingerprint) == 95
    assert certificate.pem.startswith("-----BEGIN CERTIFICATE-----")
    assert verdict(session).distrust == ""
    said = events(session)
    assert said[2].startswith("TLS 1.3, TLS_")
    assert "The peer is localhost, says" in said[2]
    assert said[-1] == "Disconnected."


def test_closing_one_side_of_tls_leaves_the_other_open(
    session: Session, authority: trustme.CA, ca_file: str, reaches: Reaches
) -> None:
    with tls_peer(authority.issue_cert("127.0.0.1")) as port:
        session.connect(tls(port), trusting(ca_file))
        reaches(SessionState.CONNECTED)
        session.send(b"x" * 1_000_000)
        assert session.half_close()
        reaches(SessionState.CLOSED)
    assert len(received(session)) == 1_000_000 or session.bytes_in == 1_000_000


def test_a_file_goes_through_tls_and_back(
    session: Session,
    authority: trustme.CA,
    ca_file: str,
    reaches: Reaches,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    file = tmp_path / "data"
    file.write_bytes(os.urandom(3_000_000))
    with tls_peer(authority.issue_cert("127.0.0.1")) as port:
        session.connect(tls(port), trusting(ca_file))
        reaches(SessionState.CONNECTED)
        assert session.send_file(file)
        qtbot.waitUntil(lambda: session.bytes_in == 3_000_000)
        session.disconnect()
        reaches(SessionState.CLOSED)
    assert any(said.startswith("Sent file data, 3,000,000 bytes") for said in events(session))


@pytest.mark.parametrize("trusts", [False, True], ids=["the system alone", "its own authority"])
def test_whom_nobody_vouches_for_is_refused_and_shown(
    session: Session, authority: trustme.CA, ca_file: str, reaches: Reaches, *, trusts: bool
) -> None:
    stranger = trustme.CA(organization_name="Strangers").issue_cert("127.0.0.1")
    with tls_peer(stranger) as port:
        session.connect(tls(port), trusting(ca_file) if trusts else Options())
        reaches(SessionState.CLOSED)
    assert verdict(session).is_refusal
    certificate = verdict(session).certificate
    assert certificate is not None
    assert "Strangers" in certificate.issuer
    said = events(session)[-1]
    assert said.startswith("Nobody vouches for the certificate of tls:127.0.0.1:")
    assert "whom nobody trusts here" in said
    assert "connect without verifying" in said


def test_another_authority_is_trusted_besides(
    session: Session, authority: trustme.CA, ca_file: str, reaches: Reaches
) -> None:
    with tls_peer(authority.issue_cert("127.0.0.1")) as port:
        session.connect(tls(port), Options(tls=TlsOptions(more_ca_files=(ca_file,))))
        reaches(SessionState.CONNECTED)
        session.abort()
        reaches(SessionState.CLOSED)


def test_a_certificate_for_somebody_else_is_refused(
    session: Session, authority: trustme.CA, ca_file: str, reaches: Reaches
) -> None:
    with tls_peer(authority.issue_cert("example.org")) as port:
        session.connect(tls(port), trusting(ca_file))
        reaches(SessionState.CLOSED)
        assert "it is for example.org, and not for 127.0.0.1" in events(session)[-1]
        session.connect(tls(port), trusting(ca_file, server_name="example.org"))
        reaches(SessionState.CONNECTED)
        session.abort()
        reaches(SessionState.CLOSED)


def test_an_expired_certificate_is_refused(
    session: Session, authority: trustme.CA, ca_file: str, reaches: Reaches
) -> None:
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    expired = authority.issue_cert(
        "127.0.0.1", not_before=long_ago, not_after=long_ago + datetime.timedelta(days=1)
    )
    with tls_peer(expired) as port:
        session.connect(tls(port), trusting(ca_file))
        reaches(SessionState.CLOSED)
    assert "it expired on 2020-01-02" in events(session)[-1]
    assert verdict(session).is_refusal


def test_connecting_without_verifying_says_so_and_why_it_matters(
    session: Session, authority: trustme.CA, reaches: Reaches, qtbot: QtBot
) -> None:
    with tls_peer(authority.issue_cert("example.org")) as port:
        session.connect(tls(port), Options(tls=TlsOptions(verify=False)))
        reaches(SessionState.CONNECTED)
        session.send(b"hello")
        qtbot.waitUntil(lambda: session.bytes_in == 5)
        session.disconnect()
        reaches(SessionState.CLOSED)
    assert verdict(session).distrust
    assert not verdict(session).is_refusal
    assert "NOT VERIFIED" in events(session)[2]


def test_a_peer_that_asks_for_a_certificate_gets_it(
    session: Session, authority: trustme.CA, ca_file: str, reaches: Reaches, tmp_path: Path
) -> None:
    mine = authority.issue_cert("me@example.org")
    certificate, key = tmp_path / "me.pem", tmp_path / "me.key"
    for blob in mine.cert_chain_pems:
        blob.write_to_path(certificate, append=True)
    mine.private_key_pem.write_to_path(key)

    def ask(context: ssl.SSLContext) -> None:
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
        context.maximum_version = ssl.TLSVersion.TLSv1_2

    with tls_peer(authority.issue_cert("127.0.0.1"), ask) as port:
        session.connect(tls(port), trusting(ca_file))
        reaches(SessionState.CLOSED)
        assert "It may ask for a certificate" in events(session)[-1]
        options = trusting(ca_file, certificate_file=str(certificate), key_file=str(key))
        session.connect(tls(port), options)
        reaches(SessionState.CONNECTED)
        session.abort()
        reaches(SessionState.CLOSED)


def test_tls_to_a_peer_that_does_not_speak_it_is_explained(
    session: Session, reaches: Reaches, qtbot: QtBot
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        session.connect(tls(listening.getsockname()[1]))
        plain = accept(listening, qtbot)
        with plain:
            plain.sendall(b"220 smtp.example.org ready\r\n")
            reaches(SessionState.CLOSED)
    assert "does not answer in TLS. Try tcp: instead of tls:" in events(session)[-1]


def test_a_peer_that_hangs_up_on_the_handshake_is_explained(
    session: Session, reaches: Reaches, qtbot: QtBot
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        session.connect(tls(listening.getsockname()[1]))
        plain = accept(listening, qtbot)
        plain.recv(1)
        plain.close()
        reaches(SessionState.CLOSED)
    assert "ended the connection during the TLS handshake" in events(session)[-1]


def test_a_peer_that_never_shakes_hands_is_given_up(session: Session, reaches: Reaches) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        session.connect(tls(listening.getsockname()[1]), Options(connect_seconds=0.2))
        reaches(SessionState.CLOSED)
    assert "did not finish the TLS handshake in time" in events(session)[-1]


def test_a_handshake_can_be_cancelled(session: Session, reaches: Reaches, qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        target = tls(listening.getsockname()[1])
        session.connect(target)
        plain = accept(listening, qtbot)
        assert plain.recv(1)
        session.disconnect()
        reaches(SessionState.CLOSED)
        plain.close()
    assert events(session)[-1] == f"Connecting to {target} was cancelled."


def own_files(tmp_path: Path, authority: trustme.CA) -> dict[str, str]:
    leaf, other = authority.issue_cert("a"), authority.issue_cert("b")
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "leaf.pem")
    leaf.private_key_pem.write_to_path(tmp_path / "leaf.key")
    other.private_key_pem.write_to_path(tmp_path / "other.key")
    key = serialization.load_pem_private_key(leaf.private_key_pem.bytes(), None)
    (tmp_path / "locked.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    (tmp_path / "text").write_text("no certificate")
    return {path.name: str(path) for path in tmp_path.iterdir()} | {"none": str(tmp_path / "none")}


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"ca_file": "none"}, "cannot be read"),
        ({"ca_file": "text"}, "has no certificate of an authority"),
        ({"certificate_file": "text"}, "has no certificate in the PEM form"),
        ({"certificate_file": "leaf.pem"}, "has a certificate, but not its key"),
        ({"certificate_file": "leaf.pem", "key_file": "other.key"}, "does not belong to"),
        ({"certificate_file": "leaf.pem", "key_file": "locked.key"}, "needs its passphrase"),
        ({"key_file": "leaf.key"}, "Choose the certificate that the key is for"),
        ({"server_name": "x" * 70}, "is no host name that TLS could check"),
    ],
)
def test_own_files_that_do_not_do_get_a_sentence_each(
    session: Session,
    authority: trustme.CA,
    tmp_path: Path,
    chosen: dict[str, str],
    sentence: str,
) -> None:
    files = own_files(tmp_path, authority)
    named: dict[str, Any] = {name: files.get(value, value) for name, value in chosen.items()}
    options = TlsOptions(**named)
    session.connect(tls(9), Options(tls=options, reconnect=True))
    assert session.state is SessionState.CLOSED, events(session)
    assert sentence in events(session)[-1]


def test_a_certificate_without_names_is_refused(
    session: Session, reaches: Reaches, tmp_path: Path
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())  # as the one that it takes the place of
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nameless")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now.replace(year=2100))
        .sign(key, SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    (tmp_path / "nameless.pem").write_bytes(
        certificate
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    leaf = trustme.CA().issue_cert("x")
    with tls_peer(leaf, lambda context: context.load_cert_chain(tmp_path / "nameless.pem")) as port:
        session.connect(tls(port), trusting(str(tmp_path / "nameless.pem")))
        reaches(SessionState.CLOSED)
    assert verdict(session).is_refusal
    shown = verdict(session).certificate
    assert shown is not None
    assert shown.title == "nameless"


# UDP


@pytest.fixture
def datagrams() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.setblocking(False)
        yield peer


def udp(peer: socket.socket) -> Target:
    return Target("127.0.0.1", peer.getsockname()[1], Transport.UDP)


def test_datagrams_go_out_and_come_in_whole(
    session: Session, datagrams: socket.socket, reaches: Reaches, qtbot: QtBot
) -> None:
    session.connect(udp(datagrams))
    reaches(SessionState.CONNECTED)
    assert events(session)[-1].startswith(f"Sending datagrams to {udp(datagrams).address} from")
    for size in (1, 60_000, 0):
        assert session.send(b"x" * size)
        data, sender = datagrams.recvfrom(65_535)
        assert len(data) == size
        datagrams.sendto(data.upper(), sender)
    qtbot.waitUntil(lambda: "Received an empty datagram." in events(session))
    assert session.bytes_in == 60_001
    assert received(session)[:2] == b"XX"
    assert not session.send(b"x" * 65_508)
    assert not session.half_close()
    session.disconnect()
    reaches(SessionState.CLOSED)
    assert events(session)[-1] == "Disconnected."


def test_a_port_where_nobody_takes_datagrams_is_told_and_the_session_goes_on(
    session: Session, datagrams: socket.socket, reaches: Reaches, qtbot: QtBot
) -> None:
    target = udp(datagrams)
    datagrams.close()
    session.connect(target)
    reaches(SessionState.CONNECTED)
    session.send(b"anybody?")
    sentence = f"Nobody takes datagrams on {target}, its system says. Start a listener there."
    qtbot.waitUntil(lambda: events(session)[-1] == sentence)
    assert session.state is SessionState.CONNECTED


def test_a_name_is_resolved_for_datagrams_too(
    session: Session, datagrams: socket.socket, reaches: Reaches
) -> None:
    session.connect(Target("localhost", datagrams.getsockname()[1], Transport.UDP))
    reaches(SessionState.CONNECTED)


def test_a_file_is_not_sent_in_datagrams(
    session: Session, datagrams: socket.socket, reaches: Reaches, tmp_path: Path
) -> None:
    session.connect(udp(datagrams))
    reaches(SessionState.CONNECTED)
    assert not session.send_file(tmp_path)
    assert events(session)[-1] == "Not sent: UDP loses what comes too fast. Use TCP for a file."


@pytest.mark.parametrize("transport", [Transport.TCP, Transport.UDP])
def test_a_session_comes_from_the_address_and_port_that_were_chosen(
    session: Session, reaches: Reaches, transport: Transport
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.2", 0))
        port = free.getsockname()[1]
    kind = socket.SOCK_STREAM if transport is Transport.TCP else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as peer:
        peer.bind(("127.0.0.1", 0))
        if transport is Transport.TCP:
            peer.listen()
        target = Target("127.0.0.1", peer.getsockname()[1], transport)
        session.connect(target, Options(local_host="127.0.0.2", local_port=port))
        reaches(SessionState.CONNECTED)
        assert f"from 127.0.0.2:{port}." in events(session)[-1]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("transport", [Transport.TCP, Transport.UDP])
def test_a_local_place_that_cannot_be_had_is_explained(
    session: Session, reaches: Reaches, transport: Transport
) -> None:
    kind = socket.SOCK_STREAM if transport is Transport.TCP else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        target = Target("127.0.0.1", 9, transport)
        session.connect(target, Options(local_host="127.0.0.1", local_port=port))
        reaches(SessionState.CLOSED)
    assert events(session)[-1].startswith(f"The local port {port} is in use")
    session.connect(target, Options(local_host="192.0.2.1"))
    reaches(SessionState.CLOSED)
    assert events(session)[-1].startswith("192.0.2.1 is no address of this machine.")
    gc.collect()  # Twisted leaves a socket that cannot be bound to the collector, which warns


# Unix sockets


def test_a_unix_socket_is_talked_to(
    session: Session, tmp_path: Path, reaches: Reaches, qtbot: QtBot
) -> None:
    path = tmp_path / "echo.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        session.connect(Target.unix(str(path)))
        reaches(SessionState.CONNECTED)
        peer, _ = listening.accept()
        with peer:
            peer.setblocking(False)
            session.send(b"hello")
            qtbot.waitUntil(lambda: session.bytes_out == 5)
            assert peer.recv(100) == b"hello"
            session.half_close()

            def told() -> bool:
                with contextlib.suppress(BlockingIOError):
                    return peer.recv(1) == b""
                return False

            qtbot.waitUntil(told)
            peer.sendall(b"and good bye")
        reaches(SessionState.CLOSED)
    assert received(session) == b"and good bye"
    assert events(session)[1] == f"Connected to {path}."


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("missing", "There is no socket"),
        ("dead", "Nobody listens on"),
        ("datagrams", "is a socket of another kind"),
        ("file", "Nobody listens on"),
    ],
)
def test_a_path_that_is_no_good_is_explained(
    session: Session, tmp_path: Path, reaches: Reaches, kind: str, sentence: str
) -> None:
    path = tmp_path / "x.sock"
    with socket.socket(
        socket.AF_UNIX, socket.SOCK_DGRAM if kind == "datagrams" else socket.SOCK_STREAM
    ) as bound:
        if kind in ("dead", "datagrams"):
            bound.bind(str(path))
        elif kind == "file":
            path.touch()
        session.connect(Target.unix(str(path)))
        reaches(SessionState.CLOSED)
    assert sentence in events(session)[-1]
