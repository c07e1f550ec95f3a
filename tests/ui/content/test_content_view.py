"""Content in its form: found, chosen, laid out in steps, and never without an end."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.traffic.content.form import Form
from app.ui.content import content_view
from app.ui.content.content_view import ContentView, FormChoice


@pytest.fixture
def view(qtbot: QtBot) -> ContentView:
    view = ContentView()
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.show()
    return view


def test_the_form_follows_the_content(view: ContentView) -> None:
    for data, form in ((b"[1]", Form.JSON), (b"\x00", Form.HEX), (b"hello", Form.TEXT)):
        view.show_data(data)
        assert view.form is form
        assert view.shows_hex is (form is Form.HEX)


def test_a_chosen_form_is_kept_until_auto_is_chosen_again(view: ContentView) -> None:
    view.show_data(b"[1]")
    view.use_form(Form.HEX)
    assert view.hex.data == b"[1]"
    view.show_data(b"[2]")
    assert view.hex.data == b"[2]"
    view.use_form(Form.AUTO)
    assert view.text.page.texts == ["[", "2", "]"]


def test_text_is_decoded_as_chosen(view: ContentView) -> None:
    view.show_data("数据".encode("gb18030"))
    view.use_encoding("gb18030")
    assert view.text.page.texts == ["数据"]


def test_a_large_content_is_laid_out_in_steps(
    view: ContentView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_view, "STEP_SECONDS", 0.0)
    monkeypatch.setattr(content_view, "FIRST_LINES", 500)
    view.show_data(json.dumps(list(range(2_000))).encode())
    assert len(view.text.page) < 500
    qtbot.waitUntil(view.all_button.isVisible)
    assert 500 <= len(view.text.page) < 1_000
    assert view.note.text().startswith("The first ")
    qtbot.mouseClick(view.all_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(view.text.page) == 2_002)
    qtbot.waitUntil(lambda: not view.note.isVisible())
    assert view.text.page.folds == {0: 2_001}


def test_other_content_ends_the_layout_of_the_one_before(
    view: ContentView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_view, "STEP_SECONDS", 0.0)
    view.show_data(json.dumps(list(range(5_000))).encode())
    view.show_data(b"hello")
    qtbot.waitUntil(lambda: not view.note.isVisible())
    assert view.text.page.texts == ["hello"]


def test_a_selection_of_bytes_is_shown_in_each_form(view: ContentView) -> None:
    data = b'{"name": "Ada"}'
    view.show_data(data)
    view.select(10, 13)
    assert view.text.selected_text == "Ada"
    view.use_form(Form.HEX)
    view.select(10, 13)
    assert view.hex.selected == b"Ada"


def test_copy_gives_the_shown_text(view: ContentView, qtbot: QtBot) -> None:
    view.show_data(b'{"a":[1]}')
    view.activateWindow()
    view.text.setFocus()
    qtbot.keyClick(view.text, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == '{\n  "a": [\n    1\n  ]\n}'


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=200), form=st.sampled_from(Form))
def test_any_bytes_can_be_shown_in_any_form(view: ContentView, data: bytes, form: Form) -> None:
    view.use_form(form)
    view.show_data(data)
    assert view.form is not Form.AUTO
    assert not view.grab().isNull()


def test_the_choice_tells_what_auto_found(qtbot: QtBot) -> None:
    choice = FormChoice()
    qtbot.addWidget(choice)
    choice.show_found(Form.JSON)
    assert choice.currentText() == "Auto: JSON"
    with qtbot.waitSignal(choice.chosen):
        choice.choose(Form.HEX)
    assert choice.form is Form.HEX
    choice.choose(Form.AUTO)
    choice.show_found(None)
    assert choice.currentText() == "Auto"
