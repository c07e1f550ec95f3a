"""The editors of rules that are open, one for each listener."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.server.listener import Listener
from app.server.workspace import Workspace
from app.ui.style.icons import Icons

if TYPE_CHECKING:
    from app.rules.spec import Rule
    from app.ui.rules.editor import RulesEditor

PROTOCOL: Final = "replies"


class RulesCommands(QObject):
    """Opens editors over `window`, and keeps them up to date."""

    def __init__(
        self,
        workspace: Workspace,
        icons: Icons,
        show_save_error: Callable[[], None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._icons = icons
        self._show_save_error = show_save_error
        self._window = window
        self.editors: list[RulesEditor] = []

    def open_for(self, listener: Listener) -> RulesEditor | None:
        """Show the rules of `listener`. `None` if it does not reply by rule."""
        if listener.spec.protocol != PROTOCOL:
            return None
        for editor in self.editors:
            if editor.listener is listener:
                editor.raise_()
                editor.activateWindow()
                return editor
        from app.ui.rules.editor import RulesEditor  # imported late for a faster start

        editor = RulesEditor(
            listener, self._workspace, self._icons, self._show_save_error, self._window
        )
        self.editors.append(editor)
        editor.destroyed.connect(lambda: self._forget(editor))
        editor.show()
        return editor

    def add_rule(self, listener: Listener, rule: Rule) -> None:
        """Open the editor of `listener` with `rule` added, which is not saved yet."""
        editor = self.open_for(listener)
        if editor is not None:
            editor.insert(rule)

    def ask_to_save(self) -> bool:
        """Ask what to do with rules that were changed and not saved. False if there are none."""
        changed = [each for each in self.editors if each.is_changed]
        for editor in changed:
            editor.raise_()
            editor.close()
        return bool(changed)

    def refresh(self) -> None:
        """Show the hits and the unmatched messages of now."""
        for editor in self.editors:
            editor.refresh()

    def _forget(self, editor: RulesEditor) -> None:
        if editor in self.editors:
            self.editors.remove(editor)
