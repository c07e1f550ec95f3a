"""Rules over UDP: each address is a conversation, and each reply a datagram."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from app.rules.protocol import (
    LARGEST_DATAGRAM,
    MAX_HELD,
    MAX_PEERS,
    SILENT_SECONDS,
    RepliesDatagrams,
)
from app.rules.responder import LoadFunction, Surroundings
from tests.rules.sets import rule_set

ONE = ("127.0.0.1", 5001)
TWO = ("::1", 5002)


class Socket:
    """Notes what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, tuple[str, int]]] = []

    def write(self, data: bytes, address: tuple[str, int]) -> None:
        self.sent.append((data, address))


class Device:
    """A protocol on a clock and a socket."""

    def __init__(
        self,
        *rules: dict[str, Any],
        load: LoadFunction | None = None,
        folder: Path = Path(),
        **options: Any,
    ) -> None:
        self.clock = Clock()
        near = Surroundings(self.clock, folder, load, "Device", random.Random(1))
        self.protocol = RepliesDatagrams(rule_set(*rules, **options), near)
        self.socket = Socket()
        self.protocol.transport = self.socket

    def send(
        self, data: bytes, address: tuple[str, int] = ONE
    ) -> list[tuple[bytes, tuple[str, int]]]:
        """The datagrams that are sent because of one."""
        self.socket.sent = []
        self.protocol.datagramReceived(data, address)
        return self.socket.sent


def test_a_datagram_is_answered_whether_or_not_its_line_ends() -> None:
    device = Device({"equals": "PING", "reply": "PONG {peer}"})
    assert device.send(b"PING") == [(b"PONG 127.0.0.1:5001", ONE)]
    assert device.send(b"PING\r\n", TWO) == [(b"PONG [::1]:5002", TWO)]
    assert device.send(b"PING\nPING") == [(b"PONG 127.0.0.1:5001", ONE)] * 2


def test_each_datagram_is_framed_by_itself() -> None:
    device = Device({"any": True, "reply": "{0}", "framed": True}, framing="length-prefix", width=1)
    assert device.send(b"\3ab") == []
    assert device.send(b"\1c") == [(b"\1c", ONE)]
    assert [each.flaw for each in device.protocol.rules.unmatched] == ["its end never came"]


def test_each_address_has_a_state_of_its_own() -> None:
    device = Device(
        {"equals": "in", "then": "in", "reply": "ok"},
        {"equals": "go", "state": "in", "reply": "gone"},
        unmatched="no",
        framing="datagram",
    )
    device.send(b"in")
    assert device.send(b"go") == [(b"gone", ONE)]
    assert device.send(b"go", TWO) == [(b"no", TWO)]


def test_a_reply_in_pieces_is_one_datagram(tmp_path: Path) -> None:
    (tmp_path / "part.bin").write_bytes(b"file")
    device = Device({"any": True, "reply": ["<", {"file": "part.bin"}, ">"]}, folder=tmp_path)
    assert device.send(b"x") == [(b"<file>", ONE)]


@pytest.mark.parametrize("size", [None, LARGEST_DATAGRAM])
def test_a_reply_that_is_no_datagram_is_a_failure_of_its_rule(
    tmp_path: Path, size: int | None
) -> None:
    if size:
        (tmp_path / "part.bin").write_bytes(bytes(size))
    device = Device({"any": True, "reply": ["<", {"file": "part.bin"}]}, folder=tmp_path)
    assert device.send(b"x") == []
    assert device.protocol.rules.rules[0].failures == 1


def test_others_and_all_are_the_addresses_that_are_known() -> None:
    device = Device(
        {"equals": "o", "reply": "1", "to": "others"}, {"any": True, "reply": "2", "to": "all"}
    )
    device.send(b"a", TWO)
    assert device.send(b"o") == [(b"1", TWO)]
    assert device.send(b"a") == [(b"2", ONE), (b"2", TWO)]


def test_delays_and_ticks_reach_an_address_until_it_was_silent_for_long() -> None:
    device = Device(
        {"equals": "x", "reply": "late", "delay": 2}, {"every": 25, "reply": "t{counter}"}
    )
    assert device.send(b"x") == []
    device.clock.advance(2)
    assert device.socket.sent == [(b"late", ONE)]
    for _ in range(4):
        device.clock.advance(25)
    assert device.socket.sent[1:] == [(b"t1", ONE), (b"t2", ONE)]
    assert not device.clock.getDelayedCalls()


def test_an_address_that_goes_on_stays_known() -> None:
    device = Device({"equals": "in", "then": "in"}, {"state": "in", "any": True, "reply": "y"})
    device.send(b"in")
    for _ in range(5):
        device.clock.advance(SILENT_SECONDS / 2)
        assert device.send(b"z") == [(b"y", ONE)]
    device.clock.advance(SILENT_SECONDS)
    assert device.send(b"z") == []
    device.protocol.stopProtocol()
    assert not device.clock.getDelayedCalls()


@pytest.mark.parametrize(
    ("action", "after"),
    [
        ("close", [(b"x", ONE)]),
        ("reset", [(b"x", ONE)]),
        ("drain", []),
        ("stop-reading", []),
        ("half-close", []),
    ],
)
def test_an_action_ends_what_is_known_of_an_address(action: str, after: list[object]) -> None:
    device = Device({"any": True, "reply": "x", "action": action})
    assert device.send(b"a") == [(b"x", ONE)]
    assert device.send(b"a") == after


def test_addresses_that_are_known_are_bounded() -> None:
    device = Device({"equals": "in", "then": "in"}, {"state": "in", "any": True, "reply": "y"})
    device.send(b"in")
    for port in range(MAX_PEERS):
        device.send(b"z", ("127.0.0.2", 10_000 + port))
    assert device.send(b"z") == []


def test_a_service_that_answers_everything_gets_no_answer() -> None:
    assert Device({"any": True, "reply": "x"}).send(b"a", ("127.0.0.1", 7)) == []


def test_what_waits_for_a_function_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    waiting: Deferred[bytes] = Deferred()
    device = Device(
        {"python": "r.py:f"},
        load=lambda _: lambda message, context: waiting if message == b"0" else b".",
    )
    for _ in range(MAX_HELD + 9):
        device.send(b"0" if not device.protocol.rules.rules[0].hits else b"1")
    assert "was dropped" in caplog.text
    device.protocol.stopProtocol()


def test_other_rules_apply_to_the_addresses_that_are_known() -> None:
    device = Device({"any": True, "reply": "1", "then": "in"})
    device.send(b"a")
    device.protocol.replace(rule_set({"any": True, "state": "in", "reply": "2"}))
    assert device.send(b"a") == [(b"2", ONE)]
