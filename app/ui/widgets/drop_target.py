"""Files that are dropped on a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QWidget

Act = tuple[str, Callable[[], object]]
"""What a drop does: in words, which show during the drag, and as a function."""


class DropTarget(QObject):
    """Takes some kinds of files that are dropped on a window, and leaves others alone."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._sign = _DropSign(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def act_for(self, paths: Sequence[Path]) -> Act | None:
        """What a drop of `paths` does; `None` if it does nothing here."""
        raise NotImplementedError

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DragLeave:
            self._sign.say("")
        if not isinstance(event, QDropEvent):  # a drag that enters is one too
            return False
        urls = event.mimeData().urls()
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        act = self.act_for(paths) if paths and len(paths) == len(urls) else None
        if act is None:
            return False
        event.acceptProposedAction()
        words, run = act
        is_dropped = event.type() == QEvent.Type.Drop
        self._sign.say("" if is_dropped else words)
        if is_dropped:
            run()
        return True


class _DropSign:
    """Says in the middle of a window what a drop of the dragged files will do."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._label: QLabel | None = None  # made at the first drag, for a faster start

    def say(self, words: str) -> None:
        """Show `words`, or nothing if they are empty."""
        if self._label is None:
            if not words:
                return
            self._label = QLabel(self._window)
            self._label.setObjectName("dropSign")
            self._label.setTextFormat(Qt.TextFormat.PlainText)
            self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label.setText(words)
        self._label.adjustSize()
        place = self._label.rect()
        place.moveCenter(self._window.rect().center())
        self._label.setGeometry(place)
        self._label.setVisible(bool(words))
        self._label.raise_()
