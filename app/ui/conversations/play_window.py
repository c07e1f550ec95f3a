"""Plays the client side of a conversation to a target, and compares what came with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from attrs import evolve
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.client.connect import Dial, connect
from app.client.options import Options, TlsOptions
from app.net.target import Target, TargetError, Transport
from app.net.target_syntax import read_target
from app.replay.player import Pace, Player, PlayResult
from app.server.listener import Listener
from app.traffic.framing import Framing
from app.ui.console.target_widgets import own_authorities, target_of
from app.ui.conversations.comparison_view import ComparisonView
from app.ui.conversations.reading import (
    ConversationReading,
    RecordedConnection,
)
from app.ui.widgets.framing_form import FramingChoice
from app.ui.widgets.labels import WrappingLabel, show_result
from app.ui.widgets.layouts import fill
from app.ui.widgets.task_window import TaskWindow
from app.ui.widgets.translation import translated

PROGRESS_STEPS: Final = 1000


class PlayWindow(TaskWindow):
    """Reads one conversation, and plays it as often as the user wants."""

    def __init__(
        self,
        connection: RecordedConnection,
        reactor: Any,
        listeners: Callable[[], Sequence[Listener]],
        framing: Framing | None,
        owner: QWidget,
        *,
        dial: Dial = connect,
    ) -> None:
        """It looks as `owner` does and closes with it. `listeners` are offered as targets.

        `framing` is that of the view; without one it is guessed from the conversation.
        """
        super().__init__(owner)
        self._connection = connection
        self._reactor = reactor
        self._listeners = listeners
        self._dial = dial
        self.player: Player | None = None
        self.reading = ConversationReading(self, guesses=framing is None)
        self.target = QComboBox()
        self.with_timing = QRadioButton(self.tr("With its &timing"))
        self.at_once = QRadioButton(self.tr("At &once"))
        self.framing = FramingChoice()
        self.play = QPushButton(self.tr("&Play"))
        self.progress = QProgressBar()
        self.said = WrappingLabel()
        self.comparison = ComparisonView((self.tr("Recorded"), self.tr("Came now")))
        self.setWindowTitle(self.tr("Play the client side of {0}").format(connection.name))
        self._set_up()
        self._lay_out()
        self.framing.choose(framing)
        self._read()

    @property
    def is_playing(self) -> bool:
        """Whether the player is at work."""
        return self.player is not None and self.player.result is None

    def closeEvent(self, event: QCloseEvent) -> None:
        self.reading.stop()
        if self.player is not None:
            player, self.player = self.player, None
            player.stop()
        super().closeEvent(event)

    def _set_up(self) -> None:
        self.target.setEditable(True)
        self.target.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for listener in self._listeners():
            try:
                self.target.addItem(listener.spec.name, target_of(listener))
            except TargetError:  # it does not listen, or the client cannot reach it
                continue
        info = self._connection.info
        same = -1 if info is None else self.target.findText(info.listener)
        self.target.setCurrentIndex(same)
        if same < 0:
            self.target.setCurrentText("")
        line = self.target.lineEdit()
        assert line is not None
        line.setPlaceholderText(self.tr("A listener, or host:port, tls:host:port, udp:host:port"))
        line.returnPressed.connect(self._start)
        self.with_timing.setChecked(True)
        self.framing.setVisible(not self._connection.is_datagram)
        self.progress.setRange(0, PROGRESS_STEPS)
        self.progress.setAccessibleName(self.tr("How much is done"))
        self.said.setObjectName("quiet")
        self.play.clicked.connect(self._toggle)
        self.framing.changed.connect(self._read)
        self.reading.stepped.connect(self._show_progress)
        self.reading.finished.connect(self._show_read)
        self._timer = self.startTimer(100)

    def _lay_out(self) -> None:
        pace = QHBoxLayout()
        group = QButtonGroup(self)
        for button in (self.with_timing, self.at_once):
            group.addButton(button)
            pace.addWidget(button)
        pace.addStretch(1)
        first = fill(QHBoxLayout(), (self.target, 1), self.play)
        rows = QFormLayout()
        rows.addRow(self.tr("To"), first)
        rows.addRow("", pace)
        if not self._connection.is_datagram:
            rows.addRow(self.tr("Messages"), self.framing)
        fill(QVBoxLayout(self), rows, self.progress, self.said, (self.comparison, 1))
        self.resize(860, 640)

    def timerEvent(self, event: object) -> None:
        if self.is_playing:
            self._show_progress()

    def _read(self) -> None:
        self.reading.read([self._connection], self.framing.framing)
        self._show_state()

    def _show_read(self) -> None:
        self.framing.choose(self.reading.framing)
        count = sum(not each.from_server for each in self.reading.conversations[0])
        words = self.tr("{0} messages of the client to send.").format(f"{count:,}")
        if self.reading.is_cut:
            words += " " + self.tr("The conversation is too long. Only its beginning is used.")
        self.said.setText(translated(words))
        self._show_state()

    def _toggle(self) -> None:
        if self.is_playing:
            assert self.player is not None
            self.player.stop()
        else:
            self._start()

    def _start(self) -> None:
        if self.is_playing or self.reading.is_reading:
            return
        try:
            target = self._chosen_target()
        except TargetError as error:
            self._say(str(error), wrong=True)
            return
        speed = 1.0 if self.with_timing.isChecked() else None
        player = Player(
            self._reactor,
            self.reading.conversations[0],
            self.framing.framing,
            pace=Pace(speed=speed),
            done=lambda: self._finish(player),
            dial=self._dial,
        )
        self.player = player
        own = own_authorities(target, self._listeners())
        player.begin(target, evolve(Options(), tls=TlsOptions(more_ca_files=own)))
        self._say(self.tr("Playing to {0}…").format(target))
        self._show_state()

    def _chosen_target(self) -> Target:
        text = self.target.currentText().strip()
        for listener in self._listeners():
            if listener.spec.name == text:
                return target_of(listener)
        target = read_target(text)
        is_unsaid = target.transport is Transport.TCP and not text.lower().startswith("tcp")
        if self._connection.is_datagram and is_unsaid:
            return evolve(target, transport=Transport.UDP)
        return target

    def _finish(self, player: Player) -> None:
        if player is not self.player:  # the window is closed
            return
        words = {
            PlayResult.PLAYED: self.tr("Played."),
            PlayResult.NOT_CONNECTED: self.tr("It was not connected."),
            PlayResult.CUT_SHORT: self.tr("The connection ended before everything was sent."),
            PlayResult.GIVEN_UP: self.tr("Stopped."),
            PlayResult.STOPPED: self.tr("Stopped."),
        }
        said = [words[player.result]] if player.result is not None else []
        self._say(
            " ".join(dict.fromkeys([*said, *map(translated, player.troubles)])),
            wrong=player.result is not PlayResult.PLAYED,
        )
        if player.result is not PlayResult.NOT_CONNECTED:
            self.comparison.show_comparison(player.comparison())
        self._show_state()

    def _say(self, words: str, *, wrong: bool = False) -> None:
        show_result(self.said, translated(words), wrong=wrong)

    def _show_state(self) -> None:
        is_busy = self.is_playing or self.reading.is_reading
        self.play.setText(self.tr("&Stop") if self.is_playing else self.tr("&Play"))
        self.play.setEnabled(not self.reading.is_reading)
        for part in (self.target, self.with_timing, self.at_once, self.framing):
            part.setEnabled(not self.is_playing)
        self.progress.setVisible(is_busy)
        self._show_progress()

    def _show_progress(self) -> None:
        player = self.player
        share = self.reading.progress
        if player is not None and self.is_playing:
            share = player.sent / max(1, player.total)
        self.progress.setValue(round(share * PROGRESS_STEPS))
