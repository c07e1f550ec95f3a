"""What can be done with the marked listeners now: which commands work, and what they are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction

from app.own_protocol import is_own
from app.server.listener import Listener
from app.ui.commands import Commands
from app.ui.icons import Icons


def targets_of_all(listeners: Sequence[Listener], marked: Sequence[Listener]) -> Sequence[Listener]:
    """Whom “Start all” and “Stop all” mean: the marked ones where there are several, or all."""
    return marked if len(marked) > 1 else listeners


def can_reload(listener: Listener) -> bool:
    """Whether it serves with code of the user's own, which may be another by now."""
    return listener.can_drain and not listener.is_stale and is_own(listener.spec.protocol)


def show_possible(
    commands: Commands, icons: Icons, listeners: Sequence[Listener], marked: Sequence[Listener]
) -> None:
    """Enable the commands that do something now, and say in each to how many."""
    one = len(marked) == 1
    commands.edit.setEnabled(one)
    commands.talk.setEnabled(one)
    commands.send_all.setEnabled(one and marked[0].is_on)
    _show_toggle(commands, icons, marked)
    translate = QCoreApplication.translate
    _show(commands.drain, marked, _can_drain, translate("Commands", "Drain"))
    _show(commands.restart, marked, _can_stop, translate("Commands", "Restart"))
    _show(commands.reload, marked, can_reload, translate("Commands", "Reload the code"))
    _show(commands.duplicate, marked, _always, translate("Commands", "Duplicate"))
    _show(commands.remove, marked, _always, translate("Commands", "Remove"))
    places = [index for index, each in enumerate(listeners) if each in marked]
    commands.move_up.setEnabled(bool(places) and places[0] > 0)
    commands.move_down.setEnabled(bool(places) and places[-1] < len(listeners) - 1)
    _show_all(commands, listeners, marked)


def _show_toggle(commands: Commands, icons: Icons, marked: Sequence[Listener]) -> None:
    stops = any(each.can_stop for each in marked)
    if stops:
        stop = QCoreApplication.translate("Commands", "Stop")
        _show(commands.toggle, marked, _can_stop, stop)
    else:
        _show(commands.toggle, marked, _always, QCoreApplication.translate("Commands", "Start"))
    icons.give(commands.toggle, "stop" if stops else "start")


def _show_all(
    commands: Commands, listeners: Sequence[Listener], marked: Sequence[Listener]
) -> None:
    """The two that act on all, or on the marked ones where there are several."""
    targets = targets_of_all(listeners, marked)
    start, stop = commands.start_all, commands.stop_all
    start.setEnabled(not all(each.is_on for each in targets))
    stop.setEnabled(any(each.can_stop for each in targets))
    if targets is marked:
        words = QCoreApplication.translate("Commands", "Start {0} marked")
        start.setText(words.format(len(marked)))
        words = QCoreApplication.translate("Commands", "Stop {0} marked")
        stop.setText(words.format(len(marked)))
    else:
        start.setText(QCoreApplication.translate("Commands", "Start all"))
        stop.setText(QCoreApplication.translate("Commands", "Stop all"))


def _show(
    action: QAction,
    marked: Sequence[Listener],
    can: Callable[[Listener], bool],
    word: str,
) -> None:
    count = sum(map(can, marked))
    action.setEnabled(count > 0)
    action.setText(f"{word} ({count})" if len(marked) > 1 and count else word)


def _can_drain(listener: Listener) -> bool:
    return listener.can_drain


def _can_stop(listener: Listener) -> bool:
    return listener.can_stop


def _always(_: Listener) -> bool:
    return True
