"""The client side of a conversation, played to a wire."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectionDone, ConnectionRefusedError
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from app.client.options import Options
from app.client.transport import Supply, WireObserver
from app.net.target import Target, Transport
from app.replay.player import (
    EXTRA_SECONDS,
    MOST_KEPT_BYTES,
    MOST_LONG_WAITS,
    MOST_SILENT,
    REST_SECONDS,
    SHORT_WAIT_SECONDS,
    STUCK_SECONDS,
    Pace,
    Player,
    PlayResult,
)
from app.traffic.connection_messages import ConnectionMessage
from app.traffic.framing import Framing, Lines

TARGET = Target("127.0.0.1", 8007)
AT_ONCE = Pace(speed=None, quiet_seconds=1.0)
SAID = [(0.0, True, b"READY\n"), (1.0, False, b"a\n"), (1.1, True, b"1\n"), (4.0, False, b"b\n")]
CONVERSATION = [ConnectionMessage(*each) for each in [*SAID, (4.2, True, b"2\n")]]


class HandWire:
    """A connection whose other end is the test."""

    peer, local = "127.0.0.1:8007", "127.0.0.1:50000"
    security = verdict = None
    can_half_close = True

    def __init__(self) -> None:
        self.observer: WireObserver | None = None
        self.sent: list[bytes] = []
        self.bytes_unsent = 0
        self.takes_all = True
        self.is_finished = False

    def dial(
        self, reactor: Any, target: Target, options: Options, observer: WireObserver
    ) -> Deferred[Any]:
        self.observer = observer
        observer.wire_opened(self)
        return succeed(None)

    def say(self, data: bytes) -> None:
        assert self.observer is not None
        self.observer.wire_received(self, data)

    def send(self, data: bytes) -> None:
        assert self.observer is not None
        self.sent.append(data)
        if self.takes_all:
            self.observer.wire_flushed(self, len(data))
        else:
            self.bytes_unsent += len(data)

    def send_from(self, supply: Supply | None) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        self.is_finished = True

    def close_or_abort(self) -> bool:
        return True

    def abort(self) -> None:
        self.lose()

    def pause(self) -> None:
        raise NotImplementedError

    def resume(self) -> None:
        raise NotImplementedError

    def lose(self) -> None:
        assert self.observer is not None
        self.observer.wire_lost(self, Failure(ConnectionDone()))


class Stage:
    """A player, its clock and its wire."""

    def __init__(
        self,
        pace: Pace = AT_ONCE,
        conversation: list[ConnectionMessage] = CONVERSATION,
        target: Target = TARGET,
        framing: Framing | None = Lines(),  # noqa: B008
        **more: Any,
    ) -> None:
        self.clock = Clock()
        self.wire = HandWire()
        self.done = 0
        more.setdefault("dial", self.wire.dial)
        self.player = Player(
            self.clock, conversation, framing, pace=pace, done=self._is_done, **more
        )
        self.player.begin(target)
        self.pass_time(0)

    def _is_done(self) -> None:
        self.done += 1

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.clock.advance(0)

    def say(self, data: bytes) -> None:
        self.wire.say(data)
        self.pass_time(0)


def test_each_message_waits_for_the_answers_before_it() -> None:
    stage = Stage()
    assert stage.wire.sent == []
    stage.say(b"READY\n")
    assert stage.wire.sent == [b"a\n"]
    stage.say(b"1")
    assert stage.wire.sent == [b"a\n"]
    stage.say(b"\n")
    assert stage.wire.sent == [b"a\n", b"b\n"]
    stage.say(b"2\n")
    assert stage.player.result is None
    stage.pass_time(0.1)
    assert stage.wire.is_finished
    stage.wire.lose()
    stage.pass_time(0)
    assert (stage.player.result, stage.done) == (PlayResult.PLAYED, 1)
    assert stage.player.comparison().is_equal
    assert not stage.clock.getDelayedCalls()


def test_an_answer_that_does_not_come_is_given_up_after_the_quiet_time() -> None:
    stage = Stage()
    stage.pass_time(1.0)
    assert stage.wire.sent == [b"a\n"]
    stage.pass_time(0.9)
    stage.say(b"1\n")  # the one that is missing is not waited for again
    assert stage.wire.sent == [b"a\n", b"b\n"]
    stage.pass_time(1.0)
    assert stage.wire.is_finished  # half-closed, as some servers answer only then
    stage.pass_time(1.0)
    stage.wire.lose()
    stage.pass_time(0)
    assert stage.player.result is PlayResult.PLAYED
    assert stage.player.comparison().summary() == "1 equal, 2 missing."


def test_the_recorded_timing_is_kept_or_made_faster() -> None:
    for speed in (1.0, 2.0):
        stage = Stage(Pace(speed=speed))
        stage.say(b"READY\n")
        stage.pass_time(0.9 / speed)
        assert stage.wire.sent == []
        stage.pass_time(0.1 / speed)
        assert stage.wire.sent == [b"a\n"]
        stage.say(b"1\n")
        stage.pass_time(2.9 / speed)
        assert len(stage.wire.sent) == 1
        stage.pass_time(0.1 / speed)
        assert len(stage.wire.sent) == 2


def test_a_connection_that_ends_early_is_told() -> None:
    stage = Stage()
    stage.say(b"READY\n")
    stage.wire.lose()
    stage.pass_time(0)
    assert (stage.player.result, stage.player.sent, stage.player.total) == (
        PlayResult.CUT_SHORT,
        1,
        2,
    )
    assert not stage.clock.getDelayedCalls()


def test_a_target_that_cannot_be_reached_is_told() -> None:
    stage = Stage(dial=lambda *_: fail(ConnectionRefusedError()))
    stage.pass_time(0)
    assert stage.player.result is PlayResult.NOT_CONNECTED
    assert stage.player.troubles


def test_playing_can_be_stopped() -> None:
    stage = Stage()
    stage.player.stop()
    stage.player.stop()
    stage.pass_time(0)
    assert (stage.player.result, stage.done) == (PlayResult.STOPPED, 1)
    assert not stage.clock.getDelayedCalls()


@pytest.mark.parametrize("size", [3 * 1024 * 1024])
def test_a_target_that_reads_nothing_does_not_hold_it_for_ever(size: int) -> None:
    conversation = [ConnectionMessage(0.0, False, bytes(size)) for _ in range(2)]
    wire = HandWire()
    wire.takes_all = False
    stage = Stage(conversation=conversation, dial=wire.dial)
    for _ in range(int(STUCK_SECONDS) + 2):
        stage.pass_time(1.0)
    assert stage.player.result is PlayResult.GIVEN_UP
    assert "reads nothing more" in stage.player.troubles[0]


def test_datagrams_are_counted_one_by_one() -> None:
    conversation = [
        ConnectionMessage(0.0, False, b"q"),
        ConnectionMessage(0.1, True, b"a"),
        ConnectionMessage(0.2, True, b"b"),
        ConnectionMessage(0.3, False, b""),
    ]
    wire = HandWire()
    wire.can_half_close = False
    target = Target("127.0.0.1", 8007, Transport.UDP)
    stage = Stage(conversation=conversation, target=target, dial=wire.dial)
    assert wire.sent == [b"q"]
    wire.say(b"a")
    stage.pass_time(0)
    assert wire.sent == [b"q"]
    wire.say(b"b")
    stage.pass_time(0)
    assert wire.sent == [b"q", b""]


def _questions(count: int) -> list[ConnectionMessage]:
    """A conversation of so many questions, each with an answer of two bytes."""
    sides = [(False, b"q\n"), (True, b"a\n")]
    return [
        ConnectionMessage(float(index), from_server, data)
        for index in range(count)
        for from_server, data in sides
    ]


def test_a_target_that_says_nothing_is_not_waited_for_at_each_message() -> None:
    stage = Stage(conversation=_questions(100_000))
    for _ in range(MOST_SILENT):
        assert stage.player.result is None
        stage.pass_time(1.0)
    assert (stage.player.result, stage.done) == (PlayResult.GIVEN_UP, 1)
    assert stage.player.sent == MOST_SILENT
    assert stage.player.troubles == ["The target answers nothing more. Not everything was sent."]
    assert not stage.clock.getDelayedCalls()


def test_answers_now_and_then_keep_it_going_with_shorter_waits() -> None:
    stage = Stage(conversation=_questions(100))
    for _ in range(MOST_LONG_WAITS):
        stage.say(b"a\n")
        stage.pass_time(1.0)
    sent = stage.player.sent
    while sent < 99:
        stage.say(b"a\n")
        stage.pass_time(SHORT_WAIT_SECONDS)
        assert stage.player.sent == sent + 2
        sent += 2
    assert not stage.player.troubles


def test_a_target_that_falls_silent_is_given_up_even_with_shorter_waits() -> None:
    stage = Stage(conversation=_questions(100_000))
    for _ in range(MOST_LONG_WAITS):
        stage.say(b"a\n")
        stage.pass_time(1.0)
    for _ in range(round(MOST_SILENT / SHORT_WAIT_SECONDS)):
        stage.pass_time(SHORT_WAIT_SECONDS)
    assert stage.player.result is PlayResult.GIVEN_UP


def test_answers_that_are_too_short_cost_ten_long_waits_at_most() -> None:
    turns = [ConnectionMessage(each.time, each.from_server, b"1234") for each in _questions(100)]
    wire = HandWire()
    stage = Stage(conversation=turns, dial=wire.dial, framing=None)
    for _ in range(MOST_LONG_WAITS):
        wire.say(b"123")
        stage.pass_time(1.0)
    for sent in range(MOST_LONG_WAITS + 1, 100):
        assert len(wire.sent) == sent
        wire.say(b"123")
        stage.pass_time(REST_SECONDS)
    assert len(wire.sent) == 100


def test_an_answer_that_is_too_long_does_not_count_as_the_next_one() -> None:
    turns = [ConnectionMessage(each.time, each.from_server, b"1234") for each in _questions(3)]
    wire = HandWire()
    stage = Stage(conversation=turns, dial=wire.dial, framing=None)
    for sent in (1, 2, 3):
        assert len(wire.sent) == sent
        wire.say(b"12345678")
        stage.pass_time(0)
    assert stage.player.comparison().summary() == "3 different."


def test_a_target_that_says_more_and_more_does_not_hold_it_for_ever() -> None:
    stage = Stage(conversation=_questions(1))
    for _ in range(20):
        stage.say(b"a\n")
        stage.pass_time(EXTRA_SECONDS / 2)
    stage.say(b"a\n")
    stage.wire.lose()
    stage.pass_time(0)
    assert stage.player.result is PlayResult.PLAYED


def test_a_target_that_says_too_much_is_given_up() -> None:
    stage = Stage(conversation=_questions(2))
    stage.say(bytes(MOST_KEPT_BYTES + 1))
    assert stage.player.result is PlayResult.GIVEN_UP
    assert "more than 32 MiB" in stage.player.troubles[0]
