"""The rules of a `replies` listener in a profile: read, checked, written with their comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from app.profile import ListenerSpec, parse
from app.profile.compare import needs_restart, restart_changes
from app.profile.writing import render
from app.rules.reading import parse as parse_rules
from app.rules.spec import RuleSet
from app.rules.writing import to_toml_tables
from tests.rules.strategies import rule_sets

WRITTEN = """\
version = 1

[[listener]]
name = "Device"
protocol = "replies"
endpoint = "tcp:8029"

# How it speaks.
[listener.options]
greeting = "READY\\r\\n"  # at once
unmatched = "close"

# Who are you?
[[listener.options.rule]]
name = "identify"
equals = "*IDN?"
reply = [
    "ACME,", # the maker
    { hex = "06 00 ff" },
]

# Sums.
[[listener.options.rule]]
regex = '^ADD (\\d+) (\\d+)$'
reply = "SUM {1}+{2}\\r\\n"
delay = [0.1, 0.3]

# The rest.
[[listener.options.rule]]
any = true
reply = "?\\r\\n"
# The end.
"""


def device(text: str = WRITTEN) -> ListenerSpec:
    parsed = parse(text)
    assert parsed.problems == ()
    return parsed.listeners[0]


def with_rules(spec: ListenerSpec, *rules: Mapping[str, Any]) -> ListenerSpec:
    return evolve(spec, options={**spec.options, "rule": list(rules)})


def rules_of(spec: ListenerSpec) -> list[dict[str, Any]]:
    rules: Any = spec.options["rule"]
    return list(rules)


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


# Reading


def test_rules_are_read_into_plain_values() -> None:
    spec = device()
    assert spec.options["greeting"] == "READY\r\n"
    assert [list(rule) for rule in rules_of(spec)] == [
        ["name", "equals", "reply"],
        ["regex", "reply", "delay"],
        ["any", "reply"],
    ]


def test_what_is_the_default_is_left_out() -> None:
    text = WRITTEN.replace("unmatched =", 'framing = "line"\nunmatched =')
    assert device(text) == device()


def test_each_mistake_has_its_path_and_its_sentence() -> None:
    wrong = WRITTEN.replace("any = true", "anny = true").replace("(\\d+)$", "(\\d+$")
    problems = [str(problem) for problem in parse(wrong).problems]
    assert len(problems) == 3
    assert problems[0].startswith("listener[0].options.rule[1].regex: ")
    assert problems[1].startswith("listener[0].options.rule[2]: unknown key")
    assert "did you mean `any`?" in problems[1]
    assert "says nothing of when it applies" in problems[2]


def test_a_key_beside_the_tables_may_be_meant_as_any_option() -> None:
    text = (
        'version = 1\n[[listener]]\nname = "F"\nprotocol = "forward"\nendpoint = "tcp:0"\n'
        '[listener.options]\nconnect_att = "first-byte"\n'
    )
    assert [str(problem) for problem in parse(text).problems] == [
        "listener[0].options: unknown key `connect_att`; did you mean `connect_at`?"
    ]


def test_a_function_that_no_reference_can_name_is_a_mistake() -> None:
    (problem,) = parse(WRITTEN.replace("any = true\nreply = ", 'python = "my-rules:f" #')).problems
    assert problem.path == "listener[0].options.rule[2].python"


def test_only_the_options_of_replies_can_change_without_a_restart() -> None:
    before = device()
    after = with_rules(before)
    assert not needs_restart(before, after)
    assert needs_restart(before, evolve(after, endpoint="tcp:1"))
    moved = evolve(after, endpoint="udp:1")
    assert "options" not in restart_changes(before, moved)
    other = evolve(before, protocol="echo", options={})
    assert "options" in restart_changes(before, other)


# Writing


def test_the_same_rules_leave_the_text_alone() -> None:
    assert render([device()], WRITTEN) == WRITTEN


def test_one_changed_rule_changes_its_lines_only() -> None:
    spec = device()
    first, second, third = rules_of(spec)
    text = render([with_rules(spec, first, {**second, "delay": 0.5}, third)], WRITTEN)
    assert text == WRITTEN.replace("[0.1, 0.3]", "0.5")


def test_a_new_rule_goes_where_it_belongs() -> None:
    spec = device()
    first, second, third = rules_of(spec)
    text = render([with_rules(spec, first, {"equals": "x", "reply": "y"}, second, third)], WRITTEN)
    new = '[[listener.options.rule]]\nequals = "x"\nreply = "y"\n\n'
    assert text == WRITTEN.replace("# Sums.\n", f"{new}# Sums.\n")


def test_a_removed_rule_leaves_its_comments() -> None:
    spec = device()
    first, _, third = rules_of(spec)
    changed = with_rules(spec, first, third)
    text = render([changed], WRITTEN)
    assert device(text) == changed
    assert sorted(comments(text)) == sorted(comments(WRITTEN))
    assert "# the maker" in text


def test_rules_take_their_comments_along_when_they_move() -> None:
    spec = device()
    first, second, third = rules_of(spec)
    text = render([with_rules(spec, second, first, third)], WRITTEN)
    assert text.index("# Sums.") < text.index("# Who are you?") < text.index("# The rest.")
    assert "# Who are you?\n[[listener.options.rule]]\nname" in text


def test_the_last_rule_may_go_and_another_protocol_may_come() -> None:
    spec = device()
    empty = evolve(spec, options={})
    echo = evolve(empty, protocol="echo")
    for wanted in (empty, echo, evolve(echo, protocol="hello", options={"text": "Hi"})):
        text = render([wanted], WRITTEN)
        assert device(text) == wanted
        assert sorted(comments(text)) == sorted(comments(WRITTEN))
        assert device(render([spec], text)) == spec


OTHER_SPELLINGS = [
    'options = { rule = [{ any = true, reply = "x" }], greeting = "hi" }\n',
    'options.greeting = "hi"\noptions.rule = [{ any = true, reply = "x" }]\n',
    '[listener.options]\ngreeting = "hi"\nrule = [\n  # one\n  { any = true, reply = "x" },\n]\n',
    '[[listener.options.rule]]\nreply = "x"\nany = true\n[listener.options]\ngreeting = "hi"\n',
    'options.greeting = "hi"\n[listener.tls]\n[[listener.options.rule]]\nany=true\nreply="x"\n',
    '[[listener.options.rule]]\nany = true\n[listener.options.rule.reply]\nhex = "78"\n',
]


@pytest.mark.parametrize("written", OTHER_SPELLINGS)
@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"greeting": "ho"},
        {"rule": [{"any": True, "reply": "y"}]},
        {"greeting": "hi", "rule": [{"equals": "a", "reply": "x"}, {"any": True, "reply": "x"}]},
    ],
)
def test_other_spellings_are_written_right(written: str, wanted: dict[str, Any]) -> None:
    head = 'version = 1\n[[listener]]\nname = "D"\nprotocol = "replies"\nendpoint = "tcp:1"\n'
    text = f"{head}{written}"
    parsed = parse(text)
    if parsed.problems:  # not all of these are TOML in the eyes of every version
        pytest.skip(str(parsed.problems[0]))
    (before,) = parsed.listeners
    after = evolve(before, options=wanted)
    assert parse(render([after], text)).listeners == (after,)


def options_of(ruleset: RuleSet) -> dict[str, Any]:
    table = to_toml_tables(ruleset)
    if table["framing"] == "line":
        del table["framing"]
    return table


specs = rule_sets.filter(lambda each: not isinstance(parse_rules(to_toml_tables(each)), tuple)).map(
    lambda each: ListenerSpec(
        name="D", protocol="replies", endpoint="tcp:1", options=options_of(each)
    )
)


@given(specs, st.data())
def test_any_rules_may_become_any_others(before: ListenerSpec, data: st.DataObject) -> None:
    after = data.draw(specs)
    text = render([before], "version = 1\n")
    assert parse(text).listeners == (before,)
    assert parse(render([after], text)).listeners == (after,)
