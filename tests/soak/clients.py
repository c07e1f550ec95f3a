"""What clients do to a target: they talk, leave, reset, stay silent, speak nonsense, flood."""

from __future__ import annotations

import random
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

HOST = "127.0.0.1"
PATIENCE_SECONDS = 5.0
MIB = 1024 * 1024

FILL_TIMES = 2_500
"""How often each client fails first of all: the log of a window is full then, and grows no more."""


class Client:
    """Does one thing after the other to one target until told to stop."""

    def __init__(
        self, streams: Sequence[int], datagrams: Sequence[int], seed: int, over: threading.Event
    ) -> None:
        """`streams` are the ports of an echo, of one over TLS, and of a protocol that raises;
        `datagrams` is that of an echo over UDP."""
        self._echo, self._tls, self._raises = streams
        (self._datagrams,) = datagrams
        self._random = random.Random(seed)
        self._over = over
        self.done: Counter[str] = Counter()
        self._context = ssl.create_default_context()
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE

    def run(self) -> None:
        acts: Sequence[Callable[[], None]] = (
            *(self.talk,) * 6,
            *(self.talk_over_tls,) * 3,
            *(self.send_datagrams,) * 3,
            self.leave_at_once,
            self.reset,
            self.close_one_side,
            self.never_read,
            self.say_nothing,
            self.speak_plain_to_tls,
            self.break_off_a_handshake,
            self.have_it_raise,
            self.move_much,
        )
        for act in (self.have_it_raise,) * FILL_TIMES:
            self._try(act)
        while not self._over.is_set():
            self._try(self._random.choice(acts))

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as error:  # also what TLS says: the target is out of descriptors, or so
            self.done[type(error).__name__] += 1
            self._over.wait(0.05)
        else:
            self.done[act.__name__] += 1

    def _connect(self, port: int) -> socket.socket:
        return socket.create_connection((HOST, port), timeout=PATIENCE_SECONDS)

    def talk(self) -> None:
        with self._connect(self._echo) as connection:
            for _ in range(self._random.randrange(1, 20)):
                message = self._random.randbytes(self._random.randrange(1, 3_000))
                connection.sendall(message)
                _expect(connection, message)

    def talk_over_tls(self) -> None:
        with (
            self._connect(self._tls) as plain,
            self._context.wrap_socket(plain) as connection,
        ):
            connection.sendall(b"hello")
            _expect(connection, b"hello")

    def send_datagrams(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for size in (0, 1, 500, 60_000):
                sender.sendto(bytes(size), (HOST, self._datagrams))

    def leave_at_once(self) -> None:
        self._connect(self._echo).close()

    def reset(self) -> None:
        with self._connect(self._echo) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(b"x" * 10_000)

    def close_one_side(self) -> None:
        with self._connect(self._echo) as connection:
            connection.sendall(b"last words")
            connection.shutdown(socket.SHUT_WR)
            _expect(connection, b"last words")

    def never_read(self) -> None:
        with self._connect(self._echo) as connection, suppress(TimeoutError, BlockingIOError):
            connection.settimeout(0.2)
            connection.sendall(bytes(8 * MIB))

    def say_nothing(self) -> None:
        with self._connect(self._echo):
            self._over.wait(self._random.random())

    def speak_plain_to_tls(self) -> None:
        with self._connect(self._tls) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            connection.recv(100)

    def break_off_a_handshake(self) -> None:
        with self._connect(self._tls) as connection:
            connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")

    def have_it_raise(self) -> None:
        with self._connect(self._raises) as connection:
            connection.sendall(b"x")
            connection.recv(1)

    def move_much(self) -> None:
        message = self._random.randbytes(64 * 1024)
        with self._connect(self._echo) as connection:
            for _ in range(50):
                connection.sendall(message)
                _expect(connection, message)


def _expect(connection: socket.socket, message: bytes) -> None:
    got = b""
    while len(got) < len(message):
        part = connection.recv(65_536)
        if not part:
            raise ConnectionResetError("closed before the whole answer")
        got += part
    if got != message:
        raise AssertionError("an echo that is not what was sent")
