"""Where a session can be, and what it answers to what cannot be done there."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """Where a session is. IDLE is before the first `connect`; CLOSED is after every other end."""

    IDLE = "idle"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    HALF_CLOSED = "half-closed"
    """This side is closed; the peer goes on."""
    CLOSING = "closing"
    WAITING = "waiting to connect again"
    CLOSED = "closed"

    @property
    def is_over(self) -> bool:
        """Whether nothing is there and nothing will come by itself."""
        return self in (State.IDLE, State.CLOSED)

    @property
    def is_open(self) -> bool:
        """Whether there is a connection that nobody is closing as a whole."""
        return self in (State.CONNECTED, State.HALF_CLOSED)


NOT_SENT = {
    State.IDLE: "Not sent: connect first.",
    State.CONNECTING: "Not sent: still connecting. Send again once the connection is there.",
    State.HALF_CLOSED: "Not sent: this side is closed. Disconnect, then connect again to send.",
    State.CLOSING: "Not sent: the connection is closing.",
    State.WAITING: "Not sent: waiting to connect again. Send once the connection is there.",
    State.CLOSED: "Not sent: the connection is closed. Connect again first.",
}
