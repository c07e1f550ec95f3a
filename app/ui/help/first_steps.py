"""The card of the first run: start a listener, connect to it, and send something."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.client.draft import Draft
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.ui.console.pane import ConsolePane
from app.ui.style.icons import Icons
from app.ui.widgets.labels import ElidingLabel, MistakeLabel
from app.ui.widgets.layouts import FoldingBox
from app.ui.widgets.plain_text import set_tip
from app.ui.widgets.translation import translated

GREETING = "hello"
DONE = "✓"
MOST_WIDTH = 960
"""In a wider window, the steps would be far from the tour."""


class FirstSteps(QFrame):
    """Three steps with the button of the next one enabled. It is over when all are done.

    The steps work on the first listener of the deck.
    """

    over = Signal()
    """All steps are done, or the user closed the card."""

    def __init__(
        self, deck: Deck, console: ConsolePane, icons: Icons, reveal: Callable[[], object]
    ) -> None:
        """`reveal` shows the console, which may be hidden."""
        super().__init__()
        self._deck = deck
        self._console = console
        self._reveal = reveal
        self.setObjectName("card")
        self.setMaximumWidth(MOST_WIDTH)
        self.title = QLabel(self.tr("Three steps to a first conversation"))
        self.title.setObjectName("paneTitle")
        self.start = QPushButton()
        self.connect_button = QPushButton()
        self.send = QPushButton()
        self.trouble = MistakeLabel()
        self.terminal_label = QLabel(self.tr("Or in a terminal:"))
        self.line = ElidingLabel()
        self.line.setObjectName("quiet")
        self.copy = QToolButton(autoRaise=True)
        self.tour = QPushButton(self.tr("Take the tour"))
        self.tour.setToolTip(self.tr("Write a server of your own, in three steps"))
        self.close_button = QToolButton(autoRaise=True)
        # The line for a terminal comes with the address. The card keeps its height.
        policy = self.copy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.copy.setSizePolicy(policy)
        for button, icon, name in (
            (self.copy, "copy", self.tr("Copy the line for a terminal")),
            (self.close_button, "close", self.tr("Close the three steps")),
        ):
            icons.give(button, icon)
            button.setAccessibleName(name)
            set_tip(button, name)
        self.start.clicked.connect(self._start)
        self.connect_button.clicked.connect(self._connect)
        self.send.clicked.connect(self._send)
        self.copy.clicked.connect(self._copy)
        self.close_button.clicked.connect(self._finish)
        self._lay_out()
        self.refresh()

    @property
    def listener(self) -> Listener | None:
        """The listener of the steps."""
        return next(iter(self._deck.listeners), None)

    def refresh(self) -> None:
        """Show which steps are done."""
        listener = self.listener
        if listener is None or self.isHidden():
            return
        session = self._console.current.session
        factory = listener.factory
        done = (
            listener.is_on,
            session.state.is_open,
            factory is not None and factory.bytes_in > 0,
        )
        texts = (
            (self.start, self.tr("Start {0}").format(listener.spec.name)),
            (self.connect_button, self.tr("Connect")),
            (self.send, self.tr("Send {0}").format(GREETING)),
        )
        had_focus = any(button.hasFocus() for button, _ in texts)
        for number, (button, text) in enumerate(texts):
            sign = DONE if done[number] else str(number + 1)
            is_next = not done[number] and all(done[:number])
            button.setText(f"{sign}  {text}")
            button.setEnabled(is_next)
            button.setDefault(is_next)
        if had_focus and not any(button.hasFocus() for button, _ in texts):
            next(
                filter(QPushButton.isEnabled, (button for button, _ in texts)), self.tour
            ).setFocus()
        port = listener.where.rpartition(":")[2]
        has_port = port.isdecimal() and port != "0"  # else the system chooses one at the start
        self.line.setText(f"nc 127.0.0.1 {port}" if has_port else "")
        for part in (self.copy, self.terminal_label):
            part.setVisible(has_port)
        failed = listener.state is State.FAILED
        self.trouble.setText(translated(listener.reason) if failed else "")
        self.tour.setDefault(all(done))  # what to do next
        if all(done):
            words = self.tr("{0} answered. You have finished the first steps.")
            self.title.setText(words.format(listener.spec.name))

    def _start(self) -> None:
        if self.listener is not None:
            self._deck.start(self.listener)

    def _connect(self) -> None:
        self._reveal()
        if self.listener is not None:
            self._console.unused_tab().target_bar.connect_to(self.listener)

    def _send(self) -> None:
        self._reveal()
        self._console.current.input_bar.send_draft(Draft(GREETING))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.line.text())

    def _finish(self) -> None:
        self.hide()
        self.over.emit()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        steps = FoldingBox(spacing=8)
        steps.setContentsMargins(0, 0, 6, 0)  # under the cross, not under the edge of its button
        steps.add(_row(self.start, self.connect_button, self.send), 1)
        steps.add(_row(self.tour))
        terminal = QHBoxLayout()
        terminal.addWidget(self.terminal_label)
        terminal.addWidget(self.line)
        terminal.addWidget(self.copy)
        terminal.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 8, 10)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(steps)
        layout.addWidget(self.trouble)
        layout.addLayout(terminal)


def _row(*buttons: QPushButton) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for button in buttons:
        layout.addWidget(button)
    layout.addStretch(1)
    return row
