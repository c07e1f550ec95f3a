"""What a tab is called, and the sign of the state that its session is in."""

from __future__ import annotations

from attrs import define
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QIcon, QPalette

from app.client.session import Session, State
from app.ui.colors import AMBER, GREEN, pick, quiet
from app.ui.icons import pixmap

SIGN_SIZE = 16


@define
class TabTitle:
    """A number that no other tab has, what the tab talks to, and what the user calls it."""

    number: int
    title: str = ""
    name: str = ""
    shown: State | None = None
    """The state that the tab shows by its sign."""

    def __str__(self) -> str:
        title = self.title or QCoreApplication.translate("TabTitle", "Session")
        return self.name or f"{title} #{self.number}"


def words(session: Session) -> str:
    """The state of `session` for a tool tip, and whom it is with."""
    said = {
        State.IDLE: QCoreApplication.translate("TabTitle", "Not connected yet"),
        State.CONNECTING: QCoreApplication.translate("TabTitle", "Connecting to {0}"),
        State.CONNECTED: QCoreApplication.translate("TabTitle", "Connected to {0}"),
        State.HALF_CLOSED: QCoreApplication.translate("TabTitle", "Only reading from {0}"),
        State.CLOSING: QCoreApplication.translate("TabTitle", "Closing the connection to {0}"),
        State.WAITING: QCoreApplication.translate("TabTitle", "Waiting to connect to {0} again"),
        State.CLOSED: QCoreApplication.translate("TabTitle", "The connection to {0} is closed"),
    }
    return said[session.state].format(session.target)


def sign(state: State, palette: QPalette) -> QIcon:
    """The sign of `state`, in colours that suit `palette`; none before the first connection."""
    match state:
        case State.IDLE:
            return QIcon()
        case State.CONNECTED | State.HALF_CLOSED:
            return QIcon(pixmap("state-listening", SIGN_SIZE, pick(GREEN, palette)))
        case State.CLOSED:
            return QIcon(pixmap("state-stopped", SIGN_SIZE, quiet(palette)))
        case _:
            return QIcon(pixmap("state-moving", SIGN_SIZE, pick(AMBER, palette)))
