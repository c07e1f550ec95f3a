"""Windows for one task, beside the window that they were opened from; some are about a listener."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from attrs import evolve
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMessageBox, QWidget

from app.server.listener import Listener
from app.server.workspace import Workspace
from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.plain_text import message_box


class TaskWindow(QWidget):
    """Escape closes it, and so do the keys of the desktop that close a window."""

    def __init__(self, owner: QWidget) -> None:
        """It looks as `owner` does and closes with it. A closed window is deleted."""
        super().__init__(owner, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = QKeySequence.StandardKey
        if event.matches(keys.Cancel) or event.matches(keys.Close):
            self.close()
        else:
            super().keyPressEvent(event)


class ListenerWindow(TaskWindow):
    """Edits options of one listener. What is typed is looked at a moment after the last key."""

    def __init__(
        self,
        listener: Listener,
        workspace: Workspace,
        show_save_error: Callable[[], None],
        owner: QWidget,
        *,
        wait_ms: int,
    ) -> None:
        super().__init__(owner)
        self.listener = listener
        self._workspace = workspace
        self._show_save_error = show_save_error
        self._is_showing = False
        """Whether the fields change because they show something, not because the user types."""
        self._wait = QTimer(self, singleShot=True, interval=wait_ms)
        self._wait.timeout.connect(self.look_at_entered)

    @property
    def is_listed(self) -> bool:
        """Whether the listener was not removed."""
        return self.listener in self._workspace.deck.listeners

    def look_at_entered(self) -> None:
        """Check or use what is entered now."""
        raise NotImplementedError

    def wait_for_more(self) -> None:
        """The user typed: look at what is entered a moment later."""
        if not self._is_showing:
            self._wait.start()

    def use_options(self, options: Mapping[str, Any]) -> None:
        """Give `options` to the listener and its profile. Its connections stay."""
        spec = evolve(self.listener.spec, options=options)
        self._workspace.change(self.listener, spec, restart=False)
        self._show_save_error()

    def ask_before_closing(
        self,
        event: QCloseEvent,
        words: str,
        buttons: QMessageBox.StandardButton,
        answered: Callable[[int], None],
    ) -> QMessageBox | None:
        """Keep the window open, and ask what to do. `None` if it is being asked already."""
        event.ignore()
        if any(each.isVisible() for each in self.findChildren(QMessageBox)):
            return None
        box = message_box(
            self, self.windowTitle(), words, icon=QMessageBox.Icon.Question, buttons=buttons
        )
        box.finished.connect(answered)
        open_modal(box)
        return box


Window = TypeVar("Window", bound=TaskWindow)


class OpenWindows(Generic[Window]):
    """The open windows of one kind: at most one for each subject, such as a listener."""

    def __init__(self) -> None:
        self._windows: dict[object, Window] = {}

    def __iter__(self) -> Iterator[Window]:
        return iter(list(self._windows.values()))

    def __len__(self) -> int:
        return len(self._windows)

    def raised(self, subject: object) -> Window | None:
        """The window of `subject`, brought to the front; `None` if none is open."""
        window = self._windows.get(subject)
        if window is not None:
            window.raise_()
            window.activateWindow()
        return window

    def show(self, subject: object, window: Window) -> Window:
        """Show a new window, and keep it until it is closed."""
        self._windows[subject] = window
        window.destroyed.connect(lambda: self._windows.pop(subject, None))
        window.show()
        return window
