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
    from app.ui.rules.rewrite_editor import RewriteEditor

PROTOCOL: Final = "replies"
FORWARD: Final = "forward"


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
        self.editors: list[RulesEditor | RewriteEditor] = []

    def open_for(self, listener: Listener) -> RulesEditor | RewriteEditor | None:
        """Show the rules of `listener`: of its replies, or those that rewrite what it forwards.
        `None` if it has none."""
        for editor in self.editors:
            if editor.listener is listener:
                editor.raise_()
                editor.activateWindow()
                return editor
        editor_class: type[RulesEditor] | type[RewriteEditor]  # imported late for a faster start
        if listener.spec.protocol == PROTOCOL:
            from app.ui.rules.editor import RulesEditor as editor_class
        elif listener.spec.protocol == FORWARD:
            from app.ui.rules.rewrite_editor import RewriteEditor as editor_class
        else:
            return None
        editor = editor_class(
            listener, self._workspace, self._icons, self._show_save_error, self._window
        )
        self.editors.append(editor)
        editor.destroyed.connect(lambda: self._forget(editor))
        editor.show()
        return editor

    def add_rule(self, listener: Listener, rule: Rule) -> None:
        """Open the editor of `listener` with `rule` added, which is not saved yet."""
        editor = self.open_for(listener)
        if listener.spec.protocol == PROTOCOL and editor is not None:
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
