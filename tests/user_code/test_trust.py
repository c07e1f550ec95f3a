"""Answers about code of the user's own, by path and content."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.testing import MemoryReactorClock

from app.profile import ListenerSpec, ProfileFile
from app.server.deck import Deck
from app.server.workspace import Workspace
from app.user_code.reference import UserCodeError
from app.user_code.trust import Answers, Trust, files_of, references_in


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "profile.toml"
    path.write_text("version = 1", encoding="utf-8")
    return path


@pytest.fixture
def code(tmp_path: Path) -> Path:
    path = tmp_path / "server.py"
    path.write_text("pass", encoding="utf-8")
    return path


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    return Trust(tmp_path / "state" / "trusted_code.json")


def test_unknown_code_needs_a_question(profile: Path, code: Path) -> None:
    assert Answers().needs_question(profile, [code]) == (profile, code)


def test_an_answer_is_kept_until_the_content_changes(
    trust: Trust, profile: Path, code: Path
) -> None:
    trust.keep([profile, code])
    assert trust.answers().needs_question(profile, [code]) == ()
    code.write_text("import os", encoding="utf-8")
    assert trust.answers().needs_question(profile, [code]) == (code,)


def test_an_answer_is_for_one_path(trust: Trust, profile: Path, code: Path) -> None:
    trust.keep([profile, code])
    other = code.with_name("other.py")
    other.write_bytes(code.read_bytes())
    assert trust.answers().needs_question(profile, [other]) == (other,)


def test_the_file_is_the_owners_alone(trust: Trust, code: Path) -> None:
    trust.keep([code])
    assert trust.path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_may_write_counts_for_nothing(trust: Trust, code: Path) -> None:
    trust.keep([code])
    trust.path.chmod(0o666)
    assert trust.answers() == Answers()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"version": 9}', '{"version": 1, "trusted": 3}'])
def test_a_broken_file_counts_for_nothing(trust: Trust, text: str) -> None:
    trust.path.parent.mkdir()
    trust.path.write_text(text, encoding="utf-8")
    assert trust.answers() == Answers()


def test_the_files_of_a_program_are_named(tmp_path: Path, code: Path) -> None:
    folder = tmp_path / "chat"
    folder.mkdir()
    (folder / "__main__.py").write_text("", encoding="utf-8")
    found = files_of(["python:server.py:Echo", "python:chat/", "echo", "twist:web"], tmp_path)
    assert found == (Path(os.path.realpath(code)), folder / "__main__.py")
    assert list(references_in("twist:web", {})) == ["twist:web"]
    assert not list(references_in("echo", {}))


def test_functions_that_rules_name_are_code(code: Path, tmp_path: Path) -> None:
    rules = {"rule": [{"python": "server.py:answer"}, {"text": "hi"}]}
    (found,) = references_in("replies", rules)
    assert files_of([found], tmp_path) == (code,)


@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_profile_that_is_saved_here_is_trusted_unless_that_is_a_question(
    trust: Trust, code: Path, tmp_path: Path, is_trusted: bool
) -> None:
    file = ProfileFile(tmp_path / "mine.toml")
    observer: Any = None
    workspace = Workspace(Deck(MemoryReactorClock(), observer, folder=tmp_path), file, trust)
    workspace.untrusted_files = () if is_trusted else (code,)
    file.load_again()
    workspace.add(ListenerSpec(name="Mine", protocol="python:server.py", endpoint="program"))
    assert not workspace.save_error
    asked = trust.answers().needs_question(file.path, [code])
    assert asked == (() if is_trusted else (file.path, code))


def test_a_profile_from_elsewhere_asks_once_before_its_code_runs(
    trust: Trust, code: Path, tmp_path: Path
) -> None:
    path = tmp_path / "opened.toml"
    path.write_text(
        'version = 1\n[[listener]]\nname = "Mine"\nprotocol = "python:server.py"\n',
        encoding="utf-8",
    )
    observer: Any = None

    def opened() -> Workspace:
        deck = Deck(MemoryReactorClock(), observer, folder=tmp_path)
        workspace = Workspace(deck, ProfileFile(path), trust)
        workspace.load()
        return workspace

    workspace = opened()
    assert workspace.untrusted_files == (path, code)
    with pytest.raises(UserCodeError, match="not trusted yet"):
        workspace.require_trust()
    workspace.trust_code()
    workspace.require_trust()
    assert opened().is_trusted
    code.write_text("changed = 1", encoding="utf-8")
    assert opened().untrusted_files == (code,)


def test_a_profile_without_code_asks_nothing(trust: Trust, profile: Path) -> None:
    observer: Any = None
    workspace = Workspace(Deck(MemoryReactorClock(), observer), ProfileFile(profile), trust)
    workspace.load()
    assert workspace.is_trusted


def test_a_relative_path_means_the_same_file(
    trust: Trust, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust.keep([profile])
    monkeypatch.chdir(profile.parent)
    assert trust.answers().needs_question(Path(profile.name), []) == ()
