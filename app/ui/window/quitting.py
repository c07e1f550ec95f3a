"""The end of the program as the user asks for it: with live connections it is asked how.

Signals of the system do not come here: they end the program at once, see `Lifecycle`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.server.deck import Deck
from app.server.listener import Listener
from app.ui.event_loop import Lifecycle
from app.ui.listeners.closing_question import Closing, ClosingQuestion, connection_count
from app.ui.settings import Settings
from app.ui.widgets.banner import Banner


class Quitting(QObject):
    """Quits at once, or when the last connection has left."""

    def __init__(
        self,
        deck: Deck,
        lifecycle: Lifecycle,
        question: ClosingQuestion,
        banner: Banner,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._deck = deck
        self._lifecycle = lifecycle
        self._question = question
        self._banner = banner
        self._waits = False
        self.asks_to_save: Callable[[], bool] = lambda: False
        """Asks whether to save what is edited elsewhere. True if there is such a question; the user
        quits again after answering it."""

    def quit(self) -> None:
        """Quit. If there are unsaved edits or live connections, the user is asked first."""
        if self.asks_to_save():
            return
        self._question.ask(
            Closing.QUIT, self._deck.listeners, self._lifecycle.request_exit, drain=self._drain
        )

    def refresh(self) -> None:
        """Quit now if the last connection has left and the user waits for that."""
        if self._waits and not connection_count(self._deck.listeners):
            self._waits = False
            self._lifecycle.request_exit()

    def save_running(self, settings: Settings, profile: Path) -> None:
        """Save which listeners are on, for a start "as they were". Not during the exit."""
        if not self._lifecycle.is_ending:
            names = [each.spec.name for each in self._deck.listeners if each.is_on]
            settings.save_on(profile, names)

    def _drain(self) -> None:
        were_on = [each for each in self._deck.listeners if each.is_on]
        self._waits = True
        self._deck.drain(*were_on)
        self._banner.say(
            self.tr("Portdeck quits when the last connection has left ({0} now).").format(
                f"{connection_count(self._deck.listeners):,}"
            ),
            (self.tr("Quit now"), self._lifecycle.request_exit),
            (self.tr("Stay"), lambda: self._stay(were_on)),
        )

    def _stay(self, were_on: Sequence[Listener]) -> None:
        """Quit no more, and accept clients again."""
        self._waits = False
        self._deck.start(*(each for each in were_on if each in self._deck.listeners))
