"""The list of faults that can be changed: added, ordered, switched and removed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.faults.reading import MOST_FAULTS
from app.faults.spec import Fault, FaultKind, FaultLeg
from app.ui.faults.fault_row import FaultRow, Kinds, new_fault
from app.ui.faults.texts import kind_hint, kind_title
from app.ui.style.icons import Icons


class FaultsEditor(QWidget):
    """A row for each fault, in the order in which they act."""

    changed = Signal()
    """`faults` are other ones."""

    def __init__(self, kinds: Kinds, icons: Icons, *, has_chance: bool = True) -> None:
        """`kinds` are those that can be added, and `has_chance` whether they can miss."""
        super().__init__()
        self._icons = icons
        self.kinds = kinds
        """Those that can be added; see `use_kinds`."""
        self._has_chance = has_chance
        self.rows: list[FaultRow] = []
        self.add = QPushButton(self.tr("&Add a fault"))
        self.add_menu = QMenu(self.add)
        self.hint = QLabel()
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self._list = QVBoxLayout()
        self.scroll_area = QScrollArea()
        self._new_row: FaultRow | None = None
        """The row that was added and must still be scrolled to."""
        self._fill_menu()
        self._lay_out()
        self._show_places()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults as they are entered."""
        return tuple(row.fault for row in self.rows)

    def show_faults(self, faults: tuple[Fault, ...]) -> None:
        """Show other faults, without a signal. Rows of the same kinds are kept."""
        if [each.kind for each in faults] == [row.fault.kind for row in self.rows]:
            for row, fault in zip(self.rows, faults, strict=True):
                row.show_fault(fault)
        else:
            self._rebuild(faults)

    def use_kinds(self, kinds: Kinds) -> None:
        """Offer other kinds and legs: the listener has become another one."""
        self.kinds = kinds
        self._fill_menu()
        self._rebuild(self.faults)

    def append(self, kind: FaultKind) -> FaultRow:
        """Add a fault of that kind at the end."""
        is_first = kind in self.kinds[FaultLeg.CLIENT]
        row = self._insert(new_fault(kind, FaultLeg.CLIENT if is_first else FaultLeg.TARGET))
        self._show_places()
        self._new_row = row
        self.changed.emit()
        return row

    def _scroll_to_new_row(self) -> None:
        """The rows have got their places."""
        row, self._new_row = self._new_row, None
        if row in self.rows:
            self.scroll_area.ensureWidgetVisible(row)

    def _fill_menu(self) -> None:
        wanted = frozenset().union(*self.kinds.values())
        self.add_menu.clear()
        self.add_menu.setToolTipsVisible(True)
        for kind in FaultKind:
            if kind in wanted:
                action = self.add_menu.addAction(kind_title(kind))
                action.setToolTip(kind_hint(kind))
                action.triggered.connect(lambda _checked=False, kind=kind: self.append(kind))
        self.add.setMenu(self.add_menu)

    def _lay_out(self) -> None:
        self.hint.setObjectName("emptyHint")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.hint.setText(
            self.tr("Nothing is disturbed.\nAdd a fault: it acts at once, on open connections too.")
        )
        content = QWidget()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.hint, 1)
        inner.addLayout(self._list)
        inner.addStretch(1)
        scroll = self.scroll_area
        scroll.verticalScrollBar().rangeChanged.connect(self._scroll_to_new_row)
        scroll.setObjectName("fittingScroll")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        bar = QHBoxLayout()
        bar.addWidget(self.add)
        bar.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(bar)
        layout.addWidget(scroll, 1)

    def _rebuild(self, faults: tuple[Fault, ...]) -> None:
        while self.rows:
            self._drop(self.rows[-1])
        for fault in faults:
            self._insert(fault)
        self._show_places()

    def _insert(self, fault: Fault) -> FaultRow:
        row = FaultRow(fault, self.kinds, self._icons, has_chance=self._has_chance)
        row.changed.connect(self.changed)
        row.move_wanted.connect(lambda by: self._move(row, by))
        row.removal_wanted.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._list.addWidget(row)
        return row

    def _drop(self, row: FaultRow) -> None:
        self.rows.remove(row)
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _remove(self, row: FaultRow) -> None:
        self._drop(row)
        self._show_places()
        self.changed.emit()

    def _move(self, row: FaultRow, by: int) -> None:
        index = self.rows.index(row) + by
        if not 0 <= index < len(self.rows):
            return
        self.rows.remove(row)
        self.rows.insert(index, row)
        self._list.removeWidget(row)
        self._list.insertWidget(index, row)
        self._show_places()
        self.changed.emit()

    def _show_places(self) -> None:
        for index, row in enumerate(self.rows):
            row.show_place(is_first=index == 0, is_last=index == len(self.rows) - 1)
        self.hint.setVisible(not self.rows)
        self.add.setEnabled(len(self.rows) < MOST_FAULTS)
