"""The editor of rewrite rules: what is entered acts at once, unless it is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from shiboken6 import isValid
from twisted.internet.defer import ensureDeferred
from twisted.internet.testing import MemoryReactorClock

from app.forwarding.factory import ForwardFactory
from app.forwarding.holding import Direction
from app.profile import ListenerSpec, ProfileFile
from app.server.deck import Deck
from app.server.monitor import Changes
from app.server.workspace import Workspace
from app.text.notation import Notation
from app.ui.rules.actions import RuleActions
from app.ui.rules.rewrite_editor import FIND, HITS, RewriteEditor, RewriteModel
from app.ui.rules.rule_list import NAME
from app.ui.style.icons import Icons

CAT: dict[str, Any] = {"name": "cat", "find": "cat", "replace": "dog"}
HOST: dict[str, Any] = {"direction": "in", "regex": "^Host: .*$", "replace": {"hex": "00"}}


class Bench:
    """A running listener that forwards, and the editor of its rules."""

    def __init__(self, path: Path, qtbot: QtBot, **options: Any) -> None:
        path.write_text("version = 1\n")
        self.path = path
        self.workspace = Workspace(
            Deck(MemoryReactorClock(), Changes(lambda: None)), ProfileFile(path)
        )
        self.workspace.load()
        spec = ListenerSpec(
            name="Through",
            protocol="forward",
            endpoint="tcp:8030",
            options={"to": "localhost:80", **options},
        )
        self.listener = self.workspace.add(spec)
        ensureDeferred(self.listener.start())
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.commands = RuleActions(self.workspace, Icons(), lambda: 0.0, lambda: None, self.window)
        self.editor: RewriteEditor = self.commands.open_rewrites(self.listener)

    @property
    def saved(self) -> dict[str, Any]:
        """The options in the profile."""
        options: dict[str, Any] = tomllib.loads(self.path.read_text())["listener"][0]["options"]
        return options

    @property
    def service(self) -> ForwardFactory:
        assert self.listener.factory is not None
        service = self.listener.factory.service
        assert isinstance(service, ForwardFactory)
        return service

    def apply(self) -> None:
        self.editor.look_at_entered()


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot) -> Iterator[Bench]:
    bench = Bench(tmp_path / "p.toml", qtbot, rewrite=[CAT, HOST], framing="line")
    yield bench
    bench.editor.close()


def test_the_rules_of_the_listener_are_shown(bench: Bench, qtmodeltester: ModelTester) -> None:
    model = bench.editor.model
    qtmodeltester.check(model)
    rows = [
        [model.index(row, column).data() for column in range(5)] for row in range(model.rowCount())
    ]
    assert rows == [
        ["cat", "both ways", "cat", "dog", "0"],
        ["", "from the client", "/^Host: .*$/", "00", "0"],
    ]


def test_a_new_rule_acts_and_is_saved_as_soon_as_it_is_right(bench: Bench) -> None:
    editor = bench.editor
    editor.rules.add.click()
    assert bench.editor.model.rowCount() == 3
    bench.apply()
    assert editor.trouble.isVisible(), "a rule without anything to find is wrong"
    assert bench.saved["rewrite"] == [CAT, HOST]
    editor.wanted.line.setText("one")
    editor.replacement.line.setText("two")
    editor.direction.setCurrentIndex(2)
    bench.apply()
    assert not editor.trouble.isVisible()
    new = {"direction": "out", "find": "one", "replace": "two"}
    assert bench.saved["rewrite"] == [CAT, new, HOST]
    assert bench.service.rewriter.rewrite(b"one", Direction.OUT) == b"two"


def test_an_expression_and_hex_are_entered(bench: Bench) -> None:
    editor = bench.editor
    editor.kind.setCurrentIndex(1)
    editor.regex.setText(r"(\d+)")
    editor.replacement.notation.setCurrentIndex(editor.replacement.notation.findData(Notation.HEX))
    editor.replacement.line.setText("ff")
    bench.apply()
    assert bench.saved["rewrite"][0] == {
        "name": "cat", "regex": r"(\d+)", "replace": {"hex": "ff"},
    }  # fmt: skip


def test_an_expression_that_is_wrong_is_told_and_the_rules_of_before_act(bench: Bench) -> None:
    bench.editor.kind.setCurrentIndex(1)
    bench.editor.regex.setText("(")
    bench.apply()
    assert bench.editor.trouble.text().startswith("Rule cat, Replaces: This expression cannot be")
    assert "rules of before" in bench.editor.trouble.text()
    assert bench.service.rewriter.rewrite(b"cat", Direction.IN) == b"dog"


def test_a_rule_is_switched_off_by_its_check_box(bench: Bench) -> None:
    index = bench.editor.model.index(0, NAME)
    bench.editor.model.setData(index, Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    bench.apply()
    assert bench.saved["rewrite"][0] == {**CAT, "enabled": False}


def test_rules_are_moved_and_removed(bench: Bench) -> None:
    bench.editor.rules.table.selectRow(1)
    bench.editor.rules.up.click()
    assert bench.saved["rewrite"] == [HOST, CAT]
    bench.editor.rules.remove.click()
    assert bench.saved["rewrite"] == [CAT]
    bench.editor.rules.remove.click()
    assert "rewrite" not in bench.saved


def test_a_duplicate_acts_too(bench: Bench, qtbot: QtBot) -> None:
    bench.editor.rules.duplicate.click()
    assert bench.editor.rules.row == 1
    qtbot.waitUntil(lambda: bench.saved["rewrite"] == [CAT, CAT, HOST])


def test_hits_are_counted(bench: Bench) -> None:
    bench.service.rewriter.rewrite(b"a cat", Direction.IN)
    bench.commands.refresh()
    assert bench.editor.model.index(0, HITS).data() == "1"


def test_the_tester_shows_what_becomes_of_a_message(bench: Bench) -> None:
    bench.editor.message.setText(r"Host: a cat")
    assert bench.editor.outcome.text().splitlines() == [
        r"from the client: \0",
        "to the client: Host: a dog",
    ]


def test_the_framing_is_changed(bench: Bench) -> None:
    bench.editor.framing.kind.setCurrentIndex(5)
    bench.apply()
    assert bench.saved["framing"] == "netstring"


def test_a_profile_that_is_loaded_again_shows(bench: Bench) -> None:
    options = {"to": "localhost:80", "rewrite": [HOST]}
    spec = evolve(bench.listener.spec, options=options)
    bench.workspace.change(bench.listener, spec)
    bench.commands.refresh()
    assert bench.editor.model.rowCount() == 1
    assert bench.editor.model.index(0, FIND).data() == "/^Host: .*$/"


def test_the_model_survives_other_hits_than_rules() -> None:
    model = RewriteModel()
    model.show_rules([CAT])
    model.show_running(())
    assert model.index(0, HITS).data() == ""


def test_quitting_asks_about_a_mistake_too(bench: Bench, qtbot: QtBot) -> None:
    bench.editor.show()
    assert not bench.commands.ask_to_save()
    bench.editor.rules.add.click()
    bench.editor.kind.setCurrentIndex(1)
    bench.editor.regex.setText("(")
    assert bench.commands.ask_to_save()
    (box,) = bench.editor.findChildren(QMessageBox)
    box.done(QMessageBox.StandardButton.Discard.value)
    qtbot.waitUntil(lambda: not isValid(bench.editor))
    bench.editor = bench.commands.open_rewrites(bench.listener)


def test_closing_with_a_mistake_asks_and_keeps_what_was_typed(bench: Bench, qtbot: QtBot) -> None:
    bench.editor.show()
    bench.editor.rules.add.click()
    bench.editor.kind.setCurrentIndex(1)
    bench.editor.regex.setText("(")
    bench.editor.close()
    assert bench.editor.isVisible()
    assert bench.editor.regex.text() == "("
    (box,) = bench.editor.findChildren(QMessageBox)
    box.done(QMessageBox.StandardButton.Cancel.value)
    assert bench.editor.isVisible()
    bench.editor.close()
    (box,) = [each for each in bench.editor.findChildren(QMessageBox) if each.isVisible()]
    box.done(QMessageBox.StandardButton.Discard.value)
    assert not bench.editor.isVisible()
    qtbot.waitUntil(lambda: not isValid(bench.editor))
    bench.editor = bench.commands.open_rewrites(bench.listener)
    assert bench.editor.model.rowCount() == 2
