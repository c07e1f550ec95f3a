"""Whether there is a screen to open a window on."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path


def is_there(environment: Mapping[str, str] = os.environ, sockets: Path = Path("/tmp")) -> bool:
    """False where Qt would end the process because it finds no display to connect to.

    `sockets` is the folder of `.X11-unix`, where local X servers keep theirs.
    """
    if sys.platform in ("win32", "darwin"):
        return True
    platform = environment.get("QT_QPA_PLATFORM") or "xcb"
    if not platform.startswith(("xcb", "wayland")) or environment.get("WAYLAND_DISPLAY"):
        return True
    display = environment.get("DISPLAY", "")
    local = re.fullmatch(r":(\d+)(\.\d+)?", display)
    if local is None:
        return bool(display)
    return (sockets / ".X11-unix" / f"X{local[1]}").exists()
