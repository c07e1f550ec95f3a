"""The pane over connections without sockets, and a system that says who is behind them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pytestqt.qtbot import QtBot
from twisted.internet.defer import Deferred

from app.profile import ListenerSpec
from app.server.sockets.listen_errors import ProcessInfo
from app.server.sockets.process_lookup import ProcessQuery
from app.ui.connections.pane import ConnectionsPane
from app.ui.style.icons import Icons
from app.ui.style.theme import ListenerColors
from tests.ui.reactor.peers import Peers

Found = dict[int, ProcessInfo]


class System:
    """Answers what it is asked when a test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[Mapping[int, ProcessQuery], Deferred[Found]]] = []

    def find(self, queries: Mapping[int, ProcessQuery]) -> Deferred[Found]:
        self.asked.append((queries, Deferred()))
        return self.asked[-1][1]

    def answer(self, pid: int = 4211) -> None:
        """Say `node` of all that was asked last."""
        queries, asked = self.asked[-1]
        asked.callback({number: ProcessInfo("node", pid) for number in queries})


@pytest.fixture
def system() -> System:
    return System()


@pytest.fixture
def peers() -> Peers:
    return Peers("Echo", "Hello")


@pytest.fixture
def pane(peers: Peers, system: System, qtbot: QtBot) -> ConnectionsPane:
    specs: list[ListenerSpec] = [factory.spec for factory in peers.factories]
    pane = ConnectionsPane(
        Icons(),
        peers.clock.seconds,
        lambda: peers.live,
        colors=ListenerColors(lambda: specs),
        find_processes=system.find,
    )
    qtbot.addWidget(pane)
    pane.resize(900, 400)
    return pane
