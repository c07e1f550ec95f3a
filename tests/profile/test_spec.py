"""What a listener's fields may hold, and what the form is told when they hold something else."""

from __future__ import annotations

import pytest
from attrs import asdict
from hypothesis import given
from hypothesis import strategies as st

from app.profile import FIRST_LISTENERS, ListenerSpec, Tls, check, parse
from app.profile.spec import AUTOMATIC, LONGEST_NAME, MOST_CONNECTIONS, Color, assign, structure
from app.profile.writing import render
from tests.profile.strategies import specs

RIGHT: dict[str, object] = {"name": "Echo", "protocol": "echo", "endpoint": "tcp:8007"}


def told(*others: str, **changes: object) -> list[str]:
    """What `check` says of right values with `changes` among them."""
    return [str(problem) for problem in check(RIGHT | changes, others)]


@given(specs)
def test_a_right_listener_has_no_problems(spec: ListenerSpec) -> None:
    assert check(asdict(spec, recurse=False)) == ()


def test_the_first_listeners_are_echo_and_hello_on_loopback() -> None:
    assert [(spec.name, spec.protocol, spec.endpoint) for spec in FIRST_LISTENERS] == [
        ("Echo", "echo", "tcp:8007:interface=127.0.0.1"),
        ("Hello", "hello", "tcp:8025:interface=127.0.0.1"),
    ]
    assert all((spec.max_connections, spec.autostart) == (100, False) for spec in FIRST_LISTENERS)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "must not be empty"),
        ("name", "   ", "must not be empty"),
        ("name", " Echo", "must not begin or end with a space"),
        ("name", "Ec\tho", "must be one line of visible characters"),
        ("name", "Ec\u202eho", "must be one line of visible characters"),
        ("name", "x" * 81, "must be at most 80 characters long, not 81"),
        ("name", 7, "must be text in quotes, not 7"),
        ("protocol", "eco", "There is no protocol called 'eco'. Did you mean echo?"),
        (
            "protocol",
            "python:x.py:",
            '"" is no Python name. Write that of a class, a factory or a '
            "function, as in python:echo_server.py:EchoFactory.",
        ),
        ("protocol", ["echo"], "must be text in quotes, not an array"),
        ("endpoint", "tcp", "tcp needs its port, as in tcp:8007."),
        ("endpoint", 8007, "must be text in quotes, not 8007"),
        ("max_connections", 0, "must be a whole number from 1 to 100000, not 0"),
        ("max_connections", 100_001, "must be a whole number from 1 to 100000, not 100001"),
        ("max_connections", "many", 'must be a whole number from 1 to 100000, not "many"'),
        ("max_connections", 5.0, "must be a whole number from 1 to 100000, not 5.0"),
        ("max_connections", True, "must be a whole number from 1 to 100000, not true"),
        (
            "max_connections_per_address",
            -1,
            "must be a whole number from 0 to 100000, not -1",
        ),
        ("idle_timeout", -1, "must be a whole number from 0 to 604800, not -1"),
        ("idle_timeout", 0.5, "must be a whole number from 0 to 604800, not 0.5"),
        ("max_unsent_bytes", 0, "must be a whole number from 65536 to 1073741824, not 0"),
        ("autostart", 1, "must be true or false, not 1"),
        ("traffic", "no", 'must be true or false, not "no"'),
        ("autostart", "yes", 'must be true or false, not "yes"'),
        ("autostart", {}, "must be true or false, not a table"),
    ],
)
def test_a_wrong_field_is_named_with_what_it_must_be(
    field: str, value: object, message: str
) -> None:
    assert told(**{field: value}) == [f"{field}: {message}"]


def test_a_number_too_long_to_write_is_told_without_it() -> None:
    assert told(max_connections=16**5000) == [
        "max_connections: must be a whole number from 1 to 100000, not a number of that size"
    ]


def test_the_bounds_themselves_are_right() -> None:
    assert told(name="x" * LONGEST_NAME, max_connections=MOST_CONNECTIONS) == []
    assert told(name="x", max_connections=1) == []


def test_every_wrong_field_is_told_at_once() -> None:
    wrong = told(name="", protocol="", endpoint="", max_connections=0, autostart=0)
    assert [line.split(":")[0] for line in wrong] == [
        "name",
        "protocol",
        "endpoint",
        "max_connections",
        "autostart",
    ]


@pytest.mark.parametrize("name", ["Echo", "ECHO", "\uff25cho"])
def test_a_name_that_reads_like_another_listeners_is_refused(name: str) -> None:
    assert told("Hello", "echo", name=name) == [
        'name: must be another one; there is a listener called "echo"'
    ]
    assert told("Hello", "Echo 2", name=name) == []


@pytest.mark.parametrize("protocol", ["python:echo_server.py:Echo", "python:package.module:Echo"])
def test_code_of_the_users_own_is_a_protocol_without_being_looked_at(protocol: str) -> None:
    assert told(protocol=protocol) == []
    assert told(protocol=protocol, options={"text": "x"})[0].startswith("options")


@pytest.mark.parametrize("protocol", ["line", "chat"])
def test_a_protocol_that_needs_connections_is_none_for_udp(protocol: str) -> None:
    (problem,) = told(protocol=protocol, endpoint="udp:8007")
    assert problem.startswith(f"protocol: {protocol.title()} needs connections, which UDP does not")
    assert told(protocol=protocol, endpoint="udp:http") == [
        'endpoint: The port must be a whole number from 0 to 65535, not "http".'
    ]
    path = structure(RIGHT | {"protocol": protocol, "endpoint": "udp:8007"}, "listener[3]")
    assert isinstance(path, tuple)
    assert [each.path for each in path] == ["listener[3].protocol"]


@pytest.mark.parametrize("protocol", ["echo", "hello", "python:echo_server.py:Echo"])
def test_what_can_take_datagrams_may_listen_on_udp(protocol: str) -> None:
    assert told(protocol=protocol, endpoint="udp:8007") == []


def test_a_protocol_that_udp_cannot_have_is_told_beside_other_mistakes() -> None:
    wrong = told(name="", protocol="line", endpoint="udp:8007", options={"how": "x"})
    assert [line.split(":")[0] for line in wrong] == ["name", "protocol", "options.how"]


# MERGED tests/profile/test_color: The colours of listeners: chosen by name, or given so that they differ.

GOOD = {"name": "Echo", "protocol": "echo", "endpoint": "tcp:8007"}

names = st.lists(st.text(min_size=1, max_size=20), unique=True, max_size=len(Color))


@given(names)
def test_as_long_as_there_are_colours_no_two_listeners_share_one(names: list[str]) -> None:
    given = assign(dict.fromkeys(names, AUTOMATIC))
    assert len(set(given.values())) == len(names)


@given(st.text(min_size=1), st.sampled_from(Color))
def test_a_chosen_colour_is_that_one_and_no_other_gets_it(name: str, color: Color) -> None:
    given = assign({"other " + name: AUTOMATIC, name: color.value})
    assert given[name] is color
    assert given["other " + name] is not color


def test_with_more_listeners_than_colours_some_share() -> None:
    many = [f"Listener {number}" for number in range(100)]
    given = assign(dict.fromkeys(many, AUTOMATIC))
    assert set(given.values()) == set(Color)


def test_a_colour_stays_when_listeners_of_other_colours_go() -> None:
    all_of_them = assign({"Echo": AUTOMATIC, "Hello": AUTOMATIC, "Chat": AUTOMATIC})
    assert assign({"Echo": AUTOMATIC})["Echo"] is all_of_them["Echo"]


@given(names, st.data())
def test_a_colour_stays_when_another_listener_comes_before_it(
    names: list[str], data: st.DataObject
) -> None:
    new = data.draw(st.text(min_size=1, max_size=20).filter(lambda name: name not in names))
    before = assign(dict.fromkeys(names, AUTOMATIC))
    after = assign(dict.fromkeys([new, *names], AUTOMATIC), before)
    assert {name: after[name] for name in names} == before


def test_a_colour_that_somebody_chooses_is_given_up_by_who_had_it_by_chance() -> None:
    before = assign({"Echo": AUTOMATIC})
    after = assign({"Echo": AUTOMATIC, "Hello": before["Echo"].value}, before)
    assert after["Hello"] is before["Echo"] is not after["Echo"]


@pytest.mark.parametrize("color", ["", *Color])
def test_a_spec_may_say_any_of_them_or_none(color: str) -> None:
    assert check({**GOOD, "color": color}) == ()


def test_a_colour_that_there_is_not_is_told_with_those_that_there_are() -> None:
    (problem,) = check({**GOOD, "color": "mauve"})
    assert str(problem) == "color: must be one of blue, orange, green, pink, sky, red"


# MERGED tests/profile/test_tls: The table `[listener.tls]`: what it may hold, and what is said of the rest.

PLAIN = """version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:8007"
"""
MINE = Tls(certificate="mine.pem", key="mine.key", client_ca="clients.pem", minimum_version="1.3")


def problems(tls: str, endpoint: str = "tcp:8007") -> list[str]:
    return [str(each) for each in parse(PLAIN.replace("tcp:8007", endpoint) + tls).problems]


def test_without_the_table_nothing_is_encrypted() -> None:
    (spec,) = parse(PLAIN).listeners
    assert spec.tls is None


def test_an_empty_table_asks_for_a_certificate_made_at_once() -> None:
    (spec,) = parse(PLAIN + "[listener.tls]\n").listeners
    assert spec.tls == Tls()


def test_the_table_names_files_and_a_version() -> None:
    text = """[listener.tls]
certificate = "mine.pem"
key = "mine.key"
client_ca = "clients.pem"
minimum_version = "1.3"
"""
    (spec,) = parse(PLAIN + text).listeners
    assert spec.tls == MINE


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ("tls = true", "listener[0].tls: must be a table, not true"),
        ("[listener.tls]\ncertificate = 7", "listener[0].tls.certificate: must be text in quotes"),
        ('[listener.tls]\ncertificate = "a\\nb"', "listener[0].tls.certificate: must be one line"),
        (
            '[listener.tls]\nclient_ca = "~nobody-here/ca.pem"',
            'listener[0].tls.client_ca: There is no user "nobody-here". Write the whole path.',
        ),
        ('[listener.tls]\nkey = "k.pem"', "listener[0].tls.key: needs a certificate beside it"),
        (
            '[listener.tls]\nminimum_version = "1.1"',
            'listener[0].tls.minimum_version: must be "1.2" or "1.3", in quotes, not "1.1"',
        ),
        ("[listener.tls]\nminimum_version = 1.3", "in quotes, not 1.3"),
        (
            '[listener.tls]\nminimal_version = "1.2"',
            "listener[0].tls: unknown key `minimal_version`; did you mean `minimum_version`?",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_path(tls: str, said: str) -> None:
    (problem,) = problems(tls)
    assert said in problem


@pytest.mark.parametrize("endpoint", ["ssl:8443:privateKey=k.pem", "tls:certificates:8443"])
def test_what_has_tls_already_takes_no_other(endpoint: str) -> None:
    (problem,) = problems("[listener.tls]", endpoint)
    assert problem.startswith("listener[0].tls: cannot be used with an endpoint of the kind ")


@pytest.mark.parametrize("tls", [Tls(), MINE])
def test_tls_is_written_and_goes_again(tls: Tls) -> None:
    (plain,) = parse(PLAIN).listeners
    spec = ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007", tls=tls)
    text = render([spec], PLAIN)
    assert "[listener.tls]" in text
    assert parse(text).listeners == (spec,)
    assert parse(render([plain], text)).listeners == (plain,)


def test_one_value_of_tls_changes_and_the_comments_stay() -> None:
    text = PLAIN + '\n[listener.tls] # secret\nminimum_version = "1.2" # for old clients\n'
    (before,) = parse(text).listeners
    assert before.tls == Tls()
    after = ListenerSpec(
        name="Echo", protocol="echo", endpoint="tcp:8007", tls=Tls(minimum_version="1.3")
    )
    written = render([after], text)
    assert written == text.replace('"1.2"', '"1.3"')
