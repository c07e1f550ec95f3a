"""Panels that act at once on listeners and connections, the mark, and the way out of all faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from PySide6.QtWidgets import QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from twisted.internet.task import Clock

from app.faults.listener import ListenerFaults
from app.faults.spec import Fault, FaultKind
from app.profile import ListenerSpec, ProfileFile
from app.server.deck import Deck
from app.server.listener import Listener
from app.server.monitor import ChangeBatch, Changes
from app.server.workspace import Workspace
from app.ui.faults.actions import FaultActions
from app.ui.faults.fields import NumberField
from app.ui.faults.panel import FaultsPanel
from app.ui.style.icons import Icons
from app.ui.widgets.banner import Banner

LATENCY = Fault(kind=FaultKind.LATENCY, seconds=0.2)
OFF = evolve(LATENCY, enabled=False)


class FakeFactory:
    """The part of the factory of a listener that a panel reads."""

    def __init__(self, spec: ListenerSpec) -> None:
        self.spec = spec
        self.faults = ListenerFaults(Clock())
        self.faults.change(spec.faults, spec.seed)


class FakeConnection:
    """Keeps the faults that are set."""

    def __init__(self, spec: ListenerSpec) -> None:
        self.peer = "127.0.0.1:50000"
        self.connected = True
        self.own_faults: tuple[Fault, ...] | None = None
        self.factory = FakeFactory(spec)

    @property
    def acting_faults(self) -> tuple[Fault, ...]:
        return self.factory.faults.hitting(self.factory.faults.draws())

    def set_faults(self, faults: tuple[Fault, ...] | None) -> None:
        self.own_faults = faults


class Bench:
    """Two listeners of a profile, and the commands on their faults."""

    def __init__(self, path: Path, qtbot: QtBot) -> None:
        path.write_text("version = 1\n")
        self.changes = Changes(lambda: None)
        self.file = ProfileFile(path)
        self.workspace = Workspace(Deck(Clock(), self.changes), self.file)
        self.workspace.load()
        spec = ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007")
        self.echo = self.workspace.add(spec)
        self.other = self.workspace.add(
            evolve(spec, name="Slow", endpoint="tcp:8008", faults=(LATENCY,))
        )
        window = QWidget()
        qtbot.addWidget(window)
        self.banner = Banner(Icons(), window)
        self.commands = FaultActions(self.workspace, self.banner, Icons(), lambda: None, window)
        qtbot.addWidget(self.commands.mark)

    def tick(self, *closed: Any) -> None:
        batch = self.changes.take()
        batch.closed.extend(closed)
        self.commands.refresh(batch)

    def panel(self, listener: Listener) -> FaultsPanel:
        self.commands.open_for_listener(listener)
        return list(self.commands.panels)[-1]

    def kept(self, name: str) -> ListenerSpec:
        """The listener as the profile has it."""
        listeners = ProfileFile(self.file.path).load().listeners
        return next(each for each in listeners if each.name == name)


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot) -> Iterator[Bench]:
    bench = Bench(tmp_path / "p.toml", qtbot)
    yield bench
    bench.commands.close()
    qtbot.waitUntil(lambda: not len(bench.commands.panels))


def _slide(panel: FaultsPanel, seconds: float) -> None:
    field = panel.editor.rows[0].fields["seconds"]
    assert isinstance(field, NumberField)
    field.box.setValue(seconds)


def test_a_change_acts_on_the_listener_and_is_kept(bench: Bench, qtbot: QtBot) -> None:
    panel = bench.panel(bench.echo)
    assert panel.windowTitle() == "Faults of Echo"
    panel.editor.append(FaultKind.LATENCY)
    qtbot.waitUntil(lambda: bench.echo.spec.faults == (LATENCY,))
    assert bench.kept("Echo").faults == (LATENCY,)


def test_a_listener_has_one_panel(bench: Bench) -> None:
    panel = bench.panel(bench.echo)
    assert bench.panel(bench.echo) is panel
    assert len(bench.commands.panels) == 1


def test_a_slider_that_moves_is_applied_in_steps(bench: Bench, qtbot: QtBot) -> None:
    panel = bench.panel(bench.other)
    applied: list[object] = []
    panel.applied.connect(lambda: applied.append(1))
    for step in range(1, 50):
        _slide(panel, step / 10)
    qtbot.waitUntil(lambda: bench.other.spec.faults[0].seconds == 4.9)
    assert len(applied) == 1


def test_a_change_from_elsewhere_is_shown(bench: Bench, qtbot: QtBot) -> None:
    panel = bench.panel(bench.other)
    spec = evolve(bench.other.spec, faults=(OFF,), name="Renamed", seed=7)
    bench.workspace.change(bench.other, spec)
    bench.tick()
    assert panel.editor.faults == (OFF,)
    assert panel.windowTitle() == "Faults of Renamed"
    assert panel.seed.text() == "7"


def test_a_listener_that_becomes_another_one_is_offered_other_faults(bench: Bench) -> None:
    panel = bench.panel(bench.echo)
    bench.workspace.change(bench.echo, evolve(bench.echo.spec, endpoint="udp:8007"))
    bench.tick()
    assert [each.text() for each in panel.editor.add_menu.actions()][3:] == [
        "Drop",
        "Corrupt",
        "Duplicate",
        "Reorder",
    ]


def test_the_seed_is_kept_and_can_be_empty(bench: Bench) -> None:
    panel = bench.panel(bench.other)
    panel.seed.setText("42")
    panel.seed.editingFinished.emit()
    assert bench.kept("Slow").seed == 42
    panel.seed.setText("9" * 19)
    panel.seed.editingFinished.emit()
    assert bench.other.spec.seed == 2**63 - 1
    panel.seed.setText("")
    panel.seed.editingFinished.emit()
    assert bench.other.spec.seed is None


def test_closing_a_panel_loses_no_change(bench: Bench) -> None:
    panel = bench.panel(bench.other)
    _slide(panel, 3)
    panel.close()
    assert bench.other.spec.faults[0].seconds == 3


def test_a_removed_listener_cannot_be_disturbed(bench: Bench) -> None:
    panel = bench.panel(bench.other)
    bench.workspace.remove(bench.other)
    panel.refresh()
    assert panel.note.text() == "The listener was removed."
    assert not panel.editor.isEnabled()


def test_a_connection_has_faults_of_its_own(bench: Bench, qtbot: QtBot) -> None:
    connection: Any = FakeConnection(bench.other.spec)
    bench.commands.open_for_connection(connection)
    (panel,) = bench.commands.panels
    assert panel.editor.faults == (LATENCY,)
    assert not panel.as_listener.isEnabled()
    _slide(panel, 1)
    qtbot.waitUntil(lambda: connection.own_faults is not None)
    assert connection.own_faults == (evolve(LATENCY, seconds=1.0),)
    assert bench.other.spec.faults == (LATENCY,)
    panel.as_listener.click()
    assert connection.own_faults is None
    assert panel.editor.faults == (LATENCY,)


def test_a_connection_shows_which_faults_of_its_listener_hit_it(bench: Bench) -> None:
    missed = Fault(kind=FaultKind.STALL, chance=0.0)
    spec = evolve(bench.other.spec, faults=(LATENCY, missed, Fault(kind=FaultKind.REFUSE)))
    connection: Any = FakeConnection(spec)
    bench.commands.open_for_connection(connection)
    (panel,) = bench.commands.panels
    assert panel.editor.faults == (LATENCY, Fault(kind=FaultKind.STALL, enabled=False))
    assert not any(each.chance.isVisible() for each in panel.editor.rows)


def test_a_closed_connection_cannot_be_disturbed(bench: Bench) -> None:
    connection: Any = FakeConnection(bench.echo.spec)
    bench.commands.open_for_connection(connection)
    (panel,) = bench.commands.panels
    connection.connected = False
    bench.tick(connection)
    assert panel.note.text() == "The connection is closed."
    assert not panel.editor.isEnabled()


def test_the_mark_names_whatever_is_disturbed(bench: Bench, qtbot: QtBot) -> None:
    mark = bench.commands.mark
    assert mark.text() == "⚡ Faults: Slow"
    connection: Any = FakeConnection(bench.echo.spec)
    bench.commands.open_for_connection(connection)
    next(iter(bench.commands.panels)).editor.append(FaultKind.STALL)
    qtbot.waitUntil(lambda: mark.text() == "⚡ Faults: Slow, 1 connection")
    connection.connected = False
    bench.tick(connection)
    assert mark.text() == "⚡ Faults: Slow"
    bench.workspace.change(bench.other, evolve(bench.other.spec, faults=(OFF,)))
    bench.tick()
    assert mark.isHidden()


def test_its_menu_leads_to_the_panels_and_out(bench: Bench) -> None:
    menu = bench.commands.mark.menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    first, _, last = menu.actions()
    assert first.text() == "Faults of Slow: 200 ms…"
    first.trigger()
    assert len(bench.commands.panels) == 1
    last.trigger()
    assert bench.other.spec.faults == (OFF,)


def test_all_faults_are_cleared_and_come_back_on_undo(bench: Bench, qtbot: QtBot) -> None:
    connection: Any = FakeConnection(bench.echo.spec)
    bench.commands.open_for_connection(connection)
    (panel,) = bench.commands.panels
    panel.editor.append(FaultKind.STALL)
    qtbot.waitUntil(lambda: connection.own_faults is not None)
    own = connection.own_faults
    bench.commands.clear_all()
    assert bench.kept("Slow").faults == (OFF,)
    assert connection.own_faults is None
    assert panel.editor.faults == ()
    assert bench.commands.mark.isHidden()
    assert "Slow, 1 connection" in bench.banner.message
    undo = next(each for each in bench.banner.findChildren(QPushButton) if each.text() == "Undo")
    undo.click()
    assert bench.kept("Slow").faults == (LATENCY,)
    assert connection.own_faults == own


def test_without_faults_there_is_nothing_to_clear(bench: Bench) -> None:
    bench.workspace.change(bench.other, evolve(bench.other.spec, faults=()))
    bench.commands.clear_all()
    assert bench.banner.message == "No fault is on."


def test_a_batch_without_changes_costs_nothing(bench: Bench) -> None:
    shown: list[object] = []
    bench.commands.marks_changed.connect(lambda: shown.append(1))
    bench.commands.refresh(ChangeBatch())
    assert not shown
