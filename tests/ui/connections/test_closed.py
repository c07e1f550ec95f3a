"""The closed connections in the pane: shown on request, filtered, and cleared."""

from __future__ import annotations

from app.ui.connections.pane import ConnectionsPane
from tests.ui.reactor.peers import Peers


def tick(pane: ConnectionsPane, peers: Peers) -> None:
    pane.refresh(peers.changes.take(), ())


def states(pane: ConnectionsPane) -> list[str]:
    column = pane.model.column("state")
    return [pane.model.index(row, column).data() for row in range(pane.model.rowCount())]


def test_closed_connections_are_shown_only_on_request(pane: ConnectionsPane, peers: Peers) -> None:
    first, _ = peers.open(), peers.open()
    tick(pane, peers)
    peers.close(first)
    tick(pane, peers)
    assert states(pane) == ["open"]
    pane.commands.show_closed.trigger()
    assert states(pane) == ["closed by the peer", "open"]
    pane.commands.show_closed.trigger()
    assert states(pane) == ["open"]


def test_a_connection_that_opened_and_closed_between_two_ticks_is_shown(
    pane: ConnectionsPane, peers: Peers
) -> None:
    pane.commands.show_closed.trigger()
    peers.close(peers.open())
    tick(pane, peers)
    assert states(pane) == ["closed by the peer"]
    assert pane.hint == ""


def test_a_closed_connection_stays_selected_and_cannot_be_closed(
    pane: ConnectionsPane, peers: Peers
) -> None:
    pane.commands.show_closed.trigger()
    connection = peers.open()
    tick(pane, peers)
    pane.table.selectRow(0)
    assert pane.commands.close.isEnabled()
    peers.close(connection)
    tick(pane, peers)
    assert [row.number for row in pane.selected()] == [connection.number]
    assert not pane.commands.close.isEnabled()
    pane.commands.close.trigger()


def test_closed_connections_are_filtered_too(pane: ConnectionsPane, peers: Peers) -> None:
    pane.commands.show_closed.trigger()
    peers.close(peers.open(0))
    peers.close(peers.open(1))
    peers.open(1)
    tick(pane, peers)
    pane.filter.setText("hello")
    assert states(pane) == ["closed by the peer", "open"]
    pane.filter.setText("closed by")
    assert states(pane) == ["closed by the peer", "closed by the peer"]


def test_a_command_clears_the_closed_connections(pane: ConnectionsPane, peers: Peers) -> None:
    pane.commands.show_closed.trigger()
    assert not pane.commands.clear_closed.isEnabled()
    peers.close(peers.open())
    tick(pane, peers)
    pane.commands.clear_closed.trigger()
    assert states(pane) == []
    assert not pane.commands.clear_closed.isEnabled()
    assert pane.hint.startswith("Nobody is connected.")
