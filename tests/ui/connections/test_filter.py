"""The text filter of the connections pane."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.ui.connections.pane import ConnectionsPane
from tests.ui.reactor.peers import Peers


def test_a_button_clears_the_filter_text(pane: ConnectionsPane, qtbot: QtBot) -> None:
    pane.show()
    assert not pane.filter.findChildren(QToolButton)
    qtbot.keyClicks(pane.filter, "echo")
    (button,) = pane.filter.findChildren(QToolButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pane.filter.text() == ""


def test_the_count_says_how_many_pass_the_filter(
    pane: ConnectionsPane, peers: Peers, qtbot: QtBot
) -> None:
    counts: list[tuple[int, int]] = []
    pane.count_changed.connect(lambda shown, count: counts.append((shown, count)))
    for factory in (0, 0, 1):
        peers.open(factory)
    pane.refresh(peers.changes.take(), [])
    assert counts[-1] == (3, 3)
    pane.filter.setText("hello")
    assert counts[-1] == (1, 3)
    pane.filter.clear()
    assert counts[-1] == (3, 3)


def test_a_filter_that_nothing_passes_can_be_cleared(
    pane: ConnectionsPane, peers: Peers, qtbot: QtBot
) -> None:
    pane.offer("None is on.", "Start all", 1)
    pane.show()
    assert pane.hint == "None is on."
    assert pane.table.offer_button.text() == "Start all"
    peers.open()
    pane.refresh(peers.changes.take(), [])
    pane.filter.setText("nobody")
    assert pane.hint.startswith("None of the 1 connections")
    assert pane.table.offer_button.text() == "Clear the filter"
    qtbot.mouseClick(pane.table.offer_button, Qt.MouseButton.LeftButton)
    assert pane.filter.text() == ""
    assert pane.hint == ""
