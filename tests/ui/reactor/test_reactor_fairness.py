"""Fairness: during a flood of data, Qt, timers and all connections are still served."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import (
    QAbstractTableModel,
    QBasicTimer,
    QEventLoop,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    QTimerEvent,
)
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot
from twisted.internet.protocol import ClientFactory, Factory, Protocol

from app.ui.reactor.reactor import LULL_SECONDS, TURN_SECONDS, DeckReactor
from tests.ui.reactor.recorder import Recorders

Index = QModelIndex | QPersistentModelIndex

CONNECTIONS = 50
ROUNDS = 20
"""How often each must have had its turn."""

PATIENCE_MILLISECONDS = 30_000

Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def until(reactor: DeckReactor) -> Until:
    """Run Qt's event loop until a condition holds. pytest-qt's own wait would favour timers."""

    def run_until(condition: Callable[[], object]) -> None:
        loop = QEventLoop()
        give_up = reactor.seconds() + PATIENCE_MILLISECONDS / 1000

        def look() -> None:
            if condition() or reactor.seconds() > give_up:
                loop.quit()
            else:
                reactor.callLater(0.005, look)

        look()
        if not condition():
            loop.exec()
        assert condition()

    return run_until


class Echo(Protocol):
    def dataReceived(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data)


class Flood:
    """Clients and a server that always have something to read, all in this reactor."""

    def __init__(self, reactor: DeckReactor) -> None:
        self._reactor = reactor
        self.messages = [0] * CONNECTIONS
        self.open = 0
        self.stopping = False
        self._port = reactor.listenTCP(0, Factory.forProtocol(Echo), interface="127.0.0.1")
        port = self._port.getHost().port
        for index in range(CONNECTIONS):
            reactor.connectTCP("127.0.0.1", port, self._client(index))

    def _client(self, index: int) -> ClientFactory[Protocol]:
        flood = self

        class Client(Protocol):
            def connectionMade(self) -> None:
                flood.open += 1
                assert self.transport is not None
                self.transport.write(bytes(64))

            def dataReceived(self, data: bytes) -> None:
                assert self.transport is not None
                flood.messages[index] += 1
                if flood.stopping:
                    self.transport.loseConnection()
                else:
                    self.transport.write(data)

            def connectionLost(self, reason: object = None) -> None:
                flood.open -= 1

        factory: ClientFactory[Protocol] = ClientFactory()
        factory.protocol = Client
        factory.noisy = False
        return factory

    def stop(self) -> None:
        self.stopping = True
        self._port.stopListening()


@pytest.fixture
def flood(reactor: DeckReactor, qtbot: QtBot) -> Iterator[Flood]:
    flood = Flood(reactor)
    qtbot.waitUntil(lambda: flood.open == CONNECTIONS)
    yield flood
    flood.stop()
    qtbot.waitUntil(lambda: flood.open == 0, timeout=PATIENCE_MILLISECONDS)


def test_a_qt_timer_keeps_running(flood: Flood, until: Until) -> None:
    at: list[int] = []
    timer = QTimer(interval=10)
    timer.timeout.connect(lambda: at.append(sum(flood.messages)))
    timer.start()
    until(lambda: len(at) >= ROUNDS)
    timer.stop()
    assert len(set(at)) == len(at), "messages went through between any two ticks"


def test_a_timer_without_interval_keeps_running(flood: Flood, until: Until) -> None:
    """Qt's views lay out their items in such a timer."""
    ticks: list[None] = []

    class Ticking(QObject):
        def timerEvent(self, event: QTimerEvent) -> None:
            ticks.append(None)

    ticking = Ticking()
    timer = QBasicTimer()
    timer.start(0, ticking)
    before = sum(flood.messages)
    until(lambda: len(ticks) >= ROUNDS)
    until(lambda: sum(flood.messages) > before)
    timer.stop()


class Messages(QAbstractTableModel):
    """A model with a row for each connection."""

    def __init__(self, flood: Flood) -> None:
        super().__init__()
        self._flood = flood

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return CONNECTIONS

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._flood.messages[index.row()]

    def change(self) -> None:
        self.dataChanged.emit(self.index(0, 0), self.index(CONNECTIONS - 1, 1))


class Table(QTableView):
    """Records at each paint event how many messages have passed."""

    def __init__(self, flood: Flood) -> None:
        super().__init__()
        self._flood = flood
        self.painted: list[int] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted.append(sum(self._flood.messages))
        super().paintEvent(event)


def test_a_table_is_painted(flood: Flood, qtbot: QtBot, until: Until) -> None:
    model, table = Messages(flood), Table(flood)
    table.setModel(model)
    qtbot.addWidget(table)
    ticker = QTimer(interval=20)
    ticker.timeout.connect(model.change)
    ticker.start()
    table.show()
    until(lambda: len(table.painted) >= ROUNDS)
    ticker.stop()
    assert len(set(table.painted)) > ROUNDS / 2, "messages went through between the paintings"


def test_delayed_calls_are_made(reactor: DeckReactor, flood: Flood, until: Until) -> None:
    at: list[int] = []

    def again() -> None:
        at.append(sum(flood.messages))
        if len(at) < ROUNDS:
            reactor.callLater(0, again)

    reactor.callLater(0, again)
    until(lambda: len(at) == ROUNDS)


def test_every_connection_is_served(flood: Flood, until: Until) -> None:
    until(lambda: min(flood.messages) >= ROUNDS)


def test_a_call_from_a_thread_is_made(reactor: DeckReactor, flood: Flood, until: Until) -> None:
    got: list[None] = []
    reactor.callInThread(reactor.callFromThread, got.append, None)
    until(lambda: bool(got))


def test_qt_works_between_slow_callbacks(reactor: DeckReactor, until: Until) -> None:
    """Ten descriptors are ready, and each callback takes longer than a turn. Qt must not wait for
    all."""
    recorders = Recorders(reactor)
    events: list[str] = []

    def work() -> None:
        events.append("callback")
        end = reactor.seconds() + 2 * TURN_SECONDS
        while reactor.seconds() < end:
            pass

    timer = QTimer(interval=1)
    timer.timeout.connect(lambda: events.append("qt"))
    for _ in range(10):
        reader, peer = recorders()
        reader.when_read = work
        reactor.addReader(reader)
        peer.send(b"x")
    timer.start()
    until(lambda: events.count("callback") == 10)
    timer.stop()
    recorders.close()
    first, last = events.index("callback"), len(events) - events[::-1].index("callback")
    assert events[first:last].count("qt") >= 3


def test_the_first_message_after_a_pause_does_not_keep_qt_waiting(
    reactor: DeckReactor, flood: Flood, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn waits for the next message only if messages follow each other closely."""
    waits: list[float] = []
    poll = reactor._descriptors.poll

    def note_and_poll(seconds: float) -> list[tuple[int, int]]:
        waits.append(seconds)
        return poll(seconds)

    monkeypatch.setattr(reactor._descriptors, "poll", note_and_poll)
    before = sum(flood.messages)
    until(lambda: sum(flood.messages) > before + 10 * CONNECTIONS)
    flood.stop()
    until(lambda: flood.open == 0)
    time.sleep(10 * LULL_SECONDS)
    recorders = Recorders(reactor)
    reader, peer = recorders()
    reactor.addReader(reader)
    waits.clear()
    peer.send(b"x")
    until(lambda: reader.received)
    recorders.close()
    assert waits[0] == 0
