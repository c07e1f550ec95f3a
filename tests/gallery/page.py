"""The page of all controls: what a person looks at, and what the tests of the style measure."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QKeySequence, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QSlider,
    QSpinBox,
    QSplitter,
    QTableView,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.profile.colors import Color
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import draw_swatch
from app.ui.style.palette import tint_color
from app.ui.style.theme import WindowSheet
from app.ui.style.tokens import Tint
from app.ui.widgets.controls import PopoverButton, Switch

SIZE = QSize(1440, 780)
LEGS = "Ágjpqy|Å"
"""Letters that reach as far up and as far down as any."""

ROWS = (
    ("127.0.0.1:51668", "Echo", "3 min", "1.2 kB/s"),
    ("127.0.0.1:51702", "Echo", "41 s", "0 B/s"),
    ("127.0.0.1:51744", "Team chat", "12 s", "830 B/s"),
    ("[::1]:60112", "Hello", "2 s", "14 B/s"),
    ("127.0.0.1:51790", "Test API", "1 s", "2.4 MB/s"),
)


class Page(QWidget):
    """Shows each control enabled and disabled, chosen and not."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Portdeck: all controls")
        self.icons = Icons()
        WindowSheet(self)
        self.menu = _menu(self)
        columns = QHBoxLayout()
        columns.setSpacing(24)
        for stretch, parts in (
            (0, (self._buttons, self._tools, self._ticks, self._words)),
            (0, (self._fields, self._bars, self._colors, self._banner)),
            (1, (self._tabs, self._lists)),
        ):
            columns.addLayout(_column(parts), stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.addLayout(columns)
        self.resize(SIZE)

    def _buttons(self) -> QWidget:
        box, grid = _box("Buttons")
        for column, (kind, word) in enumerate(
            (("", "Cancel"), ("primary", "Connect"), ("danger", "Remove"), ("flat", "Later"))
        ):
            for row, enabled in enumerate((True, False)):
                button = QPushButton(word)
                button.setProperty("kind", kind)
                button.setEnabled(enabled)
                grid.addWidget(button, row, column)
        return box

    def _tools(self) -> QWidget:
        box, grid = _box("Tool buttons")
        line = QHBoxLayout()
        group = QButtonGroup(box)
        for word in ("Chunks", "Messages", "Stream"):
            button = QToolButton(autoRaise=True)
            button.setCheckable(True)
            button.setText(word)
            button.setChecked(word == "Chunks")
            group.addButton(button)
            line.addWidget(button)
        line.addWidget(PopoverButton(self.icons, "View"))
        line.addStretch(1)
        for name in ("plus", "find", "pause", "more"):
            button = QToolButton(autoRaise=True)
            self.icons.give(button, name)
            line.addWidget(button)
        off = QToolButton(autoRaise=True)
        self.icons.give(off, "stop")
        off.setEnabled(False)
        line.addWidget(off)
        grid.addLayout(line, 0, 0)
        return box

    def _ticks(self) -> QWidget:
        box, grid = _box("To tick and to switch")
        for row, enabled in enumerate((True, False)):
            for column, checked in enumerate((False, True)):
                check, radio = QCheckBox(f"Check {LEGS}"), QRadioButton("Radio")
                switch = Switch()
                for place, each in enumerate((check, radio, switch)):
                    each.setAutoExclusive(False)
                    each.setChecked(checked)
                    each.setEnabled(enabled)
                    grid.addWidget(each, 2 * row + column, place)
        partly = QCheckBox("Partly", tristate=True)
        partly.setCheckState(Qt.CheckState.PartiallyChecked)
        grid.addWidget(partly, 4, 0)
        return box

    def _words(self) -> QWidget:
        box, grid = _box("Words and signs")
        for row, (tint, word) in enumerate(
            (
                (Tint.SUCCESS, "listening · 6 connected"),
                (Tint.WARNING, "draining · 2 left"),
                (Tint.DANGER, "Port 8080 is in use by node (pid 4211)."),
                (Tint.INFO, "sent 14 bytes"),
            )
        ):
            label = QLabel(word)
            palette = label.palette()
            palette.setColor(palette.ColorRole.WindowText, tint_color(tint, palette))
            label.setPalette(palette)
            grid.addWidget(label, row, 0, 1, 2)
        quiet = QLabel("Secondary text, which steps back")
        quiet.setObjectName("quiet")
        grid.addWidget(quiet, 4, 0, 1, 2)
        badges = QHBoxLayout()
        for name, word in (("badge", "open to others"), ("tlsBadge", "TLS")):
            badge = QLabel(word)
            badge.setObjectName(name)
            badges.addWidget(badge)
        badges.addStretch(1)
        grid.addLayout(badges, 5, 0)
        return box

    def _fields(self) -> QWidget:
        box, grid = _box("Fields")
        self.wrong = QLineEdit("port 99999")
        self.wrong.setProperty("wrong", True)
        spin, combo, typed = QSpinBox(), QComboBox(), QComboBox(editable=True)
        spin.setRange(0, 65535)
        spin.setValue(8007)
        combo.addItems(["UTF-8", "Latin-1", LEGS])
        typed.addItems(["127.0.0.1:8007", "127.0.0.1:8025"])
        empty = QLineEdit()
        empty.setPlaceholderText("Filter connections")
        area = QPlainTextEdit(f"Typed into {LEGS}")
        area.setFixedHeight(52)
        area.viewport().setAutoFillBackground(False)
        for row, (word, make) in enumerate(
            (
                ("Text", lambda: QLineEdit(f"Echo {LEGS}")),
                ("Empty", lambda: empty),
                ("Wrong", lambda: self.wrong),
                ("Number", lambda: spin),
                ("Choice", lambda: combo),
                ("Typed or chosen", lambda: typed),
                ("Text area", lambda: area),
            )
        ):
            grid.addWidget(QLabel(word), row, 0)
            grid.addWidget(make(), row, 1)
        for column, each in enumerate((QLineEdit("Disabled"), QSpinBox(), QComboBox())):
            each.setEnabled(False)
            grid.addWidget(each, 7 + column // 2, column % 2)
        return box

    def _bars(self) -> QWidget:
        box, grid = _box("Progress and sliders")
        for row, (most, value) in enumerate(((100, 62), (0, 0))):
            bar = QProgressBar()
            bar.setRange(0, most)
            bar.setValue(value)
            grid.addWidget(bar, row, 0)
        for row, is_enabled in ((2, True), (3, False)):
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setValue(62)
            slider.setEnabled(is_enabled)
            grid.addWidget(slider, row, 0)
        return box

    def _colors(self) -> QWidget:
        box, grid = _box("Listener colours")
        for place, color in enumerate(Color):
            swatch = QLabel()
            swatch.setPixmap(draw_swatch(color, self.palette()))
            grid.addWidget(swatch, place // 4, 2 * (place % 4))
            grid.addWidget(QLabel(color.value), place // 4, 2 * (place % 4) + 1)
        return box

    def _banner(self) -> QWidget:
        banner = QFrame()
        banner.setObjectName("banner")
        line = QHBoxLayout(banner)
        line.addWidget(QLabel("Echo was removed."), 1)
        line.addWidget(QPushButton("Undo"))
        return banner

    def _tabs(self) -> QWidget:
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        model = QStandardItemModel(0, 4)
        model.setHorizontalHeaderLabels(["Peer", "Listener", "Age", "Rate"])
        for row in ROWS:
            model.appendRow([QStandardItem(each) for each in row])
        model.item(2, 3).setForeground(QColor(tint_color(Tint.SUCCESS, self.palette())))
        self.table = QTableView()
        self.table.setModel(model)
        self.table.setShowGrid(False)
        self.table.setSortingEnabled(True)
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.table.setColumnWidth(0, 140)
        self.table.setMinimumHeight(300)
        self.table.selectRow(1)
        for word, page in (("Connections (5)", self.table), ("Traffic", QLabel()), ("Log", None)):
            tabs.addTab(page or QLabel(), word)
        return tabs

    def _lists(self) -> QWidget:
        split = QSplitter(Qt.Orientation.Horizontal)
        view, model = QListView(), QStandardItemModel()
        for number in range(40):
            item = QStandardItem(f"Snippet {number}")
            item.setCheckable(number % 2 == 1)
            model.appendRow(item)
        view.setModel(model)
        view.setCurrentIndex(model.index(1, 0))
        split.addWidget(view)
        self.menu.setWindowFlags(Qt.WindowType.Widget)
        split.addWidget(self.menu)
        split.setSizes([170, 290])
        split.setMinimumHeight(330)
        return split


def _menu(parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.addAction("&New listener…").setShortcut(QKeySequence("Ctrl+N"))
    menu.addAction("&Edit…").setShortcut(QKeySequence("F2"))
    menu.addSeparator()
    checked = menu.addAction("Show closed")
    checked.setCheckable(True)
    checked.setChecked(True)
    menu.addMenu("Copy as")
    menu.addAction("Remove").setEnabled(False)
    menu.setActiveAction(menu.actions()[1])
    return menu


def _column(parts: tuple[Callable[[], QWidget], ...]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(20)
    for part in parts:
        column.addWidget(part())
    column.addStretch(1)
    return column


def _box(title: str) -> tuple[QGroupBox, QGridLayout]:
    box = QGroupBox(title)
    return box, QGridLayout(box)
