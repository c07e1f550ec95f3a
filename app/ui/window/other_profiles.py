"""New profiles, other profiles, and those that were open lately: each in a window of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

import app
from app.profile import ProfileError, default_path
from app.profile.storage import create
from app.ui.settings import Settings
from app.ui.widgets.banner import Banner, Offer

NOTICE_SECONDS = 6.0


class OtherProfiles(QObject):
    """Opens windows beside this one. What runs in this one goes on."""

    def __init__(self, current: Path, settings: Settings, banner: Banner, window: QWidget) -> None:
        """`current` is the profile of this window; dialogs open over `window`."""
        super().__init__(window)
        self._current = current.absolute()
        self._settings = settings
        self._banner = banner
        self._window = window
        self.open_window: Callable[[Path], int | None] = open_window
        settings.keep_recent(self._current)

    def new(self) -> None:
        """Ask where the new profile shall be."""
        dialog = self._dialog(self.tr("New profile"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("toml")
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # it never does
        dialog.fileSelected.connect(lambda path: self.create(Path(path)))
        dialog.open()

    def create(self, path: Path) -> None:
        """Make a profile without listeners at `path`, and open it."""
        try:
            create(path)
        except ProfileError as error:
            offers: list[Offer] = [(self.tr("Open it"), lambda: self.open(path))]
            self._banner.say(str(error), *(offers if path.exists() else ()))
            return
        self.open(path)

    def choose(self) -> None:
        """Ask which profile to open."""
        dialog = self._dialog(self.tr("Open a profile"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.open(Path(path)))
        dialog.open()

    def open(self, path: Path) -> None:
        """Give the profile at `path` a window, or bring up the one that it has."""
        if path.resolve() == self._current.resolve():
            said = self.tr("{0} is the profile of this window.").format(path)
        elif not path.exists():
            said = self.tr("{0} is not there any more.").format(path)
        elif self.open_window(path) is None:
            said = self.tr("No window could be opened for {0}. See the log.").format(path)
        else:
            said = self.tr("{0} opens in a window of its own.").format(path.name)
        self._banner.say(said, seconds=NOTICE_SECONDS)

    def fill(self, menu: QMenu) -> None:
        """Put the profiles that were open lately into `menu`, as it is about to show."""
        menu.clear()
        others = [path for path in self._settings.recent_profiles if path != self._current]
        for path in others:
            action = menu.addAction(_words(path), partial(self.open, path))
            action.setToolTip(str(path))
            action.setStatusTip(str(path))
            if not path.exists():
                action.setEnabled(False)
                action.setText(self.tr("{0} (is not there any more)").format(_words(path)))
        if not others:
            menu.addAction(self.tr("None yet")).setEnabled(False)
            return
        menu.addSeparator()
        menu.addAction(self.tr("Forget them"), self._settings.forget_recent)

    def _dialog(self, title: str) -> QFileDialog:
        filters = self.tr("Profiles (*.toml);;All files (*)")
        dialog = QFileDialog(self._window, title, str(self._current.parent), filters)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog


def title(profile: Path) -> str:
    """What the title of a window says of its profile: nothing of the user's own."""
    return "" if profile.resolve() == default_path().resolve() else profile.name


def _words(path: Path) -> str:
    """A path as a menu shows it: `&` would underline the next letter there."""
    try:
        short = Path("~", path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        short = path
    return str(short).replace("&", "&&")


# MERGED ui/profiles/second_window: Another profile gets a window of its own, in a process of its own: what runs here goes on.

# In whatever folder it runs, `import app` must find this package and no other.
_COMMAND = """
import sys
root = sys.argv.pop(1)
sys.path.insert(0, root)
import app
sys.path.remove(root)
from app.cli import main
sys.exit(main())
"""


def open_window(profile: Path) -> int | None:
    """Start Portdeck on `profile`; its process number, or `None` if it does not start.

    If the profile has a window, that one comes to the front.
    """
    arguments = ["--profile", str(profile.absolute())]
    if not getattr(sys, "frozen", False):
        root = Path(app.__file__).absolute().parent.parent
        arguments = ["-P", "-c", _COMMAND, str(root), *arguments]
    has_started, number = QProcess.startDetached(sys.executable, arguments, "")
    return number if has_started else None
