"""WebSocket (RFC 6455) on wsproto, with permessage-deflate (RFC 7692).

`options` are the settings, `handshake` reads the upgrade, `server` serves the clients, and `limits`
bounds what wsproto accepts, also for the client of the console.
"""

from __future__ import annotations

from twisted.internet.interfaces import IProtocolFactory

from app.protocols.definition import ListenerContext, ProtocolDefinition, ScriptSource
from app.protocols.websocket.options import WebSocketOptions

SCRIPT = ScriptSource(
    "WebSocket",
    '''
class WebSocket(Protocol):
    """One client: wsproto reads and writes the frames."""

    def connectionMade(self):
        self.factory.numProtocols = self.factory.numProtocols + 1
        self.websocket = WSConnection(ConnectionType.SERVER)
        self.pieces = []

    def dataReceived(self, data):
        try:
            self.websocket.receive_data(data)
            for event in self.websocket.events():
                self.handle(event)
        except (ProtocolError, ValueError):
            self.transport.abortConnection()

    def handle(self, event):
        if isinstance(event, Request):
            self.open(event)
        elif isinstance(event, Message):
            self.pieces.append(event.data)
            if sum(map(len, self.pieces)) > LONGEST_MESSAGE:
                self.close(1009)
            elif event.message_finished:
                message = event.data[:0].join(self.pieces)
                self.pieces = []
                self.factory.received(self, message)
        elif isinstance(event, Ping):
            self.send(event.response())
        elif isinstance(event, CloseConnection):
            if self.websocket.state is ConnectionState.REMOTE_CLOSING:
                self.send(event.response())
            elif self.websocket.state is ConnectionState.OPEN:
                self.send(event)
            self.transport.loseConnection()

    def open(self, request):
        if PATH not in ("*", request.target.partition("?")[0]):
            self.send(RejectConnection(status_code=404))
            self.transport.loseConnection()
            return
        wanted = [each.strip() for each in SUBPROTOCOLS.split(",")]
        chosen = next((each for each in wanted if each in request.subprotocols), None)
        extensions = [PerMessageDeflate()] if COMPRESSION else []
        self.send(AcceptConnection(subprotocol=chosen, extensions=extensions))
        self.factory.members.append(self)
        if MODE == "script":
            self.play(SCRIPT.splitlines())

    def play(self, lines):
        if self not in self.factory.members:
            return
        if lines:
            self.tell(lines[0])
            reactor.callLater(INTERVAL_MS / 1000, self.play, lines[1:])
        elif REPEATS and SCRIPT:
            self.play(SCRIPT.splitlines())
        elif CLOSE_CODE:
            self.close(CLOSE_CODE)

    def tell(self, message):
        if self.websocket.state is ConnectionState.OPEN:
            self.send(Message(data=message))

    def close(self, code):
        if self.websocket.state is ConnectionState.OPEN:
            self.send(CloseConnection(code=code))

    def send(self, event):
        self.transport.write(self.websocket.send(event))

    def connectionLost(self, reason):
        self.factory.numProtocols = self.factory.numProtocols - 1
        if self in self.factory.members:
            self.factory.members.remove(self)
''',
    imports=(
        "from twisted.internet import reactor",
        "from wsproto import ConnectionType, WSConnection",
        "from wsproto.connection import ConnectionState",
        "from wsproto.events import AcceptConnection, CloseConnection, Message",
        "from wsproto.events import Ping, RejectConnection, Request",
        "from wsproto.extensions import PerMessageDeflate",
        "from wsproto.utilities import ProtocolError",
    ),
    shared="""
def __init__(self):
    self.members = []

def received(self, member, message):
    if MODE == "echo":
        member.tell(message)
    elif MODE == "room":
        for other in self.members:
            if other is not member:
                other.tell(message)
""",
)


def _build(options: WebSocketOptions, context: ListenerContext) -> IProtocolFactory:
    # Imported late: what it needs is slow to import, and few listeners speak it.
    from app.protocols.websocket.server import WebSocketFactory

    return WebSocketFactory(options, context.clock)


DEFINITION = ProtocolDefinition(
    name="websocket",
    title="WebSocket",
    summary="Sends each message back, to everyone else, or a script of messages (RFC 6455).",
    port=8028,
    options=WebSocketOptions,
    build=_build,
    script=SCRIPT,
)
