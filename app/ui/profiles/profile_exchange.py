"""The import of listeners from another profile, and the export to one."""

from __future__ import annotations

import os.path
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
from app.ui.profile_actions import MAX_PROBLEMS, ProfileActions
from app.ui.style.tokens import Tint
from app.ui.widgets.banner import Banner
from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.translation import listed, translated
from app.user_code.trust import files_of, references_in

if TYPE_CHECKING:
    from app.ui.profiles.listener_choice import ListenerChoice


class ProfileExchange(QObject):
    """Asks for a file and for listeners, and imports or exports them. A banner shows the result."""

    deck_changed = Signal()
    """The listeners of the deck changed."""

    def __init__(
        self,
        workspace: Workspace,
        banner: Banner,
        profile: ProfileActions,
        panel: ListenersPanel,
        window: QWidget,
    ) -> None:
        """`profile` shows why a change was not saved. The listeners that are marked in `panel` are
        ticked for an export. Dialogs open over `window`."""
        super().__init__(window)
        self._workspace = workspace
        self._banner = banner
        self._profile = profile
        self._panel = panel
        self._window = window

    # Import

    def choose_source(self) -> None:
        """Ask which profile to import from."""
        dialog = self._dialog(self.tr("Import listeners from a profile"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.choose_from(Path(path)))
        dialog.open()

    def choose_from(self, source: Path) -> None:
        """Ask which listeners of the profile at `source` to import."""
        reading = read_other_profile(source, self._folder)
        problems = "\n".join(translated(str(each)) for each in reading.problems[:MAX_PROBLEMS])
        if len(reading.problems) > MAX_PROBLEMS:
            problems += self.tr("\n… and {0} more").format(len(reading.problems) - MAX_PROBLEMS)
        if not reading.listeners:
            said = self.tr("There is no listener to import in {0}.").format(source)
            self._banner.say(f"{said}\n{problems}" if problems else said, tint=Tint.WARNING)
            return
        words = self.tr("Listeners of {0} to add to this profile:").format(source)
        if problems:
            lacking = self.tr("What has mistakes cannot be taken:")
            words = f"{lacking}\n{problems}\n\n{words}"
        dialog = self._choice(self.tr("Import listeners"), words, self.tr("Import"))
        for spec in reading.listeners:
            dialog.add(spec, remark=self._remark(spec))
        dialog.chosen.connect(lambda specs: self._import(source, specs))
        open_modal(dialog)

    def _remark(self, spec: ListenerSpec) -> str:
        remarks = []
        name = self._workspace.free_name(spec.name)
        if name != spec.name:
            remarks.append(self.tr("will be called {0}").format(name))
        conflicting = self._workspace.conflicting(spec)
        if conflicting:
            names = listed(each.spec.name for each in conflicting)
            remarks.append(self.tr("listens where {0} does").format(names))
        references = references_in(spec.protocol, spec.options)
        if code := files_of(references, self._folder)[:1]:
            shown = os.path.relpath(code[0], self._folder)
            remarks.append(self.tr("runs the code in {0}").format(shown))
        return "; ".join(remarks)

    def _import(self, source: Path, specs: list[ListenerSpec]) -> None:
        taken = self._workspace.import_listeners(specs)
        self.deck_changed.emit()
        said = [self.tr("Imported from {0}: {1}.").format(source.name, _names(taken))]
        for listener in taken:
            conflicting = self._workspace.conflicting(listener.spec)
            if conflicting:
                words = self.tr("{0} cannot be on at once with {1}: give it another port.")
                said.append(words.format(listener.spec.name, _names(conflicting)))
        more = len(said) - 1 - MAX_PROBLEMS
        if more > 0:
            said[1 + MAX_PROBLEMS :] = [self.tr("… and {0} more like it").format(more)]
        self._banner.say("\n".join(said), tint=Tint.SUCCESS if len(said) == 1 else Tint.WARNING)
        self._profile.show_save_error()

    # Export

    def choose_listeners(self) -> None:
        """Ask which listeners to export."""
        words = self.tr("Listeners to write to a profile of their own:")
        dialog = self._choice(self.tr("Export a profile"), words, self.tr("Choose the file…"))
        marked = self._panel.marked
        are_several = len(marked) > 1  # a single one is just the selected listener
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
        """Write `specs` as a profile to `target`. An existing file is replaced."""
        if target.resolve() == self._workspace.file.path.resolve():
            self._banner.say(
                self.tr("{0} is the profile of this window. Choose another file.").format(target),
                tint=Tint.WARNING,
            )
            return
        try:
            export(specs, self._folder, target)
        except ProfileError as error:
            self._banner.say(str(error), tint=Tint.DANGER)
            return
        names = listed(spec.name for spec in specs)
        words = self.tr("Written to {0}: {1}.").format(target, names)
        self._banner.say(words, tint=Tint.SUCCESS)

    @property
    def _folder(self) -> Path:
        return self._workspace.file.path.parent.absolute()

    def _choice(self, title: str, words: str, accept: str) -> ListenerChoice:
        # Imported late, so that the window opens sooner.
        from app.ui.profiles.listener_choice import ListenerChoice

        return ListenerChoice(title, words, accept, self._window)

    def _dialog(self, title: str) -> QFileDialog:
        filters = self.tr("Profiles (*.toml);;All files (*)")
        dialog = QFileDialog(self._window, title, str(self._folder), filters)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog


def _names(listeners: Collection[Listener]) -> str:
    return listed(each.spec.name for each in listeners)
