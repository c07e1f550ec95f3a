"""The editors of rules that are open, one for each listener."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

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
        self.editors: list[RulesEditor] = []
        self.rewrite_editors: list[RewriteEditor] = []

    def open_for(self, listener: Listener) -> RulesEditor | None:
        """Show the rules of `listener`. `None` if it does not reply by rule."""
        if listener.spec.protocol != PROTOCOL:
            return None
        editor = _raised(self.editors, listener)
        if editor is None:
            from app.ui.rules.editor import RulesEditor  # imported late for a faster start

            editor = RulesEditor(
                listener, self._workspace, self._icons, self._show_save_error, self._window
            )
            _keep(self.editors, editor)
        return editor

    def open_rewrites(self, listener: Listener) -> RewriteEditor | None:
        """Show the rules that rewrite what `listener` forwards. `None` if it does not forward."""
        if listener.spec.protocol != FORWARD:
            return None
        editor = _raised(self.rewrite_editors, listener)
        if editor is None:
            from app.ui.rules.rewrite_editor import RewriteEditor

            editor = RewriteEditor(
                listener, self._workspace, self._icons, self._show_save_error, self._window
            )
            _keep(self.rewrite_editors, editor)
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
        for rewrites in self.rewrite_editors:
            rewrites.refresh()


Editor = TypeVar("Editor", "RulesEditor", "RewriteEditor")


def _raised(editors: list[Editor], listener: Listener) -> Editor | None:
    """The editor of `listener`, brought to the front; `None` if none is open."""
    for editor in editors:
        if editor.listener is listener:
            editor.raise_()
            editor.activateWindow()
            return editor
    return None


def _keep(editors: list[Editor], editor: Editor) -> None:
    """Show `editor`, and keep it in `editors` until it is closed."""
    editors.append(editor)
    editor.destroyed.connect(lambda: editors.remove(editor) if editor in editors else None)
    editor.show()
