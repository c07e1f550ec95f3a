"""How a profile names a program."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from app.user_code.programs.reference import (
    ProgramKind,
    ProgramReference,
    is_program,
    program_at,
    program_of,
)
from app.user_code.reference import UserCodeError


@pytest.mark.parametrize(
    ("text", "kind", "source", "arguments"),
    [
        ("python:server.py", ProgramKind.SCRIPT, "server.py", ()),
        ("python:my own/server.py", ProgramKind.SCRIPT, "my own/server.py", ()),
        ("python:server.py 80 'a b'", ProgramKind.SCRIPT, "server.py", ("80", "a b")),
        ("python:'a.py b.py' 80", ProgramKind.SCRIPT, "a.py b.py", ("80",)),
        ("python:it's.py", ProgramKind.SCRIPT, "it's.py", ()),
        ("python:app.tac", ProgramKind.SERVICE_FILE, "app.tac", ()),
        ("python:chat/", ProgramKind.FOLDER, "chat/", ()),
        ("python:chat.server", ProgramKind.MODULE, "chat.server", ()),
        ("twist:web --path .", ProgramKind.PLUGIN, "web", ("--path", ".")),
    ],
)
def test_a_reference_is_taken_apart(
    text: str, kind: ProgramKind, source: str, arguments: tuple[str, ...]
) -> None:
    reference = ProgramReference.parse(text)
    assert reference == ProgramReference(kind, source, arguments)
    assert str(reference) == text
    assert is_program(text)


@pytest.mark.parametrize("text", ["python:server.py:Echo", "python:chat:Echo", "echo", "python:"])
def test_what_names_one_object_is_no_program(text: str) -> None:
    assert not is_program(text)


@pytest.mark.parametrize(
    "text", ["twist:", "python:", "python:a-b", "python:x.py 'a", "twist:a\nb"]
)
def test_what_cannot_be_a_program_is_told(text: str) -> None:
    with pytest.raises(UserCodeError):
        ProgramReference.parse(text)


@given(st.text(max_size=60))
def test_any_text_is_a_reference_or_a_sentence(text: str) -> None:
    said = []
    for prefix in ("python:", "twist:", ""):
        try:
            reference = ProgramReference.parse(prefix + text)
        except UserCodeError as error:
            said.append(str(error))
        else:
            assert ProgramReference.parse(str(reference)) == reference
    assert all(said)


@given(
    st.text("ab .:'\"/=\\py-", max_size=14),
    st.sampled_from([".py", ".tac", "/"]),
    st.lists(st.text("ab .:'\"=-py", max_size=6), max_size=2),
)
@example(name="", end="/", arguments=[".py"])
def test_a_path_with_any_characters_can_be_written(
    name: str, end: str, arguments: list[str]
) -> None:
    reference = evolve(program_at(name + end), arguments=tuple(arguments))
    assert ProgramReference.parse(str(reference)) == reference
    assert is_program(str(reference))


def test_a_path_on_the_command_line_is_a_program() -> None:
    assert program_of("server.py") == "python:server.py"
    assert program_of("server.py --port 80") == "python:server.py --port 80"
    assert program_of("chat") == "python:chat/"
    assert program_of("twist:web") == "twist:web"
