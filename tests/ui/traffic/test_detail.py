"""The chosen chunk in full: its form, its copies, and the exchange that it belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.traffic.chunk_log import Chunk
from app.traffic.content.form import Form
from app.traffic.websocket_framing import frame_of
from app.ui.style.icons import Icons
from app.ui.traffic.detail import Detail
from app.ui.widgets.copy_actions import CopyActions

DATA = bytes(range(256)) * 4
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
REQUEST = Chunk(1, 100.0, 1, False, b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
RESPONSE = Chunk(2, 100.025, 1, True, b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"a": 1}')


@pytest.fixture
def detail(qtbot: QtBot) -> Detail:
    detail = Detail(Icons(), CopyActions())
    qtbot.addWidget(detail)
    detail.resize(720, 300)
    detail.show()
    detail.show_chunk(Chunk(1, 1.0, 1, False, DATA), "Echo · peer")
    return detail


def actions(detail: Detail) -> dict[str, QAction]:
    detail.copy_menu.aboutToShow.emit()
    return {each.text(): each for each in detail.copy_menu.actions() if each.text()}


def copied(detail: Detail, *words: str) -> list[str]:
    texts = []
    for each in words:
        actions(detail)[each].trigger()
        texts.append(QGuiApplication.clipboard().text())
    return texts


def test_without_a_selection_all_bytes_are_copied(detail: Detail) -> None:
    detail.show_chunk(Chunk(1, 1.0, 1, True, b"Hi\n"), "")
    kinds = ("hex", "text", "hex dump", "C array", "Python bytes")
    assert copied(detail, *(f"Copy as {each}" for each in kinds)) == [
        "48 69 0a",
        "Hi\n",
        "00000000  48 69 0a                                          |Hi.|",
        "unsigned char data[3] = {\n    0x48, 0x69, 0x0a,\n};",
        r"b'Hi\n'",
    ]


def test_copy_uses_the_column_that_was_clicked(detail: Detail, qtbot: QtBot) -> None:
    detail.forms.choose(Form.HEX)
    detail.show_chunk(Chunk(1, 1.0, 1, True, b"Hello"), "")
    view = detail.hex
    detail.activateWindow()
    view.setFocus()
    port, left = view.viewport(), Qt.MouseButton.LeftButton
    half = round(view._char / 2) + 6
    for x_of, text in ((view._hex_x, "65 6c"), (view._text_x, "el")):
        qtbot.mouseClick(port, left, pos=QPoint(round(x_of(1)) + half, 5))
        qtbot.mouseClick(port, left, SHIFT, pos=QPoint(round(x_of(2)) + half, 5))
        qtbot.keyClick(view, Qt.Key.Key_C, CONTROL)
        assert QGuiApplication.clipboard().text() == text


def test_text_is_copied_in_the_chosen_encoding(detail: Detail) -> None:
    detail.show_chunk(Chunk(1, 1.0, 1, True, "端口".encode("gb18030")), "")
    detail.use_encoding("gb18030")
    assert copied(detail, "Copy as text", "Copy what is shown") == ["端口", "端口"]


def test_the_offset_and_the_selection_are_shown(detail: Detail) -> None:
    assert detail.place.text() == "offset 0 of 1,024 bytes"
    detail.hex.select(16, 20)
    assert detail.place.text() == "4 of 1,024 bytes from offset 16"
    assert "4 bytes selected" in detail.hex.accessibleDescription()


def test_without_a_chunk_there_is_nothing_to_copy(detail: Detail, qtbot: QtBot) -> None:
    detail.forms.choose(Form.HEX)
    detail.show_chunk(None, "")
    assert detail.content.data == b""
    assert not detail.copy_button.isEnabled()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_PageDown):
        qtbot.keyClick(detail.hex, key, SHIFT)
    qtbot.keyClick(
        detail.hex, Qt.Key.Key_Home
    )  # Qt keeps Shift pressed for the next test otherwise
    assert detail.hex.selection == (0, 0)
    assert detail.place.text() == ""


def test_the_form_is_found_and_told(detail: Detail) -> None:
    assert detail.content.shows_hex
    assert detail.forms.currentText() == "Auto: Hex"
    detail.show_chunk(Chunk(1, 1.0, 1, True, b'{"a": [1, 2]}'), "")
    assert detail.forms.currentText() == "Auto: JSON"
    assert detail.content.text.page.texts[0] == "{"
    assert detail.place.text() == "13 bytes"


def test_a_chosen_form_stays_for_other_chunks(detail: Detail) -> None:
    detail.forms.choose(Form.HEX)
    detail.show_chunk(REQUEST, "", RESPONSE)
    assert [side.content.form for side in detail.sides] == [Form.HEX, Form.HEX]


@pytest.mark.parametrize("chosen", [REQUEST, RESPONSE])
def test_an_exchange_has_the_request_first(detail: Detail, chosen: Chunk) -> None:
    detail.show_chunk(chosen, "", RESPONSE if chosen is REQUEST else REQUEST)
    request, response = detail.sides
    assert request.content.text.page.texts[0] == "GET /x HTTP/1.1"
    assert response.content.text.page.texts[0] == "HTTP/1.1 200 OK"
    assert response.head.text() == "Response after 25.0 ms"
    assert detail.content.data == chosen.data
    detail.show_chunk(Chunk(3, 1.0, 1, True, b"later"), "")
    assert response.isHidden()
    assert request.head.isHidden()


def test_an_exchange_stands_side_by_side_where_there_is_room(detail: Detail) -> None:
    detail.show_chunk(REQUEST, "", RESPONSE)
    detail.resize(1400, 300)
    assert detail.split.orientation() is Qt.Orientation.Horizontal
    detail.resize(500, 300)
    assert detail.split.orientation() is Qt.Orientation.Vertical
    detail.resize(500, 120)  # one below the other, each would have a line
    assert detail.split.orientation() is Qt.Orientation.Horizontal


def test_of_a_frame_the_payload_is_shown_and_hex_has_all_of_it(detail: Detail) -> None:
    data = b"\x81\x08" + b'{"a": 1}'
    detail.show_chunk(Chunk(1, 1.0, 1, True, data), "", None, frame_of(data))
    assert detail.content.form is Form.JSON
    assert detail.title.text().endswith("text, 8 bytes")
    detail.forms.choose(Form.HEX)
    assert detail.hex.data == data


def test_a_request_can_be_copied_as_curl(detail: Detail) -> None:
    detail.curl_of = lambda chunk: "curl http://a/x" if chunk is REQUEST else None
    detail.show_chunk(REQUEST, "", RESPONSE)
    assert copied(detail, "Copy as curl") == ["curl http://a/x"]
    detail.show_chunk(RESPONSE, "", REQUEST)
    assert "Copy as curl" not in actions(detail)


def test_the_bytes_are_saved_to_a_file(detail: Detail, tmp_path: Path) -> None:
    detail.show_chunk(Chunk(1, 1.0, 1, True, b"Hi\n"), "")
    for name in ("bytes", "no such folder/bytes"):
        next(each for each in detail.copy_menu.actions() if "to a file" in each.text()).trigger()
        (dialog,) = detail.findChildren(QFileDialog)
        dialog.fileSelected.emit(str(tmp_path / name))
        dialog.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert (tmp_path / "bytes").read_bytes() == b"Hi\n"
    (box,) = detail.findChildren(QMessageBox)
    assert "cannot be written" in box.text()
