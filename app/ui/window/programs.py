"""Whole Twisted programs in the window: open one, drop one, and trust the code of a profile."""

from __future__ import annotations

import os.path
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.profile import ListenerSpec
from app.profile.spec import LONGEST_NAME
from app.server.listener import Listener, State
from app.server.workspace import Workspace
from app.ui.listeners.panel import ListenersPanel
from app.ui.profile_actions import ProfileActions
from app.ui.style.tokens import Tint
from app.ui.widgets.banner import Banner
from app.ui.widgets.translation import listed
from app.user_code.programs.reference import OWN_PLACES, ProgramReference, program_at
from app.user_code.reference import UserCodeError
from app.user_code.trust import references_in

FIRST_ENDPOINT: Final = "tcp:8000:interface=127.0.0.1"
"""A protocol without a server gets the next free port."""

MOST_NAMED: Final = 8
"""How many files the question names."""


class ProgramActions(QObject):
    """Adds whole programs to the deck, and asks whether the code of the profile may run."""

    deck_changed = Signal()
    """The listeners of the deck changed."""

    trust_changed = Signal()
    """The user answered whether the code of the profile may run."""

    def __init__(
        self,
        workspace: Workspace,
        banner: Banner,
        profile: ProfileActions,
        panel: ListenersPanel,
        window: QWidget,
    ) -> None:
        """`profile` shows why a change was not saved. New listeners are selected in `panel`.
        Dialogs open over `window`."""
        super().__init__(window)
        self._workspace = workspace
        self._banner = banner
        self._profile = profile
        self._panel = panel
        self._window = window

    # Open

    def choose(self) -> None:
        """Ask which program to open."""
        dialog = QFileDialog(
            self._window,
            self.tr("Open a Twisted program"),
            str(self._folder),
            self.tr("Twisted programs (*.py *.pyw *.tac);;All files (*)"),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.open([Path(path)]))
        dialog.open()

    def open(self, paths: Iterable[Path]) -> None:
        """Add a listener for the program at each of `paths`, and start it. A file that has a
        protocol but listens nowhere is served on a free port.

        The user chose the file, so it may run without a question.
        """
        try:
            specs = [self._spec(path) for path in paths]
        except UserCodeError as error:
            self._banner.say(str(error), tint=Tint.DANGER)
            return
        added = [self._workspace.add(spec) for spec in specs]
        self.deck_changed.emit()
        self._panel.mark(added)
        self._profile.show_save_error()
        if self._workspace.is_trusted:
            self._workspace.deck.start(*added)
        else:
            self.ask_for_trust(added)

    def _spec(self, path: Path) -> ListenerSpec:
        # Imported late for a faster start.
        from app.user_code.inspection import protocol_without_server, reference_to

        folder = self._folder
        found = protocol_without_server(path)
        if found is not None:
            return ListenerSpec(
                name=self._workspace.free_name(found.name[:LONGEST_NAME]),
                protocol=str(reference_to(path, found.name, folder)),
                endpoint=self._workspace.free_endpoint(FIRST_ENDPOINT),
            )
        inside = path.is_relative_to(folder)
        written = path.relative_to(folder).as_posix() if inside else str(path)
        reference = ProgramReference.parse(str(program_at(written)))
        name = self._workspace.free_name(reference.title[:LONGEST_NAME].strip() or "program")
        return ListenerSpec(name=name, protocol=str(reference), endpoint=OWN_PLACES)

    @property
    def _folder(self) -> Path:
        return self._workspace.file.path.parent.absolute()

    # Trust

    def ask_for_trust(self, then_start: Iterable[Listener] = ()) -> None:
        """Ask in the banner whether the code of the profile may run. Nothing waits for the answer.

        After a yes, `then_start` start, and the listeners with user code that waited for it.
        """
        files = self._workspace.untrusted_files
        if not files:
            return
        listeners = tuple(then_start)
        self._banner.say(
            self._question(files),
            (self.tr("Trust and run"), lambda: self._trust(listeners)),
            (self.tr("Not now"), lambda: None),
        )

    def trust(self) -> None:
        """The command that asks again after the banner is gone."""
        self.ask_for_trust()

    def _question(self, files: tuple[Path, ...]) -> str:
        shown = [os.path.relpath(each, self._folder) for each in files[:MOST_NAMED]]
        if len(files) > MOST_NAMED:
            shown.append(self.tr("… and {0} more").format(len(files) - MOST_NAMED))
        head = self.tr(
            "This profile runs code that you have not trusted yet. It may do all that you may do. "
            "None of it runs until you trust these files:"
        )
        return f"{head}\n{listed(shown)}"

    def _trust(self, then_start: tuple[Listener, ...]) -> None:
        self._workspace.trust_code()
        self.trust_changed.emit()
        deck = self._workspace.deck
        deck.start(*(each for each in deck.listeners if each in then_start or _waits(each)))


def _waits(listener: Listener) -> bool:
    """Whether a listener has waited for the trust: it starts automatically, or it was refused."""
    spec = listener.spec
    if listener.is_on or not any(references_in(spec.protocol, spec.options)):
        return False
    return spec.autostart or listener.state is State.FAILED
