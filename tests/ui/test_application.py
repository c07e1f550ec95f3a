"""The start of the window: the modules that it does not import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROFILE = """version = 1
[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
"""

OPEN_AND_NAME_MODULES = """
import sys
from pathlib import Path
from app.runtime.single_instance import ProfileLock
from app.ui.application import run
from app.ui.event_loop import Lifecycle

def name_modules(self):
    print(*sys.modules)
    return 0

Lifecycle.run = name_modules
run(Path(sys.argv[1]), ProfileLock(Path(sys.argv[1])))
"""

NOT_NEEDED_TO_OPEN = {
    "app.client.security",
    "app.client.tls",
    "app.codegen",
    "app.server.encryption",
    "app.user_code.inspection",
    "app.user_code.loading",
    "app.user_code.template",
    "app.tls.local_ca",
    "app.tls.certificates",
    "app.ui.connections.columns_dialog",
    "app.ui.connections.send_dialog",
    "app.ui.console.connection_dialogs",
    "app.ui.console.history_popup",
    "app.ui.console.snippets_panel",
    "app.ui.listeners.copy_as",
    "app.ui.listener_form.form",
    "app.ui.command_palette.palette",
    "app.ui.help.about",
    "app.ui.help.guide",
    "app.ui.preferences.dialog",
    "app.ui.window.listener_choice",
    "app.ui.traffic.pane",
    "app.ui.traffic.recording_window",
    "cattrs",
    "psutil",
    "sqlite3",
    "tomlkit",
}
"""Each of these modules is slow to import. `cryptography` is not in the list, because Twisted's TCP
imports it. Coverage imports `sqlite3`, so the test runs without coverage.
"""


def test_the_window_opens_without_modules_that_are_needed_later(tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    folders = {f"XDG_{name}_HOME": str(tmp_path) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
    unmeasured = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    opened = subprocess.run(
        [sys.executable, "-c", OPEN_AND_NAME_MODULES, str(profile)],
        env={**unmeasured, **folders, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(opened.stdout.split())
    assert "app.ui.window.main_window" in imported
    assert imported & NOT_NEEDED_TO_OPEN == set()
