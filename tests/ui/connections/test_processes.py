"""The process column: asks about what is on show, once, and never in a hurry."""

from __future__ import annotations

from app.server.connections.connection import Connection
from app.server.sockets.process_lookup import ProcessQuery
from app.ui.connections.pane import ConnectionsPane
from app.ui.connections.processes import MOST_SOCKETS, PAUSE_SECONDS, SETTLED_SECONDS, Processes
from tests.ui.connections.conftest import System
from tests.ui.reactor.peers import Peers


def texts(pane: ConnectionsPane) -> list[str]:
    column = pane.model.column("process")
    return [pane.model.index(row, column).data() for row in range(pane.model.rowCount())]


def open_one(pane: ConnectionsPane, peers: Peers) -> None:
    """One more, that has been there for a while."""
    peers.open()
    peers.clock.advance(SETTLED_SECONDS)
    pane.refresh(peers.changes.take(), ())


def test_who_is_on_show_is_asked_for_and_named(
    pane: ConnectionsPane, peers: Peers, system: System
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


def test_nobody_is_asked_for_while_the_column_is_hidden(
    pane: ConnectionsPane, peers: Peers, system: System
) -> None:
    pane.show()
    column = pane.model.column("process")
    pane.arrangement.show(column, False)
    open_one(pane, peers)
    assert system.asked == []
    pane.arrangement.show(column)
    assert len(system.asked) == 1


def test_a_name_stays_when_its_connection_is_over(
    pane: ConnectionsPane, peers: Peers, system: System
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


def processes(peers: Peers, system: System) -> Processes:
    return Processes(system.find, peers.clock.seconds, lambda: None)


def test_one_lookup_at_a_time_and_the_longer_it_took_the_longer_the_pause(
    peers: Peers, system: System
) -> None:
    asking = processes(peers, system)
    first, second = opened(peers), opened(peers)
    asking.want([first], 2)
    asking.want([first, second], 2)
    assert len(system.asked) == 1
    peers.clock.advance(0.1)
    system.answer()
    peers.clock.advance(PAUSE_SECONDS)
    asking.want([first, second], 2)
    assert len(system.asked) == 1
    peers.clock.advance(5)
    asking.want([first, second], 2)
    assert list(system.asked[-1][0]) == [second.number]


def test_with_very_many_connections_the_system_is_left_alone(peers: Peers, system: System) -> None:
    asking = processes(peers, system)
    asking.want([opened(peers)], MOST_SOCKETS + 1)
    assert system.asked == []


def test_a_lookup_that_fails_is_not_the_last(peers: Peers, system: System) -> None:
    asking = processes(peers, system)
    asking.want([opened(peers)], 1)
    system.asked[0][1].errback(OSError("no"))
    peers.clock.advance(PAUSE_SECONDS)
    asking.want([opened(peers)], 2)
    assert len(system.asked) == 2


def test_who_was_not_found_is_asked_for_once_more_and_then_let_be(
    peers: Peers, system: System
) -> None:
    asking = processes(peers, system)
    connection = opened(peers)
    for _ in range(3):
        asking.want([connection], 1)
        if not system.asked[-1][1].called:
            system.asked[-1][1].callback({})
        peers.clock.advance(PAUSE_SECONDS)
    assert len(system.asked) == 2
    assert asking.text(connection) == ""


def test_who_has_only_just_come_is_not_asked_for(peers: Peers, system: System) -> None:
    asking = processes(peers, system)
    connection = peers.open()
    asking.want([connection], 1)
    assert system.asked == []
    peers.clock.advance(SETTLED_SECONDS)
    asking.want([connection], 1)
    assert len(system.asked) == 1
