"""The banner: one message at a time, with buttons."""

from __future__ import annotations

import logging

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.ui.style.icons import Icons
from app.ui.style.tokens import Tint
from app.ui.widgets.banner import LEAST_SECONDS, MOST_SECONDS, WIDTH, Banner


@pytest.fixture
def area(qtbot: QtBot) -> QWidget:
    area = QWidget()
    qtbot.addWidget(area)
    area.resize(900, 500)
    field = QLineEdit(area)
    area.show()
    field.setFocus()
    return area


@pytest.fixture
def banner(area: QWidget) -> Banner:
    banner = Banner(Icons())
    banner.lie_over(area)
    return banner


def buttons(banner: Banner) -> dict[str, QPushButton]:
    QApplication.processEvents()  # a layout shows its new buttons as soon as events are served
    return {each.text(): each for each in banner.findChildren(QPushButton) if each.isVisible()}


def test_it_is_hidden_without_a_message(banner: Banner) -> None:
    assert (banner.isHidden(), banner.message) == (True, "")
    banner.say("Echo was removed.")
    assert (banner.isHidden(), banner.message) == (False, "Echo was removed.")


def test_a_button_runs_its_function_and_dismisses_the_message(banner: Banner, qtbot: QtBot) -> None:
    acted: list[str] = []
    banner.say("Gone.", ("Undo", lambda: acted.append("undo")), ("Never mind", lambda: None))
    assert list(buttons(banner)) == ["Undo", "Never mind"]
    qtbot.mouseClick(buttons(banner)["Undo"], Qt.MouseButton.LeftButton)
    assert acted == ["undo"]
    assert banner.message == ""


def test_a_message_of_the_function_of_a_button_stays(banner: Banner, qtbot: QtBot) -> None:
    banner.say("Broken.", ("Mend", lambda: banner.say("Cannot be mended.")))
    qtbot.mouseClick(buttons(banner)["Mend"], Qt.MouseButton.LeftButton)
    assert banner.message == "Cannot be mended."
    assert buttons(banner) == {}


def test_a_new_message_replaces_the_old_one_and_its_buttons(banner: Banner) -> None:
    banner.say("First.", ("One", lambda: None), seconds=0.01)
    banner.say("Second.", ("Two", lambda: None))
    assert banner.message == "Second."
    assert list(buttons(banner)) == ["Two"]


def test_a_message_with_a_time_disappears(banner: Banner, qtbot: QtBot) -> None:
    banner.say("For a moment.", seconds=0.01)
    qtbot.waitUntil(lambda: banner.message == "")


def test_a_permanent_message_stays_after_the_time_of_the_one_before(
    banner: Banner, qtbot: QtBot
) -> None:
    banner.say("For a moment.", seconds=0.01)
    banner.say("For good.")
    qtbot.wait(30)
    assert banner.message == "For good."


def test_it_is_dismissed_by_its_button(banner: Banner, qtbot: QtBot) -> None:
    banner.say("Read.")
    (dismiss,) = banner.findChildren(QToolButton)
    assert dismiss.accessibleName() == "Dismiss"
    qtbot.mouseClick(dismiss, Qt.MouseButton.LeftButton)
    assert banner.isHidden()


def test_a_message_is_plain_text(banner: Banner) -> None:
    banner.say("<b>bold</b>")
    (label,) = [each for each in banner.findChildren(QLabel) if each.text()]
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_a_long_path_does_not_make_the_window_wide(banner: Banner, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    banner.say("/a/very/long/path" * 50)
    assert banner.minimumSizeHint().width() < 300


def test_it_lies_over_the_area_and_follows_its_size(banner: Banner, area: QWidget) -> None:
    banner.say("Here.")
    for width, height in ((900, 500), (500, 300), (1600, 900)):
        area.resize(width, height)
        QApplication.processEvents()
        assert area.rect().contains(banner.geometry())
        assert banner.width() <= WIDTH
        assert abs(banner.geometry().center().x() - area.rect().center().x()) <= 1


def test_a_short_message_covers_little_and_no_menu(banner: Banner, area: QWidget) -> None:
    menu = QWidget(area)
    menu.setGeometry(0, 0, 900, 28)
    banner.lie_over(area, below=menu)
    banner.say("A message of several lines. " * 20)
    QApplication.processEvents()
    banner.say("Gone.", ("Undo", lambda: None))
    QApplication.processEvents()
    assert banner.width() < WIDTH / 2
    assert banner.y() > menu.geometry().bottom()
    (label,) = [each for each in banner.findChildren(QLabel) if each.text()]
    assert label.height() < 2 * label.fontMetrics().lineSpacing()


def test_it_shows_every_line_of_a_long_message(banner: Banner, area: QWidget) -> None:
    banner.say("One line.", ("Undo", lambda: None))
    QApplication.processEvents()
    banner.say("\n".join(f"Line {number}" for number in range(8)), ("Do it", lambda: None))
    QApplication.processEvents()
    (label,) = [each for each in banner.findChildren(QLabel) if each.text()]
    assert label.height() >= label.heightForWidth(label.width())
    for button in buttons(banner).values():
        assert banner.rect().contains(button.geometry())


def test_a_message_without_end_stays_inside(banner: Banner, area: QWidget) -> None:
    banner.say("/very/long/path" * 5_000)
    QApplication.processEvents()
    assert area.rect().contains(banner.geometry())
    assert banner.message == "/very/long/path" * 5_000


@pytest.mark.parametrize("tint", list(Tint))
def test_the_severity_has_a_colour_and_an_icon(banner: Banner, tint: Tint) -> None:
    banner.say("So it is.", tint=tint)
    assert banner.property("tint") == tint.value
    (sign,) = [each for each in banner.findChildren(QLabel) if not each.text()]
    assert not sign.pixmap().isNull()


def test_a_message_that_asks_stays_and_another_goes_by_itself(banner: Banner) -> None:
    banner.say("Broken.", ("Mend", lambda: None))
    assert not banner._end.isActive()
    banner.say("Done.")
    assert LEAST_SECONDS <= banner._end.interval() / 1000 <= MOST_SECONDS


def test_a_missed_message_is_in_the_log(
    banner: Banner, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    banner.say("Not written.", seconds=0.01, tint=Tint.DANGER)
    qtbot.waitUntil(lambda: banner.message == "")
    banner.say("Replaced.")
    banner.say("Read.")
    banner.dismiss()
    assert [(each.levelname, each.message) for each in caplog.records] == [
        ("ERROR", "Not written."),
        ("INFO", "Replaced."),
    ]


def test_a_message_stays_while_its_button_has_the_focus(
    banner: Banner, area: QWidget, qtbot: QtBot
) -> None:
    area.activateWindow()
    qtbot.waitUntil(area.isActiveWindow)
    banner.say("Removed.", ("Undo", lambda: None), seconds=0.05)
    buttons(banner)["Undo"].setFocus()
    qtbot.wait(80)
    assert banner.message == "Removed."


def test_a_screen_reader_is_told(banner: Banner) -> None:
    banner.say("Echo failed.")
    assert banner.accessibleName() == "Echo failed."
