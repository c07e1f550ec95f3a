"""The commands for the profile file: open it, load it again, replace a broken one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.server.workspace import Workspace
from app.ui.style.tokens import Tint
from app.ui.widgets.banner import Banner, BannerButton
from app.ui.widgets.translation import translated

MAX_PROBLEMS = 5

log = logging.getLogger(__name__)


class ProfileActions(QObject):
    """Opens, loads and replaces the profile of a workspace. A banner shows its problems."""

    deck_changed = Signal()
    """The listeners of the deck changed."""

    def __init__(self, workspace: Workspace, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._banner = banner
        self.has_traffic: Callable[[Path], bool] = lambda path: False
        """Whether a file is a recording or a capture."""
        self.open_traffic: Callable[[Path], bool] = lambda path: False
        """Opens a recording or a capture; false for other files."""

    def open(self) -> None:
        """Open the file in the user's editor."""
        path = self._workspace.file.path.absolute()
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            words = self.tr("No program here opens {0}. Edit it by hand.").format(path)
            self._banner.say(words, tint=Tint.WARNING)

    def load(self) -> None:
        """Read the file again. Unchanged listeners keep running."""
        settled = self._workspace.reload()
        self._banner.dismiss()
        self.deck_changed.emit()
        self.show_problems()
        settled.addCallback(lambda _: self.deck_changed.emit())

    def replace_broken_file(self) -> None:
        """Move the broken file aside, and save the readable part of it as a new file."""
        self._workspace.replace_broken_file()
        self.show_problems()
        self.show_save_error()

    def show_save_error(self) -> None:
        """Show why the last change could not be saved, if it could not."""
        if self._workspace.save_error and self._workspace.file.broken:
            self.show_problems()  # they are the reason, and that message has the buttons
        elif self._workspace.save_error:
            offer = (self.tr("Load it again"), self.load)
            self._banner.say(self._workspace.save_error, offer, tint=Tint.DANGER)

    def show_problems(self) -> None:
        """Show the problems of the file, if there are any, with buttons to solve them."""
        problems, file = self._workspace.problems, self._workspace.file
        for problem in problems:
            log.warning("%s: %s", file.path.name, problem)
        if not file.broken:
            if problems:
                self._banner.say(
                    "\n".join(translated(str(each)) for each in problems), tint=Tint.WARNING
                )
            return
        if self.has_traffic(file.path):
            self._show_traffic_file()
            return
        shown = [translated(str(problem)) for problem in problems[:MAX_PROBLEMS]]
        if len(problems) > len(shown):
            rest = len(problems) - len(shown)
            shown.append(self.tr("… and {0} more, all of them in the log").format(rest))
        if self._workspace.save_error:
            shown.append(translated(self._workspace.save_error))
        head = self.tr("{0} has mistakes and is left as it is:").format(file.path)
        offers: list[BannerButton] = [(self.tr("Load it again"), self.load)]
        if file.path.is_file():
            offers.insert(0, (self.tr("Open it"), self.open))
            offers.append((self.tr("Set it aside and go on"), self.replace_broken_file))
        self._banner.say("\n".join([head, *shown]), *offers, tint=Tint.DANGER)

    def _show_traffic_file(self) -> None:
        """Say that the file is no profile. It is not offered to set aside what was recorded."""
        path = self._workspace.file.path
        words = self.tr(
            "{0} is recorded traffic, not a profile. It stays as it is, so this window saves no "
            "listeners. Choose File, Open profile for a window that does."
        )
        offer = (self.tr("Open the traffic"), lambda: self.open_traffic(path))
        self._banner.say(words.format(path), offer, tint=Tint.WARNING)
