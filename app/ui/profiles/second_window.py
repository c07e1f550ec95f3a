"""Another profile gets a window of its own, in a process of its own: what runs here goes on."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QProcess

import app

# In whatever folder it runs, `import app` must find this package and no other.
_COMMAND = """
import sys
root = sys.argv.pop(1)
sys.path.insert(0, root)
import app
sys.path.remove(root)
from app.cli import main
sys.exit(main())
"""


def open_window(profile: Path) -> int | None:
    """Start Portdeck on `profile`; its process number, or `None` if it does not start.

    If the profile has a window, that one comes to the front.
    """
    arguments = ["--profile", str(profile.absolute())]
    if not getattr(sys, "frozen", False):
        root = Path(app.__file__).absolute().parent.parent
        arguments = ["-P", "-c", _COMMAND, str(root), *arguments]
    has_started, number = QProcess.startDetached(sys.executable, arguments, "")
    return number if has_started else None
