"""The question before live connections are closed: how many, now or after they have left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

from app.server.listener import Listener
from app.ui.settings import Settings
from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.plain_text import message_box

Act = Callable[[], object]


class Closing(Enum):
    """The command that would close connections."""

    STOP = "stop"
    RESTART = "restart"
    REMOVE = "remove"
    QUIT = "quit"


class ClosingQuestion(QObject):
    """Asks before a command closes connections, unless the user wants no questions."""

    def __init__(self, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._settings = settings
        self._window = window

    def ask(
        self,
        closing: Closing,
        listeners: Sequence[Listener],
        act: Act,
        *,
        drain: Act | None = None,
    ) -> None:
        """Call `act`, at once if none of `listeners` has a connection, or when the user says so.

        `drain` is offered as the other way, if one of them can drain.
        """
        count = connection_count(listeners)
        if not count or not self._settings.asks_before_closing:
            act()
            return
        box = message_box(
            self._window,
            self._title(closing),
            self._text(closing, listeners, count),
            icon=QMessageBox.Icon.Warning,
            buttons=QMessageBox.StandardButton.Cancel,
        )
        now = box.addButton(self._now(closing), QMessageBox.ButtonRole.DestructiveRole)
        now.setProperty("kind", "danger")
        now.clicked.connect(act)
        first = now
        if drain is not None and any(each.can_drain for each in listeners):
            first = box.addButton(self._drain(closing), QMessageBox.ButtonRole.AcceptRole)
            first.clicked.connect(drain)
        box.setDefaultButton(first)
        if closing is not Closing.QUIT:
            self._add_choice(box)
        open_modal(box)

    def _add_choice(self, box: QMessageBox) -> None:
        silence = QCheckBox(self.tr("Do not ask again (Settings, Start and end)"))
        box.setCheckBox(silence)

        def save(button: object) -> None:
            is_cancel = button is box.button(QMessageBox.StandardButton.Cancel)
            if silence.isChecked() and not is_cancel:
                self._settings.asks_before_closing = False

        box.buttonClicked.connect(save)

    def _title(self, closing: Closing) -> str:
        return {
            Closing.STOP: self.tr("Stop"),
            Closing.RESTART: self.tr("Restart"),
            Closing.REMOVE: self.tr("Remove"),
            Closing.QUIT: self.tr("Quit"),
        }[closing]

    def _now(self, closing: Closing) -> str:
        return {
            Closing.STOP: self.tr("Stop now"),
            Closing.RESTART: self.tr("Restart now"),
            Closing.REMOVE: self.tr("Remove now"),
            Closing.QUIT: self.tr("Quit now"),
        }[closing]

    def _drain(self, closing: Closing) -> str:
        return {
            Closing.STOP: self.tr("Drain"),
            Closing.RESTART: self.tr("Drain, then start"),
            Closing.REMOVE: self.tr("Drain, then remove"),
            Closing.QUIT: self.tr("Drain, then quit"),
        }[closing]

    def _text(self, closing: Closing, listeners: Sequence[Listener], count: int) -> str:
        busy = [each for each in listeners if each.connection_count]
        if len(busy) == 1:
            one, many = self.tr("{0} has 1 connection."), self.tr("{0} has {1} connections.")
            said = (one if count == 1 else many).format(busy[0].spec.name, f"{count:,}")
        else:
            words = self.tr("{0} listeners have {1} connections.")
            said = words.format(len(busy), f"{count:,}")
        then = {
            Closing.STOP: self.tr("Stopping closes them at once."),
            Closing.RESTART: self.tr("A restart closes them at once."),
            Closing.REMOVE: self.tr(
                "Removing closes them at once, and Undo does not restore them."
            ),
            Closing.QUIT: self.tr("Quitting closes them at once."),
        }[closing]
        wait = self.tr("Draining accepts nobody more and waits until they have left.")
        can_wait = any(each.can_drain for each in busy)
        said = self.tr("{0} {1}", "two sentences").format(said, then)
        return f"{said}\n\n{wait}" if can_wait else said


def connection_count(listeners: Iterable[Listener]) -> int:
    """The number of live connections of `listeners` together."""
    return sum(each.connection_count for each in listeners)
