"""Sessions over real sockets: what a peer does, down to a reset, and what the transcript says."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot
from twisted.internet.interfaces import (
    IHostnameResolver,
    IHostResolution,
    IReactorFDSet,
    IReactorPluggableNameResolver,
    IReactorTime,
    IResolutionReceiver,
)
from twisted.internet.tcp import Client
from zope.interface import implementer

from app.client.session import Session
from app.client.session_messages import SessionState
from app.client.transcript import EntryKind, plain_text
from app.net.target import Target

GREETING = b"Hello, and goodbye.\r\n"
MEGABYTE = 1_000_000

Reaches = Callable[[SessionState], None]


class Peer:
    """The server side of one session: a plain socket that never blocks once it is accepted."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.settimeout(5)
        self.target = Target("127.0.0.1", self.listening.getsockname()[1])
        self.socket: socket.socket | None = None
        self.received = bytearray()

    def accept(self) -> socket.socket:
        self.socket, _ = self.listening.accept()
        self.socket.setblocking(False)
        return self.socket

    def read_to_end(self) -> bool:
        """Read what is there now. True once the session closed its side."""
        assert self.socket is not None
        try:
            data = self.socket.recv(MEGABYTE)
        except BlockingIOError:
            return False
        self.received += data
        return not data

    def reset(self) -> None:
        assert self.socket is not None
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self) -> None:
        self.listening.close()
        if self.socket is not None:
            self.socket.close()


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def session(reactor: IReactorTime, qtbot: QtBot) -> Iterator[Session]:
    session = Session(reactor, wake=lambda: None, close_timeout=60)
    yield session
    leave(session, qtbot)


@pytest.fixture
def hasty(reactor: IReactorTime, qtbot: QtBot) -> Iterator[Session]:
    """A session that does not wait long for a peer when it closes."""
    session = Session(reactor, wake=lambda: None, close_timeout=0.5)
    yield session
    leave(session, qtbot)


def leave(session: Session, qtbot: QtBot) -> None:
    if session.state not in (SessionState.IDLE, SessionState.CLOSED):
        session.abort()
    qtbot.waitUntil(lambda: session.state in (SessionState.IDLE, SessionState.CLOSED))


@pytest.fixture
def reaches(session: Session, qtbot: QtBot) -> Reaches:
    """Run the reactor until the session is in a state."""
    return lambda state: qtbot.waitUntil(lambda: session.state is state)


def events(session: Session) -> list[str]:
    return [str(e.data) for e in session.transcript.entries if isinstance(e.data, str)]


def received(session: Session) -> bytes:
    chunks = [e.data for e in session.transcript.entries if e.kind is EntryKind.RECEIVED]
    return b"".join(chunk for chunk in chunks if isinstance(chunk, bytes))


def test_a_port_where_nobody_listens_refuses(session: Session, reaches: Reaches) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        target = Target("127.0.0.1", bound.getsockname()[1])
        session.connect(target)
        reaches(SessionState.CLOSED)
    assert events(session)[-1] == (
        f"Nothing listens on {target}. Start a listener there, or check the port."
    )


@implementer(IHostnameResolver, IHostResolution)
class NoNames:
    """Knows no name."""

    name = ""

    def resolveHostName(
        self,
        resolutionReceiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: object = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        resolutionReceiver.resolutionComplete()
        return self

    def cancel(self) -> None:
        raise AssertionError("there is nothing to cancel")


def test_a_name_that_does_not_resolve_is_explained(
    reactor: IReactorPluggableNameResolver, session: Session, reaches: Reaches
) -> None:
    resolver = reactor.installNameResolver(NoNames())
    try:
        session.connect(Target("host.invalid", 8007))
        reaches(SessionState.CLOSED)
    finally:
        reactor.installNameResolver(resolver)
    assert events(session)[-1].startswith("No address is known for host.invalid.")


def test_a_name_is_resolved_and_connected_to(
    session: Session, peer: Peer, reaches: Reaches
) -> None:
    session.connect(Target("localhost", peer.target.port))
    reaches(SessionState.CONNECTED)
    connection = peer.accept()
    local = Target(*connection.getpeername())
    assert events(session)[-1] == f"Connected to {peer.target} from {local}."


def test_a_conversation_is_recorded(
    session: Session, peer: Peer, reaches: Reaches, qtbot: QtBot
) -> None:
    session.connect(peer.target)
    reaches(SessionState.CONNECTED)
    connection = peer.accept()
    session.send(b"hello\n")
    qtbot.waitUntil(lambda: session.bytes_out == 6)
    assert connection.recv(100) == b"hello\n"
    connection.sendall(b"hello yourself\n")
    qtbot.waitUntil(lambda: session.bytes_in == 15)
    connection.close()
    reaches(SessionState.CLOSED)
    assert [entry.data for entry in session.transcript.entries][2:] == [
        b"hello\n",
        b"hello yourself\n",
        "The peer closed the connection.",
    ]


def test_the_answer_of_a_peer_that_resets_under_10_megabytes_is_shown(
    session: Session, peer: Peer, reaches: Reaches, qtbot: QtBot
) -> None:
    session.connect(peer.target)
    reaches(SessionState.CONNECTED)
    connection = peer.accept()
    assert session.send(bytes(10 * MEGABYTE))
    qtbot.waitUntil(lambda: session.bytes_out > 0)
    connection.sendall(GREETING)
    connection.close()  # with data unread: the system resets
    reaches(SessionState.CLOSED)
    assert received(session) == GREETING
    assert events(session)[-1].startswith("The peer reset the connection.")
    assert events(session)[-1].endswith(f"Not sent: {10 * MEGABYTE - session.bytes_out:,} bytes.")


def test_an_answer_that_takes_several_reads_is_shown_before_the_reset_too(
    reactor: IReactorFDSet, session: Session, peer: Peer, reaches: Reaches, qtbot: QtBot
) -> None:
    session.connect(peer.target)
    reaches(SessionState.CONNECTED)
    connection = peer.accept()
    (transport,) = (r for r in reactor.getReaders() if isinstance(r, Client))
    transport.bufferSize = 4
    assert session.send(bytes(10 * MEGABYTE))
    qtbot.waitUntil(lambda: session.bytes_out > 0)
    connection.sendall(GREETING)
    connection.close()
    reaches(SessionState.CLOSED)
    assert received(session) == GREETING


def test_a_reset_is_told(session: Session, peer: Peer, reaches: Reaches) -> None:
    session.connect(peer.target)
    reaches(SessionState.CONNECTED)
    peer.accept()
    peer.reset()
    reaches(SessionState.CLOSED)
    assert events(session)[-1].startswith("The peer reset the connection.")


def test_disconnecting_delivers_everything_and_shows_the_late_answer(
    session: Session, peer: Peer, reaches: Reaches, qtbot: QtBot
) -> None:
    session.connect(peer.target)
    reaches(SessionState.CONNECTED)
    connection = peer.accept()
    session.send(bytes(5 * MEGABYTE))
    session.disconnect()
    qtbot.waitUntil(peer.read_to_end)
    assert len(peer.received) == 5 * MEGABYTE
    connection.sendall(b"all of it")
    connection.close()
    reaches(SessionState.CLOSED)
    assert received(session) == b"all of it"
    assert events(session)[-1] == "Disconnected."


def test_a_peer_that_closed_its_side_still_gets_the_rest(
    session: Session, peer: Peer, reaches: Reaches, qtbot: QtBot
) -> None:
    session.connect(peer.target)
    reaches(SessionState.CONNECTED)
    connection = peer.accept()
    session.send(bytes(10 * MEGABYTE))
    connection.shutdown(socket.SHUT_WR)
    reaches(SessionState.CLOSING)
    qtbot.waitUntil(peer.read_to_end)
    reaches(SessionState.CLOSED)
    assert len(peer.received) == 10 * MEGABYTE
    assert "The peer closed its side." in events(session)[-2]
    assert events(session)[-1] == "The peer closed the connection."


def test_a_peer_that_never_reads_is_given_up(hasty: Session, peer: Peer, qtbot: QtBot) -> None:
    hasty.connect(peer.target)
    qtbot.waitUntil(lambda: hasty.state is SessionState.CONNECTED)
    peer.accept()
    hasty.send(bytes(16 * MEGABYTE))
    hasty.disconnect()
    qtbot.waitUntil(lambda: hasty.state is SessionState.CLOSED)
    assert events(hasty)[-2] == "The peer took nothing for 0.5 s. Giving it up."
    assert events(hasty)[-1].startswith("The connection was aborted. Not sent: ")


def test_a_peer_that_keeps_its_side_open_is_left_without_a_reset(
    hasty: Session, peer: Peer, qtbot: QtBot
) -> None:
    hasty.connect(peer.target)
    qtbot.waitUntil(lambda: hasty.state is SessionState.CONNECTED)
    peer.accept()
    hasty.send(b"bye")
    hasty.disconnect()
    qtbot.waitUntil(lambda: hasty.state is SessionState.CLOSED)
    qtbot.waitUntil(peer.read_to_end)
    assert peer.received == b"bye"
    assert events(hasty)[-1] == "Disconnected."


def test_a_session_connects_again_after_a_reset(
    session: Session, peer: Peer, reaches: Reaches, qtbot: QtBot
) -> None:
    session.connect(peer.target)
    reaches(SessionState.CONNECTED)
    peer.accept()
    peer.reset()
    reaches(SessionState.CLOSED)
    session.connect(peer.target)
    reaches(SessionState.CONNECTED)
    connection = peer.accept()
    connection.sendall(GREETING)
    qtbot.waitUntil(lambda: session.bytes_in == len(GREETING))
    assert received(session) == GREETING


def test_a_peer_that_answers_byte_by_byte_is_recorded_whole(
    session: Session, peer: Peer, reaches: Reaches, qtbot: QtBot
) -> None:
    session.connect(peer.target)
    reaches(SessionState.CONNECTED)
    connection = peer.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    answer = "grüß dich\r\n".encode() * 5
    left = iter(answer)

    def answers() -> bool:
        if session.bytes_in < len(answer) and session.bytes_in == sent[0]:
            connection.send(bytes([next(left)]))
            sent[0] += 1
        return session.bytes_in == len(answer)

    sent = [0]
    qtbot.waitUntil(answers)
    assert received(session) == answer
    assert plain_text(session.transcript.entries).count("ü") == 5  # though it was cut in two
