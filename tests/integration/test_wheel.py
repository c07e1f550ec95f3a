"""The wheel, built as for a release and installed where the checkout is out of sight."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest

import app

CHECKOUT = Path(__file__).parent.parent.parent


def run(*command: str | Path, cwd: Path) -> str:
    """What `command` prints. Fails the test with all it said if it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation")
    run(*pip, "--no-index", "--wheel-dir", folder, CHECKOUT, cwd=folder)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel in it.

    It borrows the libraries of the one that runs this test. Of a folder that a `.pth` file names,
    Python reads no `.pth` file, so the editable install, which leads to the checkout, stays unseen.
    """
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    pip = (sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install")
    run(*pip, "--no-deps", "--no-index", wheel, cwd=folder)
    site_packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (site_packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return folder


def test_the_command_runs(environment: Path) -> None:
    said = run(environment / "bin" / "portdeck", "--version", cwd=environment)

    assert said == f"portdeck {app.__version__}"


def test_the_package_is_the_wheels_own_and_finds_its_resources(environment: Path) -> None:
    ask = "from app.runtime import resources; print(resources.resource_path('portdeck.desktop'))"
    found = Path(run(environment / "bin" / "python", "-c", ask, cwd=environment))

    assert found.parts[-3:] == ("app", "resources", "portdeck.desktop")
    assert found.is_relative_to(environment)


def test_it_holds_every_module_and_every_resource_but_the_screenshots(wheel: Path) -> None:
    folders = (CHECKOUT / "app", CHECKOUT / "resources")
    sources = {
        source.relative_to(CHECKOUT)
        for folder in folders
        for source in folder.rglob("*")
        if source.is_file() and source.suffix != ".pyc"
    }
    expected = {
        Path("app", source).as_posix() if source.parts[0] == "resources" else source.as_posix()
        for source in sources
        if source.parts[:2] != ("resources", "screenshots")
    }

    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert held == expected
