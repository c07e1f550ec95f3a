"""The settings dialog: a list of pages, and the chosen page beside it.

Each change applies at once and is saved at once. The pages are in `pages`.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.traffic.chunk_log import ChunkLog
from app.ui.settings import LoginStart, Settings
from app.ui.settings_dialog.appearance import Appearance
from app.ui.settings_dialog.appearance_page import AppearancePage
from app.ui.settings_dialog.page import SettingsPage
from app.ui.settings_dialog.pages import (
    ConsolePage,
    LanguagePage,
    LogPage,
    NotificationsPage,
    StartUpPage,
    TrafficPage,
)
from app.ui.widgets.dialogs import dialog_buttons
from app.ui.widgets.layouts import fill

SIZE: Final = QSize(720, 460)
LARGEST_SCALE: Final = 1.5
"""The dialog grows with the zoom up to this; from there on its pages scroll."""


class SettingsDialog(QDialog):
    """Shows the settings, one page at a time."""

    language_changed = Signal()
    """Another language was chosen. The window must be made anew to show it."""

    def __init__(
        self,
        log: ChunkLog,
        settings: Settings,
        appearance: Appearance,
        parent: QWidget | None = None,
        *,
        has_tray: bool = False,
        login: LoginStart | None = None,
    ) -> None:
        """`has_tray` says whether the desktop shows tray icons, and `login` starts Portdeck at the
        login."""
        super().__init__(parent)
        self._appearance = appearance
        language = LanguagePage(settings)
        language.chosen.connect(self.language_changed)
        self.traffic = TrafficPage(log, settings)
        pages: tuple[SettingsPage, ...] = (
            AppearancePage(settings, appearance),
            language,
            StartUpPage(settings, has_tray=has_tray, login=login),
            ConsolePage(settings),
            self.traffic,
            NotificationsPage(settings, has_tray=has_tray),
            LogPage(settings),
        )
        self.pages = {page.name: page for page in pages}
        self.list = QListWidget()
        self._stack = QStackedWidget()
        self.reset_button = QPushButton(self.tr("Reset this page"))
        self.reset_all_button = QPushButton(self.tr("Reset all"))
        self.setWindowTitle(self.tr("Settings"))
        self._set_up()
        self._lay_out()

    def open_page(self, name: str) -> None:
        """Show the page `name`; the first one if there is none of that name."""
        names = list(self.pages)
        self.list.setCurrentRow(names.index(name) if name in names else 0)
        self.pages[self.page].focus_first()

    @property
    def page(self) -> str:
        """The name of the shown page."""
        return list(self.pages)[max(0, self.list.currentRow())]

    def _set_up(self) -> None:
        self.list.setAccessibleName(self.tr("Pages"))
        for page in self.pages.values():
            self.list.addItem(QCoreApplication.translate("SettingsDialog", page.title))
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QScrollArea.Shape.NoFrame)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setWidget(page)
            self._stack.addWidget(area)
        self._align()
        self.list.currentRowChanged.connect(self._stack.setCurrentIndex)
        self.list.setCurrentRow(0)
        self.list.setFixedWidth(max(150, self.list.sizeHintForColumn(0) + 32))
        self.reset_button.clicked.connect(lambda: self.pages[self.page].reset())
        self.reset_all_button.clicked.connect(self._reset_all)

    def _align(self) -> None:
        """Let the settings of all pages begin at the same place."""
        labels = [label for page in self.pages.values() for label in page.labels]
        widest = max(label.sizeHint().width() for label in labels)
        for label in labels:
            label.setMinimumWidth(widest)

    def _lay_out(self) -> None:
        buttons = dialog_buttons(QDialogButtonBox.StandardButton.Close)
        for button in (self.reset_button, self.reset_all_button):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ResetRole)
        for each in buttons.buttons():
            assert isinstance(each, QPushButton)
            each.setAutoDefault(False)  # Enter confirms a typed number
        buttons.rejected.connect(self.reject)
        row = fill(QHBoxLayout(), self.list, (self._stack, 1), spacing=16)
        fill(QVBoxLayout(self), (row, 1), buttons)
        scale = min(self._appearance.zoom, LARGEST_SCALE)
        self.resize(SIZE * scale)

    def _reset_all(self) -> None:
        for page in self.pages.values():
            page.reset()
