"""The listeners of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.profile import Problem, Tls
from app.protocols import catalog
from app.serve.listener_arguments import parse_listeners
from app.user_code.programs.reference import ProgramReference

PROTOCOLS = [*catalog.names(), "python:a.py:B", "python:"]


def test_a_listener_has_the_name_of_its_protocol() -> None:
    reading = parse_listeners(["echo=tcp:8007", "hello=tcp:0:interface=0.0.0.0", "echo=tcp6:1"])
    assert reading.problems == ()
    assert [(each.name, each.protocol, each.endpoint) for each in reading.listeners] == [
        ("echo", "echo", "tcp:8007"),
        ("hello", "hello", "tcp:0:interface=0.0.0.0"),
        ("echo-2", "echo", "tcp6:1"),
    ]


def test_a_listener_of_user_code_has_the_name_of_its_class() -> None:
    own = "python:servers/echo_server.py:Echo"
    reading = parse_listeners([f"{own}=tcp:8007:interface=0.0.0.0", f"{own}=tcp:0"])
    assert reading.problems == ()
    assert [(each.name, each.protocol, each.endpoint) for each in reading.listeners] == [
        ("Echo", own, "tcp:8007:interface=0.0.0.0"),
        ("Echo-2", own, "tcp:0"),
    ]


@pytest.mark.parametrize(
    "name", ["my server.py", "a=b.py", "a.py b.py", "echo=x.py", "it's.py", " x.py"]
)
def test_a_file_that_exists_is_a_program_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("")
    reading = parse_listeners([name, f"{name}=tcp:8007"])
    assert reading.problems == ()
    assert {ProgramReference.parse(each.protocol).source for each in reading.listeners} == {name}
    assert [each.endpoint for each in reading.listeners] == ["program", "tcp:8007"]


@pytest.mark.parametrize(
    ("argument", "protocol", "endpoint"),
    [
        ("server.py --port 1", "python:server.py --port 1", "program"),
        ("server.py --level=a:b", "python:server.py --level=a:b", "program"),
        ("server.py --level=1=tcp:80", "python:server.py --level=1", "tcp:80"),
        ("'my own.py' 1=tcp:80", "python:'my own.py' 1", "tcp:80"),
        ("python:my dir/echo.py:Echo=tcp:80", "python:my dir/echo.py:Echo", "tcp:80"),
        ("folder/=tcp:80", "python:folder/", "tcp:80"),
        ("python:my dir/own.py:services", "python:my dir/own.py:services", "program"),
        ("echo=unix:/tmp/", "echo", "unix:/tmp/"),
    ],
)
def test_programs_with_arguments_and_endpoints(argument: str, protocol: str, endpoint: str) -> None:
    (spec,) = parse_listeners([argument]).listeners
    assert (spec.protocol, spec.endpoint) == (protocol, endpoint)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("echo", "Write an endpoint, such as tcp:8007."),
        ("echo=", "Write an endpoint, such as tcp:8007."),
        ("ecko=tcp:1", "There is no protocol called 'ecko'. Did you mean echo?"),
    ],
)
def test_a_wrong_argument_is_one_problem_with_its_text(argument: str, message: str) -> None:
    reading = parse_listeners(["echo=tcp:0", argument])
    assert reading.problems == (Problem(argument, message),)
    assert [each.endpoint for each in reading.listeners] == ["tcp:0"]


def test_an_argument_without_a_protocol_is_one_problem() -> None:
    reading = parse_listeners(["=tcp:1"])
    (problem,) = reading.problems
    assert problem.message.startswith("There is no protocol called ''.")


def test_tls_applies_to_all_listeners_that_support_it() -> None:
    reading = parse_listeners(["echo=tcp:0", "echo=unix:a", "echo=udp:0"], Tls())
    assert [spec.tls for spec in reading.listeners] == [Tls(), Tls()]
    (problem,) = reading.problems
    assert str(problem).startswith("echo=udp:0: cannot be used with an endpoint of the kind udp")


@example(["x" * 300])  # too long to be the name of a file
@given(st.lists(st.text() | st.builds("{}={}".format, st.sampled_from(PROTOCOLS), st.text())))
def test_any_arguments_are_listeners_or_problems(arguments: list[str]) -> None:
    reading = parse_listeners(arguments)
    assert len(reading.listeners) <= len(arguments)
    assert reading.problems or len(reading.listeners) == len(arguments)
    names = [each.name for each in reading.listeners]
    assert len(set(names)) == len(names)
