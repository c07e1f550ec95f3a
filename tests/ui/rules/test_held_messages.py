"""The messages that a forwarding listener holds: shown in order, edited, released and dropped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from PySide6.QtWidgets import QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from twisted.internet.defer import ensureDeferred
from twisted.internet.testing import MemoryReactorClock

from app.forwarding.holding import Direction, HoldList, HoldQueue, HoldRule
from app.profile import ListenerSpec, ProfileFile
from app.server.deck import Deck
from app.server.monitor import Changes
from app.server.workspace import Workspace
from app.text.notation import Notation
from app.ui.rules.actions import RuleActions
from app.ui.rules.held_messages import MESSAGE, MOST_EDITED, HeldModel, MessageEdit
from app.ui.rules.held_panel import Filter, HoldPanel
from app.ui.style.icons import Icons

EVERYTHING = HoldRule(lambda direction, data: True)


def _queue(holds: HoldList, passed: list[bytes]) -> HoldQueue:
    return HoldQueue(holds, 1, Direction.IN, passed.extend)


def test_rows_follow_the_list(qtmodeltester: ModelTester) -> None:
    holds = HoldList(lambda: 10.0)
    holds.rule = EVERYTHING
    queue = _queue(holds, [])
    model = HeldModel(lambda: 12.4)
    qtmodeltester.check(model)
    for data in (b"a\n", b"b", b"c"):
        queue.offer(data)
    model.show_messages(holds.messages.values())
    assert [model.index(0, column).data() for column in range(5)] == [
        "2 s",
        "← from the client",
        "#1",
        "2 B",
        r"a\n",
    ]
    holds.release(2)
    holds.drop(1)
    queue.offer(b"d")
    model.show_messages(holds.messages.values())
    assert [model.index(row, MESSAGE).data() for row in range(2)] == ["c", "d"]


def _edit(qtbot: QtBot, data: bytes) -> MessageEdit:
    edit = MessageEdit()
    qtbot.addWidget(edit)
    edit.show_message(data)
    return edit


def test_a_message_is_edited_as_text_or_hex(qtbot: QtBot) -> None:
    edit = _edit(qtbot, b"GET /\r\n")
    assert edit.text.toPlainText() == r"GET /\r\n"
    assert edit.edited is None
    edit.text.setPlainText(r"PUT /\r\n")
    assert edit.edited == b"PUT /\r\n"
    edit.notation.setCurrentIndex(1)
    edit.notation.activated.emit(1)
    assert edit.text.toPlainText() == "50 55 54 20 2f 0d 0a"
    assert edit.edited == b"PUT /\r\n"
    edit.text.setPlainText("5")
    assert not edit.is_valid
    assert edit.note.text()


def test_bytes_that_are_no_text_are_shown_in_hex(qtbot: QtBot) -> None:
    edit = _edit(qtbot, b"\x00\x01\xfe")
    assert edit.notation.currentData() is Notation.HEX
    edit.show_message(b"text")
    assert edit.notation.currentData() is Notation.ESCAPES


def test_a_long_message_is_shown_in_part_and_not_edited(qtbot: QtBot) -> None:
    edit = _edit(qtbot, b"x" * (MOST_EDITED + 1))
    assert edit.text.isReadOnly()
    assert edit.note.text() == "Too long to edit: this is its beginning."
    assert edit.edited is None


class Bench:
    """A running listener that forwards, and its panel."""

    def __init__(self, path: Path, qtbot: QtBot) -> None:
        path.write_text("version = 1\n")
        self.path = path
        self.reactor = MemoryReactorClock()
        self.workspace = Workspace(Deck(self.reactor, Changes(lambda: None)), ProfileFile(path))
        self.workspace.load()
        self.listener = self.workspace.add(
            ListenerSpec(
                name="Between", protocol="forward", endpoint="tcp:8030", options={"to": "[::1]:80"}
            )
        )
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.commands = RuleActions(
            self.workspace, Icons(), self.reactor.seconds, lambda: None, self.window
        )
        self.workspace.deck.start(self.listener)
        panel = self.commands.open_held(self.listener)
        assert panel is not None
        self.panel: HoldPanel = panel
        self.passed: list[bytes] = []

    @property
    def holds(self) -> HoldList:
        holds = self.panel.holds
        assert holds is not None
        return holds

    def hold(self, *messages: bytes) -> None:
        """The client sends these, while everything is held."""
        if not self.panel.switch.isChecked():
            self.panel.switch.click()
        queue = _queue(self.holds, self.passed)
        for data in messages:
            assert queue.offer(data) is False
        self.commands.refresh()

    def kept(self) -> object:
        """The hold rule of the profile."""
        (spec,) = ProfileFile(self.path).load().listeners
        return spec.options.get("hold")


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot) -> Iterator[Bench]:
    bench = Bench(tmp_path / "p.toml", qtbot)
    yield bench
    for panel in list(bench.commands.held):
        panel.close()
    qtbot.waitUntil(lambda: not bench.commands.held)


def test_the_switch_holds_at_once_and_is_kept(bench: Bench) -> None:
    panel = bench.panel
    assert panel.hint.text() == "Nothing is held. Switch it on above."
    panel.switch.click()
    assert bench.holds.rule is not None
    assert bench.kept() == {}
    panel.switch.click()
    assert bench.holds.rule is None
    assert bench.kept() == {"enabled": False}


def test_a_filter_decides_which_messages_are_held(bench: Bench, qtbot: QtBot) -> None:
    panel = bench.panel
    panel.switch.click()
    panel.filter.setCurrentIndex(list(Filter).index(Filter.CONTAINS))
    panel.wanted.setText("PUT")
    panel.direction.setCurrentIndex(1)
    panel.most_seconds.setValue(5)
    qtbot.waitUntil(lambda: bench.kept() == {"contains": "PUT", "direction": "in", "seconds": 5})
    rule = bench.holds.rule
    assert rule is not None
    assert rule.matches(Direction.IN, b"PUT /")
    assert not rule.matches(Direction.OUT, b"PUT /")
    assert not rule.matches(Direction.IN, b"GET /")


def test_closing_the_window_loses_no_change(bench: Bench) -> None:
    bench.panel.switch.click()
    bench.panel.most_seconds.setValue(5)
    bench.panel.close()
    assert bench.kept() == {"seconds": 5}


def test_an_expression_that_is_wrong_is_said_and_the_rule_of_before_goes_on(
    bench: Bench, qtbot: QtBot
) -> None:
    panel = bench.panel
    panel.switch.click()
    panel.filter.setCurrentIndex(list(Filter).index(Filter.REGEX))
    panel.wanted.setText("(")
    qtbot.waitUntil(lambda: panel.trouble.text() != "")
    assert bench.kept() == {}
    panel.wanted.setText("a+")
    qtbot.waitUntil(lambda: bench.kept() == {"regex": "a+"})
    assert panel.trouble.text() == ""


def test_a_message_is_released_as_it_was_edited(bench: Bench) -> None:
    bench.hold(b"one\n", b"two\n")
    panel = bench.panel
    assert panel.edit.text.toPlainText() == r"one\n"
    panel.edit.text.setPlainText(r"1\n")
    panel.release.click()
    assert bench.passed == [b"1\n"]
    assert panel.edit.text.toPlainText() == r"two\n"
    panel.release.click()
    assert bench.passed == [b"1\n", b"two\n"]
    assert panel.model.rowCount() == 0
    assert not panel.release.isEnabled()


def test_messages_go_out_in_their_order(bench: Bench) -> None:
    bench.hold(b"one", b"two")
    panel = bench.panel
    panel.table.selectRow(1)
    panel.release.click()
    assert bench.passed == []
    assert not panel.release.isEnabled()  # it waits for the one before it
    panel.table.selectRow(0)
    panel.drop.click()
    assert bench.passed == [b"two"]


def test_all_are_released_together_and_by_switching_off(bench: Bench) -> None:
    bench.hold(b"one", b"two")
    bench.panel.release_all.click()
    assert b"".join(bench.passed) == b"onetwo"
    bench.hold(b"three")
    bench.panel.switch.click()
    assert bench.passed[-1] == b"three"


def test_what_was_typed_stays_while_other_messages_come(bench: Bench) -> None:
    bench.hold(b"one")
    bench.panel.edit.text.setPlainText("edited")
    bench.hold(b"other")
    assert bench.panel.edit.text.toPlainText() == "edited"


def test_a_message_that_passed_on_by_itself_leaves_the_list(bench: Bench) -> None:
    bench.hold(b"one")
    bench.reactor.advance(61)
    bench.commands.refresh()
    assert bench.passed == [b"one"]
    assert bench.panel.model.rowCount() == 0
    assert not bench.panel.edit.isEnabled()


def test_a_listener_that_is_off_holds_nothing(bench: Bench) -> None:
    ensureDeferred(bench.listener.stop())
    bench.reactor.advance(5)
    bench.commands.refresh()
    assert bench.panel.hint.text() == "The listener is off."


def test_a_change_of_the_profile_is_shown(bench: Bench) -> None:
    options = {**bench.listener.spec.options, "hold": {"contains": "x", "most": 7}}
    bench.workspace.change(bench.listener, evolve(bench.listener.spec, options=options))
    bench.commands.refresh()
    assert bench.panel.switch.isChecked()
    assert bench.panel.wanted.text() == "x"
    assert bench.panel.most.value() == 7


def test_other_listeners_hold_nothing(bench: Bench) -> None:
    echo = ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007")
    assert bench.commands.open_held(bench.workspace.add(echo)) is None
