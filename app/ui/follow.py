"""Keeps a view at its end while new things come, until the user scrolls away from there."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QScrollBar


class Follow(QObject):
    """Moves a scroll bar with its end. The user's own scrolling switches it off, and on again."""

    def __init__(self, bar: QScrollBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self._is_on = True
        self._is_ours = False
        self._settling = QTimer(self, singleShot=True, interval=0)
        self._settling.timeout.connect(self._settle)
        bar.valueChanged.connect(self._take_value)
        bar.rangeChanged.connect(self._take_range)
        bar.actionTriggered.connect(self._let_go)

    @property
    def is_on(self) -> bool:
        """Whether the newest is on show and stays so."""
        return self._is_on

    def _take_value(self, value: int) -> None:
        if not self._is_ours:
            self._is_on = value >= self._bar.maximum()

    def _take_range(self, _minimum: int, maximum: int) -> None:
        if self._is_on:
            self._is_ours = True
            self._bar.setValue(maximum)
            # A view of text with wrapped lines scrolls back to a line of its own after this.
            self._settling.start()

    def _settle(self) -> None:
        self._bar.setValue(self._bar.maximum())
        self._let_go()

    def _let_go(self) -> None:
        """From now on the bar moves as the user wants."""
        self._settling.stop()
        self._is_ours = False
