"""The tray icon of the real program, on a desktop that has a tray."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from shutil import which

import pytest

from tests.integration.programs import PATIENCE_SECONDS
from tests.portdeck_process import ROOT, PortdeckProcess
from tests.screen import Screen

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not which("Xvfb") or not which("dbus-daemon"),
    reason="needs Xvfb and a D-Bus daemon",
)

PROFILE = """version = 1
[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
"""
ITEM = re.compile(r'int32 (\d+)\s+array \[\s+dict entry\(\s+string "enabled".*?string "label"\s+'
                  r'variant\s+string "([^"]*)"', re.DOTALL)  # fmt: skip
POLL_SECONDS = 0.1


class TrayMenu:
    """The menu of the icon, as a desktop sees and clicks it."""

    def __init__(self, bus: dict[str, str], name: str) -> None:
        self._bus = bus
        self._name = name

    def items(self) -> dict[str, int]:
        """The numbers of the items by their texts."""
        self._call("AboutToShow", "int32:0")
        layout = self._call("GetLayout", "int32:0", "int32:-1", "array:string:")
        return {label.replace("_", ""): int(number) for number, label in ITEM.findall(layout)}

    def click(self, start: str) -> None:
        """Click the item whose text begins like this."""
        (number,) = [each for text, each in self.items().items() if text.startswith(start)]
        self._call("Event", f"int32:{number}", "string:clicked", "variant:int32:0", "uint32:0")

    def _call(self, method: str, *arguments: str) -> str:
        command = ["dbus-send", "--session", "--print-reply", f"--dest={self._name}"]
        done = subprocess.run(
            [*command, "/MenuBar", f"com.canonical.dbusmenu.{method}", *arguments],
            env=self._bus,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        return done.stdout


@pytest.fixture
def desktop() -> Iterator[tuple[Screen, dict[str, str], subprocess.Popen[str]]]:
    """A screen, the environment of its session bus, and the tray on it."""
    with Screen(1280, 800) as screen:
        daemon = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert daemon.stdout is not None
        bus = {"DBUS_SESSION_BUS_ADDRESS": daemon.stdout.readline().strip()}
        tray = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.tray_host"],
            cwd=ROOT,
            env=screen.environment | bus,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert tray.stdout is not None
        tray.stdout.readline()
        yield screen, bus, tray
        for each in (tray, daemon):
            each.terminate()
            each.communicate()


def test_the_tray_starts_a_listener_and_quits(
    desktop: tuple[Screen, dict[str, str], subprocess.Popen[str]],
) -> None:
    screen, bus, tray = desktop
    with PortdeckProcess(screen, PROFILE, environment=bus) as portdeck:
        assert tray.stdout is not None
        menu = TrayMenu(screen.environment | bus, tray.stdout.readline().strip())
        assert any(each.startswith("Echo") for each in menu.items())
        menu.click("Echo")
        portdeck.wait_until_listening(1)
        menu.click("Echo")
        _wait_for(lambda: not portdeck.listening())
        menu.click("Quit")
        assert portdeck.process.wait(PATIENCE_SECONDS) == 0


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(POLL_SECONDS)
