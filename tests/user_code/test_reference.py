"""References to user code: parsed, written, and refused with advice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.user_code.programs.reference import is_program
from app.user_code.reference import CodeLocation, Reference, UserCodeError, is_user_code

# No keyword ends with x.
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}x", fullmatch=True)
PATHS = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=40).map(lambda t: f"x{t}.py")
ODD_PATHS = st.text("ab .:'\"/=\\py-", max_size=14).map(lambda text: f"{text}.py")
MODULES = st.lists(NAMES, min_size=1, max_size=4).map(".".join)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("python:echo_server.py:Echo", Reference(CodeLocation.FILE, "echo_server.py", "Echo")),
        (
            "python:/srv/my servers/echo.py:Echo",
            Reference(CodeLocation.FILE, "/srv/my servers/echo.py", "Echo"),
        ),
        ("python:..\\x.py:make", Reference(CodeLocation.FILE, "..\\x.py", "make")),
        ("python:C:\\x\\ECHO.PY:Echo", Reference(CodeLocation.FILE, "C:\\x\\ECHO.PY", "Echo")),
        ("python:a:b.py:Echo", Reference(CodeLocation.FILE, "a:b.py", "Echo")),
        ("python:package.module:Echo", Reference(CodeLocation.MODULE, "package.module", "Echo")),
        ("python:m:Echo", Reference(CodeLocation.MODULE, "m", "Echo")),
    ],
)
def test_a_reference_names_an_object_in_a_file_or_a_module(text: str, reference: Reference) -> None:
    assert Reference.parse(text) == reference
    assert str(reference) == text


@given(st.tuples(st.one_of(PATHS, MODULES), NAMES))
def test_parsing_reverses_writing(parts: tuple[str, str]) -> None:
    text = "python:" + ":".join(parts)
    assert str(Reference.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("python:", "does not say what to take from there"),
        ("python:echo_server.py", "does not say what to take from there"),
        ("python:C:\\x\\echo.py", "does not say what to take from there"),
        ("python:~nobody-here/a.py:Echo", 'There is no user "nobody-here".'),
        ("python:echo_server.py:", '"" is no Python name'),
        ("python:echo_server.py:class", '"class" is no Python name'),
        ("python:echo_server.py:Echo()", '"Echo()" is no Python name'),
        ("python:echo_server.py: Echo", '" Echo" is no Python name'),
        ("python:echo server:Echo", '"echo server" is neither a Python file nor a module'),
        ("python:servers/echo:Echo", '"servers/echo" is neither a Python file nor a module'),
        ("python::Echo", '"" is neither a Python file nor a module'),
        ("python:a..b:Echo", '"a..b" is neither a Python file nor a module'),
        ("python:echo\0.py:Echo", "names no Python code"),
        ("Python:echo.py:Echo", "names no Python code"),
        ("echo", "names no Python code"),
    ],
)
def test_an_invalid_reference_is_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(UserCodeError) as raised:
        Reference.parse(text)
    assert advice in str(raised.value)
    assert str(raised.value).endswith(".")


@given(st.text())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for candidate in (text, f"python:{text}"):
        try:
            reference = Reference.parse(candidate)
        except UserCodeError:
            continue
        assert str(reference) == candidate


def test_user_code_is_recognized_by_its_prefix() -> None:
    assert is_user_code("python:nonsense")
    assert not is_user_code("echo")


@given(ODD_PATHS)
def test_a_path_with_any_characters_can_be_written(path: str) -> None:
    reference = Reference(CodeLocation.FILE, path, "Echo")
    assert Reference.parse(str(reference)) == reference
    assert not is_program(str(reference))


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("python:my dir/echo.py:Echo", "my dir/echo.py"),
        ("python:'a.py b.py':Echo", "a.py b.py"),
        ('python:"it\'s.py":Echo', "it's.py"),
    ],
)
def test_a_path_may_have_spaces_and_quotation_marks(text: str, source: str) -> None:
    assert Reference.parse(text) == Reference(CodeLocation.FILE, source, "Echo")
    assert not is_program(text)
