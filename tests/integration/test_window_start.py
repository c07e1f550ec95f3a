"""The start of the window: its first picture, and the rest that comes after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu

from app.ui.style.theme import Theme
from app.ui.style.tokens import Density, Scheme
from app.ui.window import main_window
from app.ui.window.main_window import MainWindow
from app.ui.window.window_frame import OVERVIEW
from tests.integration.desk import Desk, OpenWindow

TWO = """version = 1
[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
[[listener]]
name = "Hello"
protocol = "hello"
endpoint = "tcp:0:interface=127.0.0.1"
"""


@pytest.fixture
def desk(open_window: OpenWindow) -> Desk:
    return open_window(TWO)


@pytest.fixture
def window(desk: Desk) -> Iterator[MainWindow]:
    """A window that opens on the overview. It was not shown yet."""
    desk.window.retire()
    desk.settings.save_text("tab", OVERVIEW)
    desk.window = desk.make_window()
    yield desk.window
    desk.window.complete()


@pytest.fixture(params=Density)
def density(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    theme = Theme.of(qapp)
    theme.use(Scheme.LIGHT, density=request.param)
    yield
    theme.use(Scheme.SYSTEM, density=Density.COMFORTABLE)


@pytest.mark.usefixtures("density")
def test_the_first_picture_is_that_of_the_whole_window(desk: Desk, window: MainWindow) -> None:
    window.show()
    assert not window.is_complete
    first = window.grab().toImage()
    window.complete()
    desk.until(lambda: not desk.ticker.is_awake)
    assert window.grab().toImage() == first


def test_the_rest_comes_after_the_first_picture(desk: Desk, window: MainWindow) -> None:
    window.show()
    assert not window.is_complete
    desk.until(lambda: window.is_complete)
    assert window.tabs.currentWidget() is window.overview


def test_a_command_works_before_the_first_picture(desk: Desk, window: MainWindow) -> None:
    desk.do(window.commands.show_log)
    assert window.tabs.currentWidget() is window.rest.log


def test_a_menu_is_full_when_it_opens_at_once(desk: Desk, window: MainWindow) -> None:
    window.show()
    window.menuBar().setActiveAction(window.menuBar().actions()[0])
    desk.qtbot.keyClick(window.menuBar(), Qt.Key.Key_Return)
    menu = window.menuBar().actions()[0].menu()
    assert isinstance(menu, QMenu)
    assert window.commands.quit in menu.actions()
    menu.close()


def test_a_window_that_nobody_sees_becomes_complete_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.window.retire()
    desk.settings.save_text("tab", OVERVIEW)
    monkeypatch.setattr(main_window, "LONGEST_WAIT_MS", 1)
    desk.window = desk.make_window()
    desk.until(lambda: desk.window.is_complete)


def test_a_window_with_another_tab_on_show_opens_complete(desk: Desk) -> None:
    desk.window.retire()
    desk.settings.save_text("tab", "log")
    desk.window = desk.make_window()
    assert desk.window.is_complete
    assert desk.window.tabs.currentWidget() is desk.window.rest.log


def test_changes_before_the_first_picture_are_shown_after_it(
    desk: Desk, window: MainWindow
) -> None:
    desk.deck.start(desk.listener("Echo"))
    window.show()
    desk.until(lambda: window.totals.text.text().startswith("1 of 2 listening"))
