"""A chunk log, and a shown pane on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from app.server.monitor import ChangeBatch
from app.traffic.chunk_log import ChunkLog
from app.ui.style.icons import Icons
from app.ui.traffic.connection_names import ConnectionNames
from app.ui.traffic.pane import TrafficPane
from tests.ui.traffic.panes import connection, settle

Say = Callable[..., None]


@pytest.fixture
def log() -> ChunkLog:
    """Keeps at most 4000 chunks, in blocks of 500."""
    return ChunkLog(max_chunks=4_000)


@pytest.fixture
def say(log: ChunkLog) -> Say:
    """`say(b"...", connection=1, sent=True)` appends a chunk."""

    def append(data: bytes, connection: int = 1, sent: bool = False) -> None:
        log.append(1_700_000_000.0, connection, sent, data)

    return append


@pytest.fixture
def names() -> ConnectionNames:
    """The directory of the connections in the pane."""
    return ConnectionNames()


@pytest.fixture
def pane(log: ChunkLog, names: ConnectionNames, qtbot: QtBot) -> TrafficPane:
    pane = TrafficPane(log, Icons(), names)
    qtbot.addWidget(pane)
    pane.resize(800, 600)
    pane.show()
    return pane


@pytest.fixture
def talk(say: Say, names: ConnectionNames, pane: TrafficPane, qtbot: QtBot) -> TrafficPane:
    """Ten chunks: `hello 0` … from connections 1 and 2, every other one sent."""
    batch = ChangeBatch(opened=[connection(1, "Echo"), connection(2, "Hello")])
    for each in batch.opened:
        names.add_connection(each)
    pane.refresh(batch)
    for number in range(10):
        say(b"hello %d" % number, connection=1 + number // 5, sent=bool(number % 2))
    settle(pane, qtbot)
    return pane
