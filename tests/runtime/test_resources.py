from __future__ import annotations

from pathlib import Path

import pytest

from app.runtime import resources


def lay_out(folder: Path) -> Path:
    """Puts one icon below `folder`."""
    icon = folder / "resources" / "icons" / "play.svg"
    icon.parent.mkdir(parents=True)
    icon.touch()
    return icon


def test_a_checkout_has_its_resources_beside_the_package(tmp_path: Path) -> None:
    icon = lay_out(tmp_path)

    assert resources.find(tmp_path / "app", "icons", "play.svg") == icon


def test_a_wheel_has_its_resources_inside_the_package(tmp_path: Path) -> None:
    lay_out(tmp_path)
    icon = lay_out(tmp_path / "app")

    assert resources.find(tmp_path / "app", "icons", "play.svg") == icon


def test_a_folder_beside_an_installed_package_is_not_ours(tmp_path: Path) -> None:
    lay_out(tmp_path)
    (tmp_path / "app" / "resources").mkdir(parents=True)

    with pytest.raises(resources.ResourceMissing):
        resources.find(tmp_path / "app", "icons", "play.svg")


def test_a_missing_resource_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "resources" / "style.qss"

    with pytest.raises(resources.ResourceMissing) as raised:
        resources.find(tmp_path / "app", "style.qss")

    assert str(raised.value) == f"{missing} is missing: install Portdeck again."


def test_this_checkout_finds_its_own() -> None:
    checkout = Path(__file__).parents[2]

    assert (
        resources.resource_path("portdeck.desktop") == checkout / "resources" / "portdeck.desktop"
    )
