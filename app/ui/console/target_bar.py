"""The head of a console tab: where to connect to, and the connection's controls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve
from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.client.session import Session
from app.client.session_messages import SessionState
from app.client.target import Options, Target, TargetError, Transport, read_target
from app.server.listener import Listener
from app.text import readable
from app.ui.console.target_widgets import (
    FileRow,
    StartOffer,
    TargetBox,
    chosen_listener,
    label,
    own_authorities,
    target_of,
)
from app.ui.style.icons import Icons
from app.ui.widgets.dialogs import open_modal

if TYPE_CHECKING:
    from app.client.security import PeerCertificate


# MERGED ui/console/connection_menu: The menu beside *Connect*: what else can be done with a connection.


class ConnectionMenu(QToolButton):
    """Acts on `session`; what cannot be done now is greyed."""

    acted = Signal()
    """The user did something with the session: show what came of it at once."""

    def __init__(self, session: Session, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setAutoRaise(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName(self.tr("More to do with the connection"))
        self.setToolTip(self.tr("Send a file, close one side, abort"))
        icons.give(self, "more")
        menu = QMenu(self)
        self.send_file = menu.addAction(self.tr("Send a &file…"))
        menu.addSeparator()
        self.half_close = menu.addAction(self.tr("&Close this side, read on"))
        self.abort = menu.addAction(self.tr("&Abort (reset)"))
        menu.addSeparator()
        self.certificate = menu.addAction(self.tr("The peer's &certificate…"))
        self.send_file.triggered.connect(self.ask_for_file)
        self.half_close.triggered.connect(lambda: self._do(session.half_close))
        self.abort.triggered.connect(lambda: self._do(session.abort))
        self.certificate.triggered.connect(self.show_certificate)
        self.setMenu(menu)
        self.show_state()

    def show_state(self) -> None:
        """The session is in another state."""
        session = self._session
        is_open = session.state is SessionState.CONNECTED
        self._enable(self.send_file, is_open and session.has_flow and session.file is None)
        self._enable(self.half_close, session.can_half_close)
        self._enable(self.abort, not session.state.is_over)
        self._enable(self.certificate, self._shown() is not None)

    def ask_for_file(self) -> None:
        """Have the user choose a file, and send it."""
        dialog = QFileDialog(self.window(), self.tr("Send a file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.send(Path(path)))
        open_modal(dialog)

    def send(self, path: Path) -> None:
        """Send the file at `path`."""
        self._do(lambda: self._session.send_file(path))

    def show_certificate(self) -> None:
        """Show what the peer showed last."""
        verdict, certificate = self._session.verdict, self._shown()
        if verdict is not None and certificate is not None:
            # Only now: it knows of certificates, which take a while to import.
            from app.ui.console.connection_dialogs import CertificateDialog

            open_modal(CertificateDialog(certificate, verdict.distrust, self.window()))

    def _shown(self) -> PeerCertificate | None:
        verdict = self._session.verdict
        return None if verdict is None else verdict.certificate

    def _do(self, act: object) -> None:
        assert callable(act)
        act()
        self.acted.emit()

    @staticmethod
    def _enable(action: QAction, is_possible: bool) -> None:
        action.setEnabled(is_possible)


class TargetBar(QWidget):
    """Connects `session` to what the user chooses or types, and lets go of it."""

    start_wanted = Signal(object)
    """The user wants this listener started, to connect to it."""

    title_changed = Signal(str)
    """What the tab should be called now."""

    connecting = Signal()
    """The session connects as the user just asked: what follows is talk."""

    acted = Signal()
    """The user did something with the session: show what came of it at once."""

    def __init__(
        self,
        session: Session,
        listeners: Callable[[], Sequence[Listener]],
        icons: Icons,
        seconds: Callable[[], float],
        parent: QWidget | None = None,
    ) -> None:
        """`listeners` gives those of the deck, for the choice of where to connect; `seconds` is the
        time that the session goes by."""
        super().__init__(parent)
        self.options = Options()
        """How this tab connects."""
        self._session = session
        self._listeners = listeners
        self._seconds = seconds
        self._waiting_for: Listener | None = None
        self._distrusted = False
        self.target = TargetBox()
        self.connect_button = QPushButton()
        self.options_button = QToolButton(autoRaise=True)
        self.menu = ConnectionMenu(session, icons)
        self.unverified = QLabel(self.tr("not verified"))
        self.offer = StartOffer()
        self.file_row = FileRow()
        self._row = QHBoxLayout()
        icons.give(self.options_button, "options")
        self._set_up()
        self._lay_out()
        self.show_listeners()
        self.show_state()

    def add_tools(self, *tools: QWidget) -> None:
        """Put `tools` at the right end of the bar."""
        for tool in tools:
            self._row.addWidget(tool)

    def show_listeners(self) -> None:
        """Offer the listeners of the deck as they are now; what is typed stays."""
        typed = self.target.currentText()
        offered = [(label(listener), listener) for listener in self._listeners()]
        places = range(self.target.count())
        if [(self.target.itemText(i), self.target.itemData(i)) for i in places] == offered:
            return
        chosen = self._listener_of_item(self.target.currentIndex(), typed)
        self.target.clear()
        for name, listener in offered:
            self.target.addItem(name, listener)
        self.target.setEditText(label(chosen) if chosen is not None else typed)

    def show_state(self) -> None:
        """The session is in another state."""
        state = self._session.state
        words = {
            SessionState.IDLE: self.tr("Connect"),
            SessionState.CONNECTING: self.tr("Cancel"),
            SessionState.CONNECTED: self.tr("Disconnect"),
            SessionState.HALF_CLOSED: self.tr("Disconnect"),
            SessionState.CLOSING: self.tr("Abort"),
            SessionState.WAITING: self.tr("Cancel"),
            SessionState.CLOSED: self.tr("Connect"),
        }
        self.connect_button.setText(words[state])
        self.target.lock(not state.is_over)
        self.menu.show_state()
        self.file_row.show_file(self._session.file, self._seconds())
        self._show_trust()

    def connect_to(self, listener: Listener) -> None:
        """Connect to `listener`, or offer to start it."""
        self.target.setEditText(label(listener))
        if not listener.is_on:
            self._offer_to_start(listener)
            return
        self._connect_to(listener, by_hand=True)

    def started(self, listener: Listener) -> None:
        """`listener` was asked to start, and has done so or failed."""
        if self._waiting_for is not listener:
            return
        self._waiting_for = None
        if listener.is_on:
            # That took a while: who types elsewhere by now goes on there.
            self.target.setEditText(label(listener))
            self._connect_to(listener, by_hand=self._has_focus())
        else:
            self.offer.say(listener.reason)

    def wait_no_longer(self) -> None:
        """Whatever starts from now on, it is not for this tab."""
        self._waiting_for = None

    def ask_for_options(self) -> None:
        """Have the user choose how to connect."""
        from app.ui.console.connection_dialogs import OptionsDialog  # off the start's way

        dialog = OptionsDialog(self.options, self.window())
        dialog.chosen.connect(self.choose)
        open_modal(dialog)

    def choose(self, options: Options) -> None:
        """Connect with `options` from now on."""
        self.options = options
        self._show_trust()

    def _set_up(self) -> None:
        self.target.line.setPlaceholderText(self.tr("listener, host:port, tls:… udp:… or unix:…"))
        self.target.setToolTip(
            self.tr(
                "A listener, host:port, tls:host:port, udp:host:port, or unix:/path of a socket"
            )
        )
        self.target.entered.connect(self._enter)
        self.target.setAccessibleName(self.tr("Where to connect to"))
        self.connect_button.clicked.connect(self._toggle)
        self.options_button.setAccessibleName(self.tr("Connection options"))
        self.options_button.setToolTip(
            self.tr("Connection options: TLS, time-out, connecting again, local address")
        )
        self.options_button.clicked.connect(self.ask_for_options)
        self.unverified.setObjectName("badge")
        self.unverified.setToolTip(
            self.tr("Nobody vouches for the peer: anybody on the way could have answered.")
        )
        self.menu.acted.connect(self.acted)
        self.file_row.cancel_button.clicked.connect(self._cancel_file)
        self.offer.accepted.connect(self._accept_offer)
        self.offer.details_wanted.connect(self.menu.show_certificate)

    def _lay_out(self) -> None:
        for part in (
            self.target,
            self.connect_button,
            self.options_button,
            self.menu,
            self.unverified,
        ):
            self._row.addWidget(part)
        self._row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._row)
        layout.addWidget(self.offer)
        layout.addWidget(self.file_row)

    def _enter(self) -> None:
        """Enter in the box connects, and accepts what is offered for what is in it."""
        if not self._session.state.is_over:
            return
        waiting_for = self._waiting_for
        if waiting_for is not None and self._chosen() is waiting_for:
            self._accept_offer()
        else:
            self._toggle()

    def _toggle(self) -> None:
        if self._session.state.is_over:
            self._connect_to_choice()
        elif self._session.state is SessionState.CLOSING:
            self._session.abort()
        else:
            self._session.disconnect()
        self.acted.emit()

    def _connect_to_choice(self) -> None:
        listener = self._chosen()
        if listener is not None:
            self.connect_to(listener)
            return
        try:
            self._connect(read_target(self.target.currentText()), "")
        except TargetError as error:
            self.offer.say(str(error))

    def _connect_to(self, listener: Listener, *, by_hand: bool) -> None:
        try:
            target = target_of(listener)
        except TargetError as error:
            self.offer.say(str(error))
            return
        self._connect(target, listener.spec.name, by_hand=by_hand)

    def _connect(self, target: Target, name: str, *, by_hand: bool = True) -> None:
        own = own_authorities(target, self._listeners())
        options = evolve(self.options, tls=evolve(self.options.tls, more_ca_files=own))
        self._waiting_for = None
        self._distrusted = False
        self.offer.hide()
        if self._session.connect(target, options):
            self.title_changed.emit(name or str(target))
            if by_hand:
                self.connecting.emit()
        self.acted.emit()

    def _offer_to_start(self, listener: Listener) -> None:
        self._waiting_for = listener
        name = listener.spec.name
        self.offer.say(
            self.tr("{0} is not listening.").format(name),
            self.tr("Start {0} and connect").format(readable.escape_mnemonics(name)),
        )

    def _show_trust(self) -> None:
        session = self._session
        if session.state.is_over:
            is_tls = self._transport_of(self.target.currentText()) is Transport.TLS
            self.unverified.setVisible(is_tls and not self.options.tls.verify)
        else:
            self.unverified.setVisible(bool(session.security and session.security.distrust))
        verdict = session.verdict
        is_refused = verdict is not None and verdict.is_refusal
        if session.state is SessionState.CLOSED and is_refused and not self._distrusted:
            assert verdict is not None
            self._distrusted = True
            self.offer.say(
                self.tr("The peer's certificate is not to be trusted: {0}.").format(
                    verdict.distrust
                ),
                self.tr("Connect without verifying"),
                self.tr("Look at it…"),
            )

    def _accept_offer(self) -> None:
        if self._waiting_for is not None:
            self.start_wanted.emit(self._waiting_for)
        elif self._distrusted:
            self.choose(evolve(self.options, tls=evolve(self.options.tls, verify=False)))
            self._toggle()

    def _cancel_file(self) -> None:
        self._session.cancel_file()
        self.acted.emit()

    def _has_focus(self) -> bool:
        """Whether the user was last here, and not typing somewhere else."""
        focus: QWidget | None = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def _chosen(self) -> Listener | None:
        text = self.target.currentText()
        listener = self._listener_of_item(self.target.currentIndex(), text)
        return listener or chosen_listener(text, self._listeners())

    def _transport_of(self, text: str) -> Transport | None:
        listener = self._chosen()
        try:
            return target_of(listener).transport if listener else read_target(text).transport
        except TargetError:
            return None

    def _listener_of_item(self, index: int, text: str) -> Listener | None:
        if index < 0 or self.target.itemText(index) != text:
            return None
        listener: Listener = self.target.itemData(index)
        return listener
