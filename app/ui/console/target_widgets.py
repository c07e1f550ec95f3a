"""The box that says where to connect to."""

from __future__ import annotations

import os
from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QWidget,
)
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress

from app.client.send_file import OutgoingFile
from app.client.target import Target, TargetError, Transport
from app.net.endpoint import Endpoint, EndpointError
from app.server.listener import Listener
from app.text import readable
from app.ui.widgets.labels import WrappingLabel

LEAST_LETTERS = 14
USUAL_LETTERS = 28


class TargetBox(QComboBox):
    """Can be typed into and chosen from; while it is locked, it can still be read and copied.

    Disabled, it would turn grey just when it says whom one talks to.
    """

    entered = Signal()
    """Enter was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_locked = False
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(LEAST_LETTERS)

    @property
    def line(self) -> QLineEdit:
        """Where one types."""
        line = self.lineEdit()
        assert line is not None
        return line

    def lock(self, is_locked: bool) -> None:
        """Whether what it says stays."""
        self.is_locked = is_locked
        self.line.setReadOnly(is_locked)

    def sizeHint(self) -> QSize:
        """Room for most places, where there is room."""
        hint = super().sizeHint()
        more = (USUAL_LETTERS - LEAST_LETTERS) * self.fontMetrics().horizontalAdvance("x")
        return QSize(hint.width() + more, hint.height())

    def showPopup(self) -> None:
        if not self.is_locked:
            super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Never by accident: a wheel that scrolls by would choose something else."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # The line hears of some keys twice: when they come, and from this box.
            self.entered.emit()
        elif self.is_locked:
            self.line.event(event)
        else:
            super().keyPressEvent(event)


# MERGED ui/console/choice: What a person may write as the place to connect to: a listener's name, or a host and a port.


def label(listener: Listener) -> str:
    """How a listener is offered: `Echo (127.0.0.1:8007)`."""
    return f"{listener.spec.name} ({listener.where})"


def chosen_listener(text: str, listeners: Iterable[Listener]) -> Listener | None:
    """The listener that `text` names, by its name or as `label` writes it; `None` if it is none."""
    wanted = text.strip().casefold()
    for listener in listeners:
        if wanted in (listener.spec.name.casefold(), label(listener).casefold()):
            return listener
    return None


def target_of(listener: Listener) -> Target:
    """Where a listening listener is reached from this machine.

    Raises `TargetError` for one that the console cannot reach.
    """
    address, name = listener.address, listener.spec.name
    has_tls = listener.spec.tls is not None or _has_tls(listener.spec.endpoint)
    if isinstance(address, UNIXAddress) and address.name and not has_tls:
        return Target.unix(os.fsdecode(address.name))
    if not isinstance(address, (IPv4Address, IPv6Address)):
        raise TargetError(f"{name} has no address that the console could reach.")
    transport = Transport.UDP if address.type == "UDP" else Transport.TCP
    if has_tls:
        transport = Transport.TLS
    return Target.of_listener(address.host, address.port, transport)


def own_authorities(target: Target, listeners: Iterable[Listener]) -> tuple[str, ...]:
    """The local CA, once it is there, to trust where `target` is one of the panel's `listeners`."""
    if target.transport is not Transport.TLS or not any(_is_at(each, target) for each in listeners):
        return ()
    from app.tls.local_ca import certificate_path  # takes a while: only who meets TLS needs it

    path = certificate_path()
    return (str(path),) if path.exists() else ()


def _is_at(listener: Listener, target: Target) -> bool:
    try:
        return target_of(listener) == target
    except TargetError:
        return False


def _has_tls(description: str) -> bool:
    try:
        return Endpoint.parse(description).kind in ("ssl", "tls")
    except EndpointError:
        return False


# MERGED ui/console/file_row: The row that tells how far a file is on its way to the peer.

STEPS = 1000


class FileRow(QWidget):
    """Shows one file; hidden while none is sent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.progress = QProgressBar()
        self.progress.setRange(0, STEPS)
        self.progress.setAccessibleName(self.tr("How much of the file is sent"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setAccessibleName(self.tr("Send no more of the file"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.words)
        layout.addWidget(self.progress, 1)
        layout.addWidget(self.cancel_button)
        self.hide()

    def show_file(self, file: OutgoingFile | None, now: float) -> None:
        """How far `file` is at `now` (unix seconds)."""
        self.setVisible(file is not None)
        if file is None:
            return
        self.progress.setValue(min(STEPS, STEPS * file.bytes_sent // max(file.size, 1)))
        self.words.setText(
            self.tr("{0}: {1} of {2}, {3}").format(
                file.name,
                readable.format_size(file.bytes_sent),
                readable.format_size(file.size),
                readable.format_rate(file.rate(now)),
            )
        )


# MERGED ui/console/offer: What a console tab has to say before there is a connection, and what it offers to do.


class StartOffer(QFrame):
    """A sentence and up to two buttons; hidden while there is nothing to say."""

    accepted = Signal()
    """What is offered shall be done."""

    details_wanted = Signal()
    """The user wants to see more first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("offer")
        self.text = WrappingLabel()
        self.details_button = QPushButton()
        self.details_button.clicked.connect(self.details_wanted)
        self.button = QPushButton()
        self.button.setAutoDefault(True)  # Enter accepts it
        self.button.clicked.connect(self.accepted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.details_button)
        layout.addWidget(self.button)
        self.hide()

    def say(self, sentence: str, button: str = "", details: str = "") -> None:
        """Show `sentence`; `button` if there is something to accept, `details` if to look at."""
        self.text.setText(sentence)
        for shown, words in ((self.button, button), (self.details_button, details)):
            shown.setText(words)
            shown.setVisible(bool(words))
        self.show()
