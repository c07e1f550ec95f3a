"""The start of the window. The order of its stages matters.

First come the modules that need no Qt. Then `QApplication` is made and the reactor is installed.
Only then may a module import `twisted.internet.reactor`. The log, the deck, the profile and the
window follow. Both event loops run until `Lifecycle` ends first the reactor and then Qt.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import twisted.internet.posixbase  # noqa: F401 - the largest part of the reactor

# Imported before Qt although only the window uses them. Imports are slower after PySide is loaded,
# because PySide reads the source of each imported module.
from app.client import repeat, session  # noqa: F401
from app.client.saved import history, snippets, tabs
from app.client.saved.history import HistoryFile
from app.client.saved.snippets import SnippetFile
from app.client.saved.tabs import SavedTabsFile
from app.profile import ProfileFile
from app.runtime import logs, resources
from app.runtime.single_instance import ProfileLock
from app.server.deck import Deck
from app.server.monitor import Changes
from app.server.workspace import Workspace
from app.text import hex  # noqa: F401
from app.traffic import connection_info  # noqa: F401
from app.traffic.chunk_log import ChunkLog
from app.user_code.trust import Trust

# isort: split
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from app.ui.widgets.passphrase_dialog import PassphraseQuestions
    from app.ui.window.main_window import MainWindow


def run(profile: Path, lock: ProfileLock, *, hidden: bool = False) -> int:
    """Open the window on `profile`, whose `lock` this process holds. Return the exit code.

    If it is `hidden`, it is only in the tray, unless the desktop has none.
    """
    os.environ.setdefault("QT_API", "pyside6")
    app = QApplication(sys.argv[:1])
    app.setApplicationName("portdeck")
    app.setApplicationDisplayName("Portdeck")
    app.setDesktopFileName("portdeck")
    # A blinking caret would wake an idle window six times a second while it has the focus.
    app.setCursorFlashTime(0)

    from app.ui.reactor.reactor import install

    reactor = install(app)

    from app.ui.console.saved_state import ConsoleState
    from app.ui.event_loop import GarbageCollection, Lifecycle, Ticker
    from app.ui.settings import Settings, StartUp
    from app.ui.settings_dialog.appearance import Appearance
    from app.ui.style.theme import Theme
    from app.ui.traffic.connection_names import ConnectionTracker
    from app.ui.widgets.translation import apply_language
    from app.ui.window.main_window import MainWindow

    app.setWindowIcon(QIcon(str(resources.resource_path("icons", "portdeck.svg"))))
    ticker = Ticker(app, is_busy=lambda: reactor.is_busy)
    collector = logs.Collector(lambda: reactor.callFromThread(ticker.wake))
    logs.begin(logs.file_handler(), collector)
    settings = Settings()
    logging.getLogger().setLevel(settings.log_level)
    Appearance(Theme.of(app), settings).apply()
    apply_language(app, settings.language)
    traffic = ChunkLog(ticker.wake)
    tracker = ConnectionTracker(traffic)
    changes = Changes(ticker.wake, tracker)
    file = ProfileFile(profile)

    def before_load(path: Path) -> None:
        workspace.require_trust(path)
        holder.window.show_loading(path)

    @cache
    def passphrase_questions() -> PassphraseQuestions:
        # Imported at the first question: few profiles have an encrypted key.
        from app.ui.widgets.passphrase_dialog import PassphraseQuestions

        return PassphraseQuestions(lambda: holder.window)

    deck = Deck(
        reactor,
        changes,
        tap=traffic.append,
        folder=file.path.parent,
        loading=before_load,
        ask_passphrases=lambda problem: passphrase_questions().ask(problem),
    )
    workspace = Workspace(deck, file, Trust())
    workspace.load()
    lifecycle = Lifecycle(app, reactor, deck.close)
    saved_state = ConsoleState(
        HistoryFile(history.default_path()),
        SnippetFile(snippets.default_path()),
        SavedTabsFile(tabs.default_path(), file.path),
        settings,
        app,
    )

    def make_window() -> MainWindow:
        return MainWindow(
            reactor=reactor,
            workspace=workspace,
            changes=changes,
            ticker=ticker,
            collector=collector,
            traffic=traffic,
            settings=settings,
            saved_state=saved_state,
            lifecycle=lifecycle,
            tracker=tracker,
        )

    holder = WindowHolder(
        make_window, lambda: apply_language(app, settings.language), hidden=hidden
    )
    # Set only now: before the window exists, an error goes to the terminal.
    sys.excepthook = logs.log_uncaught
    # The objects that exist then live until the end, so each garbage collection may skip them.
    holder.window.completed.connect(gc.freeze)
    ticker.add(GarbageCollection())
    reactor.callWhenRunning(deck.start_automatic)
    if settings.start_up is StartUp.AS_BEFORE:
        were_on = settings.were_on(file.path)  # read now: the window saves what is on from now on
        as_before = [each for each in deck.listeners if each.spec.name in were_on]
        reactor.callWhenRunning(deck.start, *as_before)
    reactor.callWhenRunning(lock.listen, reactor, holder.bring_to_front)
    return lifecycle.run()


class WindowHolder:
    """Holds the main window, and replaces it when another language is chosen."""

    def __init__(
        self,
        make: Callable[[], MainWindow],
        apply_language: Callable[[], None],
        *,
        hidden: bool = False,
    ) -> None:
        """Open the window that `make` makes; `hidden`, only in the tray if there is one.

        `apply_language` installs the chosen language.
        """
        self._make = make
        self._apply_language = apply_language
        self.window = self._open(hidden=hidden)

    def bring_to_front(self, token: str = "") -> None:
        """Raise the window; see `MainWindow.bring_to_front`."""
        self.window.bring_to_front(token)

    def _open(self, *, hidden: bool = False) -> MainWindow:
        window = self._make()
        window.completed.connect(lambda: window.rest.language_change.wanted.connect(self._renew))
        if hidden:
            window.rest.tray.wait(otherwise=window.showMinimized)
        else:
            window.show()
        return window

    def _renew(self) -> None:
        gc.unfreeze()  # or the memory of the old window would be lost
        guide_place = self.window.rest.help.guide_place()
        self.window.retire()
        self._apply_language()
        self.window = self._open()
        if guide_place:
            self.window.rest.help.show_guide(*guide_place)
        self.window.rest.open_settings("language")
