"""Which messages a forwarding listener holds, and those that it holds now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.forwarding.holding import HeldMessage, HoldList
from app.forwarding.reading import KEYS, MAX_HELD, MAX_SECONDS, parse
from app.server.listener import Listener
from app.server.workspace import Workspace
from app.ui.rules.held_messages import CONNECTION, DIRECTION, SIZE, WAITS, HeldModel, MessageEdit
from app.ui.widgets.controls import Switch
from app.ui.widgets.labels import MistakeLabel
from app.ui.widgets.layouts import STRETCH, fill
from app.ui.widgets.tables import set_up_table
from app.ui.widgets.task_window import ListenerWindow
from app.ui.widgets.translation import translated

CLOCK_MS: Final = 500
APPLY_MS: Final = 300
"""How long after the last key another filter is applied."""

_WIDTHS: Final = {WAITS: 60, DIRECTION: 130, CONNECTION: 170, SIZE: 70}


class Filter(Enum):
    """Which messages are held; the value is the key in a profile."""

    ALL = ""
    CONTAINS = "contains"
    REGEX = "regex"


class HoldPanel(ListenerWindow):
    """Shows the messages in the order in which they came, and lets the user decide about each."""

    def __init__(
        self,
        listener: Listener,
        workspace: Workspace,
        seconds: Callable[[], float],
        show_save_error: Callable[[], None],
        owner: QWidget,
    ) -> None:
        """It looks as `owner` does and closes with it. `seconds` is the clock of the listener."""
        super().__init__(listener, workspace, show_save_error, owner, wait_ms=APPLY_MS)
        self._shown_options: object = None
        """The hold rule of the listener when it was shown or applied last."""
        self._shown: int | None = None
        """The number of the message that is in the editor."""
        self.switch = Switch()
        self.direction = QComboBox()
        self.filter = QComboBox()
        self.wanted = QLineEdit()
        self.most_seconds = QDoubleSpinBox()
        self.most = QSpinBox()
        self.trouble = MistakeLabel()
        self.model = HeldModel(seconds, self)
        self.table = QTableView()
        self.hint = QLabel()
        self.edit = MessageEdit()
        self.release = QPushButton(self.tr("&Release"))
        self.drop = QPushButton(self.tr("&Drop"))
        self.release_all = QPushButton(self.tr("Release &all"))
        self._set_up()
        self._lay_out()
        self._bind()
        self._show_rule()
        self.refresh()
        self._clock = QTimer(self, interval=CLOCK_MS)
        self._clock.timeout.connect(self.refresh)
        self._clock.start()

    @property
    def holds(self) -> HoldList | None:
        """The list of the running listener; `None` while it is off."""
        return self.listener.part("holds", HoldList)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._wait.isActive():
            self.look_at_entered()
        super().closeEvent(event)

    def refresh(self) -> None:
        """Show the messages that are held now."""
        self.setWindowTitle(self.tr("Held messages of {0}").format(self.listener.spec.name))
        holds = self.holds
        self.model.show_messages(() if holds is None else holds.messages.values())
        count = self.model.rowCount()
        if count and not self.table.currentIndex().isValid():
            self.table.selectRow(0)
        if self._chosen() is None or self._chosen_number() != self._shown:
            self._show_chosen()
        self.hint.setVisible(count == 0)
        self.hint.setText(self._hint())
        self.release_all.setEnabled(count > 0)
        if self._hold_options() != self._shown_options and not self._wait.isActive():
            self._show_rule()
        self._enable()

    # The rule

    def _set_up(self) -> None:
        self.switch.setAccessibleName(self.tr("Hold messages"))
        for words, value in (
            (self.tr("both ways"), "both"),
            (self.tr("from the client"), "in"),
            (self.tr("to the client"), "out"),
        ):
            self.direction.addItem(words, value)
        self.direction.setAccessibleName(self.tr("Direction"))
        self.filter.addItem(self.tr("every message"), Filter.ALL)
        self.filter.addItem(self.tr("messages that contain"), Filter.CONTAINS)
        self.filter.addItem(self.tr("messages that match"), Filter.REGEX)
        self.filter.setAccessibleName(self.tr("Which messages"))
        self.wanted.setAccessibleName(self.tr("What they contain, or the expression"))
        policy = self.wanted.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.wanted.setSizePolicy(policy)
        self.most_seconds.setRange(0.1, MAX_SECONDS)
        self.most_seconds.setDecimals(1)
        self.most_seconds.setSuffix(self.tr(" s"))
        self.most_seconds.setAccessibleName(self.tr("Held for at most"))
        self.most.setRange(1, MAX_HELD)
        self.most.setAccessibleName(self.tr("Messages at most"))
        set_up_table(self.table, self.model, self.tr("Held messages"))
        self.table.horizontalHeader().setStretchLastSection(True)
        for column, width in _WIDTHS.items():
            self.table.setColumnWidth(column, width)
        self.hint.setObjectName("emptyHint")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        QVBoxLayout(self.table.viewport()).addWidget(self.hint)

    def _lay_out(self) -> None:
        head = fill(
            QHBoxLayout(),
            self.switch,
            QLabel(self.tr("Hold")),
            self.filter,
            (self.wanted, 1),
            self.direction,
        )
        bounds = fill(
            QHBoxLayout(),
            self.most_seconds,
            QLabel(self.tr("or until there are more than")),
            self.most,
            STRETCH,
        )
        rows = QFormLayout()
        rows.addRow(self.tr("For at most"), bounds)
        below = QWidget()
        buttons = fill(QHBoxLayout(), self.release, self.drop, STRETCH, self.release_all)
        fill(QVBoxLayout(below), (self.edit, 1), buttons, margins=(0, 4, 0, 0))
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.table)
        split.addWidget(below)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 1)
        fill(QVBoxLayout(self), head, rows, self.trouble, (split, 1))
        self.resize(820, 600)

    def _bind(self) -> None:
        self.switch.clicked.connect(self.look_at_entered)
        self.direction.currentIndexChanged.connect(self.look_at_entered)
        self.filter.currentIndexChanged.connect(self.look_at_entered)
        self.wanted.textChanged.connect(self.wait_for_more)
        self.most_seconds.valueChanged.connect(self.wait_for_more)
        self.most.valueChanged.connect(self.wait_for_more)
        self.table.selectionModel().currentRowChanged.connect(self._show_chosen)
        self.edit.changed.connect(self._enable)
        self.release.clicked.connect(self._release)
        self.drop.clicked.connect(self._drop)
        self.release_all.clicked.connect(self._release_all)

    @property
    def _table(self) -> Mapping[str, Any]:
        table: Mapping[str, Any] = self.listener.spec.options.get("hold", {})  # type: ignore[assignment]
        return table

    def _hold_options(self) -> object:
        return self.listener.spec.options.get("hold")

    def _show_rule(self) -> None:
        self._shown_options = self._hold_options()
        table = self._table
        kind = next((each for each in Filter if each.value and each.value in table), Filter.ALL)
        self._is_showing = True
        is_on = "hold" in self.listener.spec.options and table.get("enabled", True)
        self.switch.setChecked(bool(is_on))
        self.direction.setCurrentIndex(self.direction.findData(table.get("direction", "both")))
        self.filter.setCurrentIndex(list(Filter).index(kind))
        wanted = table.get(kind.value, "")
        self.wanted.setText(wanted if isinstance(wanted, str) else "")
        self.most_seconds.setValue(table.get("seconds", 60.0))
        self.most.setValue(table.get("most", 500))
        self._is_showing = False
        self._show_filter()

    def _show_filter(self) -> None:
        kind = list(Filter)[self.filter.currentIndex()]
        self.wanted.setVisible(kind is not Filter.ALL)
        is_hex = isinstance(self._table.get("contains"), Mapping)
        self.wanted.setPlaceholderText(self.tr("as in the profile, in hex") if is_hex else "")

    def look_at_entered(self) -> None:
        """Give the rule to the listener and its profile, unless it has a mistake."""
        if self._is_showing or not self.is_listed:
            return
        self._wait.stop()
        self._show_filter()
        entered = self._entered()
        if entered is None:
            return
        options = {**self.listener.spec.options, "hold": entered}
        result = parse({key: options[key] for key in KEYS if key in options})
        mistakes = [translated(str(each)) for each in result] if isinstance(result, tuple) else []
        self.trouble.setText("\n".join(mistakes))
        if not mistakes:
            self._shown_options = entered
            self.use_options(options)
            self.refresh()

    def _entered(self) -> dict[str, Any] | None:
        """The rule as a profile has it; `None` until the filter has its text."""
        table: dict[str, Any] = {}
        kind = list(Filter)[self.filter.currentIndex()]
        text = self.wanted.text()
        before = self._table.get(kind.value)
        if kind is not Filter.ALL:
            if not text and not isinstance(before, Mapping):
                return None
            table[kind.value] = text or before
        if self.direction.currentData() != "both":
            table["direction"] = self.direction.currentData()
        if self.most_seconds.value() != 60:
            seconds = round(self.most_seconds.value(), 1)
            table["seconds"] = int(seconds) if seconds.is_integer() else seconds
        if self.most.value() != 500:
            table["most"] = self.most.value()
        if not self.switch.isChecked():
            table["enabled"] = False
        return table

    def _hint(self) -> str:
        if self.holds is None:
            return self.tr("The listener is off.")
        if not self.switch.isChecked():
            return self.tr("Nothing is held. Switch it on above.")
        return self.tr("Nothing is held now. A message that passes from now on is.")

    # The messages

    def _chosen(self) -> HeldMessage | None:
        current = self.table.currentIndex()
        return self.model.message(current.row()) if current.isValid() else None

    def _chosen_number(self) -> int | None:
        chosen = self._chosen()
        return None if chosen is None else chosen.number

    def _show_chosen(self) -> None:
        chosen = self._chosen()
        if chosen is None or chosen.number != self._shown:
            self._shown = None if chosen is None else chosen.number
            self.edit.show_message(None if chosen is None else chosen.data)
        self._enable()

    def _enable(self) -> None:
        chosen = self._chosen()
        is_held = chosen is not None and chosen.is_held
        self.release.setEnabled(is_held and self.edit.is_valid)
        self.drop.setEnabled(chosen is not None)

    def _release(self) -> None:
        holds, chosen = self.holds, self._chosen()
        if holds is not None and chosen is not None and self.edit.is_valid:
            holds.release(chosen.number, self.edit.edited)
            self.refresh()

    def _drop(self) -> None:
        holds, chosen = self.holds, self._chosen()
        if holds is not None and chosen is not None:
            holds.drop(chosen.number)
            self.refresh()

    def _release_all(self) -> None:
        if self.holds is not None:
            self.holds.release_all()
            self.refresh()
