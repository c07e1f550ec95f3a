"""The connections pane with connections without sockets, and a fake process lookup."""

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
from app.ui.style.listener_colors import ListenerColors
from tests.ui.reactor.peers import Peers

Found = dict[int, ProcessInfo]


class FakeProcessLookup:
    """A fake process lookup that answers when a test calls `answer`."""

    def __init__(self) -> None:
        self.asked: list[tuple[Mapping[int, ProcessQuery], Deferred[Found]]] = []

    def find(self, queries: Mapping[int, ProcessQuery]) -> Deferred[Found]:
        self.asked.append((queries, Deferred()))
        return self.asked[-1][1]

    def answer(self, pid: int = 4211) -> None:
        """Answer the last query with `node` for all connections."""
        queries, asked = self.asked[-1]
        asked.callback({number: ProcessInfo("node", pid) for number in queries})


@pytest.fixture
def system() -> FakeProcessLookup:
    return FakeProcessLookup()


@pytest.fixture
def peers() -> Peers:
    return Peers("Echo", "Hello")


@pytest.fixture
def pane(peers: Peers, system: FakeProcessLookup, qtbot: QtBot) -> ConnectionsPane:
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
