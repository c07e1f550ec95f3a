"""The console with its snippets beside it, which can be hidden."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QToolButton, QWidget

from app.client.notation import NotationError
from app.client.snippets import Snippet
from app.ui.console.pane import ConsolePane
from app.ui.console.snippets_panel import SHORTCUTS, SnippetsPanel
from app.ui.icons import Icons

PANEL_WIDTH = 200


class ConsoleArea(QSplitter):
    """Joins the tabs and the snippets: what is chosen there is sent in the tab on show."""

    def __init__(self, pane: ConsolePane, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.pane = pane
        self.snippets = SnippetsPanel(pane.memory.shelf, icons)
        self.opener = QToolButton(autoRaise=True)
        self.opener.setCheckable(True)
        icons.give(self.opener, "snippets")
        self.opener.setToolTip(self.tr("Show the snippets (Ctrl+B)"))
        self.opener.setAccessibleName(self.tr("Snippets"))
        self.opener.setShortcut(QKeySequence("Ctrl+B"))
        self.opener.toggled.connect(self._show_snippets)
        self.addWidget(pane)
        self.addWidget(self.snippets)
        self.setStretchFactor(0, 1)
        self.setChildrenCollapsible(False)
        self.setSizes([600, PANEL_WIDTH])
        self.snippets.hide()
        pane.add_tool(self.opener)
        self.snippets.send_wanted.connect(self._send)
        self.snippets.put_wanted.connect(self._put)
        self.snippets.keep_wanted.connect(self._keep)
        pane.keep_wanted.connect(self.snippets.keep)
        for number in range(1, SHORTCUTS + 1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda n=number: self.snippets.send_numbered(n))
        self.opener.setChecked(pane.memory.shows_snippets)

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

    def _keep(self) -> None:
        foot = self.pane.current.foot
        try:
            foot.draft.compose()
        except NotationError:
            foot.input.setFocus()
            return
        self.snippets.keep(foot.draft)
