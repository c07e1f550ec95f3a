"""The console area of the window: the session tabs, and beside them the snippets panel.

The panel can be hidden. In a window with little height, the area is folded to the line of its tabs.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QToolButton, QWidget

from app.client.draft import Draft
from app.client.saved.snippets import Snippet
from app.text.notation import NotationError
from app.ui.console.input_bar import is_too_long_to_edit
from app.ui.console.pane import ConsolePane
from app.ui.console.saved_state import SHORTCUTS
from app.ui.style.icons import Icons
from app.ui.widgets.controls import icon_button

if TYPE_CHECKING:
    from app.ui.console.snippets_panel import SnippetsPanel

PANEL_WIDTH = 200


class ConsoleArea(QSplitter):
    """Connects the tabs and the snippets panel. A chosen snippet is sent in the current tab."""

    open_wanted = Signal(bool)
    """The user wants to see more of the folded console than its tabs, or to fold it again."""

    def __init__(self, pane: ConsolePane, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.pane = pane
        self._icons = icons
        self.opener = icon_button(
            icons, "snippets", self.tr("Show the snippets (Ctrl+Shift+B)"), name=self.tr("Snippets")
        )
        self.opener.setCheckable(True)
        self.opener.setShortcut(QKeySequence("Ctrl+Shift+B"))
        self.opener.toggled.connect(self._show_snippets)
        self.folder = QToolButton(autoRaise=True)
        self.folder.clicked.connect(lambda: self.open_wanted.emit(self.is_folded))
        self.addWidget(pane)
        self.setStretchFactor(0, 1)
        self.setChildrenCollapsible(False)
        pane.add_tool(self.opener)
        pane.add_tool(self.folder)
        pane.open_wanted.connect(lambda: self.open_wanted.emit(True))
        self.opener.clicked.connect(self._open_if_folded)
        self.fold(False)
        pane.snippet_wanted.connect(self._save_draft)
        for number in range(1, SHORTCUTS + 1):
            shortcut = QShortcut(QKeySequence(f"Alt+{number}"), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda n=number: self.snippets.send_numbered(n))
        self.opener.setChecked(pane.saved_state.settings.shows_snippets)

    @cached_property
    def snippets(self) -> SnippetsPanel:
        """The snippets panel. It is created on first use, so that the window opens faster."""
        from app.ui.console.snippets_panel import SnippetsPanel

        panel = SnippetsPanel(self.pane.saved_state.saved_snippets, self._icons)
        panel.send_wanted.connect(self._send)
        panel.insert_wanted.connect(self._insert)
        panel.save_wanted.connect(self._save_input)
        self.addWidget(panel)
        panel.setVisible(self.opener.isChecked() and not self.is_folded)
        self.setSizes([max(1, self.width() - PANEL_WIDTH), PANEL_WIDTH])
        return panel

    @property
    def is_folded(self) -> bool:
        """Whether only the line of the tabs is shown."""
        return self.pane.is_folded

    def fold(self, folded: bool, *, has_button: bool = False) -> None:
        """Show only the line of the tabs, or everything. `has_button` shows the button that changes
        it."""
        self.pane.fold(folded)
        if "snippets" in self.__dict__:
            self.snippets.setVisible(self.opener.isChecked() and not folded)
        self.setMaximumHeight(self.pane.maximumHeight())
        self.folder.setVisible(has_button)
        words = self.tr("Open the console") if folded else self.tr("Fold the console")
        if words != self.folder.accessibleName():
            self._icons.give(self.folder, "chevron-up" if folded else "chevron-down")
            self.folder.setAccessibleName(words)
            self.folder.setToolTip(f"{words} (Ctrl+J)")

    @property
    def least_height(self) -> int:
        """The height that it needs when it is open."""
        return self.pane.minimumSizeHint().height()

    def _open_if_folded(self) -> None:
        if self.is_folded:
            self.open_wanted.emit(True)

    def _show_snippets(self, shown: bool) -> None:
        self.pane.saved_state.settings.shows_snippets = shown
        self.snippets.setVisible(shown and not self.is_folded)
        if shown:
            self.snippets.show_snippets()

    def _send(self, snippet: Snippet) -> None:
        self.pane.current.input_bar.send_draft(snippet.draft)

    def _insert(self, snippet: Snippet) -> None:
        bar = self.pane.current.input_bar
        bar.set_draft(snippet.draft)
        bar.input.setFocus()

    def _save_draft(self, draft: Draft) -> None:
        self.opener.setChecked(True)  # so that the user sees where the snippet is saved
        if is_too_long_to_edit(draft.text):
            self.pane.current.input_bar.show_error(
                self.tr("Not kept: this is too long for a snippet.")
            )
        else:
            self.snippets.save(draft)

    def _save_input(self) -> None:
        bar = self.pane.current.input_bar
        if bar.pasted_bytes.data is not None:
            bar.show_error(self.tr("Not kept: this is too long for a snippet."))
            return
        try:
            bar.draft.compose()
        except NotationError:
            bar.input.setFocus()
            return
        self._save_draft(bar.draft)
