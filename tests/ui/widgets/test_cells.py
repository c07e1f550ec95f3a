"""The delegate that paints the cells of the large tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QImage, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QTableView, QToolTip
from pytestqt.qtbot import QtBot

from app.ui.style.theme import Theme
from app.ui.style.tokens import Density, Scheme
from app.ui.widgets.cells import Cell, CellDelegate, CellStyle
from app.ui.widgets.labels import elide_address

WORDS, NUMBER, WIRE, ADDRESS = (
    CellStyle(),
    CellStyle(is_right=True),
    CellStyle(is_mono=True),
    CellStyle(keeps_port=True),
)
STYLES = (WORDS, NUMBER, WIRE, ADDRESS)
ROWS = 20


class Model(QAbstractTableModel):
    """Every cell has the same text in the style of its column."""

    def __init__(self) -> None:
        super().__init__()
        self.text = "text"
        self.asked: list[tuple[int, int]] = []
        self.ground: QColor | None = None
        self.swatch: QPixmap | None = None

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008
        return ROWS

    def columnCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008
        return len(STYLES)

    def data(self, index: Any, role: int = 0) -> Any:
        return self.text if role == Qt.ItemDataRole.DisplayRole else None

    def cell(self, row: int, column: int) -> Cell:
        self.asked.append((row, column))
        return Cell(self.text, STYLES[column], None, self.swatch, self.ground)


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def view(model: Model, qtbot: QtBot) -> Iterator[QTableView]:
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    CellDelegate(view, model.cell)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    view.resize(460, 300)
    view.show()
    yield view
    Theme.of_application().use(Scheme.SYSTEM, density=Density.COMFORTABLE, zoom=1.0)


def picture(view: QTableView) -> QImage:
    return view.viewport().grab().toImage()


def test_a_cell_is_asked_for_once_in_a_painting(view: QTableView, model: Model) -> None:
    model.asked.clear()
    picture(view)
    assert model.asked
    assert len(set(model.asked)) == len(model.asked)


def test_a_chosen_row_and_a_found_one_have_another_ground(view: QTableView, model: Model) -> None:
    plain = picture(view)
    view.selectRow(1)
    chosen = picture(view)
    assert chosen != plain
    view.clearSelection()
    view.setCurrentIndex(QModelIndex())
    model.ground = QColor("#ff0000")
    assert picture(view).pixelColor(3, 3) == QColor("#ff0000")


def test_the_row_under_the_mouse_is_painted_whole(view: QTableView) -> None:
    before = picture(view)
    place = QPointF(view.visualRect(view.model().index(2, 0)).center())
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        place,
        view.viewport().mapToGlobal(place),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(view.viewport(), move)
    hovered = picture(view)
    last = view.visualRect(view.model().index(2, len(STYLES) - 1))
    at = QPoint(last.right() - 2, last.top() + 1)
    assert hovered.pixelColor(at) != before.pixelColor(at)
    QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.Leave))
    assert picture(view) == before


def test_scheme_density_and_zoom_change_at_run_time(view: QTableView) -> None:
    theme = Theme.of_application()
    theme.use(Scheme.LIGHT)
    light, height = picture(view), view.rowHeight(0)
    theme.use(Scheme.DARK)
    assert picture(view) != light
    theme.use(density=Density.COMPACT)
    assert view.rowHeight(0) < height
    theme.use(zoom=2.0)
    picture(view)
    assert view.rowHeight(0) > height
    for number in range(6):
        theme.use((Scheme.LIGHT, Scheme.DARK)[number % 2], zoom=1.0 + number % 2)
        picture(view)


@pytest.mark.parametrize("text", ["", "x" * 500, "127.0.0.1:50122", "你好" * 90, "a\tb\u202e\x00"])
@pytest.mark.parametrize("width", [1, 9, 17, 30, 80])
def test_any_text_is_painted_in_any_width(
    view: QTableView, model: Model, text: str, width: int
) -> None:
    model.text = text
    model.swatch = QPixmap(12, 12)
    for column in range(len(STYLES)):
        view.setColumnWidth(column, width)
    picture(view)


@pytest.mark.parametrize(
    "text", ["127.0.0.1:50122", "Echo · 127.0.0.1:50122", "[2001:db8:0:0:0:0:0:1]:443"]
)
def test_the_port_of_an_address_is_never_cut(text: str, view: QTableView) -> None:
    metrics = QFontMetrics(view.font())
    port = text.rpartition(":")[2]
    for width in range(metrics.horizontalAdvance(text)):
        cut = elide_address(text, metrics, width)
        assert cut.endswith(f":{port}")
        assert "…" in cut or width < metrics.horizontalAdvance(f"…:{port}")


def test_a_text_without_a_port_is_cut_in_its_middle(view: QTableView) -> None:
    metrics = QFontMetrics(view.font())
    cut = elide_address("unix:/run/user/1000/echo.socket", metrics, 120)
    assert cut.startswith("unix")
    assert cut.endswith("socket"[-3:])
    assert "…" in cut


def test_a_cut_cell_tells_its_text_letter_by_letter(
    view: QTableView, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    tips: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda at, text, widget: tips.append(text))
    model.text = "<h1>long</h1>" * 20
    index = model.index(0, 0)
    option = QStyleOptionViewItem()
    option.rect = view.visualRect(index)
    event = QHelpEvent(QEvent.Type.ToolTip, QPoint(1, 1), QPoint(1, 1))
    view.itemDelegate().helpEvent(event, view, option, index)
    model.text = "short"
    view.itemDelegate().helpEvent(event, view, option, index)
    assert "&lt;h1&gt;" in tips[0]
    assert tips[1] == ""


def test_a_column_is_made_as_wide_as_its_texts(view: QTableView, model: Model) -> None:
    model.text = "a longer text than before"
    view.resizeColumnToContents(0)
    assert view.columnWidth(0) > QFontMetrics(view.font()).horizontalAdvance(model.text)
