"""Opens the windows of the Help menu, each at most once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.ui.commands import Commands
from app.ui.help.shortcuts import ShortcutSheet
from app.ui.widgets.dialogs import open_modal


class Help(QObject):
    """Owns the windows of the help. They stay open beside the main window."""

    def __init__(
        self,
        window: QWidget,
        commands: Commands,
        pane_actions: Callable[[], Iterable[tuple[str, QAction]]],
        profile: Path,
    ) -> None:
        """`pane_actions` gives the actions of the panes, each with the title of its group."""
        super().__init__(window)
        self._window = window
        self._commands = commands
        self._pane_actions = pane_actions
        self._profile = profile
        self._open: dict[str, QWidget] = {}

    def show_guide(self, page: str = "", anchor: str = "") -> None:
        """Show the guide, at a heading of `page` if one is named, such as "serve"."""
        from app.ui.help.guide import GuideWindow

        guide = self._once("guide", lambda: GuideWindow(self._window))
        assert isinstance(guide, GuideWindow)
        if page:
            guide.show_page(page, anchor)

    def guide_place(self) -> tuple[str, str] | None:
        """The page and the heading that the guide shows, for `show_guide`. None if it is closed."""
        guide = self._open.get("guide")
        if guide is None:
            return None
        from app.ui.help.guide import GuideWindow

        assert isinstance(guide, GuideWindow)
        return guide.page, guide.anchor

    def show_shortcuts(self) -> None:
        """Show every keyboard shortcut."""
        self._once(
            "shortcuts",
            lambda: ShortcutSheet(self._commands, self._pane_actions(), self._window),
        )

    def show_licences(self) -> None:
        """Show the licences of Portdeck and of the packages that it uses."""
        from app.ui.help.about import LicencesWindow

        self._once("licences", lambda: LicencesWindow(self._window))

    def show_about(self) -> None:
        """Show the version, and a button that copies all versions."""
        from app.ui.help.about import AboutDialog

        dialog = AboutDialog(self._profile, self._window)
        dialog.licences_wanted.connect(self.show_licences)
        open_modal(dialog)

    def _once(self, name: str, make: Callable[[], QWidget]) -> QWidget:
        """The window called `name`, in front. It is made if it is not open."""
        window = self._open.get(name)
        if window is None:
            window = make()
            window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            window.destroyed.connect(lambda: self._open.pop(name, None))
            self._open[name] = window
        window.show()
        window.raise_()
        window.activateWindow()
        return window
