"""The dialog that makes a listener of a conversation."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.profile import ListenerSpec, ProfileFile
from app.profile.spec import structure
from app.traffic.connection_info import CloseKind
from app.traffic.framing import Delimited, Lines
from app.ui.conversations.make_listener import MakeListenerDialog, NewListener
from tests.ui.conversations.conftest import Talk

START = NewListener("Echo 2", "tcp:8029:interface=127.0.0.1")


def _dialog(talk: Talk, qtbot: QtBot, number: int = 1, *used: str) -> MakeListenerDialog:
    dialog = MakeListenerDialog(talk.connection(number), START, used)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.proposal is not None and not dialog.reading.is_reading)
    return dialog


def _rules(dialog: MakeListenerDialog) -> list[dict[str, object]]:
    rules: list[dict[str, object]] = dialog.values["options"]["rule"]
    return rules


def test_it_proposes_rules_in_the_order_of_the_conversation(talk: Talk, qtbot: QtBot) -> None:
    dialog = _dialog(talk, qtbot)
    assert dialog.framing.framing == Lines()
    options = dialog.values["options"]
    assert options["framing"] == "line"
    assert options["greeting"] == "READY\\r\\n"
    assert [rule.get("then") for rule in _rules(dialog)] == ["1", "2"]
    assert dialog.rules.rowCount() == 2
    assert dialog.make.isEnabled()
    assert isinstance(structure(dialog.values), ListenerSpec)


def test_bytes_that_differ_from_other_conversations_become_wildcards(
    talk: Talk, qtbot: QtBot
) -> None:
    dialog = _dialog(talk, qtbot)
    assert dialog.wildcards.isVisible()
    assert "another conversation" in dialog.wildcards.text()
    with_wildcards = _rules(dialog)[0]
    assert "GET 1" not in with_wildcards.values()
    dialog.wildcards.setChecked(False)
    assert _rules(dialog)[0]["equals"] == "GET 1"


def test_rules_by_match_have_no_states(talk: Talk, qtbot: QtBot) -> None:
    dialog = _dialog(talk, qtbot)
    dialog.by_match.setChecked(True)
    assert all("then" not in rule for rule in _rules(dialog))


def test_the_recorded_delays_are_kept_on_demand(talk: Talk, qtbot: QtBot) -> None:
    dialog = _dialog(talk, qtbot)
    assert "delay" not in _rules(dialog)[0]
    dialog.delays.setChecked(True)
    assert _rules(dialog)[0]["delay"] == 1.0


def test_a_server_that_closed_closes_after_the_last_rule(talk: Talk, qtbot: QtBot) -> None:
    talk.log.end_connection(1.8e9, 1, CloseKind.CLOSED_HERE)
    assert _rules(_dialog(talk, qtbot))[-1]["action"] == "close"


def test_another_framing_reads_the_conversation_again(talk: Talk, qtbot: QtBot) -> None:
    dialog = _dialog(talk, qtbot)
    dialog.framing.choose(Delimited(b"\n"))
    dialog.framing.changed.emit()
    assert not dialog.make.isEnabled()
    qtbot.waitUntil(lambda: dialog.proposal is not None)
    assert dialog.values["options"]["framing"] == "delimiter"


def test_a_mistake_is_said_and_nothing_can_be_made_meanwhile(talk: Talk, qtbot: QtBot) -> None:
    dialog = _dialog(talk, qtbot, 1, "Echo")
    dialog.name.setText("echo")
    assert not dialog.make.isEnabled()
    assert "name" in dialog.trouble.text()
    dialog.name.setText("Echo 3")
    dialog.endpoint.setText("tcp:99999")
    assert "endpoint" in dialog.trouble.text()
    dialog.endpoint.setText("tcp:8030")
    assert dialog.make.isEnabled()
    assert not dialog.trouble.isVisible()


def test_a_client_that_said_nothing_gives_no_rule_and_a_note(talk: Talk, qtbot: QtBot) -> None:
    talk.say(3, (True, b"tick"))
    dialog = _dialog(talk, qtbot, 3)
    assert "The client said nothing" in dialog.notes.text()


def test_accepted_it_tells_a_spec_that_can_be_saved(
    talk: Talk, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = _dialog(talk, qtbot)
    with qtbot.waitSignal(dialog.wanted) as wanted:
        dialog.make.click()
    assert wanted.args is not None
    (spec,) = wanted.args
    assert (spec.name, spec.protocol) == ("Echo 2", "replies")
    path = tmp_path / "p.toml"
    path.write_text("version = 1\n")
    file = ProfileFile(path)
    file.load()
    file.save([spec])
    assert ProfileFile(path).load().listeners == (spec,)


def test_closed_in_the_middle_it_reads_no_further(talk: Talk, qtbot: QtBot) -> None:
    dialog = MakeListenerDialog(talk.connection(1), START, ())
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.reject()
    with qtbot.assertNotEmitted(dialog.reading.finished, wait=20):
        pass
