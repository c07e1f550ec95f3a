"""Whether there is a screen, told before Qt would end the process over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import cli


@pytest.fixture(autouse=True)
def on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")


@pytest.mark.parametrize(
    "environment",
    [
        {"DISPLAY": "far-away:10.0"},
        {"WAYLAND_DISPLAY": "wayland-0"},
        {"QT_QPA_PLATFORM": "offscreen"},
        {"QT_QPA_PLATFORM": "vnc:size=800x600"},
        {"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "wayland-0"},
    ],
)
def test_there_is_a_display_where_the_environment_names_one(
    environment: dict[str, str], tmp_path: Path
) -> None:
    assert cli.has_display(environment, tmp_path)


@pytest.mark.parametrize(
    "environment",
    [{}, {"DISPLAY": ""}, {"QT_QPA_PLATFORM": ""}, {"QT_QPA_PLATFORM": "xcb"}],
)
def test_there_is_none_where_nothing_names_one(environment: dict[str, str], tmp_path: Path) -> None:
    assert not cli.has_display(environment, tmp_path)


@pytest.mark.parametrize("name", [":7", ":7.0"])
def test_a_local_display_is_there_while_its_server_is(name: str, tmp_path: Path) -> None:
    assert not cli.has_display({"DISPLAY": name}, tmp_path)
    (tmp_path / ".X11-unix").mkdir()
    (tmp_path / ".X11-unix" / "X7").touch()
    assert cli.has_display({"DISPLAY": name}, tmp_path)


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_always_have_one(
    platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    assert cli.has_display({}, tmp_path)
