"""The options of a protocol: every mistake is reported, and only changes are written."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given

from app.profile import ListenerSpec, check, parse
from app.profile.compare import needs_restart
from app.profile.writing import render
from app.protocols.line import Transformation
from tests.profile.strategies import specs

GREETER = ListenerSpec(
    name="Greeter", protocol="hello", endpoint="tcp:8025", options={"text": "Hi\r\n"}
)
PLAIN = evolve(GREETER, options={})

WRITTEN = """\
version = 1

[[listener]]
name = "Greeter"
protocol = "hello"
endpoint = "tcp:8025"

# How to greet.
[listener.options]  # of hello
# Short is good.
text = "Hi\\r\\n"  # the usual
# The end.
"""


def profile(options: str, protocol: str = "hello") -> str:
    return (
        f'version = 1\n[[listener]]\nname = "Greeter"\nprotocol = "{protocol}"\n'
        f'endpoint = "tcp:8025"\n{options}'
    )


def problems_with(options: str, protocol: str = "hello") -> list[str]:
    return [str(problem) for problem in parse(profile(options, protocol)).problems]


# Reading


@pytest.mark.parametrize(
    "options",
    [
        '[listener.options]\ntext = "Hi\\r\\n"',
        'options.text = "Hi\\r\\n"',
        'options = { text = "Hi\\r\\n" }',
        '[listener.options]\ntext = "Hi\\r\\n"\ncloses = true',
    ],
)
def test_options_may_be_written_as_toml_allows(options: str) -> None:
    assert parse(profile(options)).listeners == (GREETER,)


def test_a_choice_among_several_is_written_as_text() -> None:
    (spec,) = parse(profile('options.how = "reversed"', "line")).listeners
    assert spec.options == {"how": Transformation.REVERSED}


def test_a_written_default_option_is_not_kept() -> None:
    assert parse(profile("options.closes = true")).listeners == (PLAIN,)
    assert parse(profile("options = {}")).listeners == (PLAIN,)


@pytest.mark.parametrize(
    ("protocol", "options", "message"),
    [
        ("hello", "options = 3", "options: must be a table, not 3"),
        ("hello", "options.text = 3", "options.text: must be text in quotes, not 3"),
        (
            "hello",
            f'options.text = "{"x" * 4001}"',
            "options.text: must be at most 4000 characters long, not 4001",
        ),
        ("hello", "options.closes = 1", "options.closes: must be true or false, not 1"),
        ("hello", "options.txt = 1", "options: unknown option `txt`; did you mean `text`?"),
        (
            "hello",
            "options.color = 1",
            "options: unknown option `color`; remove it, or use: text, closes",
        ),
        (
            "echo",
            "options.text = 1",
            "options: unknown option `text`; remove it; there is no option to set here",
        ),
        (
            "line",
            "options.longest_line = 0",
            "options.longest_line: must be a whole number from 1 to 65536, not 0",
        ),
        (
            "line",
            "options.longest_line = true",
            "options.longest_line: must be a whole number from 1 to 65536, not true",
        ),
        (
            "line",
            'options.how = "loud"',
            'options.how: must be one of "capitals", "reversed", not "loud"',
        ),
        (
            "line",
            "options.how = 1",
            'options.how: must be one of "capitals", "reversed", not 1',
        ),
    ],
)
def test_an_invalid_option_is_reported_with_its_path(
    protocol: str, options: str, message: str
) -> None:
    assert problems_with(options, protocol) == [f"listener[0].{message}"]


def test_all_invalid_options_are_reported_together() -> None:
    wrong = problems_with("max_connections = 0\noptions.text = 1\noptions.closes = 2")
    assert [line.split(":")[0] for line in wrong] == [
        "listener[0].max_connections",
        "listener[0].options.text",
        "listener[0].options.closes",
    ]


@pytest.mark.parametrize("mode", ["", 'mode = "inspect"\n', 'mode = "fixed"\n'])
def test_an_option_without_effect_beside_the_others_is_reported(mode: str) -> None:
    """A folder that is given must not be served as something else without a word."""
    (problem,) = problems_with(f'[listener.options]\n{mode}folder = "site"\n', "http")
    assert problem.endswith(
        'options.folder: has no effect without mode = "folder"; write that, or remove this'
    )
    assert problems_with('[listener.options]\nmode = "folder"\nfolder = "site"\n', "http") == []


def test_options_of_an_unknown_protocol_are_not_reported() -> None:
    (problem,) = problems_with("options.text = 1", "hallo")
    assert problem.startswith("listener[0].protocol")


def test_text_that_utf_8_cannot_hold_is_refused() -> None:
    values = {"name": "Hi", "protocol": "hello", "endpoint": "tcp:0"}
    problems = check({**values, "options": {"text": "half \ud800 of a pair"}})
    assert [problem.path for problem in problems] == ["options.text"]


def test_an_enum_member_is_accepted_like_its_text() -> None:
    for how in (Transformation.REVERSED, "reversed"):
        values = {"name": "L", "protocol": "line", "endpoint": "tcp:0", "options": {"how": how}}
        assert check(values) == ()


# The spec


def test_the_options_of_a_spec_are_read_only() -> None:
    given = {"text": "a"}
    spec = evolve(PLAIN, options=given)
    given["text"] = "b"
    assert spec.options == {"text": "a"}
    with pytest.raises(TypeError):
        spec.options["text"] = "b"  # type: ignore[index]


def test_specs_are_equal_if_their_options_are() -> None:
    same = evolve(PLAIN, options={"text": "Hi\r\n"})
    assert same == GREETER != PLAIN
    assert len({same, GREETER}) == 1


def test_changed_options_need_a_restart() -> None:
    assert needs_restart(PLAIN, GREETER)
    assert not needs_restart(GREETER, evolve(GREETER, name="Other"))


# Writing


def test_a_new_listener_has_its_options_below_its_values() -> None:
    text = render([GREETER], "version = 1\n")
    assert text.endswith('autostart = false\n\n[listener.options]\ntext = "Hi\\r\\n"\n')


def test_defaults_are_not_written() -> None:
    assert "options" not in render([PLAIN], "version = 1\n")


def test_the_same_options_leave_the_text_alone() -> None:
    assert parse(WRITTEN).listeners == (GREETER,)
    assert render([GREETER], WRITTEN) == WRITTEN


def test_one_changed_option_changes_one_value() -> None:
    text = render([evolve(GREETER, options={"text": "Ho"})], WRITTEN)
    assert text == WRITTEN.replace('"Hi\\r\\n"', '"Ho"')


def test_another_option_is_added_below_and_the_rest_stays() -> None:
    text = render([evolve(GREETER, options={"text": "Hi\r\n", "closes": False})], WRITTEN)
    assert text == WRITTEN.replace("# the usual\n", "# the usual\ncloses = false\n")


def test_a_value_that_was_not_written_goes_below_the_others() -> None:
    text = render([evolve(GREETER, autostart=True)], WRITTEN)
    assert text == WRITTEN.replace('"tcp:8025"\n', '"tcp:8025"\nautostart = true\n')


def test_an_option_set_to_its_default_is_removed_and_comment_lines_stay() -> None:
    text = render([PLAIN], WRITTEN)
    assert text == WRITTEN.replace('text = "Hi\\r\\n"  # the usual\n', "")


def test_a_table_without_comments_is_removed_with_its_last_option() -> None:
    bare = profile('[listener.options]\ntext = "Hi"\n# The end.\n')
    assert render([PLAIN], bare) == profile("# The end.\n")


def test_a_default_that_is_written_out_stays_when_another_option_changes() -> None:
    text = profile('[listener.options]\ncloses = true  # always\ntext = "Hi"\n')
    assert render([PLAIN], text) == profile("[listener.options]\ncloses = true  # always\n")


def test_options_that_the_new_protocol_lacks_are_removed() -> None:
    line = evolve(PLAIN, protocol="line", options={"longest_line": 80})
    chat = evolve(PLAIN, protocol="chat", options={"longest_name": 8})
    text = render([line], WRITTEN)
    assert parse(text).listeners == (line,)
    assert "# Short is good." in text
    assert parse(render([chat], text)).listeners == (chat,)
    assert parse(render([evolve(chat, options={})], text)).listeners == (evolve(chat, options={}),)


@pytest.mark.parametrize(
    "options",
    [
        'options.text = "Hi"  # dotted\n',
        'options = { text = "Hi" }  # inline\n',
        'options.text = "Hi"\nmax_connections = 7\noptions.closes = false\n',
    ],
)
@pytest.mark.parametrize("wanted", [{}, {"text": "a\\b"}, {"closes": False}])
def test_other_spellings_are_edited_in_place(options: str, wanted: dict[str, object]) -> None:
    text = profile(options)
    (before,) = parse(text).listeners
    after = evolve(before, options=wanted)
    assert parse(render([after], text)).listeners == (after,)


@given(specs, specs)
def test_any_listener_may_become_any_other(before: ListenerSpec, after: ListenerSpec) -> None:
    after = evolve(after, name=before.name)
    text = render([after], render([before], "version = 1\n"))
    assert parse(text).listeners == (after,)
