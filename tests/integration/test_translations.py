"""Every text of the window is translated, and what Qt reads is made of what people write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_text_of_the_window_lacks_its_translation() -> None:
    command = [sys.executable, str(ROOT / ".ci" / "translations"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
