"""The tables of a listener are edited one by one, and the user's words outlive them."""

from __future__ import annotations

import tomllib

import pytest
from attrs import evolve, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from app.profile import ListenerSpec
from app.profile.body import edited_body, new_body
from app.profile.fields import by, structure, table
from app.profile.lexing import comments
from app.profile.values import text


@frozen(kw_only=True)
class Paint:
    base: str = field(default="white", metadata=by(text))
    top: str = field(default="", metadata=by(text))


@frozen(kw_only=True)
class Painted(ListenerSpec):
    shade: str | None = field(default=None, metadata=by(text))
    paint: Paint | None = field(default=None, metadata=by(table(Paint)))


PLAIN = Painted(name="Hello", protocol="hello", endpoint="tcp:1", options={"text": "Hi"})
RED = evolve(PLAIN, paint=Paint(top="red"), shade="dark")

WRITTEN = """\
[[listener]]
name = "Hello"
shade = "dark"  # at night
protocol = "hello"
endpoint = "tcp:1"

# About the paint.
[listener.paint]
# Under it.
base = "white"
top = "red"

# About the rest.
[listener.options]
text = "Hi"  # short
"""


def read(text: str) -> object:
    (values,) = tomllib.loads(text)["listener"]
    options = values.pop("options", {})
    outcome = structure(Painted, values)
    return evolve(outcome, options=options) if isinstance(outcome, Painted) else outcome


def test_a_new_listener_has_its_tables_below_its_values() -> None:
    text = new_body(RED)
    assert read(text) == RED
    assert text.endswith(
        'autostart = false\nshade = "dark"\n\n[listener.options]\ntext = "Hi"\n'
        '\n[listener.paint]\ntop = "red"\n'
    )


def test_a_value_that_is_the_default_again_stays_written_where_the_user_wrote_it() -> None:
    text = WRITTEN.replace("shade", "max_connections").replace('"dark"', "5")
    before = evolve(RED, shade=None, max_connections=5)
    after = edited_body(text, before, evolve(before, max_connections=100))
    assert after == text.replace("5  #", "100  #")


def test_a_value_that_is_gone_is_not_written() -> None:
    after = edited_body(WRITTEN, RED, evolve(RED, shade=None))
    assert after == WRITTEN.replace('shade = "dark"  # at night\n', "")


def test_one_table_is_edited_and_the_other_left_alone() -> None:
    after = edited_body(WRITTEN, RED, evolve(RED, paint=Paint(top="blue")))
    assert after == WRITTEN.replace('"red"', '"blue"')
    after = edited_body(WRITTEN, RED, evolve(RED, options={}))
    assert after.startswith(WRITTEN.partition("# About the rest")[0])
    assert read(after) == evolve(RED, options={})


def test_a_table_that_is_gone_leaves_its_comment_lines() -> None:
    after = edited_body(WRITTEN, RED, evolve(RED, paint=None))
    assert read(after) == evolve(RED, paint=None)
    assert comments(after) == comments(WRITTEN)
    assert "listener.paint" not in after


def test_a_table_of_defaults_is_a_table_all_the_same() -> None:
    after = edited_body(WRITTEN, RED, evolve(RED, paint=Paint()))
    assert read(after) == evolve(RED, paint=Paint())
    assert 'base = "white"' in after
    bare = new_body(PLAIN)
    assert edited_body(bare, PLAIN, evolve(PLAIN, paint=Paint())) == f"{bare}\n[listener.paint]\n"


@pytest.mark.parametrize(
    "paint",
    [
        'paint.top = "red"\n',
        'paint = { top = "red" }\n',
        'paint.top = "red"\nshade = "dark"\npaint.base = "white"\n',
    ],
)
@pytest.mark.parametrize("wanted", [None, Paint(), Paint(base="black", top="blue")])
def test_other_spellings_are_edited_too(paint: str, wanted: Paint | None) -> None:
    text = f'[[listener]]\nname = "L"\nprotocol = "hello"\nendpoint = "tcp:1"\n{paint}'
    before = read(text)
    assert isinstance(before, Painted)
    after = evolve(before, paint=wanted)
    assert read(edited_body(text, before, after)) == after


tops = st.builds(Paint, base=st.text(max_size=5), top=st.text(max_size=5))
painted = st.builds(
    Painted,
    name=st.just("L"),
    protocol=st.just("hello"),
    endpoint=st.just("tcp:1"),
    options=st.sampled_from([{}, {"text": "a"}]),
    shade=st.none() | st.text(max_size=5),
    paint=st.none() | tops,
)


@given(painted, painted, painted)
def test_any_may_become_any_other(first: Painted, second: Painted, third: Painted) -> None:
    text = edited_body(new_body(first), first, second)
    assert read(text) == second
    assert read(edited_body(text, second, third)) == third
