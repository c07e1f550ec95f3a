"""What the command's arguments lead to. The programs themselves run in tests/integration."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from app import __version__, cli
from app.profile import FIRST_LISTENERS, ListenerSpec, ProfileFile, default_path
from app.runtime import logs
from app.runtime.single_instance import ProfileLock
from app.serve.run import UNLIMITED, RunLimits


class Served:
    """What `serve` was asked for instead of running a reactor."""

    def __init__(self) -> None:
        self.specs: Sequence[ListenerSpec] | None = None
        self.as_json = False
        self.file: ProfileFile | None = None
        self.limits = UNLIMITED
        self.require_rules = False
        self.passphrases: Sequence[bytes] = ()

    def __call__(
        self,
        reactor: Any,
        specs: Sequence[ListenerSpec],
        out: Any,
        *,
        file: ProfileFile | None,
        as_json: bool,
        limits: RunLimits,
        require_rules: bool,
        passphrases: Sequence[bytes],
    ) -> int:
        self.specs, self.file, self.as_json, self.limits = specs, file, as_json, limits
        self.require_rules, self.passphrases = require_rules, passphrases
        return 0


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    served = Served()
    monkeypatch.setattr("app.serve.run.serve", served)
    monkeypatch.setattr(logs, "begin", lambda *handlers: None)
    return served


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own folders, for locks and profiles."""
    home = tmp_path / "home"
    for name in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home))
    return home


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The profiles that windows were opened on."""
    opened: list[Path] = []

    def run(profile: Path, lock: ProfileLock, *, hidden: bool) -> int:
        opened.append(profile if not hidden else profile.with_suffix(".hidden"))
        return 0

    monkeypatch.setattr("app.ui.application.run", run)
    monkeypatch.setattr(cli, "has_display", lambda: True)
    return opened


def test_without_a_command_the_window_opens(opened: list[Path]) -> None:
    assert cli.main([]) == 0
    assert cli.main(["--profile", "other.toml"]) == 0
    assert opened == [default_path(), Path("other.toml")]


def test_the_window_can_be_opened_hidden(opened: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    assert cli.main(["--hidden", "--profile", str(path)]) == 0
    assert opened == [path.with_suffix(".hidden")]


def test_a_profile_that_is_open_is_refused_and_the_others_are_not(
    opened: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "profile.toml"
    first = ProfileLock(path)
    assert first.take()
    try:
        assert cli.main(["--profile", str(path)]) == 3
        assert cli.main(["--profile", str(tmp_path / "other.toml")]) == 0
    finally:
        first.release()
    assert capsys.readouterr().err == (
        f"{path} is open in another window of Portdeck, which does not answer; look for it.\n"
    )
    assert cli.main(["--profile", str(path)]) == 0
    assert opened == [tmp_path / "other.toml", path]


def test_serving_beside_a_window_on_the_same_profile_is_allowed(
    served: Served, tmp_path: Path
) -> None:
    path = tmp_path / "profile.toml"
    window = ProfileLock(path)
    assert window.take()
    try:
        assert cli.main(["serve", "--profile", str(path)]) == 0
    finally:
        window.release()


def test_without_a_display_it_says_so_and_serves_the_same_profile(
    served: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cli, "has_display", lambda: False)
    assert cli.main(["--profile", str(tmp_path / "profile.toml")]) == 0
    assert capsys.readouterr().err == (
        "There is no display to open a window on; serving without one.\n"
    )
    assert served.specs == FIRST_LISTENERS


def test_a_window_that_lacks_a_library_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "has_display", lambda: True)
    monkeypatch.setitem(sys.modules, "app.ui.application", None)
    assert cli.main([]) == 2
    assert "or use `portdeck serve`" in capsys.readouterr().err


def test_serve_takes_listeners_from_its_arguments(served: Served) -> None:
    assert cli.main(["serve", "echo=tcp:0", "hello=tcp:0", "--json"]) == 0
    assert served.specs is not None
    assert [each.name for each in served.specs] == ["echo", "hello"]
    assert served.as_json
    assert served.file is None
    assert served.limits == UNLIMITED


@pytest.mark.parametrize("before", [True, False])
def test_serve_takes_listeners_from_the_profile(
    served: Served, tmp_path: Path, before: bool
) -> None:
    option = ["--profile", str(tmp_path / "profile.toml")]
    assert cli.main([*option, "serve"] if before else ["serve", *option]) == 0
    assert served.specs == FIRST_LISTENERS
    assert not served.as_json
    assert served.file is not None
    assert served.file.path == tmp_path / "profile.toml"


def test_a_broken_profile_is_told_with_every_problem_and_left_alone(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "profile.toml"
    text = '[[listener]]\nname = "A"\nprotocol = "ecko"\nendpoint = "tcp:many"\n'
    path.write_text(text)
    assert cli.main(["serve", "--profile", str(path)]) == 2
    said = capsys.readouterr().err
    assert "listener[0].protocol: There is no protocol called" in said
    assert "listener[0].endpoint: The port must be a whole number" in said
    assert path.read_text() == text
    assert served.specs is None


def test_a_profile_without_listeners_says_what_to_do(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "profile.toml"
    path.write_text("version = 1\n")
    assert cli.main(["serve", "--profile", str(path)]) == 2
    assert "Add one, or name one: echo=tcp:8007." in capsys.readouterr().err
    assert served.specs is None


def test_a_profile_that_cannot_be_read_is_told_with_its_path(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "profile.toml"
    assert cli.main(["serve", "--profile", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"{path}: cannot be read (Not a directory)")
    assert served.specs is None


@pytest.mark.parametrize(
    "arguments", [["serve", "echo"], ["serve", "ecko=tcp:0"], ["serve", "echo=tcp:many"]]
)
def test_bad_listeners_are_a_usage_error_with_a_sentence(
    served: Served, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert cli.main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{arguments[-1]}: ")
    assert served.specs is None


def test_listeners_or_a_profile_are_served_and_not_both(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = str(tmp_path / "profile.toml")
    assert cli.main(["--profile", profile, "serve", "echo=tcp:0"]) == 2
    assert capsys.readouterr().err == "Name listeners or a --profile, not both.\n"
    assert served.specs is None


@pytest.mark.parametrize("path", ["x" * 5000 + "/profile.toml", "x" * 5000])
def test_a_path_that_is_too_long_is_told(
    served: Served, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    assert cli.main(["serve", "--profile", path]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert served.specs is None


def test_ctrl_c_before_anything_began_ends_it_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "has_display", interrupt)
    assert cli.main([]) == 130
    assert capsys.readouterr().err == ""


def test_options_are_not_guessed_from_their_beginning(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["serve", "--exit", "1", "echo=tcp:0"])
    assert "unrecognized arguments: --exit" in capsys.readouterr().err


def test_serve_ends_by_itself_at_the_limits_it_is_given(served: Served) -> None:
    ends = ["--exit-after", "1.5", "--until-connections", "3"]
    assert cli.main(["serve", "echo=tcp:0", *ends]) == 0
    assert served.limits == RunLimits(seconds=1.5, connections=3)


def test_serve_may_require_every_rule(served: Served) -> None:
    assert cli.main(["serve", "replies=tcp:0", "--require-rules"]) == 0
    assert served.require_rules


def test_serve_takes_passphrases_from_a_file_or_the_environment(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "passphrases"
    file.write_text("one\ntwo\n")
    assert cli.main(["serve", "echo=tcp:0", "--passphrase-file", str(file)]) == 0
    assert served.passphrases == (b"one", b"two")
    monkeypatch.setenv("PORTDECK_PASSPHRASE", "three")
    assert cli.main(["serve", "echo=tcp:0"]) == 0
    assert served.passphrases == (b"three",)
    assert "PORTDECK_PASSPHRASE" not in os.environ


def test_a_passphrase_file_that_is_not_there_is_a_usage_error(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["serve", "echo=tcp:0", "--passphrase-file", "/no/such/file"]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_serve_may_give_its_clients_time_to_go(served: Served) -> None:
    assert cli.main(["serve", "echo=tcp:0", "--drain", "10"]) == 0
    assert served.limits == RunLimits(drain_seconds=10)


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e999", "soon", "", "1 s"])
def test_a_time_that_is_none_is_a_usage_error(
    served: Served, capsys: pytest.CaptureFixture[str], seconds: str
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["serve", "echo=tcp:0", f"--exit-after={seconds}"])
    assert left.value.code == 2
    assert "--exit-after: must be a number above 0, such as 2.5, not " in capsys.readouterr().err


@pytest.mark.parametrize("count", ["0", "-1", "1.5", "nan", "1_0", " 1", "٣", "many", "9" * 5000])
def test_a_number_of_connections_that_is_none_is_a_usage_error(
    served: Served, capsys: pytest.CaptureFixture[str], count: str
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["serve", "echo=tcp:0", f"--until-connections={count}"])
    assert left.value.code == 2
    assert "--until-connections: must be a whole number from 1 " in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["observe"], ["--nonsense"], ["serve", "--nonsense"]])
def test_bad_arguments_are_a_usage_error_with_a_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"portdeck {__version__}\n"


def test_help_names_the_command_and_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["serve", "--help"])
    assert left.value.code == 0
    said = capsys.readouterr().out
    assert "PROTOCOL=ENDPOINT" in said
    assert "--json" in said


@pytest.mark.parametrize("command", [["serve"], []])
def test_a_profile_in_a_folder_that_is_not_there_is_a_slip(
    served: Served,
    opened: list[Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
) -> None:
    path = tmp_path / "mistyped" / "profile.toml"
    assert cli.main([*command, "--profile", str(path)]) == 2
    assert f"There is no folder {path.parent}" in capsys.readouterr().err
    assert (served.specs, opened) == (None, [])
    assert not path.parent.exists()
