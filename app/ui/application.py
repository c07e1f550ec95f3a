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

from app import logs, resources
from app.claim import Claim
from app.client import (  # noqa: F401 - what the console consists of
    history_file,
    pasting,
    repeat,
    session,
    snippet_file,
    tabs_file,
    target_text,
    variables,
)
from app.client.history_file import HistoryFile
from app.client.snippet_file import SnippetFile
from app.client.tabs_file import TabsFile
from app.profile import (
    ProfileFile,
    exchange,  # noqa: F401 - as are all of these: what the window consists of
)
from app.server import audience, history, peer_process, rates  # noqa: F401
from app.server.changes import Changes
from app.server.deck import Deck
from app.traffic import party, quoting  # noqa: F401
from app.traffic.chunk_log import ChunkLog
from app.workspace import Workspace

# isort: split
# Only now Qt: once PySide is there, it reads the source of each module that is imported.
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication


def run(profile: Path, claim: Claim) -> int:
    """Open the window on `profile`, which is claimed; gives the exit code."""
    os.environ.setdefault("QT_API", "pyside6")
    app = QApplication(sys.argv[:1])
    app.setApplicationName("portdeck")
    app.setApplicationDisplayName("Portdeck")
    app.setDesktopFileName("portdeck")
    # A caret that blinks wakes an idle window six times a second, for as long as it has the focus.
    app.setCursorFlashTime(0)

    from app.ui.reactor import install

    reactor = install(app)

    from app.ui import appearance, language
    from app.ui.console.memory import Memory
    from app.ui.garbage import Garbage
    from app.ui.lifecycle import Lifecycle
    from app.ui.log.collector import Collector
    from app.ui.main_window import MainWindow
    from app.ui.settings import Settings
    from app.ui.ticker import Ticker

    app.setWindowIcon(QIcon(str(resources.path("icons", "portdeck.svg"))))
    ticker = Ticker(app)
    collector = Collector(lambda: reactor.callFromThread(ticker.wake))
    logs.begin(logs.file_handler(), collector)
    settings = Settings()
    appearance.use(app, settings.scheme)
    language.use(app, settings.language)
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
        memory=Memory(
            HistoryFile(history_file.default_path()),
            SnippetFile(snippet_file.default_path()),
            TabsFile(tabs_file.default_path(), file.path),
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
    ticker.add(Garbage())
    reactor.callWhenRunning(deck.start_automatic)
    reactor.callWhenRunning(claim.listen, reactor, window.come_forward)
    return lifecycle.run()
