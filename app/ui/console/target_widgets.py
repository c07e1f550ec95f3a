"""The parts of the target bar of a console tab.

These are the box for the target, the prompt below it and the progress of a file. The functions
find the listener that the user named instead of an address, and its address.
"""

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

from app.client.listener_target import target_at, unix_target
from app.client.send_file import OutgoingFile
from app.net.target import Target, TargetError
from app.server.listener import Listener
from app.text import readable
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.layouts import fill

LEAST_LETTERS = 14
USUAL_LETTERS = 28

PROGRESS_STEPS = 1000


class TargetBox(QComboBox):
    """An editable combo box for the target. While it is locked, it can only be read and copied.

    It is not disabled instead, because a grey target is hard to read while connected.
    """

    entered = Signal()
    """Enter was pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.is_locked = False
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(LEAST_LETTERS)

    @property
    def line(self) -> QLineEdit:
        """The line edit of the box."""
        line = self.lineEdit()
        assert line is not None
        return line

    def lock(self, is_locked: bool) -> None:
        """Forbid or allow changes."""
        self.is_locked = is_locked
        self.line.setReadOnly(is_locked)

    def sizeHint(self) -> QSize:
        """A width that fits most targets. The box may shrink below it."""
        hint = super().sizeHint()
        more = (USUAL_LETTERS - LEAST_LETTERS) * self.fontMetrics().horizontalAdvance("x")
        return QSize(hint.width() + more, hint.height())

    def showPopup(self) -> None:
        if not self.is_locked:
            super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ignore the wheel, so that scrolling never changes the target by accident."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # The line edit gets some keys twice, directly and from this box. So the box reacts.
            self.entered.emit()
        elif self.is_locked:
            self.line.event(event)
        else:
            super().keyPressEvent(event)


class TargetPrompt(QFrame):
    """A message of the target bar with up to two buttons. Hidden while there is no message.

    It shows why a connection is not possible, or offers to start a listener or to connect without
    verification.
    """

    accepted = Signal()
    """The user accepted the offer."""

    details_wanted = Signal()
    """The user wants to see the details first."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("offer")
        self.text = WrappingLabel()
        self.text.setAlignment(Qt.AlignmentFlag.AlignVCenter)  # beside the higher buttons
        self.details_button = QPushButton()
        self.details_button.clicked.connect(self.details_wanted)
        self.button = QPushButton()
        self.button.setAutoDefault(True)  # Enter accepts it
        self.button.clicked.connect(self.accepted)
        fill(
            QHBoxLayout(self),
            (self.text, 1),
            self.details_button,
            self.button,
            margins=(8, 4, 8, 4),
        )
        self.hide()

    def say(self, sentence: str, button: str = "", details: str = "") -> None:
        """Show `sentence`. A button with an empty text is hidden."""
        self.text.setText(sentence)
        for shown, words in ((self.button, button), (self.details_button, details)):
            shown.setText(words)
            shown.setVisible(bool(words))
        self.show()


class FileRow(QWidget):
    """The progress of a file that is being sent. Hidden while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.progress = QProgressBar()
        self.progress.setRange(0, PROGRESS_STEPS)
        self.progress.setAccessibleName(self.tr("How much of the file is sent"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setAccessibleName(self.tr("Send no more of the file"))
        fill(QHBoxLayout(self), self.words, (self.progress, 1), self.cancel_button, margins=0)
        self.hide()

    def show_file(self, file: OutgoingFile | None, now: float) -> None:
        """Show the progress of `file` at `now`, by the reactor's clock."""
        self.setVisible(file is not None)
        if file is None:
            return
        self.progress.setValue(
            min(PROGRESS_STEPS, PROGRESS_STEPS * file.bytes_sent // max(file.size, 1))
        )
        self.words.setText(
            self.tr("{0}: {1} of {2}, {3}").format(
                file.name,
                readable.format_size(file.bytes_sent),
                readable.format_size(file.size),
                readable.format_rate(file.rate(now)),
            )
        )


def listener_label(listener: Listener) -> str:
    """The text of a listener in the target box: `Echo (127.0.0.1:8007)`."""
    return f"{listener.spec.name} ({listener.where})"


def chosen_listener(text: str, listeners: Iterable[Listener]) -> Listener | None:
    """The listener that `text` names, by its name or its label. `None` if there is none."""
    wanted = text.strip().casefold()
    for listener in listeners:
        if wanted in (listener.spec.name.casefold(), listener_label(listener).casefold()):
            return listener
    return None


def target_of(listener: Listener) -> Target:
    """The target that reaches a listening listener from this machine.

    Raises `TargetError` if the console cannot reach it.
    """
    address, spec = listener.address, listener.spec
    if isinstance(address, UNIXAddress) and address.name:
        return unix_target(spec, os.fsdecode(address.name))
    if not isinstance(address, (IPv4Address, IPv6Address)):
        raise TargetError(f"{spec.name} has no address that the console could reach.")
    return target_at(spec, address.host, address.port, is_datagram=address.type == "UDP")


def own_authorities(target: Target, listeners: Iterable[Listener]) -> tuple[str, ...]:
    """The file of the local CA, if `target` is one of `listeners` and the CA exists."""
    if not target.transport.has_tls or not any(_is_at(each, target) for each in listeners):
        return ()
    from app.tls.local_ca import certificate_path  # slow to import, needed for TLS only

    path = certificate_path()
    return (str(path),) if path.exists() else ()


def _is_at(listener: Listener, target: Target) -> bool:
    try:
        return target_of(listener) == target
    except TargetError:
        return False
