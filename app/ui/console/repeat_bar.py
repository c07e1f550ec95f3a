"""The repeat bar of a console tab: sends the input repeatedly, and shows the progress."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from app.client.draft import VARIABLES
from app.client.repeat import SHORTEST_MS, Pace, Repeat
from app.client.session import Session
from app.client.session_messages import SessionState
from app.rules.template import Template
from app.runtime.clocks import unix_clock
from app.ui.style.icons import Icons
from app.ui.widgets.controls import icon_button
from app.ui.widgets.labels import ElidingLabel
from app.ui.widgets.layouts import fill

SHOW_MS = 250
LONGEST_MS = 3_600_000
MOST_TIMES = 1_000_000_000


class RepeatBar(QWidget):
    """Owns at most one running repeat. The repeat stops when the session ends."""

    start_wanted = Signal()
    """The user wants to start. The owner of the input calls `start`."""

    said = Signal(str)
    """A sentence for the user about the end of a repeat."""

    def __init__(self, session: Session, reactor: Any, icons: Icons) -> None:
        super().__init__()
        self._session = session
        self._reactor = reactor
        self._repeat: Repeat | None = None
        self.interval = QSpinBox(minimum=SHORTEST_MS, maximum=LONGEST_MS, value=1000)
        self.times = QSpinBox(minimum=0, maximum=MOST_TIMES, value=0)
        self.button = QPushButton()
        self.opener = icon_button(
            icons, "repeat", self.tr("Send again and again, with variables"), name=self.tr("Repeat")
        )
        """The button that shows and hides the bar. The owner of the bar places it."""
        self.opener.setCheckable(True)
        self.state = ElidingLabel()
        self._timer = QTimer(self, interval=SHOW_MS)
        self._timer.timeout.connect(self.show_state)
        self._set_up()
        self._lay_out()
        self.show_state()

    @property
    def is_running(self) -> bool:
        """Whether something is being repeated now."""
        return self._repeat is not None and self._repeat.pace is not Pace.ENDED

    def start(self, template: Template) -> None:
        """Start to send `template` at the chosen interval."""
        self.stop()
        self._repeat = Repeat(
            self._reactor,
            template,
            interval_ms=self.interval.value(),
            count=self.times.value() or None,
            send=self._session.send,
            unsent=lambda: self._session.bytes_unsent,
            time=unix_clock(self._reactor),
            ended=self._repeat_ended,
        )
        self._timer.start()
        self._repeat.start()
        self.show_state()

    def stop(self) -> None:
        """Stop the repeat, if one is running."""
        if self._repeat is not None and self.is_running:
            self._repeat.stop()

    def show_state(self) -> None:
        """Show the progress. Called at each interval, and when the session changes state."""
        if self._session.state is not SessionState.CONNECTED:
            self.stop()
        self.button.setText(self.tr("Stop") if self.is_running else self.tr("Start"))
        self.button.setEnabled(self.is_running or self._session.state is SessionState.CONNECTED)
        self.interval.setEnabled(not self.is_running)
        self.times.setEnabled(not self.is_running)
        self.state.setText(self._words())

    def _words(self) -> str:
        repeat = self._repeat
        if repeat is None:
            return self.tr("Variables: {0}").format(" ".join(VARIABLES))
        words = [self.tr("{0} sent").format(f"{repeat.sent:,}")]
        if repeat.pace is Pace.RUNNING:
            words.insert(0, self.tr("{0}/s").format(_rate(repeat.rate)))
        elif repeat.pace is Pace.PAUSED:
            words.insert(0, self.tr("the peer does not read"))
        if repeat.skipped:
            words.append(self.tr("{0} left out, too late").format(f"{repeat.skipped:,}"))
        return " · ".join(words)

    def _repeat_ended(self) -> None:
        repeat = self._repeat
        assert repeat is not None
        self._timer.stop()
        count = f"{repeat.sent:,}"
        if repeat.refused or self._session.state is not SessionState.CONNECTED:
            sentence = self.tr("The repeat stopped, {0} sent: there is no connection.")
        else:
            sentence = self.tr("The repeat ended, {0} sent.")
        self.said.emit(sentence.format(count))
        self.show_state()

    def _show_bar(self, is_open: bool) -> None:
        self.setVisible(is_open)
        if not is_open:
            self.stop()

    def _toggle(self) -> None:
        if self.is_running:
            self.stop()
        else:
            self.start_wanted.emit()

    def _set_up(self) -> None:
        self.interval.setSuffix(self.tr(" ms"))
        self.interval.setAccessibleName(self.tr("Milliseconds from one send to the next"))
        self.interval.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
        self.interval.setGroupSeparatorShown(True)
        self.times.setSpecialValueText(self.tr("until stopped"))
        self.times.setSuffix(self.tr(" times"))
        self.times.setAccessibleName(self.tr("How many times to send"))
        self.times.setGroupSeparatorShown(True)
        for spin, usual in ((self.interval, "10,000 ms"), (self.times, "until stopped")):
            # Wide enough for usual values, not for the largest number.
            spin.setFixedWidth(spin.fontMetrics().horizontalAdvance(usual) + 40)
        self.button.clicked.connect(self._toggle)
        self.opener.toggled.connect(self._show_bar)
        self.hide()
        self.state.setObjectName("quiet")
        self.state.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def _lay_out(self) -> None:
        fill(
            QHBoxLayout(self),
            QLabel(self.tr("Every")),
            self.interval,
            self.times,
            self.button,
            (self.state, 1),
            margins=0,
        )


def _rate(per_second: float) -> str:
    return f"{per_second:,.0f}" if per_second >= 10 else f"{per_second:.1f}"
