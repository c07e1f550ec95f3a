"""The start of the window: the modules that it does not import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROFILE = """version = 1
[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
"""

OPEN_AND_NAME_MODULES = """
import sys
from pathlib import Path

import pytest
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
    "app.protocols.forward",
    "app.protocols.http",
    "app.protocols.websocket",
    "app.server.binder",
    "app.server.encryption",
    "app.server.sockets.listen",
    "app.server.udp",
    "app.user_code.inspection",
    "app.user_code.loading",
    "app.user_code.template",
    "app.user_code.tour",
    "app.tls.local_ca",
    "app.tls.certificates",
    "app.ui.connections.columns_dialog",
    "app.ui.connections.send_dialog",
    "app.ui.console.connection_dialogs",
    "app.ui.console.find_bar",
    "app.ui.console.history_popup",
    "app.ui.console.snippets_panel",
    "app.ui.listeners.copy_as",
    "app.ui.listener_form.form",
    "app.ui.command_palette.palette",
    "app.ui.help.about",
    "app.ui.help.guide",
    "app.ui.help.tour",
    "app.ui.settings_dialog.dialog",
    "app.ui.profiles.listener_choice",
    "app.ui.traffic.pane",
    "app.ui.widgets.passphrase_dialog",
    "app.ui.conversations.file_windows",
    "brotli",
    "cattrs",
    "h11",
    "numpy",
    "psutil",
    "pyqtgraph",
    "qtpy",
    "qtpy.QtCore",
    "sqlite3",
    "tomlkit",
    "twisted.application.service",
    "twisted.internet.endpoints",
    "wsproto",
    "zstandard",
}
"""Each of these modules is slow to import. Twisted's TCP imports `cryptography`, its Deferreds
`asyncio`, and its failures `http.client`, so these are not in the list. Coverage imports `sqlite3`,
so the test runs without coverage.
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


START_AND_NAME_LISTENERS = """
import sys
from pathlib import Path

import pytest
from app.runtime.single_instance import ProfileLock
from app.server.deck import Deck
from app.ui.application import run
from app.ui.event_loop import Lifecycle
from app.ui.settings import Settings, StartUp

profile = Path(sys.argv[1])
settings = Settings()
settings.start_up = StartUp(sys.argv[2])
settings.save_on(profile, ["Echo", "Gone"])
settings._store.sync()
Deck.start = lambda self, *listeners: print(*(each.spec.name for each in listeners))
Lifecycle.run = lambda self: self._reactor.runReturn() or 0
run(profile, ProfileLock(profile))
"""


@pytest.mark.parametrize(
    ("start_up", "started"), [("as_before", ["Auto", "Echo"]), ("marked", ["Auto"])]
)
def test_listeners_start_as_they_were_if_the_user_wants_that(
    tmp_path: Path, start_up: str, started: list[str]
) -> None:
    profile = tmp_path / "profile.toml"
    more = PROFILE.split("\n", 1)[1]
    auto = more.replace("Echo", "Auto") + "autostart = true\n"
    profile.write_text(PROFILE + more.replace("Echo", "Other") + auto, encoding="utf-8")
    places = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    run = subprocess.run(
        [sys.executable, "-c", START_AND_NAME_LISTENERS, str(profile), start_up],
        env=os.environ | dict.fromkeys(places, str(tmp_path)) | {"QT_QPA_PLATFORM": "offscreen"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == started
