"""Decks and listeners on the running reactor, with a clock that only a test moves."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import trustme
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IReactorCore
from twisted.internet.protocol import Protocol

from app.faults.spec import Fault
from app.profile import ListenerSpec
from app.server.connections.factory import STOP_GRACE_SECONDS, ListenerFactory
from app.server.deck import Deck
from app.server.listener import Listener
from app.traffic.chunk_log import ChunkLog
from app.ui.reactor.reactor import DeckReactor
from tests.integration.clients import Client, Connect
from tests.integration.desk import Desk, OpenWindow
from tests.integration.programs import PATIENCE_SECONDS
from tests.integration.sockets import Beside, Listen, ResultOf, Serve, StillReactor, T, Until
from tests.server.factories import Wrapped
from tests.server.record import Record


@pytest.fixture
def still(reactor: IReactorCore) -> StillReactor:
    return StillReactor(reactor)


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
def log() -> ChunkLog:
    return ChunkLog()


@pytest.fixture
def forward_to(
    still: StillReactor, record: Record, log: ChunkLog, result_of: ResultOf
) -> Iterator[Listen]:
    """Start listeners that forward, with their traffic in `log`."""
    deck = Deck(still, record, tap=log.append)

    def forward(
        target: socket.socket,
        *faults: Fault,
        by: str = "",
        endpoint: str = "tcp:0",
        **options: Any,
    ) -> Listener:
        to = f"{by}127.0.0.1:{target.getsockname()[1]}"
        spec = ListenerSpec(
            name="F",
            protocol="forward",
            endpoint=endpoint,
            faults=faults,
            options={"to": to, **options},
        )
        listener = deck.add(spec)
        result_of(deck.start(listener))
        return listener

    yield forward
    for listener in deck.listeners:
        for connection in list(listener.factory.connections if listener.factory else ()):
            connection.abortConnection()
    result_of(deck.stop_all())


@pytest.fixture
def until(qtbot: QtBot) -> Until:
    """Run Qt and the reactor until something holds."""

    def wait(condition: Callable[[], object]) -> None:
        qtbot.waitUntil(lambda: bool(condition()), timeout=round(PATIENCE_SECONDS * 1000))

    return wait


@pytest.fixture
def beside(until: Until) -> Iterator[Beside[Any]]:
    """Run a client that blocks, beside the reactor; gives what it returns."""
    with ThreadPoolExecutor() as threads:

        def run(client: Callable[[], T]) -> T:
            running = threads.submit(client)
            until(running.done)
            return running.result()

        yield run


@pytest.fixture
def deck(still: StillReactor, record: Record, until: Until) -> Iterator[Deck]:
    deck = Deck(still, record)
    yield deck
    stopped = deck.stop_all()

    def is_over() -> bool:
        still.advance(STOP_GRACE_SECONDS)
        return bool(stopped.called)

    until(is_over)
    still.advance(PATIENCE_SECONDS)
    assert not record.live


@pytest.fixture
def listen(deck: Deck, result_of: ResultOf) -> Listen:
    """Start one listener. It listens then, or has failed."""

    def listen(
        protocol: str, endpoint: str = "tcp:0", *, name: str = "Test", limit: int = 100
    ) -> Listener:
        spec = ListenerSpec(name=name, protocol=protocol, endpoint=endpoint, max_connections=limit)
        listener = deck.add(spec)
        result_of(deck.start(listener))
        return listener

    return listen


@pytest.fixture
def serve(
    still: StillReactor, record: Record, result_of: ResultOf, until: Until
) -> Iterator[Serve]:
    """Listen for a protocol that is in no catalog; gives the port, 0 where there is none."""
    open_ports = []
    factories = []

    def serve(build: Callable[[], Protocol], endpoint: str = "tcp:0:interface=127.0.0.1") -> int:
        spec = ListenerSpec(name="Own", protocol="own", endpoint=endpoint)
        factory = ListenerFactory(
            Wrapped(build), spec=spec, clock=still, observer=record, numbers=itertools.count(1)
        )
        factories.append(factory)
        open_ports.append(result_of(serverFromString(still, endpoint).listen(factory)))
        port: int = getattr(open_ports[-1].getHost(), "port", 0)
        return port

    yield serve
    for port in open_ports:
        result_of(port.stopListening())
    for connection in list(record.live):
        connection.abortConnection()
    until(lambda: not record.live)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile.toml"


@pytest.fixture
def open_window(
    profile: Path,
    tmp_path: Path,
    qapp: QApplication,
    reactor: DeckReactor,
    qtbot: QtBot,
    result_of: Callable[[Deferred[None]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[OpenWindow]:
    """Opens windows on a profile of the given text; all share a settings file."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    desks: list[Desk] = []

    def open_on(text: str) -> Desk:
        if text:
            profile.write_text(text, encoding="utf-8")
        desks.append(Desk(qapp, reactor, qtbot, profile, tmp_path / "window.conf"))
        return desks[-1]

    yield open_on
    for desk in desks:
        result_of(desk.deck.stop_all())
        desk.close()


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Clients that are closed at the end."""
    clients: list[Client] = []

    def connect_to(port: int) -> Client:
        clients.append(Client(port))
        return clients[-1]

    yield connect_to
    for client in clients:
        client.close()


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that another socket of this machine listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A CA that the system does not trust."""
    return trustme.CA()
