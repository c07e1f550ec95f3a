"""The target bar of a console tab: the address to connect to, and the connection's controls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve
from PySide6.QtCore import Signal
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

from app.client.options import Options
from app.client.session import Session
from app.client.session_messages import SessionState
from app.net.target import Target, TargetError, Transport
from app.net.target_syntax import read_target
from app.runtime.coroutines import spawn
from app.server.listener import Listener
from app.text import readable
from app.tls import TlsError
from app.tls.passphrases import read_unlocked
from app.ui.console.target_widgets import (
    FileRow,
    TargetBox,
    TargetPrompt,
    chosen_listener,
    listener_label,
    own_authorities,
    target_of,
)
from app.ui.style.icons import Icons
from app.ui.widgets.controls import icon_button
from app.ui.widgets.dialogs import open_modal, start_folder
from app.ui.widgets.layouts import STRETCH, FoldingBox, fill
from app.ui.widgets.translation import translated

if TYPE_CHECKING:
    from app.client.security import PeerCertificate


class TargetBar(QWidget):
    """Connects `session` to the target that the user chooses or types, and disconnects it."""

    start_wanted = Signal(object)
    """The user wants this listener started, to connect to it."""

    title_changed = Signal(str)
    """The new title of the tab."""

    connecting = Signal()
    """The session connects because the user asked for it. The input should get the focus."""

    acted = Signal()
    """The user acted on the session. Its new state should be shown immediately."""

    def __init__(
        self,
        session: Session,
        listeners: Callable[[], Sequence[Listener]],
        icons: Icons,
        seconds: Callable[[], float],
    ) -> None:
        """`listeners` returns the listeners that the user can connect to. `seconds` is the clock of
        the session."""
        super().__init__()
        self.options = Options()
        """The connection options of this tab."""
        self._session = session
        self._listeners = listeners
        self._seconds = seconds
        self._waiting_for: Listener | None = None
        self._distrusted = False
        self.target = TargetBox()
        self.connect_button = QPushButton()
        self.options_button = icon_button(
            icons,
            "options",
            self.tr("Connection options: TLS, time-out, connecting again, local address"),
            name=self.tr("Connection options"),
        )
        self.menu = ConnectionMenu(session, icons)
        self.unverified = QLabel(self.tr("not verified"))
        self.prompt = TargetPrompt()
        self.file_row = FileRow()
        self._row = FoldingBox(is_patient=True)
        self._set_up()
        self._lay_out()
        self.show_listeners()
        self.show_state()

    def add_tools(self, *tools: QWidget) -> None:
        """Put `tools` at the right end of the bar, or below it where there is no room."""
        for tool in tools:
            self._row.add(tool)

    def show_listeners(self) -> None:
        """Update the list of listeners. Typed text stays."""
        typed = self.target.currentText()
        offered = [(listener_label(listener), listener) for listener in self._listeners()]
        places = range(self.target.count())
        if [(self.target.itemText(i), self.target.itemData(i)) for i in places] == offered:
            return
        chosen = self._listener_of_item(self.target.currentIndex(), typed)
        self.target.clear()
        for name, listener in offered:
            self.target.addItem(name, listener)
        self.target.setEditText(listener_label(chosen) if chosen is not None else typed)

    def show_state(self) -> None:
        """Show the state of the session."""
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
        self._show_verification()

    def connect_to(self, listener: Listener) -> None:
        """Connect to `listener`, or offer to start it."""
        self.target.setEditText(listener_label(listener))
        if not listener.is_on:
            self._offer_to_start(listener)
            return
        self._connect_to(listener, by_hand=True)

    def listener_started(self, listener: Listener) -> None:
        """Connect to `listener` if this tab waits for it. Called when its start succeeded or
        failed."""
        if self._waiting_for is not listener:
            return
        self._waiting_for = None
        if listener.is_on:
            # The start took a while. A user who types in another place now keeps the focus there.
            self.target.setEditText(listener_label(listener))
            self._connect_to(listener, by_hand=self._has_focus())
        else:
            self.prompt.say(listener.reason)

    def cancel_wait(self) -> None:
        """Stop waiting for the start of a listener."""
        self._waiting_for = None

    def ask_for_options(self) -> None:
        """Let the user edit the connection options."""
        # Imported late for a faster start.
        from app.ui.console.connection_dialogs import OptionsDialog

        dialog = OptionsDialog(self.options, self.window())
        dialog.chosen.connect(self.set_options)
        open_modal(dialog)

    def set_options(self, options: Options) -> None:
        """Use `options` from the next connection."""
        self.options = options
        self._show_verification()

    def _set_up(self) -> None:
        self.target.line.setPlaceholderText(self.tr("Listener or host:port"))
        self.target.setToolTip(
            self.tr(
                "A listener, host:port, tls:host:port, udp:host:port, or unix:/path of a socket"
            )
        )
        self.target.entered.connect(self._enter)
        self.target.setAccessibleName(self.tr("Where to connect to"))
        self.connect_button.clicked.connect(self._toggle)
        self.options_button.clicked.connect(self.ask_for_options)
        self.unverified.setObjectName("badge")
        self.unverified.setToolTip(
            self.tr("Nobody vouches for the peer: anybody on the way could have answered.")
        )
        self.menu.acted.connect(self.acted)
        self.file_row.cancel_button.clicked.connect(self._cancel_file)
        self.prompt.accepted.connect(self._accept_prompt)
        self.prompt.details_wanted.connect(self.menu.show_certificate)

    def _lay_out(self) -> None:
        head = QWidget()
        fill(
            QHBoxLayout(head),
            self.target,
            self.connect_button,
            self.options_button,
            self.menu,
            self.unverified,
            STRETCH,
            margins=0,
        )
        self._row.add(head, 1)
        fill(QVBoxLayout(self), self._row, self.prompt, self.file_row, margins=0)

    def _enter(self) -> None:
        """Connect on Enter. If the prompt offers to start the typed listener, start it."""
        if not self._session.state.is_over:
            return
        waiting_for = self._waiting_for
        if waiting_for is not None and self._chosen() is waiting_for:
            self._accept_prompt()
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
            self.prompt.say(str(error))

    def _connect_to(self, listener: Listener, *, by_hand: bool) -> None:
        try:
            target = target_of(listener)
        except TargetError as error:
            self.prompt.say(str(error))
            return
        self._connect(target, listener.spec.name, by_hand=by_hand)

    def _connect(self, target: Target, name: str, *, by_hand: bool = True) -> None:
        own = own_authorities(target, self._listeners())
        options = evolve(self.options, tls=evolve(self.options.tls, more_ca_files=own))
        self._waiting_for = None
        self._distrusted = False
        self.prompt.hide()

        def begin(options: Options) -> None:
            if self._session.connect(target, options):
                self.title_changed.emit(name or str(target))
                if by_hand:
                    self.connecting.emit()
            self.acted.emit()

        if target.transport.has_tls and options.tls.certificate_file:
            spawn(self._unlock(options, begin))
        else:
            begin(options)

    async def _unlock(self, options: Options, begin: Callable[[Options], None]) -> None:
        """Ask for the passphrase of the user's certificate if it is encrypted, then `begin`."""
        # Slow to import, and needed for TLS only.
        from app.client.tls import read_client_identity
        from app.ui.widgets.passphrase_dialog import ask_passphrase

        try:
            identity = await read_unlocked(
                partial(read_client_identity, options.tls), partial(ask_passphrase, self)
            )
        except TlsError:  # connecting tells the same
            begin(options)
        else:
            begin(evolve(options, tls=evolve(options.tls, identity=identity)))

    def _offer_to_start(self, listener: Listener) -> None:
        self._waiting_for = listener
        name = listener.spec.name
        self.prompt.say(
            self.tr("{0} is not listening.").format(name),
            self.tr("Start {0} and connect").format(readable.escape_mnemonics(name)),
        )

    def _show_verification(self) -> None:
        session = self._session
        if session.state.is_over:
            transport = self._transport_of(self.target.currentText())
            is_tls = transport is not None and transport.has_tls
            self.unverified.setVisible(is_tls and not self.options.tls.verify)
        else:
            self.unverified.setVisible(bool(session.security and session.security.distrust))
        verdict = session.verdict
        is_refused = verdict is not None and verdict.is_refusal
        if session.state is SessionState.CLOSED and is_refused and not self._distrusted:
            assert verdict is not None
            self._distrusted = True
            self.prompt.say(
                self.tr("The peer's certificate is not to be trusted: {0}.").format(
                    translated(verdict.distrust)
                ),
                self.tr("Connect without verifying"),
                self.tr("Look at it…"),
            )

    def _accept_prompt(self) -> None:
        if self._waiting_for is not None:
            self.start_wanted.emit(self._waiting_for)
        elif self._distrusted:
            self.set_options(evolve(self.options, tls=evolve(self.options.tls, verify=False)))
            self._toggle()

    def _cancel_file(self) -> None:
        self._session.cancel_file()
        self.acted.emit()

    def _has_focus(self) -> bool:
        """Whether the keyboard focus is in this bar."""
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


class ConnectionMenu(QToolButton):
    """The menu button beside *Connect*: send a file, close one side, abort, show the
    certificate."""

    acted = Signal()
    """The user acted on the session. Its new state should be shown immediately."""

    def __init__(self, session: Session, icons: Icons) -> None:
        super().__init__()
        self._session = session
        self.setAutoRaise(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName(self.tr("More to do with the connection"))
        self.setToolTip(self.tr("Send a file, close one side, abort"))
        icons.give(self, "connection")
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
        """Show the state of the session."""
        session = self._session
        is_open = session.state is SessionState.CONNECTED
        self.send_file.setEnabled(is_open and session.has_flow and session.file is None)
        self.half_close.setEnabled(session.can_half_close)
        self.abort.setEnabled(not session.state.is_over)
        self.certificate.setEnabled(self._certificate() is not None)

    def ask_for_file(self) -> None:
        """Let the user choose a file, and send it."""
        dialog = QFileDialog(self.window(), self.tr("Send a file"), start_folder(self))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.send(Path(path)))
        open_modal(dialog)

    def send(self, path: Path) -> None:
        """Send the file at `path`."""
        self._do(lambda: self._session.send_file(path))

    def show_certificate(self) -> None:
        """Show the last certificate of the peer."""
        verdict, certificate = self._session.verdict, self._certificate()
        if verdict is not None and certificate is not None:
            # Imported late, because the certificate code takes long to import.
            from app.ui.console.connection_dialogs import CertificateDialog

            open_modal(CertificateDialog(certificate, verdict.distrust, self.window()))

    def _certificate(self) -> PeerCertificate | None:
        verdict = self._session.verdict
        return None if verdict is None else verdict.certificate

    def _do(self, act: Callable[[], object]) -> None:
        act()
        self.acted.emit()
