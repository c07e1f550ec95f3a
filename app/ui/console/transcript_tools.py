"""What can be done with a transcript: show it in another way, find, copy, save and clear."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QToolButton, QWidget

from app.atomic_file import replace, why
from app.client.formatting import Display, plain_text
from app.client.transcript import Transcript
from app.ui.icons import Icons
from app.ui.modal import open_modal


class TranscriptTools(QWidget):
    """A row of small controls for one transcript."""

    display_chosen = Signal()
    find_wanted = Signal()
    clear_wanted = Signal()

    said = Signal(str)
    """A sentence for the user."""

    def __init__(self, transcript: Transcript, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._transcript = transcript
        self.find_button = QToolButton(autoRaise=True)
        self.clear_button = QToolButton(autoRaise=True)
        self.more_button = QToolButton(autoRaise=True)
        self.menu = QMenu(self)
        self._display = Display.TEXT
        self.display_actions: dict[Display, QAction] = {}
        self.copy_action = QAction(self.tr("Copy all"), self)
        self.save_action = QAction(self.tr("Save to a file…"), self)
        self._set_up(icons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.find_button)
        layout.addWidget(self.clear_button)
        layout.addWidget(self.more_button)

    @property
    def display(self) -> Display:
        """How the transcript is to be shown."""
        return self._display

    def show_display(self, display: Display) -> None:
        """Choose `display`."""
        self.display_actions[display].trigger()

    def write(self, path: Path) -> None:
        """Save the whole transcript as text to `path`, and say how that went."""
        try:
            replace(path, self._text().encode())
        except OSError as error:
            self.said.emit(self.tr("{0} cannot be written ({1}).").format(path, why(error)))
        else:
            self.said.emit(self.tr("The transcript is in {0}.").format(path))

    def _set_up(self, icons: Icons) -> None:
        group = QActionGroup(self)
        for display, words in (
            (Display.TEXT, self.tr("Show text")),
            (Display.HEX, self.tr("Show hex")),
            (Display.BOTH, self.tr("Show hex and text")),
        ):
            action = QAction(words, group, checkable=True, checked=display is self._display)
            action.triggered.connect(lambda _=False, display=display: self._choose(display))
            self.display_actions[display] = action
        self.menu.addActions(group.actions())
        self.menu.addSeparator()
        for button, icon, name, tip, wanted in (
            (
                self.find_button,
                "find",
                self.tr("Find in the transcript"),
                self.tr("Find in the transcript (Ctrl+F)"),
                self.find_wanted,
            ),
            (
                self.clear_button,
                "clear",
                self.tr("Clear the transcript"),
                self.tr("Clear the transcript"),
                self.clear_wanted,
            ),
        ):
            icons.give(button, icon)
            button.setAccessibleName(name)
            button.setToolTip(tip)
            button.clicked.connect(wanted)
        icons.give(self.more_button, "more")
        self.more_button.setAccessibleName(self.tr("More about the transcript"))
        self.more_button.setToolTip(self.tr("Text or hex, copy, save"))
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more_button.setMenu(self.menu)
        icons.give(self.copy_action, "copy")
        icons.give(self.save_action, "save")
        self.copy_action.triggered.connect(lambda _=False: self._copy())
        self.save_action.triggered.connect(lambda _=False: self._ask_for_file())
        self.menu.addActions([self.copy_action, self.save_action])

    def _text(self) -> str:
        transcript = self._transcript
        return plain_text(transcript.entries, dropped=transcript.dropped, display=self.display)

    def _choose(self, display: Display) -> None:
        self._display = display
        self.display_chosen.emit()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text())

    def _ask_for_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Save the transcript"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Text (*.txt)"))
        dialog.setDefaultSuffix("txt")
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        open_modal(dialog)
