"""Notifications of the desktop for the events that the user chose.

They come only while the window is not in front: there, the same is on show already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary, WeakSet

from attrs import define
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from app.server.connections.owner import ConnectionOwner
from app.server.listener import Listener, State
from app.server.monitor import ChangeBatch
from app.ui.desktop.tray import Tray
from app.ui.settings import Notice, Settings
from app.ui.widgets.translation import translated

if TYPE_CHECKING:  # the rules are slow to import, and few windows need them
    from app.rules.running import RunningRule

SHOWN_MS = 8_000
RULE_SECONDS: Final = 30.0
"""A rule is notified at most so often; the next notification counts what was left out."""

MOST_AT_ONCE = 3
"""So many notifications come from one batch of changes; the rest is counted in the last one."""

_NO_MARKUP = str.maketrans({"<": "\u2039", ">": "\u203a", "&": "\uff06"})
"""Some desktops read a notification as markup, others do not. These letters look alike in both."""


class Notifications(QObject):
    """Watches the batches of changes, and notifies through the icon of a tray."""

    def __init__(
        self,
        tray: Tray,
        settings: Settings,
        window: QWidget,
        show: Callable[[str, str, bool], object] | None = None,
        *,
        seconds: Callable[[], float],
        listeners: Callable[[], Iterable[Listener]],
    ) -> None:
        """`show` shows a title and a text, and whether it is a failure; by default the tray's icon
        does. `listeners` gives those whose rules are watched."""
        super().__init__(window)
        self._tray = tray
        self._settings = settings
        self._window = window
        self._show = show or self._show_by_tray
        self._states: WeakKeyDictionary[Listener, State] = WeakKeyDictionary()
        self._with_clients: WeakSet[ConnectionOwner] = WeakSet()
        self._rules = RuleWatch(seconds, listeners)

    def refresh(self, batch: ChangeBatch) -> None:
        """Notify of what `batch` brought."""
        failed = [each for each in batch.listeners if self._has_failed(each)]
        first = []
        for connection in batch.opened:
            if connection.factory not in self._with_clients:
                self._with_clients.add(connection.factory)
                first.append((connection.factory.spec.name, connection.peer))
        is_watched = self._settings.notifies(Notice.RULE_HIT)
        if self._window.isActiveWindow() or not self._tray.is_shown:
            if is_watched:
                self._rules.skip()
            return
        if is_watched:
            title = self.tr("{0}: rule {1} matched")
            one, many = self.tr("Once."), self.tr("{0} times.")
            self._notify(
                [
                    (
                        title.format(name, translated(rule)),
                        one if count == 1 else many.format(f"{count:,}"),
                    )
                    for name, rule, count in self._rules.hits()
                ],
                False,
            )
        if self._settings.notifies(Notice.FAILED):
            title = self.tr("{0} failed")
            self._notify(
                [(title.format(each.spec.name), translated(each.reason)) for each in failed], True
            )
        if self._settings.notifies(Notice.FIRST_CLIENT):
            title, text = self.tr("{0}: the first client"), self.tr("{0} is connected.")
            self._notify([(title.format(name), text.format(peer)) for name, peer in first], False)

    def _has_failed(self, listener: Listener) -> bool:
        """Whether it has failed since the last call."""
        before = self._states.get(listener)
        self._states[listener] = listener.state
        return listener.state is State.FAILED and before is not State.FAILED

    def _notify(self, notes: list[tuple[str, str]], is_failure: bool) -> None:
        for number, (title, text) in enumerate(notes[:MOST_AT_ONCE], 1):
            more = len(notes) - MOST_AT_ONCE
            if number == MOST_AT_ONCE and more > 0:
                text = f"{text}\n{self.tr('… and {0} more like it').format(more)}"
            self._show(title.translate(_NO_MARKUP), text.translate(_NO_MARKUP), is_failure)

    def _show_by_tray(self, title: str, text: str, is_failure: bool) -> None:
        icons = QSystemTrayIcon.MessageIcon
        icon = icons.Warning if is_failure else icons.Information
        self._tray.icon.showMessage(title, text, icon, SHOWN_MS)


@define
class _Watched:
    """What is known of one rule."""

    hits: int
    notified_at: float = float("-inf")


class RuleWatch:
    """Tells which rules matched since they were looked at, each at most every `RULE_SECONDS`."""

    def __init__(
        self, seconds: Callable[[], float], listeners: Callable[[], Iterable[Listener]]
    ) -> None:
        self._seconds = seconds
        self._listeners = listeners
        self._watched: dict[int, tuple[RunningRule, _Watched]] = {}

    def hits(self) -> Iterator[tuple[str, str, int]]:
        """The listener, the rule and the number of hits of each that matched."""
        now = self._seconds()
        for name, rule, watched in self._look():
            more = rule.hits - watched.hits
            if more > 0 and now - watched.notified_at >= RULE_SECONDS:
                watched.hits, watched.notified_at = rule.hits, now
                yield name, rule.label, more
            elif more < 0:  # the counts were reset
                watched.hits = rule.hits

    def skip(self) -> None:
        """Leave out the hits up to now: they are on show already."""
        for _, rule, watched in self._look():
            watched.hits = rule.hits

    def _look(self) -> Iterator[tuple[str, RunningRule, _Watched]]:
        """Every running rule. What is known of the others is forgotten."""
        before, self._watched = self._watched, {}
        for listener in self._listeners():
            for rule in _running_rules(listener):
                # By identity: a rule can be equal to another one of its listener.
                kept = before.get(id(rule))
                entry = kept if kept is not None and kept[0] is rule else (rule, _Watched(0))
                self._watched[id(rule)] = entry
                yield listener.spec.name, rule, entry[1]


def _running_rules(listener: Listener) -> Iterable[RunningRule]:
    if not listener.can_stop:
        return ()
    from app.rules.running import RunningRules  # imported late: slow, and few listeners need it

    running = listener.part("rules", RunningRules)
    return () if running is None else running.rules
