"""Which commands on listeners have an effect now, and how many listeners each affects."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction

from app.server.listener import Listener
from app.server.program_listener import is_program_entry
from app.ui.commands import Commands
from app.ui.style.icons import Icons


def update_enabled(
    commands: Commands, icons: Icons, listeners: Sequence[Listener], marked: Sequence[Listener]
) -> None:
    """Enable the commands that have an effect now, and show the number of listeners in each."""
    one = len(marked) == 1
    # A place of a program is no entry of the profile; it can only be switched.
    own = [each for each in marked if each in listeners]
    has_socket = one and not is_program_entry(marked[0])
    commands.edit.setEnabled(one and bool(own))
    commands.faults.setEnabled(one and bool(own))
    protocol = own[0].spec.protocol if one and own else ""
    commands.rules.setEnabled(protocol in ("replies", "forward"))
    commands.held.setEnabled(protocol == "forward")
    commands.open_in_console.setEnabled(has_socket)
    commands.copy_listener_address.setEnabled(one)
    commands.listener_traffic.setEnabled(has_socket)
    commands.send_to_listener.setEnabled(has_socket and marked[0].is_on)
    _show_toggle(commands, icons, marked)
    translate = QCoreApplication.translate
    _show(commands.drain, marked, _can_drain, translate("Commands", "Drain"))
    _show(commands.restart, marked, _can_stop, translate("Commands", "Restart"))
    _show(commands.reload, own, can_reload, translate("Commands", "Reload the code"))
    _show(commands.duplicate, own, _always, translate("Commands", "Duplicate"))
    _show(commands.remove, own, _always, translate("Commands", "Remove"))
    places = [index for index, each in enumerate(listeners) if each in marked]
    commands.move_up.setEnabled(bool(places) and places[0] > 0)
    commands.move_down.setEnabled(bool(places) and places[-1] < len(listeners) - 1)
    _show_all(commands, listeners, marked)


def targets_of_all(listeners: Sequence[Listener], marked: Sequence[Listener]) -> Sequence[Listener]:
    """The listeners for “Start all” and “Stop all”: the marked ones if several, or all."""
    return marked if len(marked) > 1 else listeners


def can_reload(listener: Listener) -> bool:
    """Whether it runs user code that can be loaded again."""
    return listener.can_drain and not listener.is_stale and listener.has_user_code


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
    """Update “Start all” and “Stop all”."""
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
    text: str,
) -> None:
    count = sum(map(can, marked))
    action.setEnabled(count > 0)
    action.setText(f"{text} ({count})" if len(marked) > 1 and count else text)


def _can_drain(listener: Listener) -> bool:
    return listener.can_drain


def _can_stop(listener: Listener) -> bool:
    return listener.can_stop


def _always(_: Listener) -> bool:
    return True
