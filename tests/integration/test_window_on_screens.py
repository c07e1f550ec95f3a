"""The real program on small and on dense screens: its window opens inside of them."""

from __future__ import annotations

import sys
from shutil import which

import pytest

from tests.portdeck_process import PortdeckProcess
from tests.screen import Screen

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not which("Xvfb") or not which("xdotool"),
    reason="needs Xvfb and xdotool",
)

EMPTY = "version = 1\n"


@pytest.mark.parametrize(
    ("width", "height", "scale"),
    [(1366, 768, 1.5), (2560, 1440, 2.0), (1280, 800, 1.0), (1400, 900, 2.0)],
)
def test_the_window_opens_inside_the_screen(width: int, height: int, scale: float) -> None:
    with (
        Screen(width, height) as screen,
        PortdeckProcess(screen, EMPTY, environment={"QT_SCALE_FACTOR": str(scale)}) as portdeck,
    ):
        found = screen.xdotool("getwindowgeometry", "--shell", portdeck.window(screen))
        place = dict(line.split("=") for line in found.splitlines())
        left, top, wide, high = (int(place[name]) for name in ("X", "Y", "WIDTH", "HEIGHT"))
    assert left >= 0
    assert top >= 0
    assert left + wide <= width
    assert top + high <= height
