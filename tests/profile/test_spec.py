"""The rules for the fields of a listener, and for its TLS table."""

from __future__ import annotations

import pytest
from attrs import asdict
from hypothesis import given

from app.profile import FIRST_LISTENERS, ListenerSpec, Tls, check, parse
from app.profile.spec import LONGEST_NAME, MOST_CONNECTIONS, structure
from app.profile.writing import render
from tests.profile.strategies import specs

RIGHT: dict[str, object] = {"name": "Echo", "protocol": "echo", "endpoint": "tcp:8007"}


def problems_with(*others: str, **changes: object) -> list[str]:
    """The problems that `check` finds in valid values with `changes`."""
    return [str(problem) for problem in check(RIGHT | changes, others)]


@given(specs)
def test_a_valid_listener_has_no_problems(spec: ListenerSpec) -> None:
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
def test_an_invalid_field_says_what_it_must_be(field: str, value: object, message: str) -> None:
    assert problems_with(**{field: value}) == [f"{field}: {message}"]


def test_a_very_long_number_is_reported_without_its_digits() -> None:
    assert problems_with(max_connections=16**5000) == [
        "max_connections: must be a whole number from 1 to 100000, not a number of that size"
    ]


def test_the_bounds_themselves_are_valid() -> None:
    assert problems_with(name="x" * LONGEST_NAME, max_connections=MOST_CONNECTIONS) == []
    assert problems_with(name="x", max_connections=1) == []


def test_all_invalid_fields_are_reported_together() -> None:
    wrong = problems_with(name="", protocol="", endpoint="", max_connections=0, autostart=0)
    assert [line.split(":")[0] for line in wrong] == [
        "name",
        "protocol",
        "endpoint",
        "max_connections",
        "autostart",
    ]


@pytest.mark.parametrize("name", ["Echo", "ECHO", "\uff25cho"])
def test_a_name_that_looks_like_another_is_refused(name: str) -> None:
    assert problems_with("Hello", "echo", name=name) == [
        'name: must be another one; there is a listener called "echo"'
    ]
    assert problems_with("Hello", "Echo 2", name=name) == []


def test_a_name_that_is_used_is_reported_beside_other_mistakes() -> None:
    wrong = problems_with("Echo", name="Echo", endpoint="tcp:none")
    assert sorted(line.split(":")[0] for line in wrong) == ["endpoint", "name"]


@pytest.mark.parametrize("protocol", ["python:echo_server.py:Echo", "python:package.module:Echo"])
def test_user_code_is_accepted_as_a_protocol_without_loading_it(protocol: str) -> None:
    assert problems_with(protocol=protocol) == []
    assert problems_with(protocol=protocol, options={"text": "x"})[0].startswith("options")


@pytest.mark.parametrize("protocol", ["line", "chat"])
def test_a_protocol_that_needs_connections_is_refused_for_udp(protocol: str) -> None:
    (problem,) = problems_with(protocol=protocol, endpoint="udp:8007")
    assert problem.startswith(f"protocol: {protocol.title()} needs connections, which UDP does not")
    assert problems_with(protocol=protocol, endpoint="udp:http") == [
        'endpoint: The port must be a whole number from 0 to 65535, not "http".'
    ]
    path = structure(RIGHT | {"protocol": protocol, "endpoint": "udp:8007"}, "listener[3]")
    assert isinstance(path, tuple)
    assert [each.path for each in path] == ["listener[3].protocol"]


@pytest.mark.parametrize("protocol", ["echo", "hello", "python:echo_server.py:Echo"])
def test_a_protocol_with_datagrams_is_accepted_for_udp(protocol: str) -> None:
    assert problems_with(protocol=protocol, endpoint="udp:8007") == []


def test_a_protocol_refused_for_udp_is_reported_with_the_other_mistakes() -> None:
    wrong = problems_with(name="", protocol="line", endpoint="udp:8007", options={"how": "x"})
    assert [line.split(":")[0] for line in wrong] == ["name", "protocol", "options.how"]


# TLS

PLAIN = """version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:8007"
"""
MINE = Tls(certificate="mine.pem", key="mine.key", client_ca="clients.pem", minimum_version="1.3")


def problems(tls: str, endpoint: str = "tcp:8007") -> list[str]:
    return [str(each) for each in parse(PLAIN.replace("tcp:8007", endpoint) + tls).problems]


def test_without_the_tls_table_there_is_no_tls() -> None:
    (spec,) = parse(PLAIN).listeners
    assert spec.tls is None


def test_an_empty_tls_table_asks_for_an_issued_certificate() -> None:
    (spec,) = parse(PLAIN + "[listener.tls]\n").listeners
    assert spec.tls == Tls()


def test_the_tls_table_has_files_and_a_version() -> None:
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
def test_a_mistake_in_the_tls_table_has_its_path(tls: str, said: str) -> None:
    (problem,) = problems(tls)
    assert said in problem


@pytest.mark.parametrize("endpoint", ["ssl:8443:privateKey=k.pem", "tls:certificates:8443"])
def test_an_endpoint_with_tls_refuses_the_tls_table(endpoint: str) -> None:
    (problem,) = problems("[listener.tls]", endpoint)
    assert problem.startswith("listener[0].tls: cannot be used with an endpoint of the kind ")


@pytest.mark.parametrize("tls", [Tls(), MINE])
def test_the_tls_table_is_written_and_removed(tls: Tls) -> None:
    (plain,) = parse(PLAIN).listeners
    spec = ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007", tls=tls)
    text = render([spec], PLAIN)
    assert "[listener.tls]" in text
    assert parse(text).listeners == (spec,)
    assert parse(render([plain], text)).listeners == (plain,)


def test_a_changed_tls_value_keeps_the_comments() -> None:
    text = PLAIN + '\n[listener.tls] # secret\nminimum_version = "1.2" # for old clients\n'
    (before,) = parse(text).listeners
    assert before.tls == Tls()
    after = ListenerSpec(
        name="Echo", protocol="echo", endpoint="tcp:8007", tls=Tls(minimum_version="1.3")
    )
    written = render([after], text)
    assert written == text.replace('"1.2"', '"1.3"')


@pytest.mark.parametrize(
    ("group", "wrong"),
    [("web", ""), ("", ""), ("x" * 40, ""), ("x" * 41, "40"), ("a\nb", "line breaks"), (5, "text")],
)
def test_a_group_is_a_short_text_on_one_line(group: object, wrong: str) -> None:
    values = {"name": "a", "protocol": "echo", "endpoint": "tcp:0", "group": group}
    problems = check(values)
    assert bool(problems) is bool(wrong)
    assert all(each.path == "group" and wrong in each.message for each in problems)
