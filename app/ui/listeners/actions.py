"""The commands on listeners: add, edit, copy, move, remove and restore, start and stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.profile import ListenerSpec
from app.server.listener import Listener
from app.server.workspace import Removal, Workspace
from app.ui.listeners.closing_question import Closing, ClosingQuestion, connection_count
from app.ui.listeners.command_states import can_reload, targets_of_all
from app.ui.listeners.panel import ListenersPanel
from app.ui.listeners.row_buttons import RowAction, RowButton
from app.ui.profile_actions import ProfileActions
from app.ui.style.tokens import Tint
from app.ui.widgets.banner import Banner
from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.translation import listed, translated

if TYPE_CHECKING:
    from app.codegen.command_lines import ClientAddress
    from app.traffic.connection_info import ConnectionInfo
    from app.ui.listener_form.form import ListenerForm
    from app.ui.listeners.copy_as import CopyAsMenu

UNDO_SECONDS = 15.0
NOTICE_SECONDS = 6.0


class ListenerActions(QObject):
    """Runs commands on the marked listeners of a panel, and reports in a banner."""

    deck_changed = Signal()
    """A listener was added, removed or moved."""

    log_wanted = Signal()
    """The user wants to see the log."""

    def __init__(
        self,
        workspace: Workspace,
        panel: ListenersPanel,
        banner: Banner,
        profile: ProfileActions,
        window: QWidget,
    ) -> None:
        """`profile` shows why a change cannot be saved. Forms open over `window`."""
        super().__init__(window)
        self._workspace = workspace
        self._deck = workspace.deck
        self._panel = panel
        self._banner = banner
        self._profile = profile
        self._window = window
        self._removed: list[Removal] = []
        self._restored: list[list[Listener]] = []
        self.question: ClosingQuestion | None = None
        """Asks before live connections are closed; nobody asks while it is `None`."""

    @property
    def can_undo(self) -> bool:
        """Whether there are removed listeners to restore."""
        return bool(self._removed)

    def new(self) -> None:
        """Open the form of a new listener."""
        form = self._form([each.spec for each in self._deck.listeners])
        form.accepted.connect(lambda: self._add(form.spec(), starts=form.starts))
        open_modal(form)

    def edit(self) -> None:
        """Open the form of the chosen listener."""
        listener = self._panel.chosen
        if listener not in self._deck.listeners:
            return
        others = [each.spec for each in self._deck.listeners if each is not listener]
        form = self._form(others, listener.spec, running=listener.running_spec)
        form.accepted.connect(lambda: self._take_change(listener, form))
        open_modal(form)

    def remove(self) -> None:
        """Remove the marked listeners, and offer to undo that."""
        marked = self._marked_entries
        if marked:
            self._restored.clear()
            self._ask_and_remove(marked)

    def _ask_and_remove(self, listeners: Sequence[Listener]) -> None:
        """Remove `listeners`, at once or after they are drained, as the user wants."""

        def remove_the_rest(_: object = None) -> None:
            left = [each for each in listeners if each in self._deck.listeners and not each.is_on]
            if left:
                self._remove(left)

        self._ask(
            Closing.REMOVE,
            listeners,
            lambda: self._remove([each for each in listeners if each in self._deck.listeners]),
            drain=lambda: self._deck.drain(*listeners).addCallback(remove_the_rest),
        )

    def _remove(self, listeners: Sequence[Listener]) -> None:
        closed = connection_count(listeners)
        self._removed.append(self._workspace.remove(*listeners))
        self.deck_changed.emit()
        if len(listeners) == 1:
            words = self.tr("{0} was removed.").format(listeners[0].spec.name)
        else:
            words = self.tr("{0} listeners were removed.").format(len(listeners))
        if closed:
            lost = self.tr("Undo brings back the listeners, not their connections ({0}).")
            words = f"{words} {lost.format(f'{closed:,}')}"
        self._banner.say(words, (self.tr("Undo"), self.undo), seconds=UNDO_SECONDS)
        self._profile.show_save_error()

    def undo(self) -> None:
        """Restore the listeners that were removed last."""
        if self._removed:
            restored = self._workspace.restore(self._removed.pop())
            self._restored.append(restored)
            self._banner.dismiss()
            self._show_new(restored)

    @property
    def can_redo(self) -> bool:
        """Whether there are restored listeners to remove again."""
        return any(each in self._deck.listeners for group in self._restored for each in group)

    def redo(self) -> None:
        """Remove again what the last undo restored."""
        while self._restored:
            group = [each for each in self._restored.pop() if each in self._deck.listeners]
            if group:
                self._ask_and_remove(group)
                return

    def duplicate(self) -> None:
        """Add a stopped copy of each marked listener, with an endpoint that is free."""
        if marked := self._marked_entries:
            self._show_new([self._workspace.duplicate(each) for each in marked])

    def move(self, by: int) -> None:
        """Move the marked listeners up (-1) or down (+1)."""
        if self._workspace.move(self._marked_entries, by):
            self.deck_changed.emit()
            self._profile.show_save_error()

    def place(self, listener: Listener, gap: int) -> None:
        """Move `listener` into a gap between rows; `gap` is the number of rows above it."""
        if listener in self._deck.listeners:
            self._workspace.place(listener, gap)
            self.deck_changed.emit()
            self._profile.show_save_error()

    def toggle(self) -> None:
        """Stop the marked listeners that can be stopped; start all of them if there are none."""
        marked = self._panel.marked
        if on := [each for each in marked if each.can_stop]:
            self._stop(on)
        else:
            self._deck.start(*marked)

    def switch(self, listener: Listener, on: bool) -> None:
        """Start or stop `listener`."""
        if on:
            self._deck.start(listener)
        else:
            self._stop([listener])

    def switch_all(self, listeners: Sequence[Listener], on: bool) -> None:
        """Start `listeners`, or stop those that can be stopped."""
        if on:
            self._deck.start(*(each for each in listeners if not each.is_on))
        else:
            self._stop([each for each in listeners if each.can_stop])

    def copy_address(self) -> None:
        """Copy the address of the chosen listener."""
        if self._panel.chosen is not None:
            self._panel.row(self._panel.chosen).copy_address()

    def start_all(self) -> None:
        """Start all listeners, or the marked ones where there are several."""
        self._deck.start(*targets_of_all(self._deck.listeners, self._panel.marked))

    def stop_all(self) -> None:
        """Stop all listeners, or the marked ones where there are several."""
        targets = targets_of_all(self._deck.listeners, self._panel.marked)
        self._stop([each for each in targets if each.can_stop])

    def _stop(self, listeners: Sequence[Listener]) -> None:
        """Stop `listeners`; the user is asked first if that closes connections."""
        self._ask(
            Closing.STOP,
            listeners,
            lambda: self._deck.stop(*listeners),
            drain=lambda: self._deck.drain(*(each for each in listeners if each.can_drain)),
        )

    def _ask(
        self,
        closing: Closing,
        listeners: Sequence[Listener],
        act: Callable[[], object],
        drain: Callable[[], object],
    ) -> None:
        if self.question is None:
            act()
            return
        self.question.ask(closing, listeners, act, drain=drain)
        for row in self._panel.rows:
            if row.listener in listeners:
                row.refresh()  # a switch that was clicked shows the state as it is

    def drain(self) -> None:
        """Stop accepting with the marked listeners. They stop when their last peer has left."""
        self._deck.drain(*(each for each in self._panel.marked if each.can_drain))

    def restart(self) -> None:
        """Stop and start those of the marked listeners that are on."""
        self._restart([each for each in self._panel.marked if each.can_stop])

    def _restart(self, listeners: Sequence[Listener]) -> None:
        def start_again(_: object = None) -> None:
            self._deck.start(*(each for each in listeners if each in self._deck.listeners))

        self._ask(
            Closing.RESTART,
            listeners,
            lambda: self._deck.restart(*listeners),
            drain=lambda: self._deck.drain(*listeners).addCallback(start_again),
        )

    def run_row_action(self, listener: Listener, button: RowButton) -> None:
        """Run the action of a button in the row of `listener`."""
        match button.action:
            case RowAction.START:
                self._deck.start(listener)
            case RowAction.STOP:
                self._stop([listener])
            case RowAction.RESTART:
                self._restart([listener])
            case RowAction.SHOW:
                self._panel.choose(self._deck.named(button.listener))
            case RowAction.MOVE:
                self._workspace.move_to_port(listener, button.port)
                self._profile.show_save_error()
            case RowAction.LOG:
                self.log_wanted.emit()

    def reload_code(self) -> None:
        """Load the user code of the marked listeners again, for new connections."""
        wanted = [each for each in self._marked_entries if can_reload(each)]
        failed = [each for each in wanted if not each.reload()]
        if failed:
            errors = "\n".join(translated(each.reload_error) for each in failed)
            self._banner.say(errors, tint=Tint.DANGER)
        elif wanted:
            names = listed(each.spec.name for each in wanted)
            words = self.tr("New connections of {0} run the code as it is now.")
            self._banner.say(words.format(names), seconds=NOTICE_SECONDS)

    @property
    def _marked_entries(self) -> list[Listener]:
        """The marked listeners of the profile: all but the places of programs."""
        return [each for each in self._panel.marked if each in self._deck.listeners]

    @property
    def has_one(self) -> bool:
        """Whether exactly one listener is marked."""
        return len(self._panel.marked) == 1

    def fill_copy_menu(self, menu: QMenu) -> None:
        """Fill the menu *Copy as* for the marked listener, if it is the only one."""
        marked = self._panel.marked
        self._copy_menu.fill(menu, marked[0] if len(marked) == 1 else None)

    def client_address(self, connection: ConnectionInfo) -> ClientAddress | None:
        """The address of the listener of a connection, as its client needs it."""
        return self._copy_menu.address_for(connection, self._deck.with_sockets())

    @cached_property
    def _copy_menu(self) -> CopyAsMenu:
        # Imported late for a faster start.
        from app.ui.listeners.copy_as import CopyAsMenu

        folder = self._workspace.file.path.parent.absolute()
        return CopyAsMenu(folder, self._banner, self._window)

    def _add(self, spec: ListenerSpec, *, starts: bool) -> None:
        listener = self._workspace.add(spec)
        self._show_new([listener])
        if starts:
            self._deck.start(listener)

    def _take_change(self, listener: Listener, form: ListenerForm) -> None:
        self._change(listener, form.spec(), restart=form.restarts)
        if form.starts and listener in self._deck.listeners:
            self._deck.start(listener)

    def _change(self, listener: Listener, spec: ListenerSpec, *, restart: bool) -> None:
        if listener in self._deck.listeners:
            self._workspace.change(listener, spec, restart=restart)
            self._profile.show_save_error()

    def _show_new(self, listeners: Sequence[Listener]) -> None:
        self.deck_changed.emit()
        self._panel.mark(listeners)
        self._profile.show_save_error()

    def _form(
        self,
        others: Sequence[ListenerSpec],
        current: ListenerSpec | None = None,
        *,
        running: ListenerSpec | None = None,
    ) -> ListenerForm:
        # Imported late for a faster start.
        from app.ui.listener_form.form import ListenerForm

        folder = self._workspace.file.path.parent.absolute()
        return ListenerForm(others, current, folder=folder, running=running, parent=self._window)
