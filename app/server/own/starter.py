"""A file to begin with: a protocol of one's own that works at once, and the factory behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.own_protocol import OwnProtocolError

FILE_NAME: Final = "echo_server.py"
FACTORY: Final = "EchoFactory"
"""What a listener names in the starter file."""

TEXT: Final = '''\
"""An echo server: sends back what it gets, and tells each visitor how many there are.

Change it, save it, and choose Reload the code in Portdeck: new connections run it as it is then.
"""

from twisted.internet.protocol import Factory, Protocol


class Echo(Protocol):
    """What one connection does. Each connection has an Echo of its own."""

    def connectionMade(self):
        self.factory.numProtocols = self.factory.numProtocols + 1
        self.transport.write(b"Connections now: %d\\r\\n" % self.factory.numProtocols)

    def dataReceived(self, data):
        self.transport.write(data)

    def connectionLost(self, reason):
        self.factory.numProtocols = self.factory.numProtocols - 1


class EchoFactory(Factory):
    """What all connections share. Each Echo finds it as self.factory."""

    protocol = Echo
    numProtocols = 0
'''


def write(path: Path) -> None:
    """Put the starter at `path`. Raises `OwnProtocolError`; never replaces a file."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEXT)
    except FileExistsError:
        raise OwnProtocolError(f"{path} exists already. Choose another name.") from None
    except OSError as error:
        raise OwnProtocolError(
            f"{path} cannot be written ({error.strerror or error}). Choose another folder."
        ) from None
