"""What one does with the profile itself, and how its troubles are told."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.server.workspace import Workspace
from app.ui.widgets.banner import Banner, Offer

MAX_PROBLEMS = 5

log = logging.getLogger(__name__)


class ProfileCommands(QObject):
    """Opens, loads and mends the profile of a workspace, and speaks through a banner."""

    deck_changed = Signal()
    """The listeners of the deck are other ones."""

    def __init__(self, workspace: Workspace, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._banner = banner

    def open(self) -> None:
        """Let the user edit the file by hand."""
        path = self._workspace.file.path.absolute()
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._banner.say(self.tr("No program here opens {0}. Edit it by hand.").format(path))

    def load(self) -> None:
        """Read the file again; what did not change goes on."""
        settled = self._workspace.reload()
        self._banner.dismiss()
        self.deck_changed.emit()
        self.show_problems()
        settled.addCallback(lambda _: self.deck_changed.emit())

    def start_over(self) -> None:
        """Put the broken file aside; what could be read of it goes on in a new one."""
        self._workspace.start_over()
        self.show_problems()
        self.show_trouble()

    def show_trouble(self) -> None:
        """Say why the last change is not in the file, if it is not."""
        if self._workspace.trouble and self._workspace.file.broken:
            self.show_problems()  # they are why, and there the offers are
        elif self._workspace.trouble:
            self._banner.say(self._workspace.trouble, (self.tr("Load it again"), self.load))

    def show_problems(self) -> None:
        """Say what is wrong in the file, if anything is, and offer what to do."""
        problems, file = self._workspace.problems, self._workspace.file
        for problem in problems:
            log.warning("%s: %s", file.path.name, problem)
        if not file.broken:
            if problems:
                self._banner.say("\n".join(map(str, problems)))
            return
        shown = [str(problem) for problem in problems[:MAX_PROBLEMS]]
        if len(problems) > len(shown):
            rest = len(problems) - len(shown)
            shown.append(self.tr("… and {0} more, all of them in the log").format(rest))
        if self._workspace.trouble:
            shown.append(self._workspace.trouble)
        head = self.tr("{0} has mistakes and is left as it is:").format(file.path)
        offers: list[Offer] = [(self.tr("Load it again"), self.load)]
        if file.path.is_file():
            offers.insert(0, (self.tr("Open it"), self.open))
            offers.append((self.tr("Set it aside and go on"), self.start_over))
        self._banner.say("\n".join([head, *shown]), *offers)
