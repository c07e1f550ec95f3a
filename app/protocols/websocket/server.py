"""The catalog's `websocket`: the factory, which knows who is there and what becomes of messages."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Factory

from app.protocols.websocket.connection import WebSocketConnection
from app.protocols.websocket.options import Mode, WebSocketOptions


class WebSocketFactory(Factory[WebSocketConnection]):
    """Makes the connections of one listener. `members` are those whose upgrade is done."""

    protocol = WebSocketConnection
    noisy = False

    def __init__(self, options: WebSocketOptions, clock: IReactorTime) -> None:
        self.options = options
        self.clock = clock
        self.subprotocols = tuple(
            each.strip() for each in options.subprotocols.split(",") if each.strip()
        )
        self.script = tuple(line for line in options.script.splitlines() if line)
        self.members: dict[WebSocketConnection, None] = {}

    def enter(self, member: WebSocketConnection) -> None:
        """Count `member` among those who hear the room."""
        self.members[member] = None

    def leave(self, member: WebSocketConnection) -> None:
        """Forget `member`."""
        self.members.pop(member, None)

    def received(self, member: WebSocketConnection, message: str | bytes) -> None:
        """Do with a message what the mode says. A script listens to nobody."""
        match self.options.mode:
            case Mode.ECHO:
                member.send_message(message)
            case Mode.ROOM:
                for other in tuple(self.members):
                    if other is not member:
                        other.send_message(message)
            case Mode.SCRIPT:
                pass
