"""Under a flood everybody has a turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import (
    QAbstractTableModel,
    QBasicTimer,
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

from app.ui.reactor import DeckReactor

Index = QModelIndex | QPersistentModelIndex

CONNECTIONS = 50
ROUNDS = 20
"""How often each must have had its turn."""

PATIENCE_MILLISECONDS = 30_000


class Echo(Protocol):
    def dataReceived(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data)


class Flood:
    """Clients and a server in this reactor that are never done: it has always something to read."""

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


def test_a_timer_of_qt_goes_on(flood: Flood, qtbot: QtBot) -> None:
    at: list[int] = []
    timer = QTimer(interval=10)
    timer.timeout.connect(lambda: at.append(sum(flood.messages)))
    timer.start()
    qtbot.waitUntil(lambda: len(at) >= ROUNDS, timeout=PATIENCE_MILLISECONDS)
    timer.stop()
    assert len(set(at)) == len(at), "messages went through between any two ticks"


def test_a_timer_without_interval_goes_on(flood: Flood, qtbot: QtBot) -> None:
    """Qt's views lay out their items in such a timer."""
    ticks: list[None] = []

    class Ticking(QObject):
        def timerEvent(self, event: QTimerEvent) -> None:
            ticks.append(None)

    ticking = Ticking()
    timer = QBasicTimer()
    timer.start(0, ticking)
    before = sum(flood.messages)
    qtbot.waitUntil(lambda: len(ticks) >= ROUNDS, timeout=PATIENCE_MILLISECONDS)
    qtbot.waitUntil(lambda: sum(flood.messages) > before, timeout=PATIENCE_MILLISECONDS)
    timer.stop()


class Messages(QAbstractTableModel):
    """A row for each connection."""

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
    """Notes how many messages had gone through at each painting."""

    def __init__(self, flood: Flood) -> None:
        super().__init__()
        self._flood = flood
        self.painted: list[int] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted.append(sum(self._flood.messages))
        super().paintEvent(event)


def test_a_table_is_painted(flood: Flood, qtbot: QtBot) -> None:
    model, table = Messages(flood), Table(flood)
    table.setModel(model)
    qtbot.addWidget(table)
    ticker = QTimer(interval=20)
    ticker.timeout.connect(model.change)
    ticker.start()
    table.show()
    qtbot.waitUntil(lambda: len(table.painted) >= ROUNDS, timeout=PATIENCE_MILLISECONDS)
    ticker.stop()
    assert len(set(table.painted)) > ROUNDS / 2, "messages went through between the paintings"


def test_delayed_calls_go_on(reactor: DeckReactor, flood: Flood, qtbot: QtBot) -> None:
    at: list[int] = []

    def again() -> None:
        at.append(sum(flood.messages))
        if len(at) < ROUNDS:
            reactor.callLater(0, again)

    reactor.callLater(0, again)
    qtbot.waitUntil(lambda: len(at) == ROUNDS, timeout=PATIENCE_MILLISECONDS)


def test_every_connection_goes_on(flood: Flood, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: min(flood.messages) >= ROUNDS, timeout=PATIENCE_MILLISECONDS)


def test_a_call_from_a_thread_goes_through(
    reactor: DeckReactor, flood: Flood, qtbot: QtBot
) -> None:
    got: list[None] = []
    reactor.callInThread(reactor.callFromThread, got.append, None)
    qtbot.waitUntil(lambda: bool(got), timeout=PATIENCE_MILLISECONDS)
