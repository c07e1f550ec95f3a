"""Listeners copied between profiles: their relative paths are rewritten."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, fields

from app.net.endpoint import Endpoint
from app.profile import FIRST_LISTENERS, ListenerSpec, ParsedProfile, ProfileError, ProfileFile, Tls
from app.profile.spec import PATHS
from app.profile.storage import create, export, read_other_profile, with_paths_from
from app.profile.writing import render

ECHO, HELLO = FIRST_LISTENERS


def own(path: str) -> ListenerSpec:
    return evolve(ECHO, protocol=f"python:{path}:Echo")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


@pytest.fixture
def there(tmp_path: Path) -> Path:
    folder = tmp_path / "there"
    folder.mkdir()
    return folder


def test_a_created_profile_is_empty_and_readable_only_by_its_owner(here: Path) -> None:
    path = here / "new.toml"
    create(path)
    assert ProfileFile(path).load() == ParsedProfile()
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_create_does_not_replace_a_file(here: Path) -> None:
    path = here / "old.toml"
    path.write_text("mine")
    with pytest.raises(ProfileError, match=r"There is .*old\.toml already\."):
        create(path)
    assert path.read_text() == "mine"


def test_a_profile_that_cannot_be_created_is_an_error_with_its_path(here: Path) -> None:
    with pytest.raises(ProfileError, match=r"missing.*cannot be written \(No such file"):
        create(here / "missing" / "new.toml")


def test_exported_listeners_can_be_read_by_another_profile(here: Path, there: Path) -> None:
    path = there / "some.toml"
    path.write_text("what was there")
    export([HELLO, ECHO], here, path)
    assert read_other_profile(path, here) == ParsedProfile((HELLO, ECHO))


@pytest.mark.skipif(sys.platform == "win32", reason="has other links")
def test_an_export_to_a_link_keeps_the_link(here: Path, there: Path) -> None:
    link = here / "link.toml"
    link.symlink_to(there / "real.toml")
    export([ECHO], here, link)
    assert link.is_symlink()
    assert read_other_profile(there / "real.toml", there).listeners == (ECHO,)


def test_a_failed_export_leaves_the_old_file(here: Path) -> None:
    path = here / "folder"
    path.mkdir()
    with pytest.raises(ProfileError, match="cannot be written"):
        export([ECHO], here, path)
    assert list(here.iterdir()) == [path]


def test_reading_a_missing_profile_creates_nothing(here: Path) -> None:
    reading = read_other_profile(here / "missing.toml", here)
    assert reading.listeners == ()
    assert "is not there" in str(reading.problems[0])
    assert list(here.iterdir()) == []


def test_valid_listeners_of_a_profile_with_mistakes_are_read(here: Path) -> None:
    path = here / "half.toml"
    path.write_text(render(FIRST_LISTENERS).replace("tcp:8025", "tcp:many"))
    reading = read_other_profile(path, here)
    assert reading.listeners == (ECHO,)
    assert [problem.path for problem in reading.problems] == ["listener[1].endpoint"]


def test_relative_paths_are_rewritten_for_the_other_folder(here: Path, there: Path) -> None:
    moved = with_paths_from(evolve(own("a/own.py"), tls=Tls(certificate="a.pem")), here, there)
    assert moved.protocol == f"python:{here / 'a' / 'own.py'}:Echo"
    assert moved.tls == Tls(certificate=str(here / "a.pem"))
    assert with_paths_from(moved, there, here).protocol == moved.protocol, (
        "it is found from anywhere"
    )


def test_paths_below_the_target_folder_become_relative_to_it(tmp_path: Path, here: Path) -> None:
    assert with_paths_from(own("../own.py"), here, tmp_path).protocol == "python:own.py:Echo"
    assert with_paths_from(own("own.py"), here, tmp_path).protocol == "python:here/own.py:Echo"


def test_paths_in_options_are_rewritten(here: Path, there: Path) -> None:
    rules = [
        {"equals": "file", "reply": ["<", {"file": "a.bin"}]},
        {"any": True, "python": "rules.py:answer"},
        {"any": True, "python": "package.rules:answer"},
    ]
    replies = ListenerSpec(
        name="R", protocol="replies", endpoint="tcp:1", options={"greeting": "file", "rule": rules}
    )
    moved: Any = with_paths_from(replies, here, there).options
    assert moved["greeting"] == "file"
    assert moved["rule"] == [
        {"equals": "file", "reply": ["<", {"file": str(here / "a.bin")}]},
        {"any": True, "python": f"{here / 'rules.py'}:answer"},
        {"any": True, "python": "package.rules:answer"},
    ]
    forward = evolve(replies, protocol="forward", options={"to": "a:1", "ca_file": "ca.pem"})
    moved = with_paths_from(forward, here, there).options
    assert moved == {"to": "a:1", "ca_file": str(here / "ca.pem")}


@pytest.mark.parametrize("path", ["/a/own.py", "~/own.py"])
def test_absolute_and_empty_paths_stay(here: Path, there: Path, path: str) -> None:
    assert with_paths_from(own(path), here, there) == own(path)


def test_a_module_and_a_protocol_of_the_catalog_stay(here: Path, there: Path) -> None:
    module = evolve(ECHO, protocol="python:package.module:Echo")
    assert with_paths_from(module, here, there) == module
    assert with_paths_from(ECHO, here, there) == ECHO


def test_every_tls_path_is_rewritten() -> None:
    assert {each.name for each in fields(Tls) if each.default == ""} == set(PATHS)


@pytest.mark.parametrize(
    ("written", "moved"),
    [
        ("unix:run/echo.sock:mode=600", "unix:{}/run/echo.sock:mode=600"),
        ("ssl:8443:k.pem:certKey=/c.pem", "ssl:8443:{}/k.pem:certKey=/c.pem"),
        ("ssl:8443", "ssl:8443:privateKey={}/server.pem"),
        ("tls:certificates:8443", "tls:{}/certificates:8443"),
        ("haproxy:unix:echo.sock", "haproxy:unix:{}/echo.sock"),
        ("unix:/run/echo.sock", "unix:/run/echo.sock"),
        ("TCP:8007:interface=", "TCP:8007:interface="),
    ],
)
def test_paths_of_an_endpoint_are_rewritten(
    here: Path, there: Path, written: str, moved: str
) -> None:
    spec = with_paths_from(evolve(ECHO, endpoint=written), here, there)
    assert spec.endpoint == moved.format(here)
    assert Endpoint.parse(spec.endpoint).bound(there) == Endpoint.parse(written).bound(here)
