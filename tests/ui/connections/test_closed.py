"""The connections that are over, in the pane: asked for, shown, and forgotten."""

from __future__ import annotations

from app.ui.connections.pane import ConnectionsPane
from tests.ui.reactor.peers import Peers


def tick(pane: ConnectionsPane, peers: Peers) -> None:
    pane.refresh(peers.changes.take(), ())


def states(pane: ConnectionsPane) -> list[str]:
    column = pane.model.column("state")
    return [pane.model.index(row, column).data() for row in range(pane.model.rowCount())]


def test_they_are_shown_when_asked_for_and_only_then(pane: ConnectionsPane, peers: Peers) -> None:
    first, _ = peers.open(), peers.open()
    tick(pane, peers)
    peers.close(first)
    tick(pane, peers)
    assert states(pane) == ["open"]
    pane.commands.show_closed.trigger()
    assert states(pane) == ["closed by the peer", "open"]
    pane.commands.show_closed.trigger()
    assert states(pane) == ["open"]


def test_one_that_came_and_went_between_two_ticks_is_there_too(
    pane: ConnectionsPane, peers: Peers
) -> None:
    pane.commands.show_closed.trigger()
    peers.close(peers.open())
    tick(pane, peers)
    assert states(pane) == ["closed by the peer"]
    assert pane.hint == ""


def test_a_closed_one_stays_selected_and_there_is_nothing_to_close(
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


def test_they_pass_the_filter_of_a_listener_and_of_text(
    pane: ConnectionsPane, peers: Peers
) -> None:
    pane.commands.show_closed.trigger()
    peers.close(peers.open(0))
    peers.close(peers.open(1))
    peers.open(1)
    tick(pane, peers)
    pane.filter.setText("hello")
    assert states(pane) == ["closed by the peer", "open"]
    pane.filter.setText("closed by")
    assert states(pane) == ["closed by the peer", "closed by the peer"]


def test_they_are_forgotten_by_a_command(pane: ConnectionsPane, peers: Peers) -> None:
    pane.commands.show_closed.trigger()
    assert not pane.commands.clear_closed.isEnabled()
    peers.close(peers.open())
    tick(pane, peers)
    pane.commands.clear_closed.trigger()
    assert states(pane) == []
    assert not pane.commands.clear_closed.isEnabled()
    assert pane.hint.startswith("Nobody is connected.")
