"""Single functions of the user's code: loaded together, loaded again, and told when they fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.user_code.code import Code
from app.user_code.reference import UserCodeError

SOURCE = """\
seen = []

def note(message, context):
    seen.append(message)
    return {!r}

def noted(message, context):
    return seen

number = 3
"""


@pytest.fixture
def code(tmp_path: Path) -> Iterator[Code]:
    (tmp_path / "rules.py").write_text(SOURCE.format("one"), encoding="utf-8")
    code = Code(tmp_path)
    yield code
    code.load_functions([])


def test_functions_of_one_file_share_its_globals(code: Code) -> None:
    loaded = code.load_functions(["rules.py:note", "rules.py:noted"])
    assert loaded["rules.py:note"](b"a", None) == "one"
    assert loaded["rules.py:noted"](b"", None) == [b"a"]
    assert code.has_functions


def test_a_changed_file_is_noticed_and_loaded_anew(code: Code, tmp_path: Path) -> None:
    before = code.load_functions(["rules.py:note"])
    assert not code.has_changed()
    (tmp_path / "rules.py").write_text(SOURCE.format("two, longer"), encoding="utf-8")
    assert code.has_changed()
    after = code.load_functions(["rules.py:note"])
    assert after["rules.py:note"](b"", None) == "two, longer"
    assert before["rules.py:note"](b"", None) == "one", "who has it still can use it"
    assert not code.has_changed()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rules.py:nothing", "rules.py has no nothing"),
        ("rules.py:number", "number is no function"),
        ("missing.py:note", "missing.py"),
        ("rules.txt.py", "does not say what to take"),
    ],
)
def test_what_cannot_be_loaded_is_told(code: Code, name: str, words: str) -> None:
    with pytest.raises(UserCodeError, match=words):
        code.load_functions(["rules.py:note", name])


def test_a_file_that_was_missing_is_noticed_when_it_is_there(code: Code, tmp_path: Path) -> None:
    with pytest.raises(UserCodeError):
        code.load_functions(["later.py:note"])
    assert not code.has_changed()
    (tmp_path / "later.py").write_text(SOURCE.format("x"), encoding="utf-8")
    assert code.has_changed()


def test_without_names_nothing_is_watched(code: Code) -> None:
    code.load_functions(["rules.py:note"])
    assert not code.load_functions([])
    assert not code.has_functions
