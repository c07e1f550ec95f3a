"""What one does with listeners: make, change, copy, move, remove and bring back, start and stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.profile import ListenerSpec
from app.server.listener import Listener
from app.server.workspace import Removal, Workspace
from app.ui.commands import Commands
from app.ui.listeners.panel import ListenersPanel
from app.ui.listeners.row import RowAction, RowOffer
from app.ui.profile_commands import ProfileCommands
from app.ui.style.icons import Icons
from app.ui.widgets.banner import Banner
from app.ui.widgets.dialogs import open_modal
from app.user_code.reference import is_user_code

if TYPE_CHECKING:
    from app.ui.listener_form.form import ListenerForm
    from app.ui.listeners.copy_as import CopyAsMenu


# MERGED ui/listeners/possible: What can be done with the marked listeners now: which commands work, and what they are called.


def targets_of_all(listeners: Sequence[Listener], marked: Sequence[Listener]) -> Sequence[Listener]:
    """Whom “Start all” and “Stop all” mean: the marked ones where there are several, or all."""
    return marked if len(marked) > 1 else listeners


def can_reload(listener: Listener) -> bool:
    """Whether it serves with code of the user's own, which may be another by now."""
    return listener.can_drain and not listener.is_stale and is_user_code(listener.spec.protocol)


def update_enabled(
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


UNDO_SECONDS = 15.0
NOTICE_SECONDS = 6.0


class ListenerActions(QObject):
    """Acts on the listeners that are marked in a panel, and says through a banner what it did."""

    deck_changed = Signal()
    """The listeners of the deck are other ones."""

    def __init__(
        self,
        workspace: Workspace,
        panel: ListenersPanel,
        banner: Banner,
        profile: ProfileCommands,
        window: QWidget,
    ) -> None:
        """`profile` tells why a change is not saved; forms open over `window`."""
        super().__init__(window)
        self._workspace = workspace
        self._deck = workspace.deck
        self._panel = panel
        self._banner = banner
        self._profile = profile
        self._window = window
        self._removed: list[Removal] = []

    @property
    def can_undo(self) -> bool:
        """Whether there are removed listeners to bring back."""
        return bool(self._removed)

    def new(self) -> None:
        """Ask for a new listener."""
        form = self._form([each.spec for each in self._deck.listeners])
        form.accepted.connect(lambda: self._add(form.spec()))
        open_modal(form)

    def edit(self) -> None:
        """Ask what the chosen listener shall be."""
        listener = self._panel.chosen
        if listener is None:
            return
        others = [each.spec for each in self._deck.listeners if each is not listener]
        form = self._form(others, listener.spec, running=listener.running_spec)
        form.accepted.connect(lambda: self._change(listener, form.spec(), restart=form.restarts))
        open_modal(form)

    def remove(self) -> None:
        """Take the marked listeners away, and offer to bring them back."""
        marked = self._panel.marked
        if not marked:
            return
        self._removed.append(self._workspace.remove(*marked))
        self.deck_changed.emit()
        if len(marked) == 1:
            words = self.tr("{0} was removed.").format(marked[0].spec.name)
        else:
            words = self.tr("{0} listeners were removed.").format(len(marked))
        self._banner.say(words, (self.tr("Undo"), self.undo), seconds=UNDO_SECONDS)
        self._profile.show_trouble()

    def undo(self) -> None:
        """Bring back what was removed last."""
        if self._removed:
            restored = self._workspace.restore(self._removed.pop())
            self._banner.dismiss()
            self._show_new(restored)

    def duplicate(self) -> None:
        """A stopped twin of each marked listener, in a place of its own."""
        if marked := self._panel.marked:
            self._show_new([self._workspace.duplicate(each) for each in marked])

    def move(self, by: int) -> None:
        """Move the marked listeners up (-1) or down (+1)."""
        if self._workspace.move(self._panel.marked, by):
            self.deck_changed.emit()
            self._profile.show_trouble()

    def place(self, listener: Listener, gap: int) -> None:
        """Move `listener` to where `gap` others, or it itself, are above it."""
        if listener in self._deck.listeners:
            self._workspace.place(listener, gap)
            self.deck_changed.emit()
            self._profile.show_trouble()

    def toggle(self) -> None:
        """Stop those of the marked listeners that can be, or start them all."""
        marked = self._panel.marked
        if on := [each for each in marked if each.can_stop]:
            self._deck.stop(*on)
        else:
            self._deck.start(*marked)

    def switch(self, listener: Listener, on: bool) -> None:
        """Start or stop `listener`."""
        if on:
            self._deck.start(listener)
        else:
            self._deck.stop(listener)

    def start_all(self) -> None:
        """Start all listeners, or the marked ones where there are several."""
        self._deck.start(*targets_of_all(self._deck.listeners, self._panel.marked))

    def stop_all(self) -> None:
        """Stop all listeners, or the marked ones where there are several."""
        targets = targets_of_all(self._deck.listeners, self._panel.marked)
        self._deck.stop(*(each for each in targets if each.can_stop))

    def drain(self) -> None:
        """Have the marked listeners accept nobody more, and stop when their peers have gone."""
        self._deck.drain(*(each for each in self._panel.marked if each.can_drain))

    def restart(self) -> None:
        """Stop those of the marked listeners that are on, and start them again."""
        self._deck.restart(*(each for each in self._panel.marked if each.can_stop))

    def take_offer(self, listener: Listener, offer: RowOffer) -> None:
        """Do what the row of `listener` offered."""
        match offer.deed:
            case RowAction.START:
                self._deck.start(listener)
            case RowAction.STOP:
                self._deck.stop(listener)
            case RowAction.RESTART:
                self._deck.restart(listener)
            case RowAction.SHOW:
                self._panel.choose(self._deck.named(offer.listener))
            case RowAction.MOVE:
                self._workspace.move_to_port(listener, offer.port)
                self._profile.show_trouble()

    def reload_code(self) -> None:
        """Put new connections of the marked listeners on the user's code as it is now."""
        wanted = [each for each in self._panel.marked if can_reload(each)]
        failed = [each for each in wanted if not each.reload()]
        if failed:
            self._banner.say("\n".join(each.reload_trouble for each in failed))
        elif wanted:
            names = ", ".join(each.spec.name for each in wanted)
            words = self.tr("New connections of {0} run the code as it is now.")
            self._banner.say(words.format(names), seconds=NOTICE_SECONDS)

    @property
    def has_one(self) -> bool:
        """Whether one listener, and no other, is chosen."""
        return len(self._panel.marked) == 1

    def fill_copies(self, menu: QMenu) -> None:
        """Let `menu` offer what can be copied of the chosen listener, if it is the only one."""
        marked = self._panel.marked
        self._copying.fill(menu, marked[0] if len(marked) == 1 else None)

    @cached_property
    def _copying(self) -> CopyAsMenu:
        # Imported only now, as the form is.
        from app.ui.listeners.copy_as import CopyAsMenu

        folder = self._workspace.file.path.parent.absolute()
        return CopyAsMenu(folder, self._banner, self._window)

    def _add(self, spec: ListenerSpec) -> None:
        self._show_new([self._workspace.add(spec)])

    def _change(self, listener: Listener, spec: ListenerSpec, *, restart: bool) -> None:
        if listener in self._deck.listeners:
            self._workspace.change(listener, spec, restart=restart)
            self._profile.show_trouble()

    def _show_new(self, listeners: Sequence[Listener]) -> None:
        self.deck_changed.emit()
        self._panel.mark(listeners)
        self._profile.show_trouble()

    def _form(
        self,
        others: Sequence[ListenerSpec],
        current: ListenerSpec | None = None,
        *,
        running: ListenerSpec | None = None,
    ) -> ListenerForm:
        # Imported only now: the window opens sooner, and many a day goes by without a form.
        from app.ui.listener_form.form import ListenerForm

        folder = self._workspace.file.path.parent.absolute()
        return ListenerForm(others, current, folder=folder, running=running, parent=self._window)
