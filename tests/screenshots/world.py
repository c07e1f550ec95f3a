"""What the pictures and the walks through the window show: listeners, clients and what they say.

It is the same each time. The clients are plain sockets in the process of the window, and say little
enough that no call of theirs ever waits.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from app.client.draft import Draft
from app.client.saved.snippets import Snippet
from app.server.listener import Listener
from app.text.notation import Notation
from app.ui.window.main_window import MainWindow

Condition = Callable[[], object]
Steps = Iterator[Condition]
"""Acts on the window between conditions, each of which is waited for."""

PORTS: Final = {
    "Echo": 8007,
    "Hello": 8025,
    "Team chat": 8030,
    "Instrument": 8029,
    "Web API": 8088,
    "Secure echo": 8443,
    "Gateway": 8031,
    "Sensors": 8053,
    "Orders": 8100,
    "Taken": 8080,
}
"""The listeners and their ports in the pictures."""

CLIENT_PORTS: Final = range(21_001, 21_020)
"""The ports of the clients in the pictures; below those that the system gives out itself."""

CODE_FILE: Final = "orders.py"
CODE: Final = '''"""Reads orders, a line each."""

from twisted.protocols.basic import LineOnlyReceiver


class Orders(LineOnlyReceiver):
    delimiter = b"\\n"

    def lineReceived(self, line):
        item, count = line.split()
        self.sendLine(b"ordered %d %s" % (int(count), item))
'''
REQUEST: Final = (
    b"GET /users/42?full=yes HTTP/1.1\r\nHost: 127.0.0.1:8088\r\nUser-Agent: shop/2.1\r\n"
    b"Accept: application/json\r\n\r\n"
)
RESET: Final = struct.pack("ii", 1, 0)


def profile(*, target: int | None = None, mark: str = "") -> str:
    """The text of the profile. If a port is given as the target of *Gateway*, every listener takes
    any port that is free. Each name ends in `mark`."""
    ports = PORTS if target is None else dict.fromkeys(PORTS, 0)

    def listener(name: str, protocol: str, *more: str, transport: str = "tcp") -> str:
        endpoint = f"{transport}:{ports[name]}:interface=127.0.0.1"
        values = f'name = "{name}{mark}"\nprotocol = "{protocol}"\nendpoint = "{endpoint}"\n'
        return f"[[listener]]\n{values}" + "\n".join(more) + "\n"

    taken = listener("Taken", "line", 'group = "Web"')
    if target is not None:
        taken = taken.replace("tcp:0:interface=127.0.0.1", "unix:/nowhere/taken.sock")
    return "version = 1\n" + "".join(
        (
            listener("Echo", "echo"),
            listener("Hello", "hello"),
            listener("Team chat", "chat"),
            listener(
                "Instrument",
                "replies",
                '[listener.options]\nframing = "line"\ngreeting = "READY\\n"',
                '[[listener.options.rule]]\nname = "identify"\nequals = "*IDN?"',
                'reply = "ACME,42,{connection},1.0\\n"',
                "[[listener.options.rule]]\nregex = '^ADD (?P<a>\\d+) (\\d+)$'",
                'reply = "SUM {a}+{2}\\n"\ndelay = [0.1, 0.3]',
            ),
            listener("Web API", "http", 'group = "Web"'),
            listener("Secure echo", "echo", 'group = "Web"', "[listener.tls]"),
            taken,
            listener(
                "Gateway",
                "forward",
                'group = "Lab"',
                f'[listener.options]\nto = "127.0.0.1:{target or ports["Echo"]}"\nframing = "line"',
                '[listener.options.hold]\ndirection = "in"\ncontains = "transfer"\nseconds = 3600',
            ),
            listener("Sensors", "echo", 'group = "Lab"', transport="udp"),
            listener(
                "Orders",
                f"python:{CODE_FILE}:Orders",
                'group = "Lab"',
                '[[listener.fault]]\nkind = "latency"\nseconds = 0.05\njitter = 0.01',
            ),
        )
    )


class World:
    """The window with its listeners on, and the clients that are connected with them."""

    def __init__(self, window: MainWindow, *, fixed_ports: bool, mark: str = "") -> None:
        """`mark` is at the end of the listeners' names, and of all that is sent and saved."""
        self.window = window
        self._mark = mark
        self.deck = window.deck
        self._ports = iter(CLIENT_PORTS) if fixed_ports else None
        self._clients: list[socket.socket] = []
        self._taken: socket.socket | None = None
        if fixed_ports:
            self._taken = socket.create_server(("127.0.0.1", PORTS["Taken"]))

    def listener(self, name: str) -> Listener:
        """The listener called `name`."""
        found = self.deck.named(f"{name}{self._mark}")
        assert found is not None, name
        return found

    def populate(self) -> Steps:
        """Start the listeners, connect the clients and have them speak."""
        self.window.rest.programs._trust(())
        self._save_snippets()
        self.deck.start_all()
        yield lambda: all(each.is_on or each.reason for each in self.deck.listeners)
        for number, text in enumerate(("hello", '{"user": 42, "action": "login"}', "ping")):
            yield from self._say("Echo", f"{text}\n".encode() * (number + 1))
        self._connect("Hello")
        for name, text in (("ada", "hi all"), ("grace", "on my way"), ("linus", "me too")):
            yield from self._say("Team chat", f"{name}: {text}\n".encode())
        yield from self._say("Instrument", b"*IDN?\nADD 2 3\nSTATUS\n")
        yield from self._say("Web API", REQUEST)
        yield from self._say("Gateway", b"balance 1001\ntransfer 250 to 1002\n")
        self._say_datagram(b"temperature 21.5")
        yield from self._say("Orders", b"apples 3\npears two\n")
        yield lambda: self.window.rest.traffic.log.end >= 20

    def close(self) -> None:
        """End the clients. Their ports are free again at once."""
        for each in self._clients:
            with suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            each.close()
        if self._taken is not None:
            self._taken.close()

    def _connect(self, name: str, kind: int = socket.SOCK_STREAM) -> socket.socket:
        client = socket.socket(socket.AF_INET, kind)
        if self._ports is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            client.bind(("127.0.0.1", next(self._ports)))
        client.connect(("127.0.0.1", self.port(name)))
        self._clients.append(client)
        return client

    def port(self, name: str) -> int:
        """The port that the listener called `name` has."""
        port: int = getattr(self.listener(name).address, "port")  # noqa: B009
        return port

    def _say(self, name: str, data: bytes) -> Steps:
        factory = self.listener(name).factory
        assert factory is not None
        before = factory.bytes_in
        if b"\r" not in data:  # HTTP would not understand it
            data = data.replace(b"\n", f"{self._mark}\n".encode())
        self._connect(name).sendall(data)
        yield lambda: factory.bytes_in >= before + len(data)

    def _say_datagram(self, data: bytes) -> None:
        self._connect("Sensors", socket.SOCK_DGRAM).send(data)

    def _save_snippets(self) -> None:
        saved = self.window.console.saved_state
        for name, text, notation, folder in (
            ("Log in", '{"user": 42, "action": "login"}', Notation.TEXT, "API"),
            ("Log out", '{"user": 42, "action": "logout"}', Notation.TEXT, "API"),
            ("Heartbeat", "02 00 00 03", Notation.HEX, ""),
        ):
            snippet = Snippet(
                f"{name}{self._mark}", Draft(text, notation), folder and folder + self._mark
            )
            saved.saved_snippets.add(snippet)
        for text in ("hello", "is anybody there?", "*IDN?"):
            saved.add_to_history(Draft(f"{text}{self._mark}"))
