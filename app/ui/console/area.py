"""The console with its snippets beside it, which can be hidden."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QToolButton, QWidget

from app.client.draft import Draft
from app.client.snippets import Snippet
from app.text.notation import NotationError
from app.ui.console.input_bar import is_long
from app.ui.console.pane import ConsolePane
from app.ui.console.saved_state import SHORTCUTS
from app.ui.style.icons import Icons

if TYPE_CHECKING:
    from app.ui.console.snippets_panel import SnippetsPanel

PANEL_WIDTH = 200


class ConsoleArea(QSplitter):
    """Joins the tabs and the snippets: what is chosen there is sent in the tab on show."""

    def __init__(self, pane: ConsolePane, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.pane = pane
        self._icons = icons
        self.opener = QToolButton(autoRaise=True)
        self.opener.setCheckable(True)
        icons.give(self.opener, "snippets")
        self.opener.setToolTip(self.tr("Show the snippets (Ctrl+B)"))
        self.opener.setAccessibleName(self.tr("Snippets"))
        self.opener.setShortcut(QKeySequence("Ctrl+B"))
        self.opener.toggled.connect(self._show_snippets)
        self.addWidget(pane)
        self.setStretchFactor(0, 1)
        self.setChildrenCollapsible(False)
        pane.add_tool(self.opener)
        pane.keep_wanted.connect(self._keep_draft)
        for number in range(1, SHORTCUTS + 1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda n=number: self.snippets.send_numbered(n))
        self.opener.setChecked(pane.memory.shows_snippets)

    @cached_property
    def snippets(self) -> SnippetsPanel:
        """The list; it is made when it is first wanted, off the start's way."""
        from app.ui.console.snippets_panel import SnippetsPanel

        panel = SnippetsPanel(self.pane.memory.shelf, self._icons)
        panel.send_wanted.connect(self._send)
        panel.put_wanted.connect(self._put)
        panel.keep_wanted.connect(self._keep)
        self.addWidget(panel)
        panel.setVisible(self.opener.isChecked())
        self.setSizes([max(1, self.width() - PANEL_WIDTH), PANEL_WIDTH])
        return panel

    def _show_snippets(self, shown: bool) -> None:
        self.pane.memory.shows_snippets = shown
        self.snippets.setVisible(shown)
        if shown:
            self.snippets.show_snippets()

    def _send(self, snippet: Snippet) -> None:
        self.pane.current.foot.send_draft(snippet.draft)

    def _put(self, snippet: Snippet) -> None:
        foot = self.pane.current.foot
        foot.put(snippet.draft)
        foot.input.setFocus()

    def _keep_draft(self, draft: Draft) -> None:
        self.opener.setChecked(True)  # so that one sees where it went
        if is_long(draft.text):
            self.pane.current.foot.complain(self.tr("Not kept: this is too long for a snippet."))
        else:
            self.snippets.keep(draft)

    def _keep(self) -> None:
        foot = self.pane.current.foot
        if foot.held.data is not None:
            foot.complain(self.tr("Not kept: this is too long for a snippet."))
            return
        try:
            foot.draft.compose()
        except NotationError:
            foot.input.setFocus()
            return
        self._keep_draft(foot.draft)
