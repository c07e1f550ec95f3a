"""Clients on plain sockets that never block, so that a test can run the reactor meanwhile."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable


class Client:
    """One TCP client of a listener on this machine."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setblocking(False)
        self.name = "{}:{}".format(*self.socket.getsockname())
        self.received = b""
        self.ended = ""
        """How the connection ended: `closed`, `reset`, or nothing as long as it has not."""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def has(self, data: bytes) -> bool:
        """Whether exactly `data` has come so far."""
        self._read()
        return self.received == data

    def saw(self, ending: str) -> bool:
        """Whether the connection ended like this."""
        self._read()
        return self.ended == ending

    def reset(self) -> None:
        """Vanish in the middle of it."""
        linger = struct.pack("ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.socket.close()

    def close(self) -> None:
        self.socket.close()

    def _read(self) -> None:
        while not self.ended:
            try:
                data = self.socket.recv(65536)
            except BlockingIOError:
                return
            except ConnectionResetError:
                self.ended = "reset"
            else:
                self.received += data
                self.ended = "" if data else "closed"


Connect = Callable[[int], Client]
