"""What users write for a path, and the one that it means."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.files.paths import expand_home, home_folder_problem, resolve_path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has other homes")


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a.pem", "/profiles/a.pem"),
        ("./a/b.pem", "/profiles/a/b.pem"),
        ("/a.pem", "/a.pem"),
        ("~/a.pem", "/home/me/a.pem"),
        ("~", "/home/me"),
        ("a~", "/profiles/a~"),
        ("./~a", "/profiles/~a"),
    ],
)
def test_a_path_begins_in_the_folder_in_a_home_or_at_the_root(written: str, meant: str) -> None:
    assert resolve_path(written, Path("/profiles")) == Path(meant)
    assert home_folder_problem(written) == ""


def test_a_folder_that_is_not_absolute_begins_where_the_process_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert resolve_path("a.pem", Path("folder")) == tmp_path / "folder" / "a.pem"


@pytest.mark.parametrize("written", ["~nobody-here", "~nobody-here/a.pem"])
def test_a_home_of_nobody_is_a_name_like_any_other_and_told(written: str) -> None:
    assert expand_home(written) == written
    assert resolve_path(written, Path("/profiles")) == Path("/profiles") / written
    assert home_folder_problem(written) == 'There is no user "nobody-here". Write the whole path.'


def test_a_long_name_is_told_short() -> None:
    assert (
        home_folder_problem("~" + "x" * 100)
        == f'There is no user "{"x" * 31}…". Write the whole path.'
    )
