"""The banner says one thing at a time, offers what to do, and goes away."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.ui.style.icons import Icons
from app.ui.widgets.banner import Banner


@pytest.fixture
def banner(qtbot: QtBot) -> Banner:
    banner = Banner(Icons())
    qtbot.addWidget(banner)
    return banner


def buttons(banner: Banner) -> dict[str, QPushButton]:
    QApplication.processEvents()  # a layout shows its new buttons as soon as events are served
    return {each.text(): each for each in banner.findChildren(QPushButton) if each.isVisible()}


def test_it_is_not_there_until_it_has_something_to_say(banner: Banner) -> None:
    assert (banner.isHidden(), banner.message) == (True, "")
    banner.say("Echo was removed.")
    assert (banner.isHidden(), banner.message) == (False, "Echo was removed.")


def test_an_offer_is_a_button_that_acts_and_ends_the_message(banner: Banner, qtbot: QtBot) -> None:
    acted: list[str] = []
    banner.say("Gone.", ("Undo", lambda: acted.append("undo")), ("Never mind", lambda: None))
    assert list(buttons(banner)) == ["Undo", "Never mind"]
    qtbot.mouseClick(buttons(banner)["Undo"], Qt.MouseButton.LeftButton)
    assert acted == ["undo"]
    assert banner.message == ""


def test_what_an_offer_says_next_stays(banner: Banner, qtbot: QtBot) -> None:
    banner.say("Broken.", ("Mend", lambda: banner.say("Cannot be mended.")))
    qtbot.mouseClick(buttons(banner)["Mend"], Qt.MouseButton.LeftButton)
    assert banner.message == "Cannot be mended."
    assert buttons(banner) == {}


def test_a_later_message_takes_the_place_and_the_offers_of_an_earlier_one(banner: Banner) -> None:
    banner.say("First.", ("One", lambda: None), seconds=0.01)
    banner.say("Second.", ("Two", lambda: None))
    assert banner.message == "Second."
    assert list(buttons(banner)) == ["Two"]


def test_a_message_with_an_end_goes_by_itself(banner: Banner, qtbot: QtBot) -> None:
    banner.say("For a moment.", seconds=0.01)
    qtbot.waitUntil(lambda: banner.message == "")


def test_a_message_for_good_outlives_the_end_of_the_one_before(
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
    (label,) = banner.findChildren(QLabel)
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_a_long_path_does_not_make_the_window_wide(banner: Banner, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    banner.say("/a/very/long/path" * 50)
    assert banner.minimumSizeHint().width() < 300
