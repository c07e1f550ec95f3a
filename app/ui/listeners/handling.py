"""What one does with listeners: make, change, remove and bring back, switch, reload their code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.profile import ListenerSpec
from app.server.listener import Listener
from app.ui.banner import Banner
from app.ui.listeners.panel import ListenersPanel
from app.ui.modal import open_modal
from app.ui.profile_commands import ProfileCommands
from app.workspace import Removed, Workspace

if TYPE_CHECKING:
    from app.ui.listeners.copying import Copying
    from app.ui.listeners.form import ListenerForm

UNDO_SECONDS = 15.0
NOTICE_SECONDS = 6.0


class ListenerHandling(QObject):
    """Acts on the listener that is chosen in a panel, and says through a banner what it did."""

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
        self._removed: list[Removed] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is a removed listener to bring back."""
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
        form = self._form(others, listener.spec, is_on=listener.is_on)
        form.accepted.connect(lambda: self._change(listener, form.spec()))
        open_modal(form)

    def remove(self) -> None:
        """Take the chosen listener away, and offer to bring it back."""
        listener = self._panel.chosen
        if listener is None:
            return
        self._removed.append(self._workspace.remove(listener))
        self.deck_changed.emit()
        self._banner.say(
            self.tr("{0} was removed.").format(listener.spec.name),
            (self.tr("Undo"), self.undo),
            seconds=UNDO_SECONDS,
        )
        self._profile.show_trouble()

    def undo(self) -> None:
        """Bring back the listener that was removed last."""
        if not self._removed:
            return
        listener = self._workspace.restore(self._removed.pop())
        self._banner.dismiss()
        self._show_new(listener)

    def toggle(self) -> None:
        """Start the chosen listener, or stop it."""
        listener = self._panel.chosen
        if listener is not None:
            self.switch(listener, not listener.is_on)

    def switch(self, listener: Listener, on: bool) -> None:
        """Start or stop `listener`."""
        if on:
            self._deck.start(listener)
        else:
            self._deck.stop(listener)

    def reload_code(self) -> None:
        """Put new connections of the chosen listener on the user's code as it is now."""
        listener = self._panel.chosen
        if listener is None:
            return
        if not listener.is_on:
            self._deck.start(listener)
        elif listener.reload():
            words = self.tr("New connections of {0} run the code as it is now.")
            self._banner.say(words.format(listener.spec.name), seconds=NOTICE_SECONDS)
        else:
            self._banner.say(listener.reload_trouble)

    def fill_copies(self, menu: QMenu) -> None:
        """Let `menu` offer what can be copied of the chosen listener."""
        self._copying.fill(menu, self._panel.chosen)

    @cached_property
    def _copying(self) -> Copying:
        # Imported only now, as the form is.
        from app.ui.listeners.copying import Copying

        folder = self._workspace.file.path.parent.absolute()
        return Copying(folder, self._banner, self._window)

    def _add(self, spec: ListenerSpec) -> None:
        self._show_new(self._workspace.add(spec))

    def _change(self, listener: Listener, spec: ListenerSpec) -> None:
        if listener in self._deck.listeners:
            self._workspace.change(listener, spec)
            self._profile.show_trouble()

    def _show_new(self, listener: Listener) -> None:
        self.deck_changed.emit()
        self._panel.choose(listener)
        self._profile.show_trouble()

    def _form(
        self,
        others: Sequence[ListenerSpec],
        current: ListenerSpec | None = None,
        *,
        is_on: bool = False,
    ) -> ListenerForm:
        # Imported only now: the window opens sooner, and many a day goes by without a form.
        from app.ui.listeners.form import ListenerForm

        folder = self._workspace.file.path.parent.absolute()
        return ListenerForm(others, current, folder=folder, is_on=is_on, parent=self._window)
