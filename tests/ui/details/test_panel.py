"""The panel with the details of a listener or a connection, and its plot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot
from twisted.internet.testing import MemoryReactorClock

from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.server.monitor import Changes, ClosedConnection
from app.ui.details.history import RateHistory
from app.ui.details.panel import DetailsPanel
from app.ui.details.plot import SPANS
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors
from app.ui.style.theme import Theme
from app.ui.style.tokens import Scheme
from tests.ui.reactor.peers import Peers

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def clock() -> MemoryReactorClock:
    return MemoryReactorClock()


@pytest.fixture
def listener(clock: MemoryReactorClock) -> Listener:
    deck = Deck(clock, Changes(lambda: None))
    spec = ListenerSpec(
        name="Echo", protocol="echo", endpoint="tcp:8007", max_connections_per_address=3
    )
    deck.update([spec])
    return deck.listeners[0]


@pytest.fixture
def panel(clock: MemoryReactorClock, qtbot: QtBot, tmp_path: Path) -> DetailsPanel:
    panel = DetailsPanel(Icons(), ListenerColors(list), clock.seconds, tmp_path)
    qtbot.addWidget(panel)
    panel.resize(300, 600)
    panel.show()
    return panel


def texts(panel: DetailsPanel) -> list[str]:
    return [label.text() for label in panel.facts.findChildren(QLabel) if not label.isHidden()]


def test_without_a_subject_there_is_a_hint(panel: DetailsPanel, listener: Listener) -> None:
    assert panel.hint.isVisible()
    assert not panel.plot.isVisible()
    panel.show_subject(listener, RateHistory())
    assert not panel.hint.isVisible()


def test_a_listener_has_addresses_totals_and_limits(
    panel: DetailsPanel, listener: Listener
) -> None:
    panel.show_subject(listener, RateHistory())
    shown = texts(panel)
    assert panel.name.text() == "Echo"
    assert "stopped" in panel.state.text()
    assert {"Addresses", "127.0.0.1:8007", "nc 127.0.0.1 8007", "Limits", "3"} <= set(shown)
    assert "16 MiB" in shown


def test_a_label_stands_as_high_as_its_value(panel: DetailsPanel, qtbot: QtBot) -> None:
    panel.show_subject(Peers().open(), RateHistory())
    shown = [each for each in panel.facts.findChildren(QLabel) if not each.isHidden()]
    beside = [
        (label, value)
        for label in shown
        for value in shown
        if label is not value
        and label.y() <= value.geometry().center().y() <= label.geometry().bottom()
    ]
    assert len(beside) >= 10
    for label, value in beside:
        assert (label.y(), label.height()) == (value.y(), value.height()), label.text()
        assert label.alignment() & Qt.AlignmentFlag.AlignVertical_Mask == (
            value.alignment() & Qt.AlignmentFlag.AlignVertical_Mask
        )


def test_the_reason_of_a_failure_is_marked_as_wrong(
    panel: DetailsPanel, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel.show_subject(listener, RateHistory())
    assert not panel.state.property("wrong")
    monkeypatch.setattr(listener, "state", State.FAILED)
    monkeypatch.setattr(listener, "reason", "Port 8007 is in use.")
    panel.refresh()
    assert panel.state.text() == "Port 8007 is in use."
    assert panel.state.property("wrong")


def test_errors_and_refusals_are_listed(panel: DetailsPanel) -> None:
    peers = Peers()
    connection = peers.open()
    panel.show_subject(connection, RateHistory())
    assert panel.name.text() == connection.peer
    assert not panel.log_button.isVisible()
    assert panel.listener_button.isVisible()
    peers.close(connection)
    panel.show_subject(ClosedConnection.of(connection), RateHistory())
    assert "Reason" in texts(panel)


def test_the_values_follow_without_new_labels(panel: DetailsPanel) -> None:
    peers = Peers()
    connection = peers.open()
    panel.show_subject(connection, RateHistory())
    before = panel.facts.findChildren(QLabel)
    connection.dataReceived(b"x" * 2_000)
    panel.refresh()
    assert "2.0 kB" in texts(panel)
    assert panel.facts.findChildren(QLabel) == before


def test_an_address_is_copied_by_its_button(
    panel: DetailsPanel, listener: Listener, qtbot: QtBot
) -> None:
    panel.show_subject(listener, RateHistory())
    buttons = [each for each in panel.facts.findChildren(QToolButton) if not each.isHidden()]
    buttons[0].click()
    assert QGuiApplication.clipboard().text() == "127.0.0.1:8007"
    assert all(each.accessibleName() for each in buttons)


def test_the_buttons_ask_for_traffic_log_and_listener(
    panel: DetailsPanel, listener: Listener, qtbot: QtBot
) -> None:
    asked: list[object] = []
    panel.traffic_wanted.connect(asked.append)
    panel.listener_wanted.connect(asked.append)
    panel.show_subject(listener, RateHistory())
    qtbot.mouseClick(panel.traffic_button, LEFT)
    with qtbot.waitSignal(panel.log_wanted):
        qtbot.mouseClick(panel.log_button, LEFT)
    connection = Peers("Hello").open()
    panel.show_subject(connection, None)
    qtbot.mouseClick(panel.listener_button, LEFT)
    assert asked == [listener, "Hello"]


def test_the_plot_moves_only_while_it_is_visible(
    panel: DetailsPanel, listener: Listener, clock: MemoryReactorClock
) -> None:
    history = RateHistory()
    panel.show_subject(listener, history)
    assert panel.plot.is_moving
    clock.advance(5)
    history.sample(clock.seconds(), 100_000, 5)
    panel.plot.update_plot()
    assert [peak.text() for peak in panel.plot.peaks] == ["↓ 100 kB/s", "↑ 5 B/s"]
    for span in SPANS:
        panel.plot.choose_span(span)
        assert panel.plot.buttons[span].isChecked()
    panel.hide()
    assert not panel.plot.is_moving


def test_the_plot_follows_the_scheme(panel: DetailsPanel, listener: Listener) -> None:
    panel.show_subject(listener, RateHistory())
    theme = Theme.of_application()
    light = panel.plot.grab().toImage()
    theme.use(Scheme.DARK)
    assert panel.plot.grab().toImage() != light
    theme.use(Scheme.SYSTEM)


def test_nothing_is_wider_than_the_panel(panel: DetailsPanel, listener: Listener) -> None:
    panel.show_subject(listener, RateHistory())
    for width in (260, 300, 500):
        panel.resize(width, 600)
        body = panel.widget()
        assert body is not None
        assert body.width() <= panel.viewport().width()


def test_the_window_starts_without_the_library_of_the_plots() -> None:
    code = "import sys, app.ui.window.main_window; print('pyqtgraph' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
