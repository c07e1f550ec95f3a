"""How the panes share the room of the window, at the sizes of small and large screens."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from app.ui.style.theme import Theme
from app.ui.style.tokens import Density
from app.ui.window.panes import (
    CONSOLE_HEIGHT,
    CONSOLE_SHARE,
    LEAST_BESIDE,
    LEAST_TABS,
    TITLE_BAR,
    fit_to_screen,
)
from tests.integration.desk import Desk, OpenWindow

ECHO = """version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
"""
SMALL = QSize(900, 560)
LOW = QSize(900, 472)
"""A screen of 1366 × 768 pixels at 150 %, without a title bar."""

SMALLEST = QSize(699, 410)
"""A screen of 1400 × 900 pixels at 200 %, without a title bar."""


@pytest.fixture
def desk(open_window: OpenWindow) -> Desk:
    Theme.of_application().use(density=Density.COMFORTABLE, zoom=1.0)
    return open_window(ECHO)


def show_each_tab(desk: Desk) -> None:
    tabs = desk.window.tabs
    for number in range(tabs.count()):
        tabs.setCurrentIndex(number)
        desk.qtbot.wait(20)  # the layouts ask for their room in later turns of the event loop


@pytest.mark.parametrize("is_beside", [False, True])
@pytest.mark.parametrize("size", [SMALL, LOW, SMALLEST])
def test_no_tab_makes_a_small_window_grow(desk: Desk, size: QSize, is_beside: bool) -> None:
    desk.window.panes.place_console(is_beside)
    desk.window.resize(size)
    show_each_tab(desk)
    least = desk.window.minimumSizeHint()
    assert desk.window.size() == size
    assert least.boundedTo(size) == least


@pytest.mark.parametrize("name", ["overview", "connections", "traffic", "log"])
@pytest.mark.parametrize("has_console", [False, True])
def test_each_tab_can_be_made_small(desk: Desk, name: str, has_console: bool) -> None:
    window = desk.window
    tabs = {"overview": window.overview}
    window.tabs.setCurrentWidget(tabs.get(name) or getattr(window.rest, name))
    window.resize(SMALLEST)
    window.panes.show_console(has_console)
    desk.qtbot.wait(20)  # as above
    least = window.minimumSizeHint()
    assert least.boundedTo(SMALLEST) == least
    assert window.size() == SMALLEST


def test_the_details_fit_into_a_small_window(desk: Desk) -> None:
    desk.window.resize(SMALL)
    desk.window.panes.show_details()
    show_each_tab(desk)
    desk.qtbot.waitUntil(lambda: desk.window.size() == SMALL)
    assert desk.window.panes.has_details
    assert desk.window.minimumSizeHint().boundedTo(SMALL) == desk.window.minimumSizeHint()


def test_the_sidebar_and_the_console_can_be_hidden(desk: Desk) -> None:
    panes, commands = desk.window.panes, desk.window.commands
    desk.do(commands.sidebar)
    assert not desk.window.listeners.isVisible()
    assert not commands.sidebar.isChecked()
    desk.do(commands.console)
    assert not desk.window.console_area.isVisible()
    desk.do(commands.sidebar)
    desk.do(commands.console)
    assert desk.window.listeners.isVisible()
    assert desk.window.console_area.isVisible()
    assert panes.has_sidebar
    assert panes.has_console


def test_a_hidden_part_gets_its_size_again(desk: Desk) -> None:
    panes = desk.window.panes
    panes.across.moveSplitter(351, 1)  # as the mouse does
    width = panes.across.sizes()[0]
    panes.toggle_sidebar()
    panes.toggle_sidebar()
    assert panes.across.sizes()[0] == width


def test_the_console_stands_below_or_at_the_right(desk: Desk) -> None:
    panes = desk.window.panes
    desk.window.resize(1280, 800)
    desk.do(desk.window.commands.console_place)
    assert panes.is_console_beside
    assert panes.down.orientation() is Qt.Orientation.Horizontal
    assert desk.window.commands.console_place.isChecked()
    desk.do(desk.window.commands.console_place)
    assert panes.down.orientation() is Qt.Orientation.Vertical


def test_moving_a_hidden_console_shows_it(desk: Desk) -> None:
    desk.window.panes.show_console(False)
    desk.window.panes.toggle_console_place()
    assert desk.window.console_area.isVisible()


def test_the_next_window_divides_its_room_the_same_way(open_window: OpenWindow) -> None:
    first = open_window(ECHO)
    first.window.panes.place_console(True)
    first.window.panes.show_console(False)
    first.window.panes.show_sidebar(False)
    first.window.close()
    second = open_window("")
    panes = second.window.panes
    assert (panes.has_sidebar, panes.has_console, panes.is_console_beside) == (False, False, True)
    assert not second.window.commands.sidebar.isChecked()


def test_a_window_larger_than_the_screen_is_made_smaller(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(9_000, 9_000)
    window.move(7_000, -50)
    fit_to_screen(window)
    available = QGuiApplication.primaryScreen().availableGeometry()
    assert window.height() == available.height() - TITLE_BAR
    assert available.contains(QRect(window.pos(), window.size()))


def test_a_window_that_fits_stays_as_it_is(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(300, 200)
    window.move(10, 20)
    fit_to_screen(window)
    assert window.geometry() == QRect(10, 20, 300, 200)


def test_a_narrow_window_shows_the_sidebar_or_the_details(desk: Desk) -> None:
    window, panes = desk.window, desk.window.panes
    window.resize(900, 560)
    panes.show_details()
    assert panes.has_details
    assert not panes.has_sidebar
    desk.do(window.commands.focus_listeners)
    assert panes.has_sidebar
    assert not panes.has_details
    window.resize(1280, 800)
    desk.until(lambda: panes.has_sidebar and panes.has_details)
    assert window.commands.details.isChecked()
    window.resize(900, 560)
    desk.until(lambda: not panes.has_details)
    panes.show_sidebar(False)
    assert not panes.has_sidebar
    assert panes.has_details


def test_a_low_window_folds_the_console_to_the_line_of_its_tabs(desk: Desk) -> None:
    panes, area = desk.window.panes, desk.window.console_area
    before = panes.down.sizes()[1]
    desk.window.resize(SMALL)
    desk.until(lambda: not panes.has_console)
    assert area.isVisible()
    assert area.height() <= area.pane.tabBar().height() + 8
    assert desk.window.tabs.height() > panes.down.height() - area.height() - 10
    assert not area.pane.current.isVisible()
    assert not desk.window.commands.console.isChecked()
    desk.window.resize(1280, 800)
    desk.until(lambda: panes.has_console)
    assert panes.down.sizes()[1] == before
    assert not area.folder.isVisible()


def test_a_console_that_is_opened_in_a_low_window_has_room_for_some_lines(desk: Desk) -> None:
    window, area = desk.window, desk.window.console_area
    window.resize(SMALL)
    desk.until(lambda: area.is_folded)
    window.panes.show_console()
    view = area.pane.current.view
    desk.until(lambda: view.height() >= 4 * view.fontMetrics().lineSpacing())
    assert not window.tabs.is_folded
    assert window.tabs.height() >= LEAST_TABS.height()


@pytest.mark.parametrize("way", ["tab", "button", "new tab", "snippets", "command", "keys"])
def test_a_folded_console_opens_when_it_is_asked_for(desk: Desk, way: str) -> None:
    window = desk.window
    area = window.console_area
    window.resize(SMALL)
    desk.until(lambda: area.is_folded)
    ways = {
        "tab": lambda: desk.qtbot.mouseClick(
            area.pane.tabBar(),
            Qt.MouseButton.LeftButton,
            pos=area.pane.tabBar().tabRect(0).center(),
        ),
        "button": area.folder.click,
        "new tab": area.pane.new_button.click,
        "snippets": area.opener.click,
        "command": window.commands.console.trigger,
        "keys": window.commands.focus_console.trigger,
    }
    ways[way]()
    assert window.panes.has_console
    assert area.pane.current.isVisible()
    assert area.folder.accessibleName() == "Fold the console"
    area.folder.click()
    assert area.is_folded
    assert area.isVisible()


def test_a_console_that_is_opened_in_a_very_low_window_folds_the_tabs(desk: Desk) -> None:
    window, tabs = desk.window, desk.window.tabs
    window.resize(SMALLEST)
    desk.until(lambda: window.console_area.is_folded)
    assert not tabs.is_folded
    window.panes.show_console()
    assert tabs.is_folded
    assert tabs.isVisible()
    assert not window.rest.connections.isVisible()
    window.resize(1280, 800)
    desk.until(lambda: not tabs.is_folded)
    assert window.panes.has_console
    assert window.rest.connections.isVisible()


@pytest.mark.parametrize("way", ["tab", "same tab", "command", "keys", "show"])
def test_folded_tabs_open_when_they_are_asked_for(desk: Desk, way: str) -> None:
    window, tabs = desk.window, desk.window.tabs
    window.resize(SMALLEST)
    desk.until(lambda: window.console_area.is_folded)
    window.panes.show_console()

    def click(number: int) -> None:
        bar = tabs.tabBar()
        desk.qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(number).center())

    ways = {
        "tab": lambda: click(tabs.currentIndex() - 1),
        "same tab": lambda: click(tabs.currentIndex()),
        "command": window.commands.console.trigger,
        "keys": lambda: window.rest.navigation.focus_pane(1),
        "show": lambda: window.rest.navigation.show_tab(window.rest.traffic),
    }
    ways[way]()
    assert not tabs.is_folded
    assert tabs.currentWidget().isVisible()
    assert window.console_area.is_folded


def test_a_console_stands_beside_the_tabs_where_there_is_room(desk: Desk) -> None:
    window, panes = desk.window, desk.window.panes
    window.resize(1280, 800)
    panes.place_console(True)
    window.resize(SMALLEST)
    desk.until(lambda: not panes.is_console_beside)
    assert window.commands.console_place.isChecked()
    window.resize(1280, 800)
    desk.until(lambda: panes.is_console_beside)


def test_the_sidebar_gives_way_to_a_console_that_is_put_beside_the_tabs(desk: Desk) -> None:
    window, panes = desk.window, desk.window.panes
    window.resize(SMALL)
    panes.place_console(True)
    assert panes.is_console_beside
    assert not panes.has_sidebar
    assert window.tabs.width() >= LEAST_BESIDE
    panes.save()
    panes.restore()
    assert panes.is_console_beside
    desk.do(window.commands.sidebar)
    assert panes.has_sidebar
    assert not panes.is_console_beside
    window.resize(1280, 800)
    desk.until(lambda: panes.has_sidebar and panes.is_console_beside)
    assert window.tabs.width() >= LEAST_BESIDE


def test_low_traffic_gives_its_height_to_the_rows(desk: Desk) -> None:
    window = desk.window
    window.resize(SMALLEST)
    window.rest.navigation.show_tab(window.rest.traffic)
    pane = window.rest.traffic.open_pane
    desk.until(lambda: not pane.find_bar.isVisible())
    assert not pane.detail.isVisible()
    pane.begin_find()
    assert pane.find_bar.isVisible()
    pane.place_detail(True)
    assert pane.detail.isVisible()
    window.resize(1280, 800)
    desk.until(lambda: pane.height() > SMALLEST.height())
    pane.place_detail(False)
    assert pane.detail.isVisible()


def test_a_folded_console_does_not_count_as_hidden(open_window: OpenWindow) -> None:
    first = open_window(ECHO)
    first.window.resize(SMALL)
    first.until(lambda: first.window.console_area.is_folded)
    first.window.close()
    second = open_window("")
    second.window.resize(1280, 800)
    second.until(lambda: second.window.panes.has_console)


def test_the_console_opens_at_its_usual_height(desk: Desk) -> None:
    assert desk.window.panes.down.sizes()[1] == CONSOLE_HEIGHT


def test_in_a_large_window_the_console_has_its_share_until_the_user_divides_it(
    open_window: OpenWindow,
) -> None:
    first = open_window(ECHO)
    panes = first.window.panes
    first.window.resize(1280, 1_200)
    first.until(lambda: panes.down.sizes()[1] == round(CONSOLE_SHARE * panes.height()))
    first.window.resize(1280, 800)
    first.until(lambda: panes.down.sizes()[1] == CONSOLE_HEIGHT)
    panes.down.moveSplitter(panes.down.height() - 300, 1)
    chosen = panes.down.sizes()[1]
    assert chosen > CONSOLE_HEIGHT
    first.window.resize(1280, 1_200)
    first.until(lambda: panes.height() > 1_000)
    assert panes.down.sizes()[1] == chosen
    first.window.close()
    second = open_window("")
    assert second.window.panes.down.sizes()[1] == chosen
