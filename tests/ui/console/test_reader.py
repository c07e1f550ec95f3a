"""The reader of the console: which message it shows, and what belongs to it."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.client.transcript import EntryKind, Transcript
from app.traffic.content.form import Form
from app.ui.console.reader import MessageReader, message_at
from app.ui.style.icons import Icons

SENT, RECEIVED, EVENT = EntryKind.SENT, EntryKind.RECEIVED, EntryKind.EVENT
ONE, TWO = (
    b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    for body in (b'{"a": 1}', b'{"b": 22}')
)


def transcript(*said: tuple[EntryKind, bytes | str]) -> Transcript:
    made = Transcript()
    for kind, data in said:
        made.append(1_000.0, kind, data)
    return made


def message(*chunks: bytes, place: int) -> bytes:
    return message_at(transcript(*((RECEIVED, each) for each in chunks)).entries, place)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_chunks_of_one_http_message_are_joined(place: int) -> None:
    assert message(ONE[:20], ONE[20:40], ONE[40:], place=place) == ONE


def test_of_several_http_messages_the_one_with_the_entry_is_shown() -> None:
    chunks = ONE[:30], ONE[30:] + TWO[:10], TWO[10:]
    assert message(*chunks, place=0) == ONE
    assert message(*chunks, place=2) == TWO


def test_parts_of_json_are_joined_and_whole_values_are_not() -> None:
    assert message(b'{"a": [1,', b" 2, ", b"3]}", place=1) == b'{"a": [1, 2, 3]}'
    assert message(b'{"a": 1}\n', b'{"a": 2}\n', place=1) == b'{"a": 2}\n'


def test_lines_of_text_are_not_joined() -> None:
    assert message(b"one\n", b"two\n", b"three\n", place=1) == b"two\n"


def test_what_the_other_side_or_an_event_is_between_is_not_joined() -> None:
    said = transcript((RECEIVED, b'{"a": '), (SENT, b"x"), (RECEIVED, b"1}"), (EVENT, "Closed."))
    assert message_at(said.entries, 0) == b'{"a": '
    assert message_at(said.entries, 2) == b"1}"


@pytest.fixture
def said() -> Transcript:
    return transcript((EVENT, "Connected."), (SENT, b"GET"), (RECEIVED, b'{"a": 1}'))


@pytest.fixture
def reader(said: Transcript, qtbot: QtBot) -> MessageReader:
    reader = MessageReader(said, Icons())
    qtbot.addWidget(reader)
    reader.show()
    reader.refresh()
    return reader


def test_it_follows_the_newest_message(reader: MessageReader, said: Transcript) -> None:
    assert reader.content.data == b'{"a": 1}'
    assert reader.content.form is Form.JSON
    said.append(1_001.0, RECEIVED, b"later")
    reader.refresh()
    assert reader.content.data == b"later"


def test_a_chosen_message_stays_until_the_newest_is_chosen(
    reader: MessageReader, said: Transcript
) -> None:
    reader.choose(2)
    said.append(1_001.0, RECEIVED, b"later")
    reader.refresh()
    assert reader.content.data == b"GET"
    reader.choose(4)
    said.append(1_002.0, SENT, b"latest")
    reader.refresh()
    assert reader.content.data == b"latest"


def test_buttons_go_from_message_to_message(reader: MessageReader) -> None:
    assert not reader.next_button.isEnabled()
    reader.previous_button.click()
    assert reader.content.data == b"GET"
    assert not reader.previous_button.isEnabled()
    reader.next_button.click()
    assert reader.content.data == b'{"a": 1}'


def test_an_event_and_a_dropped_entry_choose_nothing(reader: MessageReader) -> None:
    for number in (0, 1, 99):
        reader.choose(number)
    assert reader.content.data == b'{"a": 1}'


def test_a_cleared_transcript_is_empty(reader: MessageReader, said: Transcript) -> None:
    said.clear()
    reader.refresh()
    assert reader.content.data == b""
    assert reader.title.text() == "Nothing was said yet."
