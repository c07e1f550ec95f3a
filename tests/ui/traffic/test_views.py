"""The three views of the same bytes, with old and new chunks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.traffic.chunk_log import ChunkLog
from app.traffic.connection_info import CloseKind
from app.traffic.framing import LONGEST_MESSAGE
from app.traffic.http_framing import Http, WebSockets
from app.ui.style.icons import Icons
from app.ui.traffic.connection_names import ConnectionNames
from app.ui.traffic.model import DATA, DIRECTION, SIZE
from app.ui.traffic.pane import TrafficPane
from app.ui.traffic.view_bar import View
from tests.ui.traffic.conftest import Say
from tests.ui.traffic.panes import choose, settle, shown

LINES, DELIMITER, FIXED, PREFIX, NETSTRINGS = range(5)


@pytest.fixture
def talk(pane: TrafficPane, say: Say, qtbot: QtBot) -> TrafficPane:
    """Two connections. The lines of the first are split into two chunks."""
    say(b"one\r\ntw")
    say(b"other")
    say(b"answer\n", sent=True)
    say(b"\xe4\xbd", connection=2)
    say(b"o\r\nthree")
    say(b"\xa0\n", connection=2)
    settle(pane, qtbot)
    return pane


def use(pane: TrafficPane, view: View, qtbot: QtBot, framing: int = LINES) -> None:
    pane.view_bar.choose(view)
    pane.view_bar.framing.kind.setCurrentIndex(framing)
    settle(pane, qtbot)


def stream(pane: TrafficPane) -> list[str]:
    return pane.views.stream.text.toPlainText().split("\n")


def test_messages_are_framed_from_old_and_new_chunks(
    talk: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    use(talk, View.MESSAGES, qtbot)
    assert shown(talk) == ["one", "answer", "twothero", "你"]
    model = talk.table.rows
    assert model.index(0, SIZE).data() == "5 B"
    assert model.index(1, DIRECTION).data() == "→"
    assert "4 messages" in talk.status_bar.counts.text()
    assert "5 B of unfinished ones" in talk.status_bar.counts.text()
    say(b"!\nfour\n")
    settle(talk, qtbot)
    assert shown(talk)[-2:] == ["three!", "four"]
    use(talk, View.CHUNKS, qtbot)
    assert len(shown(talk)) == 7


def test_the_framing_may_change_at_any_time(talk: TrafficPane, qtbot: QtBot) -> None:
    use(talk, View.MESSAGES, qtbot, FIXED)
    talk.view_bar.framing.length.setValue(4)
    settle(talk, qtbot)
    assert shown(talk)[0] == r"one\r"
    use(talk, View.MESSAGES, qtbot, DELIMITER)
    talk.view_bar.framing.delimiter.setText(r"t")
    settle(talk, qtbot)
    assert shown(talk) == ["one⏎t", "wot", "hero⏎t"]
    use(talk, View.MESSAGES, qtbot, NETSTRINGS)
    assert all(text.startswith("[broken]") for text in shown(talk))


def test_a_wrong_delimiter_is_shown_and_the_view_stays(talk: TrafficPane, qtbot: QtBot) -> None:
    use(talk, View.MESSAGES, qtbot, DELIMITER)
    talk.view_bar.framing.delimiter.setText(r"\q")
    settle(talk, qtbot)
    assert talk.trouble.isVisible()
    assert talk.trouble.text().startswith("Delimiter: ")
    talk.view_bar.framing.delimiter.setText("")
    assert "Type what ends a message" in talk.view_bar.framing.trouble
    use(talk, View.MESSAGES, qtbot, LINES)
    assert not talk.trouble.isVisible()


def test_messages_can_be_filtered_found_and_shown_as_bytes(talk: TrafficPane, qtbot: QtBot) -> None:
    use(talk, View.MESSAGES, qtbot)
    talk.filter_bar.direction.setCurrentIndex(1)
    talk.find_bar.pattern.line.setText("other")
    settle(talk, qtbot)
    assert talk.find_bar.count.text() == "1 found"
    talk.find_next()
    assert talk.detail.content.data == b"twothero\r\n"
    assert talk.detail.content.text.selected_text == "other"
    talk.find_bar.pattern.line.setText("answer")
    settle(talk, qtbot)
    assert talk.find_bar.count.text() == "none found"


def test_while_paused_no_message_is_added_and_none_is_lost(
    talk: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    use(talk, View.MESSAGES, qtbot)
    talk.status_bar.pause_button.click()
    say(b"!\n")
    settle(talk, qtbot)
    assert len(shown(talk)) == 4
    talk.status_bar.pause_button.click()
    settle(talk, qtbot)
    assert shown(talk)[-1] == "three!"


def test_after_clear_there_are_no_messages_until_new_bytes(
    talk: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    use(talk, View.MESSAGES, qtbot)
    talk.status_bar.clear_button.click()
    settle(talk, qtbot)
    assert shown(talk) == []
    say(b"new\n")
    settle(talk, qtbot)
    assert shown(talk) == ["new"]


def test_an_unfinished_message_is_marked_and_explained(
    talk: TrafficPane, log: ChunkLog, qtbot: QtBot
) -> None:
    use(talk, View.MESSAGES, qtbot)
    log.end_connection(2.0, 1, CloseKind.CLOSED_BY_PEER)
    settle(talk, qtbot)
    assert shown(talk)[-1] == "[unfinished] three"
    last = talk.table.rows.index(4, DATA)
    assert last.data(Qt.ItemDataRole.ToolTipRole) == "Its end never came."


def test_the_stream_is_the_conversation_of_the_chosen_connection(
    talk: TrafficPane, qtbot: QtBot
) -> None:
    choose(talk, 3)
    use(talk, View.STREAM, qtbot)
    assert stream(talk) == ["← 你"]
    use(talk, View.CHUNKS, qtbot)
    choose(talk, 0)
    use(talk, View.STREAM, qtbot)
    assert stream(talk) == ["← one", "← twother", "→ answer", "← o", "← three"]
    assert talk.detail.content.data == b"one\r\ntw"


def test_the_choice_stays_from_view_to_view(talk: TrafficPane, say: Say, qtbot: QtBot) -> None:
    choose(talk, 3)
    use(talk, View.MESSAGES, qtbot)
    qtbot.waitUntil(lambda: talk.table.chosen is not None)
    chunk = talk.views.chosen_chunk
    assert chunk is not None
    assert (chunk.connection, chunk.data) == (2, "你\n".encode())
    use(talk, View.STREAM, qtbot)
    conversation = talk.views.stream.conversation
    assert conversation is not None
    assert conversation.connection == 2
    use(talk, View.CHUNKS, qtbot)
    choose(talk, 0)
    use(talk, View.MESSAGES, qtbot, FIXED)
    use(talk, View.CHUNKS, qtbot)
    qtbot.waitUntil(lambda: talk.table.chosen is not None)
    chunk = talk.views.chosen_chunk
    assert chunk is not None
    assert chunk.connection == 1


def test_the_stream_continues_the_last_line(
    talk: TrafficPane, say: Say, log: ChunkLog, qtbot: QtBot
) -> None:
    choose(talk, 0)
    use(talk, View.STREAM, qtbot)
    say(b"!!")
    settle(talk, qtbot)
    assert stream(talk)[-1] == "← three!!"
    log.end_connection(2.0, 1, CloseKind.RESET_HERE)
    settle(talk, qtbot)
    assert stream(talk)[-1] == "· reset here"


def test_a_find_goes_to_the_line_of_the_stream(talk: TrafficPane, qtbot: QtBot) -> None:
    choose(talk, 0)
    use(talk, View.STREAM, qtbot)
    talk.find_bar.pattern.line.setText("answer")
    settle(talk, qtbot)
    talk.find_next()
    assert talk.views.stream.text.textCursor().selectedText() == "→ answer"
    assert talk.detail.content.data == b"answer\n"


def test_another_connection_can_be_chosen_for_the_stream(talk: TrafficPane, qtbot: QtBot) -> None:
    use(talk, View.STREAM, qtbot)
    choice = talk.views.stream.choice
    choice.fill()
    assert [choice.itemData(place) for place in range(choice.count())] == [2, 1]
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    settle(talk, qtbot)
    assert stream(talk)[0] == "← one"


def test_a_long_stream_shows_its_end_and_can_show_earlier_lines(qtbot: QtBot) -> None:
    log = ChunkLog()
    pane = TrafficPane(log, Icons(), ConnectionNames())
    qtbot.addWidget(pane)
    for number in range(25_000):
        log.append(1.0, 1, bool(number % 2), b"line %d\n" % number)
    pane.show()
    use(pane, View.STREAM, qtbot)
    view = pane.views.stream
    assert (stream(pane)[0], stream(pane)[-1]) == ("← line 15000", "→ line 24999")
    assert view.text.follow.is_on
    assert "newest lines" in view.note.text()
    view.earlier_button.click()
    settle(pane, qtbot)
    assert stream(pane)[-1] == "← line 15000"
    assert view.newest_button.isVisible()
    pane.find_bar.pattern.line.setText("line 200\n".strip())
    settle(pane, qtbot)
    pane.find_next()
    settle(pane, qtbot)
    view.newest_button.click()
    settle(pane, qtbot)
    assert stream(pane)[-1] == "→ line 24999"
    assert not view.newest_button.isVisible()


def test_the_encoding_applies_to_every_view(pane: TrafficPane, say: Say, qtbot: QtBot) -> None:
    say("日本\n".encode("shift_jis"))
    settle(pane, qtbot)
    choose(pane, 0)
    pane.view_bar.encoding.setCurrentText("Shift-JIS")
    assert shown(pane) == ["日本⏎"]
    use(pane, View.MESSAGES, qtbot)
    assert shown(pane) == ["日本"]
    use(pane, View.STREAM, qtbot)
    assert stream(pane) == ["← 日本"]
    pane.view_bar.encoding.setCurrentText("ASCII")
    settle(pane, qtbot)
    assert stream(pane) == [r"← \x93\xfa\x96{"]


def test_every_control_of_the_views_has_a_name(pane: TrafficPane) -> None:
    bar = pane.view_bar
    parts: list[QWidget] = [*bar.buttons.values(), bar.encoding, bar.framing.kind]
    parts += [bar.framing.delimiter, bar.framing.length, bar.framing.prefix]
    parts += [pane.views.stream.text, pane.views.stream.choice]
    for part in parts:
        assert part.accessibleName()


@pytest.mark.parametrize("view", View)
def test_every_view_fits_into_a_narrow_window(talk: TrafficPane, view: View, qtbot: QtBot) -> None:
    for framing in range(NETSTRINGS + 1):
        use(talk, view, qtbot, framing)
        assert talk.minimumSizeHint().width() <= 420
    talk.resize(420, 500)
    assert talk.width() == 420


def test_a_request_is_shown_with_its_response_also_if_that_comes_later(
    pane: TrafficPane, log: ChunkLog, qtbot: QtBot
) -> None:
    use(pane, View.MESSAGES, qtbot)
    pane.view_bar.framing.show_framing(Http())
    log.append(1.0, 7, False, b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
    settle(pane, qtbot)
    choose(pane, pane.table.rows.rowCount() - 1)
    request, response = pane.detail.sides
    assert response.isHidden()
    log.append(1.5, 7, True, b"HTTP/1.1 204 No Content\r\n\r\n")
    settle(pane, qtbot)
    assert not response.isHidden()
    assert request.content.text.page.texts[0] == "GET /x HTTP/1.1"
    assert response.content.text.page.texts[0] == "HTTP/1.1 204 No Content"


def test_a_frame_is_shown_without_its_header(
    pane: TrafficPane, log: ChunkLog, qtbot: QtBot
) -> None:
    use(pane, View.MESSAGES, qtbot)
    pane.view_bar.framing.show_framing(WebSockets())
    log.append(1.0, 7, True, b"\x81\x08" + b'{"a": 1}')
    settle(pane, qtbot)
    choose(pane, pane.table.rows.rowCount() - 1)
    assert pane.detail.content.text.page.texts == ["{", '"a": 1', "}"]


def test_a_long_message_is_shown_whole_from_each_of_its_rows(
    pane: TrafficPane, say: Say, qtbot: QtBot
) -> None:
    pane.view_bar.framing.show_framing(Http())
    pane.view_bar.choose(View.MESSAGES)
    say(b"GET /big HTTP/1.1\r\n\r\n")
    text = b'{"numbers": [%s]}' % b", ".join(b"%d" % each for each in range(100_000))
    said = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text)
    for at in range(0, 2 * LONGEST_MESSAGE, 65_536):
        say(said[at : at + 65_536], sent=True)
    settle(pane, qtbot)
    choose(pane, 1)
    assert len(pane.detail.content.data) == 2 * LONGEST_MESSAGE
    say(said[2 * LONGEST_MESSAGE :], sent=True)
    settle(pane, qtbot)
    assert len(shown(pane)) == 4
    assert len(pane.detail.content.data) == len(said)  # its last piece came after it was chosen
    choose(pane, 3)
    assert pane.detail.content.data == said
    assert pane.detail.sides[0].content.data.startswith(b"GET /big")
    assert pane.detail.sides[1].head.text().endswith("3 rows, shown as one message")
    assert pane.detail.sides[1].content.text.page.texts[2] == "Body: JSON, 689 kB"
