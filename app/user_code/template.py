"""Templates: example files with a working protocol, as a start for the user's own code."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from attrs import frozen

from app.text.sentence import system_reason
from app.user_code.reference import UserCodeError


@frozen
class Template:
    """One example file."""

    file_name: str

    name: str
    """The name of the object that a listener uses."""

    text: str


STREAM: Final = Template(
    "echo_server.py",
    "EchoFactory",
    '''\
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
''',
)
"""A protocol for connections, and its factory."""

DATAGRAMS: Final = Template(
    "udp_echo_server.py",
    "Echo",
    '''\
"""An echo server for UDP: sends each datagram back, and says how many there were.

Change it, save it, and choose Reload the code in Portdeck: the next datagram runs it as it is then.
"""

from twisted.internet.protocol import DatagramProtocol


class Echo(DatagramProtocol):
    """There is one Echo for everybody: UDP has no connections, and so no Protocol for each."""

    received = 0

    def datagramReceived(self, datagram, addr):
        self.received = self.received + 1
        self.transport.write(b"%d: %b" % (self.received, datagram), addr)
''',
)
"""A protocol for UDP."""


def write(path: Path, starter: Template = STREAM) -> None:
    """Write `starter` to a new file at `path`. Raises `UserCodeError`, also if the file exists."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(starter.text)
    except FileExistsError:
        raise UserCodeError(
            "file-exists", "{path} exists already. Choose another name.", path=path
        ) from None
    except OSError as error:
        raise unwritable(path, error) from None


def unwritable(path: Path, error: OSError) -> UserCodeError:
    """A file of the user's own could not be written."""
    return UserCodeError(
        "template-unwritable",
        "{path} cannot be written ({reason}). Choose another folder.",
        path=path,
        reason=system_reason(error),
    )
