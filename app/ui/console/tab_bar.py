"""The titles of the console's tabs: double-click to rename, middle click to close."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QTabBar, QWidget

LONGEST_NAME = 60


class ConsoleTabBar(QTabBar):
    """Asks for a new name where the old one stands."""

    renamed = Signal(int, str)
    """The user called this tab so; an empty name is none."""

    close_wanted = Signal(int)

    menu_wanted = Signal(int, QPoint)
    """The menu of this tab is wanted, at this place of the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor: QLineEdit | None = None
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_for_menu)

    @property
    def editor(self) -> QLineEdit | None:
        """Where a name is being typed, if it is."""
        return self._editor

    def rename(self, index: int) -> None:
        """Let the user type another name for the tab at `index`."""
        self._end(index, keeps=False)
        editor = QLineEdit(self.tabText(index).replace("&&", "&"), self)
        editor.setMaxLength(LONGEST_NAME)
        editor.setAccessibleName(self.tr("Name of the tab"))
        editor.setGeometry(self.tabRect(index))
        editor.installEventFilter(self)
        editor.editingFinished.connect(lambda: self._end(index, keeps=True))
        self._editor = editor
        editor.show()
        editor.selectAll()
        editor.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
        ):
            self._end(-1, keeps=False)
            return True
        return False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.tabAt(event.position().toPoint())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.rename(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.tabAt(event.position().toPoint())
        if index >= 0 and event.button() == Qt.MouseButton.MiddleButton:
            self.close_wanted.emit(index)
        else:
            super().mouseReleaseEvent(event)

    def _end(self, index: int, *, keeps: bool) -> None:
        editor, self._editor = self._editor, None
        if editor is None:
            return
        editor.hide()
        editor.deleteLater()
        if keeps:
            self.renamed.emit(index, " ".join(editor.text().split()))

    def _ask_for_menu(self, at: QPoint) -> None:
        index = self.tabAt(at)
        if index < 0:
            index = self.currentIndex()  # the key of menus gives a place of no tab
        self.menu_wanted.emit(index, self.mapToGlobal(at))
