"""The parts of the editor of rules: the table, the forms, the tester, and what went unmatched."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.rules.reading import parse
from app.rules.running import RunningRules, UnmatchedMessage
from app.rules.spec import (
    Action,
    AnyMatcher,
    Comparison,
    FilePiece,
    LiteralMatcher,
    Order,
    Rule,
    RuleSet,
    Target,
    TextPiece,
    Unframed,
    Unmatched,
    Written,
)
from app.text.notation import Notation
from app.traffic.framing import Delimited, FixedLength, LengthPrefix, Lines, Netstrings
from app.ui.rules.byte_fields import choose
from app.ui.rules.edited_rules import REPLIES, WHEN, as_written, check, one_line_set
from app.ui.rules.forms import OWN_REPLY, RuleForm, SetForm, When
from app.ui.rules.message_panels import MESSAGE, RuleTester, UnmatchedModel, UnmatchedPanel
from app.ui.rules.model import HITS, REPLY, RulesModel
from app.ui.rules.model import WHEN as WHEN_COLUMN
from app.ui.rules.rule_list import NAME
from app.ui.style.icons import Icons

TABLE = {
    "greeting": "READY\r\n",
    "unmatched": "close",
    "rule": [
        {"name": "identify", "equals": "*IDN?", "reply": "ACME,{connection}\r\n"},
        {
            "regex": r"^ADD (?P<a>\d+) (\d+)$",
            "state": "in",
            "then": "done",
            "reply": ["SUM {a}+{2}\r\n", {"hex": "06 00 ff"}, {"file": "big.bin"}],
            "delay": [0.1, 0.3],
        },
        {"every": 1.0, "reply": "tick {counter}\r\n"},
        {
            "equals": {"hex": "01 ?? 03"},
            "replies": ["first\r\n", "second\r\n"],
            "order": "then-last",
            "action": "half-close",
            "to": "all",
            "times": 3,
            "framed": True,
        },
        {"python": "rules.py:answer", "enabled": False},
        {"any": True, "reply": "?"},
    ],
}


def _rules() -> RuleSet:
    result = parse(TABLE)
    assert isinstance(result, RuleSet), result
    return result


RULES = _rules()


def _said(data: bytes, **changes: str) -> UnmatchedMessage:
    return UnmatchedMessage(1.7e9, 1, "127.0.0.1:50000", changes.get("state", ""), data, len(data))


def test_the_table_says_what_each_rule_does(qtmodeltester: ModelTester) -> None:
    model = RulesModel()
    model.show_rules(RULES.rules)
    qtmodeltester.check(model)
    texts = [
        (model.index(row, WHEN_COLUMN).data(), model.index(row, REPLY).data())
        for row in range(model.rowCount())
    ]
    assert texts[0] == ("equals “*IDN?”", "“ACME,{connection}\r\n”")
    assert texts[1][0] == r"regex ^ADD (?P<a>\d+) (\d+)$, in the state “in”"
    assert texts[1][1] == "“SUM {a}+{2}\r\n” + hex 06 00 ff + file big.bin"
    assert texts[2][0] == "every 1 s"
    assert texts[3] == (
        "equals hex 01 ?? 03",
        "“first\r\n” · and 1 more in turn · to all · then half-close",
    )
    assert texts[4] == ("Python rules.py:answer", "no reply")
    assert texts[5][0] == "any message"
    assert [model.index(row, NAME).data() for row in (0, 1)] == ["identify", ""]


def test_rules_are_switched_moved_and_removed_in_the_table(qtmodeltester: ModelTester) -> None:
    model = RulesModel()
    model.show_rules(RULES.rules)
    qtmodeltester.check(model)
    box = model.index(0, NAME)
    assert model.setData(box, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert not model.rules[0].enabled
    assert not model.setData(model.index(0, REPLY), 1, Qt.ItemDataRole.CheckStateRole)
    assert model.move(0, +1)
    assert model.rules[1].name == "identify"
    assert model.move(1, -1)
    assert not model.move(0, -1)
    assert not model.move(5, +1)
    model.insert(1, Rule(AnyMatcher()))
    assert model.rowCount() == 7
    model.remove(1)
    assert [each.name for each in model.rules] == [each.name for each in RULES.rules]


def test_the_hits_are_those_of_the_same_rule(qtmodeltester: ModelTester) -> None:
    running = RunningRules(RULES, seconds=lambda: 0.0)
    running.count_hit(running.rules[0])
    running.rules[5].failures = 2
    model = RulesModel()
    model.show_rules(one_line_set(RULES).rules)
    qtmodeltester.check(model)
    assert model.index(0, HITS).data() == ""
    model.show_running(running.rules)
    assert model.index(0, HITS).data() == "1"
    assert model.index(5, HITS).data() == "0 (2 failed)"
    model.replace(0, Rule(AnyMatcher()))
    assert model.index(0, HITS).data() == ""


def test_a_rule_that_was_not_edited_is_saved_as_it_was_written() -> None:
    shown = one_line_set(RULES)
    assert shown != RULES
    assert as_written(shown, RULES) == RULES
    moved = RuleSet(shown.framing, shown.greeting, shown.unmatched, shown.rules[::-1])
    assert as_written(moved, RULES).rules == RULES.rules[::-1]
    assert check(as_written(shown, RULES)).options == check(RULES).options


@pytest.mark.parametrize("rule", one_line_set(RULES).rules)
def test_the_form_shows_every_part_of_a_rule(rule: Rule, qtbot: QtBot) -> None:
    form = RuleForm(Icons())
    qtbot.addWidget(form)
    with qtbot.assertNotEmitted(form.changed):
        form.show_rule(rule)
    assert form.rule == rule
    form._take()  # what the form reads from its fields
    assert form.rule == rule


def test_the_form_makes_a_rule(qtbot: QtBot) -> None:
    form = RuleForm(Icons())
    qtbot.addWidget(form)
    form.show_rule(Rule(AnyMatcher()))
    choose(form.when, Comparison.STARTS)
    form.written.line.setText("GET ")
    form.state.box.setChecked(True)
    form.then.box.setChecked(True)
    form.then.line.setText("busy")
    form.replies.editor.pieces[0].content.setText("one")
    form.replies.add.click()
    form.replies.editor.pieces[0].content.setText("two")
    form.replies.editor.add.click()
    last = form.replies.editor.pieces[1]
    choose(last.kind, "file")
    last.content.setText("a.bin")
    choose(form.replies.order, Order.NOTHING)
    form.delay[0].setValue(0.5)
    choose(form.action, Action.RESET)
    choose(form.to, Target.OTHERS)
    form.times.setValue(2)
    assert form.rule == Rule(
        LiteralMatcher(Comparison.STARTS, Written("GET ")),
        state="",
        then="busy",
        replies=(
            (TextPiece(Written("one")),),
            (TextPiece(Written("two")), FilePiece("a.bin")),
        ),
        order=Order.NOTHING,
        delay=(0.5, 0.5),
        action=Action.RESET,
        to=Target.OTHERS,
        times=2,
    )


def test_pieces_and_replies_are_removed_again(qtbot: QtBot) -> None:
    form = RuleForm(Icons())
    qtbot.addWidget(form)
    form.show_rule(RULES.rules[1])
    form.replies.editor.pieces[0].remove.click()
    assert len(form.rule.replies[0]) == 2
    form.show_rule(RULES.rules[3])
    form.replies.current.setCurrentIndex(1)
    form.replies.remove.click()
    assert len(form.rule.replies) == 1
    assert form.rule.order is Order.REPEAT
    form.replies.editor.pieces[0].content.clear()
    assert form.rule.replies == ()


def test_a_rule_that_speaks_by_itself_or_calls_a_function(qtbot: QtBot) -> None:
    form = RuleForm(Icons())
    qtbot.addWidget(form)
    choose(form.when, When.EVERY)
    form.every.setValue(2.5)
    assert (form.rule.matcher, form.rule.every) == (None, 2.5)
    assert not form.to.isEnabled()
    choose(form.when, When.PYTHON)
    assert not form.replies.isEnabled()


def test_each_mistake_is_shown_at_its_field(qtbot: QtBot) -> None:
    form = RuleForm(Icons())
    qtbot.addWidget(form)
    form.show()
    choose(form.when, When.REGEX)
    form.regex.setText("(")
    form.replies.editor.pieces[0].content.setText("{nothing}")
    found = check(RuleSet(rules=(Rule(AnyMatcher()), form.rule)))
    assert found.options is None
    assert set(found.of_rule(1)) == {WHEN}  # the reply is checked once the expression is right
    form.show_mistakes(found.of_rule(1))
    assert form.troubles[WHEN].isVisible()
    form.regex.setText("a")
    found = check(RuleSet(rules=(Rule(AnyMatcher()), form.rule)))
    assert set(found.of_rule(1)) == {REPLIES}
    form.show_mistakes(found.of_rule(1))
    assert not form.troubles[WHEN].isVisible()
    assert "nothing" in form.troubles[REPLIES].text()
    assert found.count == 1


@pytest.mark.parametrize(
    "framing",
    [
        Lines(),
        Unframed.CHUNK,
        Delimited(b"\0"),
        FixedLength(7),
        Delimited(b"-" * 100),
        LengthPrefix(4, "little", True),
        LengthPrefix(1, "little"),
        Netstrings(),
    ],
)
def test_the_form_shows_every_framing(framing: object, qtbot: QtBot) -> None:
    form = SetForm(Icons())
    qtbot.addWidget(form)
    own = (TextPiece(Written("what?")),)
    wanted = RuleSet(framing, own, own)  # type: ignore[arg-type]
    with qtbot.assertNotEmitted(form.changed):
        form.show_set(wanted)
    assert form.values == (framing, own, own)


def test_a_delimiter_that_is_wrong_is_said_and_the_one_before_counts(qtbot: QtBot) -> None:
    form = SetForm(Icons())
    qtbot.addWidget(form)
    form.show()
    form.show_set(RuleSet(Delimited(b";")))
    form.framing.delimiter.setText("\\")
    assert form.values[0] == Delimited(b";")
    form.show_mistakes({})
    assert form.troubles["framing"].isVisible()
    form.framing.delimiter.setText("|")
    assert form.values[0] == Delimited(b"|")
    form.show_mistakes({})
    assert not form.troubles["framing"].isVisible()


def test_datagrams_have_no_greeting(qtbot: QtBot) -> None:
    form = SetForm(Icons(), is_datagram=True)
    qtbot.addWidget(form)
    form.show()
    choose(form.framing.kind, Unframed)
    choose(form.unmatched, Unmatched.IGNORE)
    assert form.values == (Unframed.DATAGRAM, (), Unmatched.IGNORE)
    assert "greeting" not in form.troubles
    choose(form.unmatched, OWN_REPLY)
    assert form.own_reply.isVisible()


def _tested(qtbot: QtBot, text: str, state: str = "") -> RuleTester:
    panel = RuleTester()
    qtbot.addWidget(panel)
    panel.use(RULES)
    panel.state.setText(state)
    panel.message.line.setText(text)
    return panel


def test_the_tester_explains_what_a_message_would_get(qtbot: QtBot) -> None:
    panel = _tested(qtbot, r"ADD 1 2\r\n", "in")
    lines = panel.answer.toPlainText().split("\n")
    assert lines[0] == "Rule number 2 matches."
    assert "  {a} = “1”" in lines
    assert any(line.startswith(r"  Reply: “SUM 1+2\r\n") for line in lines)
    assert "  The connection is in the state “done” then." in lines
    assert any(line.startswith("  Not rule 1: ") for line in lines)


def test_the_tester_cuts_several_messages(qtbot: QtBot) -> None:
    panel = _tested(qtbot, r"*IDN?\nhello\n")
    text = panel.answer.toPlainText()
    assert text.startswith("Message 1: “*IDN?”\n")
    assert "Message 2: “hello”" in text


def test_the_tester_says_what_is_wrong(qtbot: QtBot) -> None:
    panel = _tested(qtbot, "a\\")
    assert panel.answer.toPlainText()
    panel.use(None)
    assert panel.answer.toPlainText() == "Correct the mistakes of the rules first."
    panel.message.line.clear()
    assert panel.answer.toPlainText() == ""


def test_unmatched_messages_are_listed_from_the_newest(qtmodeltester: ModelTester) -> None:
    model = UnmatchedModel()
    qtmodeltester.check(model)
    model.show_messages([_said(b"old"), _said(b"new\x00")])
    assert [model.index(row, MESSAGE).data() for row in (0, 1)] == [r"“new\x00”", "“old”"]


def test_a_chosen_unmatched_message_becomes_a_rule(qtbot: QtBot) -> None:
    panel = UnmatchedPanel()
    qtbot.addWidget(panel)
    assert not panel.make_rule.isEnabled()
    first, second = _said(b"first"), _said(b"second")
    panel.show_messages([first])
    panel.table.selectRow(0)
    panel.show_messages([first, second])
    with qtbot.waitSignal(panel.rule_wanted) as wanted:
        panel.make_rule.click()
    assert wanted.args == [first]
    with qtbot.waitSignal(panel.test_wanted):
        panel.test.click()


def test_hex_is_shown_with_its_wildcards(qtbot: QtBot) -> None:
    form = RuleForm(Icons())
    qtbot.addWidget(form)
    form.show_rule(RULES.rules[3])
    assert form.written.written == Written("01 ?? 03", Notation.HEX)
