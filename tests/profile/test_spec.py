"""What a listener's fields may hold, and what the form is told when they hold something else."""

from __future__ import annotations

import pytest
from attrs import asdict
from hypothesis import given

from app.profile import FIRST_LISTENERS, ListenerSpec, check
from app.profile.spec import LONGEST_NAME, MOST_CONNECTIONS, structure
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
