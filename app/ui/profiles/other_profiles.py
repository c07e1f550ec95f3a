"""The commands for other profiles: new, open and recent.

Each profile opens in a window and a process of its own, so this window keeps running.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

import app
from app.profile import ProfileError
from app.profile.storage import create
from app.text import readable
from app.ui.settings import Settings
from app.ui.style.tokens import Tint
from app.ui.widgets.banner import Banner, BannerButton
from app.ui.widgets.plain_text import set_tip

NOTICE_SECONDS = 6.0


# `import app` must find this package, whatever the current folder contains.
_START_SCRIPT = """
import sys
root = sys.argv.pop(1)
sys.path.insert(0, root)
import app
sys.path.remove(root)
from app.cli import main
sys.exit(main())
"""


class OtherProfiles(QObject):
    """Opens other profiles in new windows. The listeners of this window keep running."""

    def __init__(self, current: Path, settings: Settings, banner: Banner, window: QWidget) -> None:
        """`current` is the profile of this window; dialogs open over `window`."""
        super().__init__(window)
        self._current = current.absolute()
        self._settings = settings
        self._banner = banner
        self._window = window
        self.open_window: Callable[[Path], int | None] = open_window
        self.open_traffic: Callable[[Path], bool] = lambda path: False
        """Opens a recording or a capture; false for other files."""
        settings.add_recent(self._current)

    def new(self) -> None:
        """Ask for the file of a new profile."""
        dialog = self._dialog(self.tr("New profile"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("toml")
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # `create` never overwrites
        dialog.fileSelected.connect(lambda path: self.create(Path(path)))
        dialog.open()

    def create(self, path: Path) -> None:
        """Make a profile without listeners at `path`, and open it."""
        try:
            create(path)
        except ProfileError as error:
            offers: list[BannerButton] = [(self.tr("Open it"), lambda: self.open(path))]
            self._banner.say(str(error), *(offers if path.exists() else ()), tint=Tint.DANGER)
            return
        self.open(path)

    def choose(self) -> None:
        """Ask which profile to open."""
        dialog = self._dialog(self.tr("Open a profile"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.open(Path(path)))
        dialog.open()

    def open(self, path: Path) -> None:
        """Open a window for the profile at `path`, or raise the existing one."""
        if path.resolve() == self._current.resolve():
            said = self.tr("{0} is the profile of this window.").format(path)
        elif not path.exists():
            said = self.tr("{0} is not there any more.").format(path)
        elif self.open_traffic(path):
            said = self.tr("{0} is no profile. It opens as recorded traffic.").format(path.name)
        elif self.open_window(path) is None:
            said = self.tr("No window could be opened for {0}. See the log.").format(path)
        else:
            said = self.tr("{0} opens in a window of its own.").format(path.name)
        self._banner.say(said, seconds=NOTICE_SECONDS)

    def fill(self, menu: QMenu) -> None:
        """Fill `menu` with the recent profiles, just before it opens."""
        menu.clear()
        others = [path for path in self._settings.recent_profiles if path != self._current]
        for path in others:
            action = menu.addAction(_menu_text(path), partial(self.open, path))
            set_tip(action, str(path))
            action.setStatusTip(str(path))
            if not path.exists():
                action.setEnabled(False)
                action.setText(self.tr("{0} (is not there any more)").format(_menu_text(path)))
        if not others:
            menu.addAction(self.tr("None yet")).setEnabled(False)
            return
        menu.addSeparator()
        menu.addAction(self.tr("Forget them"), self._settings.clear_recent)

    def _dialog(self, title: str) -> QFileDialog:
        filters = self.tr("Profiles (*.toml);;All files (*)")
        dialog = QFileDialog(self._window, title, str(self._current.parent), filters)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog


def _menu_text(path: Path) -> str:
    """The menu text of `path`. `&` is doubled, as a single one would underline the next letter."""
    try:
        short = Path("~", path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        short = path
    return readable.escape_mnemonics(str(short))


def open_window(profile: Path) -> int | None:
    """Start Portdeck on `profile`. Return its process id, or `None` if it does not start.

    If the profile has a window already, that window is raised.
    """
    arguments = ["--profile", str(profile.absolute())]
    if not getattr(sys, "frozen", False):
        root = Path(app.__file__).absolute().parent.parent
        arguments = ["-P", "-c", _START_SCRIPT, str(root), *arguments]
    has_started, number = QProcess.startDetached(sys.executable, arguments, "")
    return number if has_started else None
