"""WebSocket (RFC 6455) on wsproto, with permessage-deflate (RFC 7692).

`options` are the settings, `handshake` reads the upgrade, `server` serves the clients, `limits`
bounds what wsproto accepts, also for the client of the console, and `script_source` is the
stand-alone script.
"""

from __future__ import annotations

from twisted.internet.interfaces import IProtocolFactory

from app.protocols.definition import ListenerContext, ProtocolDefinition
from app.protocols.websocket.options import WebSocketOptions
from app.protocols.websocket.script_source import SCRIPT


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
