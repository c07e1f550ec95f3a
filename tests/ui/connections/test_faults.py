"""Connections that faults disturb are marked, and the actions on one or two of them."""

from __future__ import annotations

from attrs import evolve
from pytestqt.qtbot import QtBot

from app.faults.spec import Fault, FaultKind
from app.server.monitor import ChangeBatch, ClosedConnection
from app.ui.connections.columns import PEER, faults_of
from app.ui.connections.pane import ConnectionsPane
from tests.ui.reactor.peers import Peers

LATENCY = Fault(kind=FaultKind.LATENCY, seconds=0.2)


def _show(pane: ConnectionsPane, peers: Peers) -> None:
    pane.show()
    pane.refresh(peers.changes.take(), ())


def test_a_disturbed_connection_is_marked_in_its_row(
    pane: ConnectionsPane, peers: Peers, qtbot: QtBot
) -> None:
    calm, disturbed = peers.open(), peers.open()
    disturbed.set_faults((LATENCY,))
    _show(pane, peers)
    peer = pane.model.column(PEER)
    rows = [pane.model.row(each) for each in range(2)]
    marked = pane.model.cell(rows.index(disturbed), peer)
    assert marked.text == disturbed.peer
    assert pane.model.fault_mark is not None
    assert pane.model.fault_mark in marked
    assert pane.model.fault_mark not in pane.model.cell(rows.index(calm), peer)
    column = pane.model.column("faults")
    assert pane.model.index(rows.index(disturbed), column).data() == "200 ms"
    peers.close(calm)
    peers.close(disturbed)


def test_the_faults_of_the_listener_count_unless_it_has_its_own(peers: Peers) -> None:
    connection = peers.open()
    factory = peers.factories[0]
    factory.change(evolve(factory.spec, faults=(LATENCY, evolve(LATENCY, enabled=False))))
    assert faults_of(connection) == (LATENCY,)
    connection.set_faults(())
    assert faults_of(connection) == ()
    connection.set_faults(None)
    peers.close(connection)
    peers.clock.advance(1)  # the latency delays the end too
    assert faults_of(connection) == ()
    assert faults_of(ClosedConnection.of(connection)) == ()


def test_only_the_connections_that_are_hit_are_marked(peers: Peers) -> None:
    connections = [peers.open() for _ in range(20)]
    factory = peers.factories[0]
    sometimes, refuse = evolve(LATENCY, chance=0.5), Fault(kind=FaultKind.REFUSE)
    factory.change(evolve(factory.spec, seed=1, faults=(sometimes, refuse)))
    marked = [faults_of(each) for each in connections]
    assert set(marked) == {(), (sometimes,)}
    assert [bool(each) for each in marked] == [each.faults is not None for each in connections]
    factory.change(evolve(factory.spec, faults=()))
    for each in connections:
        peers.close(each)


def test_one_connection_can_be_disturbed_and_two_can_be_compared(
    pane: ConnectionsPane, peers: Peers, qtbot: QtBot
) -> None:
    first, second = peers.open(), peers.open()
    _show(pane, peers)
    commands = pane.commands
    pane.table.selectRow(0)
    assert commands.faults.isEnabled()
    assert not commands.compare.isEnabled()
    with qtbot.waitSignal(commands.faults_wanted) as wanted:
        commands.faults.trigger()
    assert wanted.args == [pane.model.row(0)]
    pane.table.selectAll()
    assert not commands.faults.isEnabled()
    with qtbot.waitSignal(commands.compare_wanted) as wanted:
        commands.compare.trigger()
    assert wanted.args is not None
    assert set(wanted.args[0]) == {first.number, second.number}
    peers.close(first)
    peers.close(second)
    pane.refresh(ChangeBatch(), ())
