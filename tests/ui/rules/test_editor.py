"""The editor of the rules of one listener: changes, saves, and follows the listener."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from twisted.internet.testing import MemoryReactorClock, StringTransport

from app.profile import ListenerSpec, ProfileFile
from app.profile.spec import structure
from app.rules.reading import parse
from app.rules.spec import AnyMatcher, Comparison, LiteralMatcher, RuleSet, Written
from app.server.deck import Deck
from app.server.listener import Listener
from app.server.monitor import Changes
from app.server.workspace import Workspace
from app.ui.rules.actions import RuleActions
from app.ui.rules.byte_fields import choose
from app.ui.rules.editor import RulesEditor
from app.ui.rules.forms import When
from app.ui.rules.model import HITS
from app.ui.style.icons import Icons

OPTIONS = {
    "greeting": "READY\r\n",
    "rule": [{"equals": "a", "reply": "1\r\n"}, {"any": True, "reply": "?\r\n"}],
}


class Bench:
    """One listener that replies by rule, in memory, and its editor."""

    def __init__(self, path: Path, qtbot: QtBot) -> None:
        path.write_text("version = 1\n")
        self.path = path
        self.reactor = MemoryReactorClock()
        self.workspace = Workspace(Deck(self.reactor, Changes(lambda: None)), ProfileFile(path))
        self.workspace.load()
        values = {
            "name": "Mock",
            "protocol": "replies",
            "endpoint": "tcp:8029",
            "options": OPTIONS,
        }
        spec = structure(values)
        assert isinstance(spec, ListenerSpec)
        self.listener = self.workspace.add(spec)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.commands = RuleActions(self.workspace, Icons(), lambda: 0.0, lambda: None, self.window)
        self.editor: RulesEditor = self.commands.open_replies(self.listener)

    def kept(self) -> RuleSet:
        """The rules as the profile has them."""
        (spec,) = ProfileFile(self.path).load().listeners
        result = parse(spec.options)
        assert isinstance(result, RuleSet)
        return result


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot) -> Iterator[Bench]:
    bench = Bench(tmp_path / "p.toml", qtbot)
    yield bench
    for editor in list(bench.commands.editors):
        editor._load()
        editor.close()
    qtbot.waitUntil(lambda: not bench.commands.editors)


def test_it_shows_the_rules_and_nothing_is_changed_yet(bench: Bench) -> None:
    editor = bench.editor
    assert editor.windowTitle() == "Rules of Mock"
    assert editor.model.rowCount() == 2
    assert editor.form.written.line.text() == "a"
    assert not editor.is_changed
    assert not editor.save.isEnabled()


def test_an_edit_is_saved_and_the_rest_stays_as_it_was_written(bench: Bench, qtbot: QtBot) -> None:
    editor = bench.editor
    before = bench.kept()
    editor.form.written.line.setText("b")
    assert editor.is_changed
    qtbot.waitUntil(lambda: editor.save.isEnabled())
    assert editor.said.text().startswith("Not saved yet.")
    editor.save.click()
    after = bench.kept()
    assert after.rules[0].matcher == LiteralMatcher(Comparison.EQUALS, Written("b"))
    assert (after.greeting, after.rules[1]) == (before.greeting, before.rules[1])
    assert not editor.is_changed


def test_a_mistake_is_shown_and_nothing_can_be_saved(bench: Bench, qtbot: QtBot) -> None:
    editor = bench.editor
    choose(editor.form.when, When.REGEX)
    editor.form.regex.setText("(")
    qtbot.waitUntil(lambda: editor.said.text() == "There are mistakes in: rule 1.")
    assert not editor.save.isEnabled()
    editor.save_rules()
    assert bench.kept().rules[0].matcher == LiteralMatcher(Comparison.EQUALS, Written("a"))
    editor.rules.table.selectRow(1)
    assert editor.form.troubles["when"].isHidden()
    editor.revert.click()
    assert not editor.is_changed
    assert editor.said.text() == ""


def test_rules_are_added_duplicated_moved_and_removed(bench: Bench) -> None:
    editor = bench.editor
    editor.rules.add.click()
    assert [type(each.matcher) for each in editor.model.rules][1] is AnyMatcher
    editor.rules.remove.click()
    editor.rules.table.selectRow(0)
    editor.rules.duplicate.click()
    assert editor.model.rules[0] == editor.model.rules[1]
    editor.rules.table.selectRow(2)
    editor.rules.up.click()
    assert isinstance(editor.model.rules[1].matcher, AnyMatcher)
    editor.save.click()
    assert len(bench.kept().rules) == 3


def test_a_rule_that_is_added_comes_before_the_rule_for_any_message(bench: Bench) -> None:
    rule = evolve(bench.editor.model.rules[0], name="new")
    bench.commands.add_rule(bench.listener, rule)
    assert [each.name for each in bench.editor.model.rules] == ["", "new", ""]
    assert list(bench.commands.editors) == [bench.editor]


def test_it_follows_the_listener_unless_something_is_edited(bench: Bench, qtbot: QtBot) -> None:
    other = {"rule": [{"equals": "z", "reply": "26"}]}
    bench.workspace.change(bench.listener, evolve(bench.listener.spec, options=other))
    bench.commands.refresh()
    assert bench.editor.form.written.line.text() == "z"
    bench.editor.form.written.line.setText("y")
    bench.workspace.change(bench.listener, evolve(bench.listener.spec, options={}))
    bench.commands.refresh()
    assert bench.editor.form.written.line.text() == "y"
    assert bench.editor.is_changed


def test_the_tester_uses_what_is_edited(bench: Bench, qtbot: QtBot) -> None:
    editor = bench.editor
    editor.form.written.line.setText("b")
    editor.tester.message.line.setText("b")
    qtbot.waitUntil(lambda: editor.tester.answer.toPlainText().startswith("Rule number 1 matches."))


def test_closing_asks_what_to_do_with_changes(bench: Bench, qtbot: QtBot) -> None:
    editor = bench.editor
    editor.form.written.line.setText("b")
    editor.look_at_entered()
    editor.close()
    box = editor.findChild(QMessageBox)
    assert box is not None
    assert editor.isVisible()
    box.button(QMessageBox.StandardButton.Save).click()
    qtbot.waitUntil(lambda: not bench.commands.editors)
    assert bench.kept().rules[0].matcher == LiteralMatcher(Comparison.EQUALS, Written("b"))


def test_quitting_asks_what_to_do_with_changes(bench: Bench, qtbot: QtBot) -> None:
    editor = bench.editor
    assert not bench.commands.ask_to_save()
    editor.form.written.line.setText("b")
    assert bench.commands.ask_to_save()
    assert bench.commands.ask_to_save()  # it is asked once
    assert len(editor.findChildren(QMessageBox)) == 1
    box = editor.findChild(QMessageBox)
    assert box is not None
    box.button(QMessageBox.StandardButton.Cancel).click()
    assert editor.is_changed
    assert editor.isVisible()


def test_a_listener_of_another_protocol_has_no_editor(bench: Bench) -> None:
    spec = ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007")
    assert bench.commands.open_for(bench.workspace.add(spec)) is None


def test_a_removed_listener_cannot_be_saved(bench: Bench) -> None:
    bench.editor.form.written.line.setText("b")
    bench.workspace.remove(bench.listener)
    bench.editor.look_at_entered()
    assert bench.editor.said.text() == "The listener was removed."
    assert not bench.editor.save.isEnabled()


def _serve(bench: Bench) -> tuple[StringTransport, Listener]:
    bench.workspace.deck.start(bench.listener)
    factory = bench.listener.factory
    assert factory is not None
    protocol = factory.buildProtocol(None)
    transport = StringTransport()
    protocol.makeConnection(transport)
    return transport, bench.listener


def test_hits_are_counted_and_saving_keeps_connections(bench: Bench, qtbot: QtBot) -> None:
    transport, listener = _serve(bench)
    assert listener.factory is not None
    (connection,) = listener.factory.connections
    connection.dataReceived(b"a\r\n")
    bench.commands.refresh()
    editor = bench.editor
    assert transport.value() == b"READY\r\n1\r\n"
    assert editor.model.index(0, HITS).data() == "1"
    editor.rules.table.selectRow(1)
    editor.rules.remove.click()
    editor.save.click()
    assert list(listener.factory.connections) == [connection]
    connection.dataReceived(b"what\r\n")
    bench.commands.refresh()
    assert editor.tabs.tabText(1) == "Unmatched (1)"
    assert editor.model.index(0, HITS).data() == "1"
    editor.unmatched.table.selectRow(0)
    editor.unmatched.make_rule.click()
    assert editor.form.written.line.text() == "what"
    editor.form.replies.editor.pieces[0].content.setText(r"that\r\n")
    editor.save_rules()
    transport.clear()
    connection.dataReceived(b"what\r\n")
    assert transport.value() == b"that\r\n"
    editor.reset.click()
    assert editor.tabs.tabText(1) == "Unmatched"
    assert editor.model.index(0, HITS).data() == "0"
    connection.connectionLost()
