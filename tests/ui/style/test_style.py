"""The style: every control is high enough, no text is cut, and both schemes paint all of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGroupBox,
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QScrollBar,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleOptionSlider,
    QTableView,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.ui.style.theme import Theme, WindowSheet
from app.ui.style.tokens import ZOOMS, Density, Scheme
from tests.gallery.page import LEGS, Page


def tool() -> QToolButton:
    button = QToolButton()
    button.setText(LEGS)
    return button


def combo(*, editable: bool = False) -> QComboBox:
    box = QComboBox(editable=editable)
    box.addItem(LEGS)
    return box


CONTROLS: dict[str, Callable[[], QWidget]] = {
    "button": lambda: QPushButton(LEGS),
    "tool button": tool,
    "field": lambda: QLineEdit(LEGS),
    "spin box": QSpinBox,
    "combo box": combo,
    "editable combo box": lambda: combo(editable=True),
}


@pytest.fixture
def stage(theme: Theme, qtbot: QtBot) -> Callable[[QWidget], QWidget]:
    """Lays a control out in a window and shows it."""

    windows: list[QWidget] = []

    def show(control: QWidget) -> QWidget:
        window = QWidget()
        windows.append(window)
        QVBoxLayout(window).addWidget(control, 0, Qt.AlignmentFlag.AlignTop)
        qtbot.addWidget(window)
        window.show()
        return control

    return show


@pytest.mark.parametrize("name", CONTROLS)
def test_controls_beside_each_other_are_equally_high(
    stage: Callable[[QWidget], QWidget], theme: Theme, name: str
) -> None:
    control = stage(CONTROLS[name]())
    assert control.height() == control.sizeHint().height() == theme.design.sizes.control


@pytest.mark.parametrize("zoom", ZOOMS)
@pytest.mark.parametrize("density", Density)
@pytest.mark.parametrize("name", CONTROLS)
def test_no_letter_is_cut_at_any_density_and_zoom(
    stage: Callable[[QWidget], QWidget], theme: Theme, name: str, density: Density, zoom: float
) -> None:
    theme.use(density=density, zoom=zoom)
    control = stage(CONTROLS[name]())
    inner = control.findChild(QLineEdit)
    room = (inner or control).height() - (0 if inner else 4)
    assert room >= control.fontMetrics().height()
    assert control.minimumSizeHint().height() >= control.fontMetrics().height() + 4


@pytest.mark.parametrize("make", [QPushButton, QCheckBox, QRadioButton])
def test_a_text_has_room_beside_its_frame(
    stage: Callable[[QWidget], QWidget],
    make: type[QPushButton] | type[QCheckBox] | type[QRadioButton],
) -> None:
    text = f"A longer text {LEGS}"
    control = stage(make(text))
    assert control.sizeHint().width() >= control.fontMetrics().horizontalAdvance(text) + 16


def test_a_small_button_is_smaller(stage: Callable[[QWidget], QWidget]) -> None:
    usual, small = QPushButton("Undo"), QPushButton("Undo")
    small.setProperty("small", True)
    assert stage(small).sizeHint().height() < stage(usual).sizeHint().height()
    assert small.sizeHint().width() < usual.sizeHint().width()


def test_the_text_of_a_combo_box_does_not_reach_its_arrow(
    stage: Callable[[QWidget], QWidget],
) -> None:
    box = stage(combo(editable=True))
    assert isinstance(box, QComboBox)
    editor = box.lineEdit()
    assert editor is not None
    assert editor.geometry().right() < box.width() - 20
    assert editor.width() >= box.fontMetrics().horizontalAdvance(LEGS)


def test_a_title_of_a_column_leaves_room_for_the_sort_arrow(theme: Theme, qtbot: QtBot) -> None:
    page = Page()
    qtbot.addWidget(page)
    header = page.table.horizontalHeader()
    for column in range(4):
        title = page.table.model().headerData(column, Qt.Orientation.Horizontal)
        letters = header.fontMetrics().horizontalAdvance(title)
        assert header.sectionSizeHint(column) >= letters + 16 + 16


def test_rows_are_as_high_as_the_density_says(theme: Theme, qtbot: QtBot) -> None:
    table = QTableView()
    qtbot.addWidget(table)
    assert table.verticalHeader().defaultSectionSize() == theme.design.sizes.row


@pytest.mark.parametrize("orientation", Qt.Orientation)
@pytest.mark.parametrize("value", [0, 50, 100])
def test_the_thumb_of_a_scroll_bar_stays_in_its_groove(
    theme: Theme, qtbot: QtBot, orientation: Qt.Orientation, value: int
) -> None:
    bar = QScrollBar(orientation)
    qtbot.addWidget(bar)
    bar.resize(300, 12) if orientation is Qt.Orientation.Horizontal else bar.resize(12, 300)
    bar.setRange(0, 100)
    bar.setValue(value)
    option = QStyleOptionSlider()
    bar.initStyleOption(option)

    def part(which: QStyle.SubControl) -> QRect:
        return bar.style().subControlRect(QStyle.ComplexControl.CC_ScrollBar, option, which, bar)

    thumb = part(QStyle.SubControl.SC_ScrollBarSlider)
    assert bar.rect().contains(thumb)
    assert min(thumb.width(), thumb.height()) >= 10
    assert part(QStyle.SubControl.SC_ScrollBarGroove) == bar.rect()


def test_a_scroll_bar_moves_by_its_thumb_and_by_its_groove(theme: Theme, qtbot: QtBot) -> None:
    bar = QScrollBar(Qt.Orientation.Vertical)
    qtbot.addWidget(bar)
    bar.setRange(0, 100)
    bar.setPageStep(10)
    bar.resize(12, 300)
    bar.show()
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(bar, left, pos=QPoint(6, 290))
    assert bar.value() == 10
    qtbot.mousePress(bar, left, pos=QPoint(6, 40))
    qtbot.mouseMove(bar, QPoint(6, 140))
    qtbot.mouseRelease(bar, left, pos=QPoint(6, 140))
    assert bar.value() > 30


@pytest.mark.parametrize(("y", "value"), [(7, 1), (21, -1)])
def test_a_spin_box_steps_where_its_arrows_are(
    stage: Callable[[QWidget], QWidget], qtbot: QtBot, y: int, value: int
) -> None:
    spin = QSpinBox(minimum=-9)
    stage(spin)
    qtbot.mouseClick(spin, Qt.MouseButton.LeftButton, pos=QPoint(spin.width() - 10, y))
    assert spin.value() == value


def test_a_group_box_is_a_heading_without_an_indent(
    stage: Callable[[QWidget], QWidget],
) -> None:
    box, inside = QGroupBox("Heading"), QLineEdit()
    QVBoxLayout(box).addWidget(inside)
    stage(box)
    assert inside.x() == 0
    assert inside.y() >= box.fontMetrics().height()


def test_a_disabled_control_looks_different(stage: Callable[[QWidget], QWidget]) -> None:
    for make in (*CONTROLS.values(), lambda: QCheckBox("x"), lambda: QRadioButton("x")):
        control = stage(make())
        before = picture(control)
        control.setEnabled(False)
        assert picture(control) != before


def test_the_kinds_of_buttons_differ(stage: Callable[[QWidget], QWidget]) -> None:
    shown = []
    for kind in ("", "primary", "danger", "flat"):
        button = QPushButton("Same")
        button.setProperty("kind", kind)
        shown.append(picture(stage(button)))
    assert all(one != other for at, one in enumerate(shown) for other in shown[:at])


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
@pytest.mark.parametrize("direction", Qt.LayoutDirection)
def test_all_controls_are_painted_left_to_right_and_right_to_left(
    theme: Theme, qtbot: QtBot, scheme: Scheme, direction: Qt.LayoutDirection
) -> None:
    theme.use(scheme)
    page = Page()
    qtbot.addWidget(page)
    page.setLayoutDirection(direction)
    page.show()
    assert not picture(page).isNull()


def test_a_bar_of_progress_leaves_room_for_its_text(
    stage: Callable[[QWidget], QWidget],
) -> None:
    bar = QProgressBar()
    bar.setValue(100)
    stage(bar)
    style = bar.style()
    assert isinstance(style, QStyle)
    assert bar.sizeHint().height() >= bar.fontMetrics().height()


@pytest.mark.parametrize("text", ["Echo", "回显", "Echo 回显"])
def test_ideographs_stand_as_high_in_a_field_as_in_a_list(
    stage: Callable[[QWidget], QWidget], text: str
) -> None:
    field, spin, box = QLineEdit(text), QSpinBox(), QComboBox()
    spin.setSpecialValueText(text)
    box.addItem(text)
    tops, bottoms = zip(*(inked(stage(each)) for each in (box, field, spin)), strict=True)
    assert max(tops) - min(tops) <= 1
    assert max(bottoms) - min(bottoms) <= 1


def inked(control: QWidget) -> tuple[int, int]:
    """The first and the last row of the text in a control."""
    control.clearFocus()
    image, room = picture(control), range(4, control.height() - 4)
    dark = [y for y in room if any(image.pixelColor(x, y).lightness() < 128 for x in range(8, 34))]
    return dark[0], dark[-1]


def test_a_slider_is_filled_up_to_its_handle_and_has_no_gradient(
    stage: Callable[[QWidget], QWidget], theme: Theme
) -> None:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setFixedSize(200, 28)
    slider.setValue(50)
    stage(slider)
    image, colors = picture(slider), theme.design.colors
    middle = slider.height() // 2
    assert image.pixelColor(20, middle).name() == colors.accent
    assert image.pixelColor(slider.width() // 2, middle - 5).name() == colors.accent  # the handle
    assert image.pixelColor(180, middle).name() == colors.pressed
    across = {image.pixelColor(20, y).name() for y in (middle - 1, middle)}
    assert across == {colors.accent}


def test_a_menu_that_is_higher_than_the_screen_has_one_column(
    stage: Callable[[QWidget], QWidget], qtbot: QtBot
) -> None:
    window = QWidget()
    WindowSheet(window)
    stage(window)
    menu = QMenu(window)
    for number in range(200):
        menu.addAction(f"Entry {number}")
    menu.popup(window.mapToGlobal(QPoint(0, 0)))
    assert {menu.actionGeometry(each).x() for each in menu.actions()} == {
        menu.actionGeometry(menu.actions()[0]).x()
    }
    assert menu.height() <= window.screen().geometry().height()
    menu.close()


def test_a_corner_widget_of_tabs_is_centred_vertically(
    stage: Callable[[QWidget], QWidget],
) -> None:
    tabs, corner = QTabWidget(), QToolButton()
    tabs.setDocumentMode(True)
    tabs.addTab(QWidget(), "One")
    tabs.setCornerWidget(corner)
    stage(tabs)
    off = corner.geometry().center().y() - tabs.tabBar().geometry().center().y()
    assert abs(off) <= 1


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def test_the_rows_of_a_combo_box_are_as_high_as_those_of_a_menu(theme: Theme, qtbot: QtBot) -> None:
    box = QComboBox()
    box.addItems(["one", "two", "three"])
    qtbot.addWidget(box)
    box.show()
    box.showPopup()
    assert box.view().visualRect(box.model().index(1, 0)).height() <= 32
    box.hidePopup()
