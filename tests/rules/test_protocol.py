"""A listener that answers by rule, over streams: what goes out, when, and to whom."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import ISSLTransport
from twisted.python.failure import Failure
from zope.interface import directlyProvides

from app.rules.outbox import PIECE_BYTES, RESET_CHECK_SECONDS, RESET_SECONDS
from app.rules.running import Context
from tests.rules.sets import Listener, rule_set


def loader(function: Callable[..., object]) -> Callable[[str], Callable[..., object]]:
    return lambda reference: function


def test_a_rule_answers_its_message() -> None:
    protocol, transport = Listener(
        {"equals": "*IDN?", "reply": "ACME,42,{connection},1.0\r\n"}, greeting="READY\r\n"
    ).connect()
    assert transport.take() == b"READY\r\n"
    protocol.dataReceived(b"*IDN?\r\n")
    assert transport.take() == b"ACME,42,1,1.0\r\n"


def test_the_first_rule_that_matches_wins() -> None:
    listener = Listener(
        {"contains": "b", "reply": "1"},
        {"equals": "abc", "reply": "2"},
        {"any": True, "reply": "3"},
    )
    protocol, transport = listener.connect()
    protocol.dataReceived(b"abc\nac\n")
    assert transport.take() == b"13"
    assert listener.hits() == [1, 0, 1]


def test_states_decide_which_rules_apply() -> None:
    protocol, transport = Listener(
        {"equals": "login", "then": "in", "reply": "ok\n"},
        {
            "regex": r"^ADD (?P<a>\d+) (\d+)$",
            "state": "in",
            "then": "done",
            "reply": ["SUM {a}+{2}\r\n", {"hex": "06 00 ff"}],
        },
        unmatched="no\n",
    ).connect()
    protocol.dataReceived(b"ADD 1 2\nlogin\nADD 1 2\nADD 1 2\n")
    assert transport.take() == b"no\nok\nSUM 1+2\r\n\x06\x00\xffno\n"


def test_a_delayed_reply_is_not_overtaken() -> None:
    listener = Listener({"equals": "slow", "reply": "1", "delay": 0.2}, {"any": True, "reply": "2"})
    protocol, transport = listener.connect()
    protocol.dataReceived(b"slow\nfast\n")
    listener.advance(0.19)
    assert transport.take() == b""
    listener.advance(0.01)
    assert transport.take() == b"12"
    protocol.dataReceived(b"fast\n")
    assert transport.take() == b"2"


def test_a_random_delay_lies_between_its_bounds() -> None:
    listener = Listener({"any": True, "reply": "x", "delay": [0.1, 0.3]})
    protocol, transport = listener.connect()
    protocol.dataReceived(b"m\n")
    listener.advance(0.0999)
    assert transport.take() == b""
    listener.advance(0.2002)
    assert transport.take() == b"x"


def test_a_rule_ticks_on_each_open_connection_and_ends_with_it() -> None:
    listener = Listener({"every": 1.0, "reply": "tick {counter}\r\n"})
    one, first = listener.connect()
    listener.advance(0.5)
    _, second = listener.connect()
    listener.advance(0.5)
    assert (first.take(), second.take()) == (b"tick 1\r\n", b"")
    listener.advance(1)
    assert (first.take(), second.take()) == (b"tick 2\r\n", b"tick 1\r\n")
    one.connectionLost(Failure(ConnectionDone()))
    listener.advance(1)
    assert (first.take(), second.take()) == (b"", b"tick 2\r\n")


@pytest.mark.parametrize(
    ("order", "expected"),
    [("then-repeat", b"abab"), ("then-last", b"abbb"), ("then-nothing", b"ab")],
)
def test_several_replies_come_one_after_the_other(order: str, expected: bytes) -> None:
    listener = Listener({"any": True, "replies": ["a", "b"], "order": order})
    protocol, transport = listener.connect()
    protocol.dataReceived(b"1\n2\n3\n4\n")
    assert transport.take() == expected


@pytest.mark.parametrize(
    ("to", "expected"), [("peer", ["x", ""]), ("others", ["", "x"]), ("all", ["x", "x"])]
)
def test_a_reply_goes_to_whom_it_is_for(to: str, expected: list[str]) -> None:
    listener = Listener({"any": True, "reply": "x", "to": to})
    one, first = listener.connect()
    _, second = listener.connect()
    gone, _ = listener.connect()
    gone.connectionLost(Failure(ConnectionDone()))
    one.dataReceived(b"m\n")
    assert [first.take().decode(), second.take().decode()] == expected


def test_a_spent_rule_gives_way_to_the_next() -> None:
    listener = Listener(
        {"equals": "a", "reply": "1", "times": 2}, {"equals": "a", "reply": "2"}, unmatched="-"
    )
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\na\na\n")
    assert transport.take() == b"112"
    assert listener.hits() == [2, 1]


def test_close_follows_the_reply_and_nothing_else_does() -> None:
    protocol, transport = Listener({"any": True, "reply": "x", "action": "close"}).connect()
    protocol.dataReceived(b"a\nb\n")
    assert transport.take() == b"x"
    assert transport.disconnecting


def test_close_waits_for_a_delayed_reply() -> None:
    listener = Listener({"any": True, "reply": "x", "action": "close", "delay": 1})
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\n")
    assert not transport.disconnecting
    listener.advance(1)
    assert transport.take() == b"x"
    assert transport.disconnecting


def test_reset_aborts_the_connection() -> None:
    protocol, transport = Listener({"any": True, "action": "reset"}).connect()
    protocol.dataReceived(b"a\n")
    assert transport.was_reset


def test_a_reset_waits_for_the_reply_before_it_but_not_for_ever() -> None:
    for was_taken in (True, False):
        listener = Listener({"any": True, "reply": "x", "action": "reset"})
        protocol, transport = listener.connect()
        transport.bytes_unsent = 1
        protocol.dataReceived(b"a\n")
        listener.advance(RESET_SECONDS / 2)
        assert (transport.take(), transport.was_reset) == (b"x", False)
        if was_taken:
            transport.bytes_unsent = 0
        listener.advance(RESET_CHECK_SECONDS if was_taken else RESET_SECONDS / 2)
        assert transport.was_reset


def test_a_connection_that_is_lost_before_its_reset_leaves_nothing_behind() -> None:
    listener = Listener({"any": True, "action": "reset"})
    protocol, transport = listener.connect()
    transport.bytes_unsent = 1
    protocol.dataReceived(b"a\n")
    protocol.connectionLost(Failure(ConnectionDone()))
    assert not listener.clock.getDelayedCalls()


def test_after_a_half_close_messages_are_matched_and_nothing_is_sent() -> None:
    listener = Listener(
        {"equals": "bye", "reply": "x", "action": "half-close"}, {"any": True, "reply": "y"}
    )
    protocol, transport = listener.connect()
    protocol.dataReceived(b"bye\nmore\n")
    protocol.dataReceived(b"more\n")
    assert transport.take() == b"x"
    assert transport.half_closed
    assert listener.hits() == [1, 2]
    protocol.readConnectionLost()
    assert transport.disconnecting


def test_over_tls_a_half_close_is_a_close() -> None:
    protocol, transport = Listener({"any": True, "reply": "x", "action": "half-close"}).connect()
    directlyProvides(transport, ISSLTransport)
    protocol.dataReceived(b"bye\n")
    assert transport.take() == b"x"
    assert (transport.disconnecting, transport.half_closed) == (True, False)


def test_stop_reading_leaves_the_peer_unread_and_ticks_go_on() -> None:
    listener = Listener(
        {"any": True, "reply": "x", "action": "stop-reading"}, {"every": 1, "reply": "t"}
    )
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\nb\n")
    assert transport.take() == b"x"
    assert not transport.is_read
    listener.advance(1)
    assert transport.take() == b"t"
    assert not transport.is_read


def test_drain_drops_all_that_comes_later() -> None:
    listener = Listener({"any": True, "reply": "x", "action": "drain"}, {"every": 1, "reply": "t"})
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\nb\n")
    protocol.dataReceived(b"c\n")
    listener.advance(1)
    assert transport.take() == b"x"
    assert transport.is_read
    assert listener.hits() == [1, 0]


@pytest.mark.parametrize(
    ("unmatched", "is_closed", "is_reset"),
    [("close", True, False), ("reset", True, True), ("ignore", False, False)],
)
def test_an_unmatched_message_has_its_own_consequence(
    unmatched: str, is_closed: bool, is_reset: bool
) -> None:
    listener = Listener(unmatched=unmatched)
    protocol, transport = listener.connect()
    protocol.dataReceived(b"what\r\n")
    assert (transport.disconnecting, transport.was_reset) == (is_closed, is_reset)
    (kept,) = listener.factory.rules.unmatched
    assert (kept.message, kept.size, kept.connection, kept.flaw) == (b"what", 4, 1, "")
    assert listener.factory.rules.unmatched_count == 1


def test_a_peer_that_has_ended_still_gets_its_delayed_reply() -> None:
    listener = Listener({"any": True, "reply": "x", "delay": 1}, {"every": 0.5, "reply": "t"})
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\nhalf")
    protocol.readConnectionLost()
    assert not transport.disconnecting
    listener.advance(1)
    assert transport.take() == b"x"
    assert transport.disconnecting
    assert [each.flaw for each in listener.factory.rules.unmatched] == ["its end never came"]


def test_a_frame_goes_around_a_reply_that_is_framed() -> None:
    protocol, transport = Listener(
        {"equals": "a", "reply": "xyz", "framed": True},
        {"equals": "b", "reply": "xyz"},
        framing="length-prefix",
        width=2,
    ).connect()
    protocol.dataReceived(b"\0\1a\0\1b")
    assert transport.take() == b"\0\3xyzxyz"


def test_a_reply_too_long_for_its_frame_is_a_failure_of_the_rule(
    caplog: pytest.LogCaptureFixture,
) -> None:
    listener = Listener(
        {"any": True, "reply": "{random:300}", "framed": True}, framing="length-prefix", width=1
    )
    protocol, transport = listener.connect()
    protocol.dataReceived(b"\1a")
    assert transport.take() == b""
    assert "cannot say 300" in caplog.text


# Files


def test_a_big_file_goes_out_in_pieces_as_the_peer_takes_it(tmp_path: Path) -> None:
    content = bytes(range(256)) * 1024
    (tmp_path / "big.bin").write_bytes(content)
    listener = Listener(
        {"equals": "get", "reply": ["<", {"file": "big.bin"}, ">"]},
        {"any": True, "reply": "later"},
        folder=tmp_path,
    )
    protocol, transport = listener.connect()
    protocol.dataReceived(b"get\nother\n")
    assert transport.value() == b"<" + content[:PIECE_BYTES]
    transport.asked.pauseProducing()
    listener.advance()
    assert len(transport.value()) == PIECE_BYTES + 1
    transport.asked.resumeProducing()
    for _ in range(9):
        listener.advance()
    assert transport.take() == b"<" + content + b">later"
    assert transport.producer is None


def test_a_file_that_vanished_is_a_failure_of_its_rule(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener(
        {"name": "get", "any": True, "reply": ["<", {"file": "gone.bin"}, ">"]}, folder=tmp_path
    )
    protocol, transport = listener.connect()
    with caplog.at_level(logging.WARNING):
        protocol.dataReceived(b"get\nget\n")
    assert transport.take() == b"<><>"
    rule = listener.factory.rules.rules[0]
    assert rule.failures == 2
    assert len(caplog.messages) == 1
    failure = 'Device: rule "get": The file gone.bin was not sent: No such file'
    assert caplog.messages[0].startswith(failure)


@pytest.mark.parametrize("path", [".", "pipe", "a" * 5_000])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, path: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    listener = Listener({"any": True, "reply": [{"file": path}, "x"]}, folder=tmp_path)
    protocol, transport = listener.connect()
    protocol.dataReceived(b"get\n")
    assert transport.take() == b"x"
    assert listener.factory.rules.rules[0].failures == 1


def test_a_connection_lost_within_a_file_closes_it(tmp_path: Path) -> None:
    (tmp_path / "big.bin").write_bytes(bytes(PIECE_BYTES * 3))
    listener = Listener({"any": True, "reply": {"file": "big.bin"}}, folder=tmp_path)
    protocol, transport = listener.connect()
    protocol.dataReceived(b"get\n")
    transport.asked.stopProducing()
    protocol.connectionLost(Failure(ConnectionDone()))
    listener.advance(1)
    assert len(transport.value()) == PIECE_BYTES


def test_a_peer_with_too_many_delayed_replies_is_not_read_from(tmp_path: Path) -> None:
    listener = Listener({"any": True, "reply": "{random:65536}", "delay": 5})
    protocol, transport = listener.connect()
    for _ in range(17):
        protocol.dataReceived(b"m\n")
    assert not transport.is_read
    listener.advance(5)
    assert transport.is_read
    assert len(transport.take()) == 17 * 65_536


def test_a_reader_that_is_far_behind_misses_what_is_for_all(
    caplog: pytest.LogCaptureFixture,
) -> None:
    listener = Listener(
        {"equals": "fill", "reply": "{random:65536}", "delay": 5},
        {"equals": "all", "reply": "!", "to": "others"},
    )
    slow, transport = listener.connect()
    fast, _ = listener.connect()
    slow.dataReceived(b"fill\n" * 17)
    fast.dataReceived(b"all\n")
    listener.advance(5)
    assert b"!" not in transport.take()
    assert "missed a reply" in caplog.text


# Functions of the user's


def test_a_function_answers_with_its_context() -> None:
    seen: list[Context] = []

    def answer(message: bytes, context: Context) -> object:
        seen.append(context)
        context.memory["count"] = context.memory.get("count", 0) + 1
        return [message.upper(), f" {context.memory['count']}\n"]

    protocol, transport = Listener(
        {"python": "rules.py:answer", "then": "in"}, load=loader(answer)
    ).connect()
    protocol.dataReceived(b"hi\nho\n")
    assert transport.take() == b"HI 1\nHO 2\n"
    assert [(each.state, each.counter, each.connection) for each in seen] == [
        ("", 1, 1),
        ("in", 2, 1),
    ]


def test_a_function_that_gives_none_leaves_the_message_to_the_next_rule() -> None:
    listener = Listener(
        {"equals": "a", "reply": "0", "state": "never"},
        {"python": "r.py:f"},
        {"equals": "a", "reply": "1"},
        {"python": "r.py:f"},
        load=loader(lambda message, context: b"f" if message == b"b" else None),
        unmatched="-",
    )
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\nb\nc\n")
    assert transport.take() == b"1f-"
    assert listener.hits() == [0, 1, 1, 0]


def test_messages_wait_in_order_for_a_function_that_answers_later() -> None:
    waiting: list[Deferred[bytes]] = []

    async def answer(message: bytes, context: Context) -> bytes:
        deferred: Deferred[bytes] = Deferred()
        waiting.append(deferred)
        return await deferred + message

    listener = Listener(
        {"starts": "fast", "reply": "fast "}, {"python": "r.py:f"}, load=loader(answer)
    )
    protocol, transport = listener.connect()
    protocol.dataReceived(b"one\nfast\ntwo\n")
    assert not transport.is_read
    protocol.dataReceived(b"fast\n")
    assert transport.take() == b""
    waiting.pop().callback(b"answer ")
    assert transport.take() == b"answer onefast "
    waiting.pop().callback(b"answer ")
    assert transport.take() == b"answer twofast "
    assert transport.is_read


def test_a_function_that_never_answers_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    listener = Listener(
        {"python": "r.py:f"}, {"any": True, "reply": "x"}, load=loader(lambda *_: Deferred())
    )
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\n")
    listener.advance(30)
    assert transport.take() == b"x"
    assert "did not answer within 30 s" in caplog.text


def test_a_connection_that_ends_gives_up_its_function() -> None:
    cancelled: list[object] = []
    listener = Listener({"python": "r.py:f"}, load=loader(lambda *_: Deferred(cancelled.append)))
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\n")
    protocol.connectionLost(Failure(ConnectionDone()))
    assert len(cancelled) == 1
    assert not listener.clock.getDelayedCalls()
    assert transport.take() == b""


def test_an_answer_that_is_cancelled_by_somebody_else_is_a_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    waiting: Deferred[bytes] = Deferred()
    listener = Listener(
        {"python": "r.py:f"}, {"any": True, "reply": "x"}, load=loader(lambda *_: waiting)
    )
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\n")
    waiting.cancel()
    assert transport.take() == b"x"
    assert "CancelledError" in caplog.text


@pytest.mark.parametrize("result", [7, [b"a", 7], {"a": 1}])
def test_a_function_that_gives_something_else_fails(
    result: object, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener(
        {"python": "r.py:f"}, {"any": True, "reply": "x"}, load=loader(lambda *_: result)
    )
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\n")
    assert transport.take() == b"x"
    assert "Return bytes" in caplog.text


def test_a_function_that_raises_or_is_not_there_fails_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def load(reference: str) -> Callable[..., object]:
        if reference == "r.py:missing":
            raise LookupError("there is no such function")
        return lambda *_: 1 / 0

    listener = Listener(
        {"python": "r.py:missing"}, {"python": "r.py:f"}, {"any": True, "reply": "x"}, load=load
    )
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\n")
    assert transport.take() == b"x"
    assert "r.py:missing failed with LookupError: there is no such function" in caplog.text
    assert "r.py:f failed with ZeroDivisionError: division by zero" in caplog.text


def test_many_messages_in_one_chunk_to_a_function_are_answered_at_once() -> None:
    protocol, transport = Listener({"python": "r.py:f"}, load=loader(lambda *_: b".")).connect()
    protocol.dataReceived(b"\n" * 5_000)
    assert transport.take() == b"." * 5_000


# Rules that change


def test_other_rules_apply_at_once_and_connections_stay() -> None:
    kept = {"equals": "a", "reply": "1"}
    listener = Listener(kept, {"equals": "b", "reply": "2"}, {"every": 1, "reply": "t"})
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\nb\na")
    listener.factory.replace(rule_set({"equals": "b", "reply": "3"}, {**kept, "enabled": False}))
    protocol.dataReceived(b"\nb\n")
    listener.advance(1)
    assert transport.take() == b"123"
    assert listener.hits() == [1, 1]
    listener.factory.replace(rule_set(kept, {"every": 1, "reply": "u"}))
    listener.advance(1)
    assert transport.take() == b"u"
    assert listener.hits() == [1, 1]


def test_what_is_held_of_a_message_is_framed_anew() -> None:
    listener = Listener({"any": True, "reply": "{0}|"}, framing="line")
    protocol, transport = listener.connect()
    protocol.dataReceived(b"3:ab")
    listener.factory.replace(rule_set({"any": True, "reply": "<{0}>"}, framing="netstring"))
    protocol.dataReceived(b"c,1:d,")
    assert transport.take() == b"<abc><d>"


def test_a_peer_that_is_not_heard_stays_so_under_other_rules() -> None:
    listener = Listener({"any": True, "action": "drain"})
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\n1:b,")
    listener.factory.replace(rule_set({"any": True, "reply": "x"}, framing="netstring"))
    protocol.dataReceived(b"1:c,")
    assert transport.take() == b""
    assert listener.hits() == [0]


def test_a_set_with_the_same_rule_twice_keeps_the_counts_of_both() -> None:
    same = {"any": True, "times": 1}
    listener = Listener(same, same)
    protocol, _ = listener.connect()
    protocol.dataReceived(b"a\n")
    listener.factory.replace(rule_set({"equals": "new"}, same, same))
    assert listener.hits() == [0, 1, 0]


def test_rules_that_change_while_a_function_is_asked_get_the_message_it_left() -> None:
    waiting: Deferred[bytes | None] = Deferred()
    listener = Listener({"python": "r.py:f"}, load=loader(lambda *_: waiting), framing="line")
    protocol, transport = listener.connect()
    protocol.dataReceived(b"a\nb\n")
    listener.factory.replace(rule_set({"any": True, "reply": "<{0}>"}, framing="netstring"))
    protocol.dataReceived(b"1:c,")
    assert transport.take() == b""
    waiting.callback(None)
    assert transport.take() == b"<a><b><c>"
