"""The process column: looks up visible connections once, and at a limited rate."""

from __future__ import annotations

from app.server.connections.connection import Connection
from app.server.sockets.process_lookup import ProcessQuery
from app.ui.connections.pane import ConnectionsPane
from app.ui.connections.processes import MOST_SOCKETS, PAUSE_SECONDS, SETTLED_SECONDS, Processes
from tests.ui.connections.conftest import FakeProcessLookup
from tests.ui.reactor.peers import Peers


def texts(pane: ConnectionsPane) -> list[str]:
    column = pane.model.column("process")
    return [pane.model.index(row, column).data() for row in range(pane.model.rowCount())]


def open_one(pane: ConnectionsPane, peers: Peers) -> None:
    """Open a connection that is old enough for a lookup."""
    peers.open()
    peers.clock.advance(SETTLED_SECONDS)
    pane.refresh(peers.changes.take(), ())


def test_visible_connections_are_looked_up_and_named(
    pane: ConnectionsPane, peers: Peers, system: FakeProcessLookup
) -> None:
    pane.show()
    open_one(pane, peers)
    ((queries, _),) = system.asked
    assert queries == {1: ProcessQuery(peer=("127.0.0.1", 50001), local=("127.0.0.1", 8007))}
    assert texts(pane) == [""]
    system.answer()
    assert texts(pane) == ["node (4211)"]
    peers.clock.advance(PAUSE_SECONDS)
    open_one(pane, peers)
    assert list(system.asked[-1][0]) == [2]


def test_there_is_no_lookup_while_the_column_is_hidden(
    pane: ConnectionsPane, peers: Peers, system: FakeProcessLookup
) -> None:
    pane.show()
    column = pane.model.column("process")
    pane.column_layout.show(column, False)
    open_one(pane, peers)
    assert system.asked == []
    pane.column_layout.show(column)
    assert len(system.asked) == 1


def test_a_name_stays_after_its_connection_closed(
    pane: ConnectionsPane, peers: Peers, system: FakeProcessLookup
) -> None:
    pane.show()
    pane.commands.show_closed.trigger()
    open_one(pane, peers)
    system.answer()
    peers.close(peers.live[0])
    pane.refresh(peers.changes.take(), ())
    assert texts(pane) == ["node (4211)"]


def opened(peers: Peers) -> Connection:
    connection = peers.open()
    peers.clock.advance(SETTLED_SECONDS)
    return connection


def processes(peers: Peers, system: FakeProcessLookup) -> Processes:
    return Processes(system.find, peers.clock.seconds, lambda: None)


def test_one_lookup_runs_at_a_time_and_a_longer_one_gets_a_longer_pause(
    peers: Peers, system: FakeProcessLookup
) -> None:
    lookup = processes(peers, system)
    first, second = opened(peers), opened(peers)
    lookup.look_up([first], 2)
    lookup.look_up([first, second], 2)
    assert len(system.asked) == 1
    peers.clock.advance(0.1)
    system.answer()
    peers.clock.advance(PAUSE_SECONDS)
    lookup.look_up([first, second], 2)
    assert len(system.asked) == 1
    peers.clock.advance(5)
    lookup.look_up([first, second], 2)
    assert list(system.asked[-1][0]) == [second.number]


def test_there_is_no_lookup_with_too_many_connections(
    peers: Peers, system: FakeProcessLookup
) -> None:
    lookup = processes(peers, system)
    lookup.look_up([opened(peers)], MOST_SOCKETS + 1)
    assert system.asked == []


def test_a_failed_lookup_is_repeated(peers: Peers, system: FakeProcessLookup) -> None:
    lookup = processes(peers, system)
    lookup.look_up([opened(peers)], 1)
    system.asked[0][1].errback(OSError("no"))
    peers.clock.advance(PAUSE_SECONDS)
    lookup.look_up([opened(peers)], 2)
    assert len(system.asked) == 2


def test_a_missing_process_is_looked_up_twice_only(peers: Peers, system: FakeProcessLookup) -> None:
    lookup = processes(peers, system)
    connection = opened(peers)
    for _ in range(3):
        lookup.look_up([connection], 1)
        if not system.asked[-1][1].called:
            system.asked[-1][1].callback({})
        peers.clock.advance(PAUSE_SECONDS)
    assert len(system.asked) == 2
    assert lookup.text(connection) == ""


def test_a_new_connection_is_not_looked_up_yet(peers: Peers, system: FakeProcessLookup) -> None:
    lookup = processes(peers, system)
    connection = peers.open()
    lookup.look_up([connection], 1)
    assert system.asked == []
    peers.clock.advance(SETTLED_SECONDS)
    lookup.look_up([connection], 1)
    assert len(system.asked) == 1
