"""The sidebar: the list of listeners, the search above it, and how much each row shows."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from app.ui.listeners.panel import ListenersPanel
from app.ui.settings import Settings
from app.ui.style.icons import Icons

MANY = 10
"""With more listeners than this, rows are compact unless the user decided otherwise."""


class Rows(Enum):
    """How much a row shows. The value is the one in the settings."""

    AUTOMATIC = ""
    COMPACT = "compact"
    FULL = "full"


class Sidebar(QWidget):
    """A title, a search field and the list of listeners."""

    def __init__(self, panel: ListenersPanel, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panel = panel
        self._rows = Rows.AUTOMATIC
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search listeners"))
        self.search.setAccessibleName(self.tr("Search the listeners"))
        self.search.setToolTip(self.tr("By name, group, protocol or address"))
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        self.compact_button = QToolButton(autoRaise=True)
        self.compact_button.setCheckable(True)
        self.compact_button.setAccessibleName(self.tr("Compact rows"))
        self.compact_button.setToolTip(self.tr("Compact rows: one line for each listener"))
        self.compact_button.clicked.connect(self._choose_rows)
        icons.give(self.compact_button, "rows-compact")
        panel.setObjectName("listenersPanel")
        panel.search_cleared.connect(self.search.clear)
        panel.listeners_shown.connect(self._show_rows)
        self._lay_out()

    def begin_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def restore(self, settings: Settings) -> None:
        """Restore how much a row shows, and which groups are folded."""
        saved = settings.text("sidebar/rows")
        self._rows = Rows(saved) if saved in (each.value for each in Rows) else Rows.AUTOMATIC
        self.panel.fold(settings.text("sidebar/folded").splitlines())
        self._show_rows()

    def save(self, settings: Settings) -> None:
        """Save how much a row shows, and which groups are folded."""
        settings.save_text("sidebar/rows", self._rows.value)
        settings.save_text("sidebar/folded", "\n".join(self.panel.folded))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search field, Down and Enter go to the first row, and Escape clears it."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.panel.choose_first()
                self.panel.setFocus(Qt.FocusReason.TabFocusReason)
            case Qt.Key.Key_Escape if self.search.text():
                self.search.clear()
            case _:
                return False
        return True

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Listeners"))
        title.setObjectName("paneTitle")
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 8, 0)
        head.addWidget(title, 1)
        head.addWidget(self.compact_button)
        search = QHBoxLayout()
        search.setContentsMargins(8, 4, 8, 2)
        search.addWidget(self.search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addLayout(search)
        layout.addWidget(self.panel, 1)

    def _search(self, text: str) -> None:
        # Set at the first text, as the icon of the clear button loads all of Qt's image plugins.
        self.search.setClearButtonEnabled(True)
        self.panel.search(text)

    def _choose_rows(self, compact: bool) -> None:
        self._rows = Rows.COMPACT if compact else Rows.FULL
        self._show_rows()

    def _show_rows(self) -> None:
        is_many = len(self.panel.shown) > MANY
        compact = self._rows is Rows.COMPACT or (self._rows is Rows.AUTOMATIC and is_many)
        self.compact_button.setChecked(compact)
        self.panel.show_compact(compact)
