"""The start of the window, in stages whose order matters.

First whatever needs no Qt. Then `QApplication`, then the reactor, and only then anything that
imports `twisted.internet.reactor`. After that: the log, the deck, the profile, the window; then
both loops run until `Lifecycle` has ended first Twisted's and then Qt's.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import twisted.internet.posixbase  # noqa: F401 - the largest part of the reactor

# Imported before Qt although only the window uses them: once PySide is there, it reads the source
# of each module that is imported.
from app.client import history, repeat, saved_tabs, session, snippets  # noqa: F401
from app.client.history import HistoryFile
from app.client.saved_tabs import SavedTabsFile
from app.client.snippets import SnippetFile
from app.profile import ProfileFile
from app.runtime import logs, resources
from app.runtime.single_instance import ProfileLock
from app.server import broadcast, peer_process  # noqa: F401
from app.server.deck import Deck
from app.server.monitor import Changes
from app.server.workspace import Workspace
from app.text import hex  # noqa: F401
from app.traffic import connection_info  # noqa: F401
from app.traffic.chunk_log import ChunkLog

# isort: split
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication


def run(profile: Path, lock: ProfileLock) -> int:
    """Open the window on `profile`, whose `lock` this process holds; the exit code."""
    os.environ.setdefault("QT_API", "pyside6")
    app = QApplication(sys.argv[:1])
    app.setApplicationName("portdeck")
    app.setApplicationDisplayName("Portdeck")
    app.setDesktopFileName("portdeck")
    # A caret that blinks wakes an idle window six times a second, for as long as it has the focus.
    app.setCursorFlashTime(0)

    from app.ui.reactor.reactor import install

    reactor = install(app)

    from app.ui.console.saved_state import ConsoleState
    from app.ui.event_loop import GarbageCollection, Lifecycle, Ticker
    from app.ui.settings import Settings, apply_language
    from app.ui.style import theme
    from app.ui.window.log_pane import Collector
    from app.ui.window.main_window import MainWindow

    app.setWindowIcon(QIcon(str(resources.resource_path("icons", "portdeck.svg"))))
    ticker = Ticker(app)
    collector = Collector(lambda: reactor.callFromThread(ticker.wake))
    logs.begin(logs.file_handler(), collector)
    settings = Settings()
    theme.apply_scheme(app, settings.scheme)
    apply_language(app, settings.language)
    changes = Changes(ticker.wake)
    traffic = ChunkLog(ticker.wake)
    file = ProfileFile(profile)
    deck = Deck(
        reactor,
        changes,
        tap=traffic.append,
        folder=file.path.parent,
        loading=lambda path: window.show_loading(path),
    )
    workspace = Workspace(deck, file)
    workspace.load()
    lifecycle = Lifecycle(app, reactor, deck.close)
    window = MainWindow(
        reactor=reactor,
        workspace=workspace,
        changes=changes,
        ticker=ticker,
        collector=collector,
        traffic=traffic,
        settings=settings,
        memory=ConsoleState(
            HistoryFile(history.default_path()),
            SnippetFile(snippets.default_path()),
            SavedTabsFile(saved_tabs.default_path(), file.path),
            settings,
            app,
        ),
        lifecycle=lifecycle,
    )
    # Only now: before there is a window, whatever fails is for the terminal.
    sys.excepthook = logs.log_uncaught
    window.show()
    # What there is by now stays until the end: the collector, each time it runs, may skip it.
    gc.freeze()
    ticker.add(GarbageCollection())
    reactor.callWhenRunning(deck.start_automatic)
    reactor.callWhenRunning(lock.listen, reactor, window.come_forward)
    return lifecycle.run()
