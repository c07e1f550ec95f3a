"""Written listeners parse to the same listeners, and the user's comments are kept."""

from __future__ import annotations

import tomllib
from collections import Counter
from random import Random

import pytest
from attrs import evolve, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from app.profile import FIRST_LISTENERS, ListenerSpec, parse
from app.profile.reading import comments
from app.profile.spec import name_key
from app.profile.validation import structure, table, text, validated_by
from app.profile.writing import _match_old_listeners, edited_body, new_body, render
from tests.profile.strategies import listeners, specs

ECHO, HELLO = FIRST_LISTENERS
NEW = ListenerSpec(name="New", protocol="echo", endpoint=r"tcp:9000:interface=\:\:1")

COMMENTED = """\
# My servers.
version = 1   # of the format

# About the first.
[[listener]]  # one
  name = 'Echo'
# About the port.
  endpoint = "tcp:8007:interface=127.0.0.1"   # the usual
  protocol = "echo"

# A chapter of its own.

# About the second.
[[ "listener" ]]
name = "Hello"
protocol = '''
hello'''
endpoint = "tcp:8025:interface=127.0.0.1"
max_connections = 0x64
# The end.
"""


def own_lines(text: str) -> Counter[str]:
    """The comment lines."""
    lines = text.split("\n")  # the line ends that TOML allows
    return Counter(line.strip() for line in lines if line.lstrip().startswith("#"))


@given(listeners)
def test_any_written_listeners_parse_to_equal_listeners(given: tuple[ListenerSpec, ...]) -> None:
    reading = parse(render(given))
    assert reading.problems == ()
    assert reading.listeners == given


def test_a_new_profile_begins_with_an_explanation() -> None:
    text = render(())
    head, _, rest = text.partition("version = 1\n")
    assert rest == ""
    for word in ("[[listener]]", "name", "protocol", "endpoint", "max_connections", "autostart"):
        assert word in head
    assert all(line.startswith("#") for line in head.strip().splitlines())


def test_the_first_profile_is_what_a_person_would_write() -> None:
    assert (
        render(FIRST_LISTENERS).partition("version = 1\n")[2]
        == """
[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:8007:interface=127.0.0.1"
max_connections = 100
autostart = false

[[listener]]
name = "Hello"
protocol = "hello"
endpoint = "tcp:8025:interface=127.0.0.1"
max_connections = 100
autostart = false
"""
    )


def test_an_endpoint_with_backslashes_is_written_as_it_is() -> None:
    assert r"endpoint = 'tcp:9000:interface=\:\:1'" in render([NEW])


def test_the_same_listeners_leave_the_text_alone() -> None:
    assert parse(COMMENTED).listeners == FIRST_LISTENERS
    assert render(FIRST_LISTENERS, COMMENTED) == COMMENTED


def test_an_edit_changes_one_value_and_nothing_else() -> None:
    text = render([evolve(ECHO, endpoint="tcp:7"), HELLO], COMMENTED)
    assert text == COMMENTED.replace('"tcp:8007:interface=127.0.0.1"', '"tcp:7"')


def test_a_value_that_was_not_written_is_added_below_the_others() -> None:
    text = render([evolve(ECHO, autostart=True), HELLO], COMMENTED)
    written = '  protocol = "echo"\n'
    assert [line.strip() for line in text.splitlines()] == [
        line.strip()
        for line in COMMENTED.replace(written, f"{written}autostart = true\n").splitlines()
    ]


def test_a_renamed_listener_keeps_its_place_and_its_comments() -> None:
    text = render([evolve(ECHO, name="Repeat"), HELLO], COMMENTED)
    assert text == COMMENTED.replace("'Echo'", '"Repeat"')


def test_a_listener_renamed_and_moved_to_another_port_keeps_its_comments() -> None:
    text = render([evolve(ECHO, name="Repeat", endpoint="tcp:7"), HELLO], COMMENTED)
    assert comments(text) == comments(COMMENTED)


def test_a_new_listener_comes_last_after_a_blank_line() -> None:
    text = render([ECHO, HELLO, NEW], COMMENTED)
    assert text.startswith(f'{COMMENTED}\n[[listener]]\nname = "New"\n')


def test_a_new_listener_may_come_first() -> None:
    text = render([NEW, ECHO, HELLO], COMMENTED)
    assert parse(text).listeners == (NEW, ECHO, HELLO)
    assert comments(text) == comments(COMMENTED)


def test_removing_a_listener_takes_its_lines_and_leaves_every_comment_line() -> None:
    assert (
        render([HELLO], COMMENTED)
        == """\
# My servers.
version = 1   # of the format

# About the first.
# About the port.
# A chapter of its own.

# About the second.
[[ "listener" ]]
name = "Hello"
protocol = '''
hello'''
endpoint = "tcp:8025:interface=127.0.0.1"
max_connections = 0x64
# The end.
"""
    )


def test_removing_the_last_listener_leaves_its_comment_lines_at_the_end() -> None:
    text = render([ECHO], COMMENTED)
    assert text.endswith(
        '  protocol = "echo"\n\n# A chapter of its own.\n\n# About the second.\n# The end.\n'
    )
    assert own_lines(text) == own_lines(COMMENTED)


def test_removing_all_and_adding_one_again_keeps_the_comment_lines() -> None:
    text = render([ECHO], render([], COMMENTED))
    assert parse(text).listeners == (ECHO,)
    assert own_lines(text) == own_lines(COMMENTED)


def test_a_listener_moves_with_the_comments_above_it() -> None:
    text = render([HELLO, ECHO], COMMENTED)
    assert parse(text).listeners == (HELLO, ECHO)
    assert sorted(comments(text)) == sorted(comments(COMMENTED))
    assert text.index("About the second") < text.index("Hello") < text.index("About the first")


def test_line_ends_of_another_system_are_kept() -> None:
    text = render([ECHO, HELLO, NEW], COMMENTED.replace("\n", "\r\n"))
    assert text.count("\n") == text.count("\r\n")
    assert parse(text).listeners == (ECHO, HELLO, NEW)


def test_a_last_line_without_a_line_end_is_accepted() -> None:
    text = render([ECHO, HELLO, NEW], COMMENTED.rstrip("\n"))
    assert text == render([ECHO, HELLO, NEW], COMMENTED)


@pytest.mark.parametrize(
    "inner",
    [
        "",
        ' # one\n {name = "Echo", protocol = "echo", '
        'endpoint = "tcp:8007:interface=127.0.0.1"}, # "two"\n',
    ],
)
def test_inline_listeners_become_blocks_and_their_comments_lines(inner: str) -> None:
    text = render([ECHO, NEW], f"# zero\nversion = 1\nlistener = [{inner}] # three\n# four\n")
    assert parse(text).listeners == (ECHO, NEW)
    expected = {"# zero", "# three", "# four"} | ({"# one", '# "two"'} if inner else set())
    assert set(own_lines(text)) == expected


def test_a_header_inside_a_string_is_ignored() -> None:
    text = (
        "version = 1\n[[listener]]\nname = '''\n[[listener]]'''\nprotocol = 'echo'\n"
        "endpoint = 'tcp:1'\n# Last.\n"
    )
    (spec,) = parse(text).listeners
    assert spec.name == "[[listener]]"
    after = render([spec, NEW], text)
    assert parse(after).listeners == (spec, NEW)
    assert after.startswith(text)


@pytest.mark.parametrize("text", ["version = 2", "version = 1\nx = 1", "no TOML"])
def test_a_text_with_problems_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=str(parse(text).problems[0])[:20]):
        render([ECHO], text)


def test_listeners_that_would_not_parse_again_are_refused() -> None:
    with pytest.raises(ValueError, match=r"listener\[1\]\.name: must be another one"):
        render([ECHO, ECHO])
    with pytest.raises(ValueError, match=r"listener\[0\]\.max_connections: must be"):
        render([evolve(ECHO, max_connections=0)])


def test_old_listeners_are_matched_by_name_then_endpoint_then_position() -> None:
    before = [ECHO, HELLO, NEW]
    by_place = evolve(HELLO, name="Other", endpoint="tcp:1")
    by_endpoint = evolve(ECHO, name="Repeat")
    by_name = evolve(NEW, endpoint="tcp:2")
    assert _match_old_listeners([by_name, by_place, by_endpoint], before) == [2, 1, 0]
    assert _match_old_listeners([by_place, by_endpoint], before) == [None, 0]


@st.composite
def commented(draw: st.DrawFn) -> str:
    """A profile with comments and blank lines inserted."""
    written = render(draw(listeners)).split("version", 1)[1]
    remarks = st.sampled_from(["", "#", "# a", "  # 'b", '# "c', "# [[listener]]", '# """', "\t"])
    lines = []
    for line in f"version{written}".removesuffix("\n").split("\n"):
        lines += draw(st.lists(remarks, max_size=2))
        lines.append(line + draw(st.sampled_from(["", "", " # e"])))
    lines += draw(st.lists(remarks, max_size=2))
    return draw(st.sampled_from(["\n", "\r\n"])).join([*lines, ""])


kinds = st.sampled_from(["keep", "edit", "rename", "choose nothing", "remove"])
changes = st.lists(kinds, min_size=5, max_size=5)


@given(commented(), changes, st.lists(specs, max_size=2), st.randoms())
def test_no_change_of_listeners_loses_a_comment_line(
    text: str, changes: list[str], added: list[ListenerSpec], random: Random
) -> None:
    changed = {
        "keep": lambda spec: [spec],
        "edit": lambda spec: [evolve(spec, max_connections=7, endpoint="tcp:7")],
        "rename": lambda spec: [evolve(spec, name=f"{spec.name[:70]} 2")],
        "choose nothing": lambda spec: [evolve(spec, options={})],
        "remove": lambda spec: [],
    }
    result = list(added)
    for spec, change in zip(parse(text).listeners, changes, strict=False):
        result += changed[change](spec)
    random.shuffle(result)
    wanted = tuple({name_key(spec.name): spec for spec in result}.values())
    after = render(wanted, text)
    assert parse(after).listeners == wanted
    assert not own_lines(text) - own_lines(after)
    assert after.count("\r\n") in {0, after.count("\n")}


# Tables of a listener


@frozen(kw_only=True)
class Paint:
    base: str = field(default="white", metadata=validated_by(text))
    top: str = field(default="", metadata=validated_by(text))


@frozen(kw_only=True)
class Painted(ListenerSpec):
    shade: str | None = field(default=None, metadata=validated_by(text))
    paint: Paint | None = field(default=None, metadata=validated_by(table(Paint)))


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


def test_a_default_that_the_user_wrote_stays() -> None:
    text = WRITTEN.replace("shade", "max_connections").replace('"dark"', "5")
    before = evolve(RED, shade=None, max_connections=5)
    after = edited_body(text, before, evolve(before, max_connections=100))
    assert after == text.replace("5  #", "100  #")


def test_a_value_set_to_none_is_removed() -> None:
    after = edited_body(WRITTEN, RED, evolve(RED, shade=None))
    assert after == WRITTEN.replace('shade = "dark"  # at night\n', "")


def test_editing_one_table_leaves_the_other_alone() -> None:
    after = edited_body(WRITTEN, RED, evolve(RED, paint=Paint(top="blue")))
    assert after == WRITTEN.replace('"red"', '"blue"')
    after = edited_body(WRITTEN, RED, evolve(RED, options={}))
    assert after.startswith(WRITTEN.partition("# About the rest")[0])
    assert read(after) == evolve(RED, options={})


def test_a_removed_table_leaves_its_comment_lines() -> None:
    after = edited_body(WRITTEN, RED, evolve(RED, paint=None))
    assert read(after) == evolve(RED, paint=None)
    assert comments(after) == comments(WRITTEN)
    assert "listener.paint" not in after


def test_a_table_with_only_defaults_is_written() -> None:
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
def test_any_listener_with_tables_may_become_any_other(
    first: Painted, second: Painted, third: Painted
) -> None:
    text = edited_body(new_body(first), first, second)
    assert read(text) == second
    assert read(edited_body(text, second, third)) == third
