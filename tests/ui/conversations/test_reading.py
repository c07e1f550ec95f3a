"""Conversations read in steps, and which others are of the same kind."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.traffic.connection_info import CloseKind
from app.traffic.framing import Lines
from app.ui.conversations.reading import (
    MOST_ALIKE,
    AlikeSearch,
    ConversationReading,
    guessed_framing,
    message_at,
)
from tests.ui.conversations.conftest import Talk


def test_conversations_are_read_one_after_the_other(talk: Talk, qtbot: QtBot) -> None:
    reading = ConversationReading(guesses=False)
    with qtbot.waitSignal(reading.finished):
        reading.read([talk.connection(1), talk.connection(2)], Lines())
    first, second = reading.conversations
    assert [each.data for each in first] == [
        b"READY\r\n",
        b"GET 1\n",
        b"OK 1\n",
        b"BYE\n",
        b"bye\n",
    ]
    assert second[3].data == b"BYE\n"
    assert reading.progress == 1.0
    assert not reading.is_reading
    assert not reading.is_cut


def test_in_a_session_of_the_console_our_side_is_the_client(talk: Talk, qtbot: QtBot) -> None:
    reading = ConversationReading(guesses=False)
    with qtbot.waitSignal(reading.finished):
        reading.read([talk.connection(5)], None)
    assert [each.from_server for each in reading.conversations[0]] == [False, True]


def test_reading_that_is_stopped_does_not_finish(talk: Talk, qtbot: QtBot) -> None:
    reading = ConversationReading(guesses=False)
    reading.read([talk.connection(1)], None)
    reading.stop()
    with qtbot.assertNotEmitted(reading.finished, wait=20):
        pass


def test_conversations_of_the_same_listener_are_alike(talk: Talk, qtbot: QtBot) -> None:
    search = AlikeSearch(talk.connection(1))
    with qtbot.waitSignal(search.finished):
        search.begin()
    assert [each.number for each in search.found] == [2]


def test_only_so_many_are_compared(talk: Talk, qtbot: QtBot) -> None:
    talk.directory.info = lambda number: Talk().directory.info(1)  # type: ignore[method-assign]
    for number in range(10, 50):
        talk.say(number, (False, b"x"))
    search = AlikeSearch(talk.connection(1))
    with qtbot.waitSignal(search.finished):
        search.begin()
    assert len(search.found) == MOST_ALIKE


def test_the_ending_is_known_once_the_connection_ended(talk: Talk) -> None:
    assert talk.connection(1).ending is None
    talk.log.end_connection(1.8e9, 1, CloseKind.CLOSED_HERE)
    assert talk.connection(1).ending is CloseKind.CLOSED_HERE


def test_lines_are_guessed_and_turns_otherwise(talk: Talk, qtbot: QtBot) -> None:
    reading = ConversationReading(guesses=False)
    talk.say(3, (False, b"\x00\x01"), (True, b"\x02"))
    with qtbot.waitSignal(reading.finished):
        reading.read([talk.connection(1), talk.connection(3)], None)
    lines, binary = reading.conversations
    assert guessed_framing(lines) == Lines()
    assert guessed_framing(binary) is None
    assert guessed_framing([]) is None


def test_the_message_of_a_row_is_found_by_its_time_and_bytes(talk: Talk, qtbot: QtBot) -> None:
    talk.log.append(1.75e9, 3, False, b"A\nB\nC\n")
    reading = ConversationReading(guesses=False)
    with qtbot.waitSignal(reading.finished):
        reading.read([talk.connection(3)], Lines())
    messages = reading.conversations[0]

    def found(data: bytes, time: float = 1.75e9, *, from_server: bool = False) -> int | None:
        return message_at(messages, from_server=from_server, time=time, data=data)

    assert found(b"B\n") == 1
    assert found(b"A\nB\nC\n") == 2  # a chunk that has several: the last one
    assert found(b"B\n", from_server=True) is None
    assert found(b"B\n", 1.0) is None


def test_a_framing_that_was_not_given_is_guessed_once(talk: Talk, qtbot: QtBot) -> None:
    talk.say(3, (False, b"one\ntwo\n"))
    reading = ConversationReading(guesses=True)
    for wanted in (Lines(), None):  # then the user chooses turns
        with qtbot.waitSignal(reading.finished):
            reading.read([talk.connection(3)], None)
        assert reading.framing == wanted
        assert len(reading.conversations[0]) == (2 if wanted else 1)
