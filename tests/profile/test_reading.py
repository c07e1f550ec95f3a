"""Parsing a profile: the valid listeners, and every mistake with its path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.profile import FIRST_LISTENERS, ListenerSpec, ParsedProfile, parse
from app.profile.reading import LARGEST_SIZE, MOST_LISTENERS, is_comment, lines
from app.profile.writing import render
from app.protocols import catalog

RIGHT = '[[listener]]\nname = "Echo"\nprotocol = "echo"\nendpoint = "tcp:8007"\n'
ECHO = ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007")


def problems_with(text: str) -> list[str]:
    return [str(problem) for problem in parse(text).problems]


def test_a_profile_without_listeners_is_valid() -> None:
    assert parse("version = 1") == ParsedProfile()


def test_missing_fields_have_their_defaults() -> None:
    assert parse(f"version = 1\n{RIGHT}") == ParsedProfile((ECHO,))


def test_listeners_may_be_inline_tables() -> None:
    inline = '{name = "Echo", protocol = "echo", endpoint = "tcp:8007"}'
    assert parse(f"version = 1\nlistener = [{inline}]") == ParsedProfile((ECHO,))


def test_every_mistake_has_a_path_and_valid_listeners_are_kept() -> None:
    reading = parse(f"""
        version = 1
        color = "red"
        [[listener]]
        name = "A"
        protocol = "gopher"
        endpoint = "tcp:http"
        max_conections = 5
        {RIGHT}
        [[listener]]
        name = "B"
        protocol = "echo"
        endpoint = "tcp:8008"
        max_connections = "many"
        autostart = 1979-05-27
        [[listener]]
        name = "ECHO"
        protocol = "echo"
        endpoint = "tcp:8009"
        [[listener]]
    """)
    assert reading.listeners == (ECHO,)
    assert [str(problem) for problem in reading.problems] == [
        "unknown key `color`; remove it, or use: version, listener",
        "listener[0].protocol: There is no protocol called 'gopher'. "
        f"Choose one of: {', '.join(catalog.names())}.",
        'listener[0].endpoint: The port must be a whole number from 0 to 65535, not "http".',
        "listener[0]: unknown key `max_conections`; did you mean `max_connections`?",
        'listener[2].max_connections: must be a whole number from 1 to 100000, not "many"',
        "listener[2].autostart: must be true or false, not a date or a time",
        'listener[3].name: must be another one; listener[1] is called "ECHO" too',
        'listener[4].name: is missing; write one, such as name = "Echo"',
        'listener[4].protocol: is missing; write one, such as protocol = "echo"',
        'listener[4].endpoint: is missing; write one, such as endpoint = "tcp:8007"',
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "version: is missing; write version = 1 at the top"),
        ("version = 0", "version: must be 1, not 0"),
        ("version = true", "version: must be 1, not true"),
        ('version = "1"', 'version: must be 1, not "1"'),
        ("version = 1\n[lisener]", "unknown key `lisener`; did you mean `listener`?"),
        (
            "version = 1\n[listener]",
            "listener: must be a list of tables; write [[listener]] with two brackets on each side",
        ),
        ("version = 1\nlistener = [1]", "listener[0]: must be a table, not 1"),
        ("version = 1\nname = ", "line 2, column 8: this is not TOML: Invalid value"),
        ('version = 1\nname = "x', "line 2, column 10: this is not TOML: Unterminated string"),
        (
            "x = " + "9" * 5000,
            "line 1, column 5005: this is not TOML: "
            "Exceeds the limit (4300 digits) for integer string conversi…",
        ),
    ],
)
def test_a_mistake_outside_the_listeners_says_what_to_do(text: str, message: str) -> None:
    assert problems_with(text) == [message]


def test_a_newer_version_is_the_only_problem_reported() -> None:
    assert parse(f"version = 2\nnews = 1\n{RIGHT}") == ParsedProfile(
        problems=parse("version = 2").problems
    )
    assert problems_with("version = 2") == [
        "version: a newer Portdeck wrote this profile (version 2); update Portdeck"
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("version = 1\n#" + "x" * LARGEST_SIZE, id="too large"),
        pytest.param("version = 1\nlistener = " + "[" * 50_000, id="deep arrays"),
        pytest.param("version = 1\nx = " + "{a = " * 50_000, id="deep tables"),
        pytest.param("a." * 200_000 + "b = 1", id="a key of many parts"),
        pytest.param("[" + '"a" . ' * 50_000 + "b]", id="a header of many parts"),
        pytest.param('x = """' + '\\"' * 200_000, id="a string that never ends"),
        pytest.param("version = 1\n" + "[[listener]]\n" * (MOST_LISTENERS + 1), id="too many"),
    ],
)
def test_a_hostile_profile_is_one_short_problem(text: str) -> None:
    reading = parse(text)
    assert reading.listeners == ()
    (problem,) = reading.problems
    assert len(str(problem)) < 200


def test_dots_in_comments_and_strings_do_not_count_as_nesting() -> None:
    name = "." * 80
    text = f"version = 1 # {name}\n{RIGHT}".replace('"Echo"', f'"{name}"')
    assert [spec.name for spec in parse(text).listeners] == [name]


@given(st.text())
def test_any_text_can_be_parsed(text: str) -> None:
    assert isinstance(parse(text), ParsedProfile)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A valid profile with a few pieces replaced."""
    text = "".join(line for line in lines(render(FIRST_LISTENERS)) if not is_comment(line))
    pieces = st.text(max_size=3) | st.sampled_from(["[", "]]", '"""', "=", "\n", "{", "-1", "true"])
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(pieces) + text[start + draw(st.integers(0, 12)) :]
    return text


@given(mutations())
def test_a_damaged_profile_loses_no_listener_without_a_problem(text: str) -> None:
    reading = parse(text)
    assert reading.problems or len(reading.listeners) >= text.count("[[listener]]")
    for problem in reading.problems:
        assert str(problem).isprintable()
