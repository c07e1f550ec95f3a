"""Replies by rule on real sockets: files, half-closes, resets, and peers that read slowly."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.interfaces import IReactorCore

from app.rules.protocol import Replies, RepliesFactory
from app.rules.responder import Surroundings
from tests.integration.programs import PATIENCE_SECONDS
from tests.integration.sockets import Beside, Serve, Until, connect, read_exactly, read_to_end
from tests.rules.sets import rule_set

MUCH = 10_000_000


class Device:
    """A listener with rules, on a port."""

    def __init__(self, serve: Serve, reactor: Any, folder: Path, *rules: dict[str, Any]) -> None:
        number_of = lambda transport: transport.number  # noqa: E731 - one expression
        near = Surroundings(reactor, folder=folder, number_of=number_of)
        self.factory = RepliesFactory(rule_set(*rules), near)
        self.port = serve(self.build)

    def build(self) -> Replies:
        protocol = self.factory.buildProtocol(None)
        assert isinstance(protocol, Replies)
        return protocol


@pytest.fixture
def device(serve: Serve, reactor: IReactorCore, tmp_path: Path) -> Callable[..., Device]:
    return lambda *rules: Device(serve, reactor, tmp_path, *rules)


def test_a_client_that_ends_early_gets_every_reply(
    device: Callable[..., Device], beside: Beside[bytes]
) -> None:
    served = device(
        {"regex": r"^(\d+)$", "reply": "{1},"}, {"any": True, "reply": "x", "delay": 0.05}
    )

    def client() -> bytes:
        with connect(served.port) as stream:
            stream.sendall(b"".join(b"%d\n" % number for number in range(2_000)) + b"late\n")
            stream.shutdown(socket.SHUT_WR)
            return read_to_end(stream)

    assert beside(client) == b"".join(b"%d," % number for number in range(2_000)) + b"x"


def test_a_big_file_reaches_a_slow_reader_whole_and_in_order(
    device: Callable[..., Device], beside: Beside[bytes], tmp_path: Path
) -> None:
    content = bytes(range(251)) * (MUCH // 251)
    (tmp_path / "big.bin").write_bytes(content)
    served = device(
        {"equals": "get", "reply": ["<", {"file": "big.bin"}, ">"]},
        {"equals": "bye", "reply": "bye", "action": "close"},
    )

    def client() -> bytes:
        with connect(served.port) as stream:
            stream.sendall(b"get\nbye\n")
            threading.Event().wait(0.2)
            return read_to_end(stream)

    assert beside(client) == b"<" + content + b">bye"


def test_a_client_that_leaves_within_a_file_ends_it(
    device: Callable[..., Device], beside: Beside[bytes], until: Until, tmp_path: Path
) -> None:
    (tmp_path / "big.bin").write_bytes(bytes(MUCH))
    served = device({"equals": "get", "reply": {"file": "big.bin"}})

    def client() -> bytes:
        with connect(served.port) as stream:
            stream.sendall(b"get\n")
            return stream.recv(10)

    assert beside(client)
    until(lambda: not served.factory.responders)


def test_a_half_close_lets_the_peer_go_on(
    device: Callable[..., Device], beside: Beside[bytes], until: Until
) -> None:
    served = device(
        {"equals": "bye", "reply": "x", "action": "half-close"}, {"any": True, "reply": "y"}
    )

    def client() -> bytes:
        with connect(served.port) as stream:
            stream.sendall(b"bye\n")
            heard = read_to_end(stream)
            stream.sendall(b"more\nmore\n")
            return heard

    assert beside(client) == b"x"
    until(lambda: not served.factory.responders)
    assert [each.hits for each in served.factory.rules.rules] == [1, 2]


def test_a_reset_is_seen_as_one(device: Callable[..., Device], beside: Beside[object]) -> None:
    served = device({"any": True, "action": "reset"})

    def client() -> object:
        with connect(served.port) as stream:
            stream.sendall(b"x\n")
            try:
                return stream.recv(10)
            except ConnectionResetError:
                return "reset"

    assert beside(client) == "reset"


def test_a_peer_that_is_not_read_from_cannot_send_for_ever(
    device: Callable[..., Device], beside: Beside[bool]
) -> None:
    served = device({"any": True, "reply": "x", "action": "stop-reading"})

    def client() -> bool:
        with connect(served.port) as stream:
            stream.sendall(b"go\n")
            read_exactly(stream, 1)
            stream.settimeout(0.5)
            try:
                for _ in range(100):
                    stream.sendall(bytes(1_000_000))
            except TimeoutError:
                return True
            return False

    assert PATIENCE_SECONDS > 0.5
    assert beside(client)


def test_a_reply_for_others_reaches_them_with_the_number_of_the_connection(
    device: Callable[..., Device], beside: Beside[bytes]
) -> None:
    served = device({"any": True, "reply": "{connection} says {0}\n", "to": "others"})

    def client() -> bytes:
        with connect(served.port) as one, connect(served.port) as other:
            one.sendall(b"a\n")
            heard = read_exactly(other, len("1 says a\n"))
            other.sendall(b"b\n")
            return heard + read_exactly(one, len("2 says b\n"))

    assert beside(client) == b"1 says a\n2 says b\n"
