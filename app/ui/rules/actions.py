"""The windows about the rules of listeners: replies, rewrites, and held messages.

Each window is imported when it is first opened, for a faster start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.server.listener import Listener
from app.server.workspace import Workspace
from app.ui.style.icons import Icons
from app.ui.widgets.task_window import OpenWindows

if TYPE_CHECKING:
    from app.rules.spec import Rule
    from app.ui.rules.editor import RulesEditor
    from app.ui.rules.held_panel import HoldPanel
    from app.ui.rules.rewrite_editor import RewriteEditor

PROTOCOL: Final = "replies"
FORWARD: Final = "forward"


class RuleActions(QObject):
    """Opens windows over `window`, one of a kind for each listener, and keeps them up to date."""

    def __init__(
        self,
        workspace: Workspace,
        icons: Icons,
        seconds: Callable[[], float],
        show_save_error: Callable[[], None],
        window: QWidget,
    ) -> None:
        """`seconds` is the clock of the listeners."""
        super().__init__(window)
        self._workspace = workspace
        self._icons = icons
        self._seconds = seconds
        self._show_save_error = show_save_error
        self._window = window
        self.editors: OpenWindows[RulesEditor] = OpenWindows()
        self.rewrite_editors: OpenWindows[RewriteEditor] = OpenWindows()
        self.held: OpenWindows[HoldPanel] = OpenWindows()

    def open_for(self, listener: Listener) -> RulesEditor | RewriteEditor | None:
        """Show the rules by which `listener` replies or rewrites. `None` if it does neither."""
        if listener.spec.protocol == FORWARD:
            return self.open_rewrites(listener)
        return self.open_replies(listener) if listener.spec.protocol == PROTOCOL else None

    def open_replies(self, listener: Listener) -> RulesEditor:
        """Show the rules by which `listener` replies."""
        from app.ui.rules.editor import RulesEditor

        return self.editors.raised(listener) or self.editors.show(
            listener,
            RulesEditor(
                listener, self._workspace, self._icons, self._show_save_error, self._window
            ),
        )

    def open_rewrites(self, listener: Listener) -> RewriteEditor:
        """Show the rules that rewrite what `listener` forwards."""
        from app.ui.rules.rewrite_editor import RewriteEditor

        return self.rewrite_editors.raised(listener) or self.rewrite_editors.show(
            listener,
            RewriteEditor(
                listener, self._workspace, self._icons, self._show_save_error, self._window
            ),
        )

    def open_held(self, listener: Listener) -> HoldPanel | None:
        """Show what `listener` holds. `None` if it forwards nothing, and so cannot hold."""
        if listener.spec.protocol != FORWARD:
            return None
        from app.ui.rules.held_panel import HoldPanel

        return self.held.raised(listener) or self.held.show(
            listener,
            HoldPanel(
                listener, self._workspace, self._seconds, self._show_save_error, self._window
            ),
        )

    def add_rule(self, listener: Listener, rule: Rule) -> None:
        """Open the editor of `listener` with `rule` added, which is not saved yet."""
        self.open_replies(listener).insert(rule)

    def ask_to_save(self) -> bool:
        """Ask what to do with rules that were changed and are not in use. False if there are
        none."""
        editors = (*self.editors, *self.rewrite_editors)
        changed = [each for each in editors if each.is_changed]
        for editor in changed:
            editor.raise_()
            editor.close()
        return bool(changed)

    def refresh(self) -> None:
        """Show the hits, the unmatched and the held messages of now."""
        for window in (*self.editors, *self.rewrite_editors, *self.held):
            window.refresh()
