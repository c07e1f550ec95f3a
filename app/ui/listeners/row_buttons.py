"""The buttons of a row: what can be done about the state of its listener."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from app.server.listener import Listener, State

_COLUMNS = 2
"""The buttons in one line; more do not fit into a narrow row."""


class RowAction(Enum):
    """The actions of the buttons in a row."""

    START = auto()
    MOVE = auto()
    SHOW = auto()
    RESTART = auto()
    STOP = auto()
    LOG = auto()


class RowButton(NamedTuple):
    """One button: its action, with a port or a name, and its text."""

    action: RowAction
    text: str

    port: int = 0
    """The free port, for `MOVE`."""

    listener: str = ""
    """The name of the listener to choose, for `SHOW`."""


def buttons_for(listener: Listener) -> tuple[RowButton, ...]:
    """The buttons for the state of `listener`; usually none."""
    buttons = _for_state(listener)
    if listener.factory is not None and listener.factory.code_errors.total:
        log = RowButton(RowAction.LOG, QCoreApplication.translate("Offers", "Show the log"))
        buttons = (*buttons, log)
    return buttons


def _for_state(listener: Listener) -> tuple[RowButton, ...]:
    if listener.state is State.FAILED:
        return _after_failure(listener)
    restart = RowButton(RowAction.RESTART, QCoreApplication.translate("Offers", "Restart to apply"))
    if listener.state is State.DRAINING:
        accept = RowButton(RowAction.START, QCoreApplication.translate("Offers", "Accept again"))
        close = RowButton(RowAction.STOP, QCoreApplication.translate("Offers", "Close them"))
        return (restart if listener.is_stale else accept, close)
    return (restart,) if listener.is_stale else ()


def _after_failure(listener: Listener) -> tuple[RowButton, ...]:
    buttons = [RowButton(RowAction.START, QCoreApplication.translate("Offers", "Try again"))]
    conflict = listener.port_conflict
    if conflict is not None and conflict.free_port is not None:
        words = QCoreApplication.translate("Offers", "Use port {0}").format(conflict.free_port)
        buttons.append(RowButton(RowAction.MOVE, words, port=conflict.free_port))
    if conflict is not None and conflict.listener:
        words = QCoreApplication.translate("Offers", "Show that listener")
        buttons.append(RowButton(RowAction.SHOW, words, listener=conflict.listener))
    return tuple(buttons)


class RowButtons(QWidget):
    """Shows buttons in rows of two, or below each other where two are too wide. Hidden while there
    are none."""

    def __init__(
        self, on_click: Callable[[RowButton], object], parent: QWidget | None = None
    ) -> None:
        """`on_click` is called with the button that was clicked."""
        super().__init__(parent)
        self._on_click = on_click
        self.shown: tuple[RowButton, ...] = ()
        self._listener = ""
        self.buttons: list[QPushButton] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 0)
        self._grid.setSpacing(4)
        self._grid.setColumnStretch(_COLUMNS, 1)

    @property
    def has_focus(self) -> bool:
        """Whether one of the buttons has the keyboard focus."""
        return any(button.hasFocus() for button in self.buttons)

    def show_buttons(self, wanted: Sequence[RowButton], listener: str) -> None:
        """Show these buttons for the listener of that name."""
        self.setVisible(bool(wanted))
        if (tuple(wanted), listener) == (self.shown, self._listener):
            return
        self.shown, self._listener = tuple(wanted), listener
        for button in self.buttons:
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(each, listener) for each in wanted]
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        widest = max((button.sizeHint().width() for button in self.buttons), default=0)
        return QSize(widest, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        widths = [button.sizeHint().width() for button in self.buttons]
        columns = [widths[column::_COLUMNS] for column in range(_COLUMNS)]
        needed = sum(max(each, default=0) for each in columns) + self._grid.spacing()
        count = _COLUMNS if needed <= self.width() else 1
        for index, button in enumerate(self.buttons):
            self._grid.addWidget(button, *divmod(index, count))

    def _button(self, each: RowButton, listener: str) -> QPushButton:
        button = QPushButton(each.text)
        button.setObjectName("rowButton")
        button.setProperty("small", True)
        button.setAccessibleName(f"{each.text}: {listener}")
        button.clicked.connect(lambda: self._on_click(each))
        return button
