"""What one does with listeners: make, change, copy, move, remove and bring back, start and stop."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.profile import ListenerSpec
from app.server.listener import Listener
from app.ui.banner import Banner
from app.ui.listeners.offers import Deed, Offer
from app.ui.listeners.panel import ListenersPanel
from app.ui.listeners.possible import can_reload, targets_of_all
from app.ui.modal import open_modal
from app.ui.profile_commands import ProfileCommands
from app.workspace import Removal, Workspace

if TYPE_CHECKING:
    from app.ui.listeners.copying import Copying
    from app.ui.listeners.form import ListenerForm

UNDO_SECONDS = 15.0
NOTICE_SECONDS = 6.0


class ListenerHandling(QObject):
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

    def take_offer(self, listener: Listener, offer: Offer) -> None:
        """Do what the row of `listener` offered."""
        match offer.deed:
            case Deed.START:
                self._deck.start(listener)
            case Deed.STOP:
                self._deck.stop(listener)
            case Deed.RESTART:
                self._deck.restart(listener)
            case Deed.SHOW:
                self._panel.choose(self._deck.named(offer.listener))
            case Deed.MOVE:
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
    def _copying(self) -> Copying:
        # Imported only now, as the form is.
        from app.ui.listeners.copying import Copying

        folder = self._workspace.file.path.parent.absolute()
        return Copying(folder, self._banner, self._window)

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
        from app.ui.listeners.form import ListenerForm

        folder = self._workspace.file.path.parent.absolute()
        return ListenerForm(others, current, folder=folder, running=running, parent=self._window)
