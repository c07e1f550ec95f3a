"""Listeners taken from another profile, or written to one."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.profile import ListenerSpec, ProfileError
from app.profile.storage import export, read_other_profile
from app.server.listener import Listener
from app.server.workspace import Workspace
from app.ui.listeners.panel import ListenersPanel
from app.ui.profile_commands import MAX_PROBLEMS, ProfileCommands
from app.ui.widgets.banner import Banner
from app.ui.widgets.dialogs import open_modal

if TYPE_CHECKING:
    from app.ui.window.listener_choice import ListenerChoice


class ProfileExchange(QObject):
    """Asks for a file and for listeners, moves them, and says through a banner what it did."""

    deck_changed = Signal()
    """The listeners of the deck are other ones."""

    def __init__(
        self,
        workspace: Workspace,
        banner: Banner,
        profile: ProfileCommands,
        panel: ListenersPanel,
        window: QWidget,
    ) -> None:
        """`profile` tells why a change is not saved. What is marked in `panel` is what an export
        offers first. Dialogs open over `window`."""
        super().__init__(window)
        self._workspace = workspace
        self._banner = banner
        self._profile = profile
        self._panel = panel
        self._window = window

    # Import

    def choose_source(self) -> None:
        """Ask from which profile to take listeners."""
        dialog = self._dialog(self.tr("Import listeners from a profile"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.offer(Path(path)))
        dialog.open()

    def offer(self, source: Path) -> None:
        """Ask which of the listeners of the profile at `source` to take."""
        reading = read_other_profile(source, self._folder)
        problems = "\n".join(map(str, reading.problems[:MAX_PROBLEMS]))
        if len(reading.problems) > MAX_PROBLEMS:
            problems += self.tr("\n… and {0} more").format(len(reading.problems) - MAX_PROBLEMS)
        if not reading.listeners:
            said = self.tr("There is no listener to import in {0}.").format(source)
            self._banner.say(f"{said}\n{problems}" if problems else said)
            return
        words = self.tr("Listeners of {0} to add to this profile:").format(source)
        if problems:
            lacking = self.tr("What has mistakes cannot be taken:")
            words = f"{lacking}\n{problems}\n\n{words}"
        dialog = self._choice(self.tr("Import listeners"), words, self.tr("Import"))
        for spec in reading.listeners:
            dialog.add(spec, remark=self._remark(spec))
        dialog.chosen.connect(lambda specs: self._take(source, specs))
        open_modal(dialog)

    def _remark(self, spec: ListenerSpec) -> str:
        remarks = []
        name = self._workspace.free_name(spec.name)
        if name != spec.name:
            remarks.append(self.tr("will be called {0}").format(name))
        in_the_way = self._workspace.in_the_way(spec)
        if in_the_way:
            names = ", ".join(each.spec.name for each in in_the_way)
            remarks.append(self.tr("listens where {0} does").format(names))
        return "; ".join(remarks)

    def _take(self, source: Path, specs: list[ListenerSpec]) -> None:
        taken = self._workspace.take_in(specs)
        self.deck_changed.emit()
        said = [self.tr("Imported from {0}: {1}.").format(source.name, _names(taken))]
        for listener in taken:
            in_the_way = self._workspace.in_the_way(listener.spec)
            if in_the_way:
                words = self.tr("{0} cannot be on at once with {1}: give it another port.")
                said.append(words.format(listener.spec.name, _names(in_the_way)))
        more = len(said) - 1 - MAX_PROBLEMS
        if more > 0:
            said[1 + MAX_PROBLEMS :] = [self.tr("… and {0} more like it").format(more)]
        self._banner.say("\n".join(said))
        self._profile.show_trouble()

    # Export

    def choose_listeners(self) -> None:
        """Ask which listeners to write to a profile of their own."""
        words = self.tr("Listeners to write to a profile of their own:")
        dialog = self._choice(self.tr("Export a profile"), words, self.tr("Choose the file…"))
        marked = self._panel.marked
        are_several = len(marked) > 1  # one is only the one that is chosen
        for each in self._workspace.deck.listeners:
            dialog.add(each.spec, ticked=each in marked or not are_several)
        dialog.chosen.connect(self._choose_target)
        open_modal(dialog)

    def _choose_target(self, specs: list[ListenerSpec]) -> None:
        dialog = self._dialog(self.tr("Export a profile as"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("toml")
        dialog.fileSelected.connect(lambda path: self.export(specs, Path(path)))
        dialog.open()

    def export(self, specs: list[ListenerSpec], target: Path) -> None:
        """Write `specs` to a profile at `target`, in place of what is there."""
        if target.resolve() == self._workspace.file.path.resolve():
            self._banner.say(
                self.tr("{0} is the profile of this window. Choose another file.").format(target)
            )
            return
        try:
            export(specs, self._folder, target)
        except ProfileError as error:
            self._banner.say(str(error))
            return
        names = ", ".join(spec.name for spec in specs)
        self._banner.say(self.tr("Written to {0}: {1}.").format(target, names))

    @property
    def _folder(self) -> Path:
        return self._workspace.file.path.parent.absolute()

    def _choice(self, title: str, words: str, accept: str) -> ListenerChoice:
        # Imported only now: the window opens sooner.
        from app.ui.window.listener_choice import ListenerChoice

        return ListenerChoice(title, words, accept, self._window)

    def _dialog(self, title: str) -> QFileDialog:
        filters = self.tr("Profiles (*.toml);;All files (*)")
        dialog = QFileDialog(self._window, title, str(self._folder), filters)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog


def _names(listeners: Collection[Listener]) -> str:
    return ", ".join(each.spec.name for each in listeners)
