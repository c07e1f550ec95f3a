"""The row of one listener: switch, name, address, state, and buttons for its problems."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QToolTip,
    QWidget,
)

from app.server.listener import Listener, State
from app.ui.listeners.badges import FaultBadge, OpenBadge, TlsBadge
from app.ui.listeners.row_buttons import RowButtons, buttons_for
from app.ui.listeners.status import (
    protocol_text,
    row_name,
    short_line,
    status_details,
    status_text,
)
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors
from app.ui.style.palette import state_color, tint_color
from app.ui.style.tokens import Tint
from app.ui.widgets.controls import SPARKLINE, Sparkline, Switch
from app.ui.widgets.labels import ElidingButton, ElidingLabel, SpareText, WrappingLabel
from app.ui.widgets.plain_text import set_tip

STATE_ICONS = {
    State.STOPPED: "state-stopped",
    State.STARTING: "state-moving",
    State.LISTENING: "state-listening",
    State.PAUSED: "state-paused",
    State.DRAINING: "state-draining",
    State.STOPPING: "state-moving",
    State.FAILED: "state-failed",
}
ICON_SIZE = 14
SPACING = 6
"""Between the parts of a line."""

MARGIN = 4
"""At the left and at the right of a row."""

_PLACE_INDENT = 24
"""The left margin of the place of a program, in pixels."""

_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class ListenerRow(QFrame):
    """Shows one listener and emits what the user does. It changes nothing itself."""

    switched = Signal(bool)
    """The user clicked the switch, to turn it on or off."""

    menu_wanted = Signal(QPoint)
    """The user opened the menu, at a position in the row."""

    clicked = Signal(object)
    """The user clicked the row while these modifier keys were pressed."""

    focused = Signal()
    """The switch of the row got the keyboard, or the mouse clicked it."""

    dragged = Signal(QPoint)
    """The user drags the row and is at this global position."""

    dropped = Signal(QPoint)
    """The user dropped the row at this global position."""

    button_clicked = Signal(object)
    """The user clicked one of the buttons, a `RowButton`."""

    def __init__(
        self,
        listener: Listener,
        icons: Icons,
        colors: ListenerColors,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("current", False)
        self.setProperty("chosen", False)  # set before it is styled the first time: no second pass
        self.listener = listener
        self._icons = icons
        self._colors = colors
        self._grid = QGridLayout(self)
        self._pressed_at: QPoint | None = None
        self._is_dragged = False
        self._is_place = False
        self._is_compact = False
        self._status = ""
        """The status in full; a narrow row shows less of it."""
        self.summary: SpareText | None = None
        self.small_light: QLabel | None = None
        self.action_buttons: RowButtons | None = None
        self.swatch = QLabel()
        self.setObjectName("listenerRow")
        self.switch = Switch()
        self.switch.clicked.connect(self._flip)
        self.switch.installEventFilter(self)
        self.name = ElidingLabel()
        self.name.setObjectName("listenerName")
        self.protocol = SpareText()
        self.protocol.setObjectName("quiet")
        self.address = ElidingButton()
        self.address.setObjectName("address")
        self.address.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self.address.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.address.clicked.connect(self.copy_address)
        icons.give(self.address, "copy")
        self.more = QToolButton(autoRaise=True)
        self.more.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self.more.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.more.clicked.connect(lambda: self.menu_wanted.emit(self.more.geometry().bottomLeft()))
        icons.give(self.more, "more")
        self.badge = OpenBadge()
        self.tls = TlsBadge()
        self.faults = FaultBadge()
        self._badges = (self.faults, self.tls, self.badge)
        self.light = QLabel()
        self.light.setContentsMargins(0, 2, 0, 0)  # centred on the first line of the text
        self.status = WrappingLabel()
        self.status.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.status.setMinimumWidth(1)  # or its longest word would be the minimum
        self.graph = Sparkline()
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.refresh()

    @property
    def controls(self) -> tuple[QAbstractButton, ...]:
        """The controls of the row in the order of Tab."""
        offers = self.action_buttons.buttons if self.action_buttons is not None else ()
        return (self.switch, *offers)

    @property
    def is_held(self) -> bool:
        """Whether the mouse is pressed on the row or on one of its controls."""
        controls = (self.switch, self.address, self.more, *self.controls)
        return self._pressed_at is not None or any(each.isDown() for each in controls)

    def show_listener(self, listener: Listener) -> None:
        """Be the row of `listener` from now on. `refresh` shows it."""
        self.listener = listener
        self.switch.jump(listener.is_on)

    def height_at(self, width: int) -> int:
        """The height that the row needs at `width`."""
        grid = self._grid
        needed = grid.totalHeightForWidth(width) if grid.hasHeightForWidth() else 0
        return max(needed, grid.totalMinimumSize().height())

    def refresh(self) -> None:
        """Show the listener as it is now."""
        listener, spec = self.listener, self.listener.spec
        self._status = status_text(listener)
        where = listener.where
        self.name.setText(spec.name)
        self.switch.setChecked(listener.is_on)
        self._show_state(listener.state)
        self._show_buttons()
        set_tip(self.status, status_details(listener))
        self.swatch.setPixmap(self._colors.swatch(spec.name))
        for badge in self._badges:
            badge.refresh(listener)
        self._show_lines(where)
        verb = self.tr("Stop") if listener.is_on else self.tr("Start")
        self._name_control(self.switch, f"{verb} {spec.name} ({where})")
        self._name_control(self.more, self.tr("What can be done with {0}").format(spec.name))
        self.setAccessibleName(row_name(listener, self._status))

    def set_indented(self, indented: bool) -> None:
        """Stand below the row of a program, as one of its places."""
        margins = self._grid.contentsMargins()
        margins.setLeft(_PLACE_INDENT if indented else MARGIN)
        self._grid.setContentsMargins(margins)
        if indented != self._is_place:
            self._is_place = indented
            self.refresh()

    def recolor(self) -> None:
        """Draw the icons again after the palette or the colour changed."""
        self._show_state(self.listener.state)
        self.swatch.setPixmap(self._colors.swatch(self.listener.spec.name))

    def show_history(self, values: Sequence[float]) -> None:
        """Draw the recent traffic, bytes a second, oldest first."""
        self.graph.show_values(values)

    def set_chosen(self, chosen: bool) -> None:
        """Mark the row as the selected one."""
        self._set_property("chosen", chosen)
        self.more.setVisible(chosen or not self._is_compact)
        self._fit_badges()

    def set_current(self, current: bool) -> None:
        """Show that the keys act on this row."""
        self._set_property("current", current)

    def set_compact(self, compact: bool) -> None:
        """Show one line, or all three. Problems are shown in both."""
        if compact == self._is_compact:
            return
        self._is_compact = compact
        margins = self._grid.contentsMargins()
        vertical = 2 if compact else 6
        margins.setTop(vertical)
        margins.setBottom(vertical)
        self._grid.setContentsMargins(margins)
        if self.summary is None:
            self.summary, self.small_light = SpareText(), QLabel()
            self.summary.setObjectName("quiet")
            place = self._name_line.count() - 1  # before the menu button
            self._name_line.insertWidget(place, self.small_light)
            self._name_line.insertWidget(place, self.summary, 1)
        self.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_chosen_by_key = isinstance(event, QFocusEvent) and event.reason() in _BY_KEY
        if event.type() == QEvent.Type.MouseButtonPress or (
            event.type() == QEvent.Type.FocusIn and is_chosen_by_key
        ):
            self.focused.emit()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_width()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.globalPosition().toPoint()
            self.clicked.emit(event.modifiers())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.globalPosition().toPoint()
        if self._pressed_at is not None:
            way = (here - self._pressed_at).manhattanLength()
            self._is_dragged |= way >= QApplication.startDragDistance()
        if self._is_dragged:
            self.dragged.emit(here)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_dragged:
            self.dropped.emit(event.globalPosition().toPoint())
        self._pressed_at, self._is_dragged = None, False
        event.accept()

    def _lay_out(self) -> None:
        grid = self._grid
        grid.setContentsMargins(MARGIN, 6, MARGIN, 6)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.switch, 0, 0, Qt.AlignmentFlag.AlignVCenter)
        name = _line(self.swatch, self.name, *self._badges)
        name.addStretch()
        name.addWidget(self.more)
        self._name_line = name
        grid.addLayout(name, 0, 1)
        address = _line(self.address)
        address.addWidget(self.protocol, 1)
        grid.addLayout(address, 1, 1)
        status = _line()
        status.addWidget(self.light, 0, Qt.AlignmentFlag.AlignTop)
        status.addWidget(self.status, 1)
        status.addWidget(self.graph)
        grid.addLayout(status, 2, 1)

    def _show_lines(self, where: str) -> None:
        """Show the lines that there is room for, and those with a problem."""
        is_full = not self._is_compact
        if is_full:  # a compact row of a list that scrolls has no time for what is hidden
            self._show_address(where)
        has_problem = self._has_problem()
        self.address.setVisible(is_full)
        self.protocol.setVisible(is_full)
        for part in (self.status, self.light):
            part.setVisible(is_full or has_problem)
        self.more.setVisible(is_full or self.property("chosen"))
        if self.summary is not None and self.small_light is not None:
            count = self.listener.connection_count
            words = where.rpartition(":")[2].rpartition("/")[2]
            self.summary.setText(f"{words} · {count:,}" if count else words)
            self.summary.setVisible(not is_full)
            self.small_light.setVisible(self._is_compact and not has_problem)
        self._fit_width()

    def _show_address(self, where: str) -> None:
        spec = self.listener.spec
        self.protocol.setText(protocol_text(spec, is_place=self._is_place))
        set_tip(self.protocol, spec.protocol)
        self.address.setText(where)
        self._name_control(self.address, self.tr("Copy the address {0}").format(where))

    def _has_problem(self) -> bool:
        return self.listener.state is State.FAILED or "\n" in self._status

    def _fit_width(self) -> None:
        """In a narrow row the graph gives way to the status, which is then shorter, and the badges
        to the name. A problem has the whole width."""
        self._fit_badges()
        if self.status.isHidden():
            self.graph.hide()
            return
        room = self._line_width() - ICON_SIZE - SPACING
        first, end, rest = self._status.partition("\n")
        width = self.status.fontMetrics().horizontalAdvance(first)
        if width > room:
            first = short_line(self.listener)
        self.status.setText(f"{first}{end}{rest}")
        has_room = width + SPACING + SPARKLINE.width() <= room
        self.graph.setVisible(has_room and not self._is_compact and not self._has_problem())

    def _line_width(self) -> int:
        margins = self._grid.contentsMargins()
        sides = margins.left() + margins.right() + self._grid.horizontalSpacing()
        return self.contentsRect().width() - sides - self.switch.sizeHint().width()

    def _fit_badges(self) -> None:
        """Shorten badges, those that save most first, until the name has room."""
        badges = [badge for badge in self._badges if not badge.isHidden()]
        if not badges:
            return
        parts = (self.swatch, self.name, self.small_light, self.more)
        widths = [
            *(
                part.sizeHint().width()
                for part in parts
                if part is not None and not part.isHidden()
            ),
            *(badge.whole_width for badge in badges),
        ]
        needed = sum(widths) + SPACING * (len(widths) - 1)
        for badge in sorted(badges, key=lambda badge: badge.saving, reverse=True):
            badge.shorten(needed > self._line_width())
            needed -= badge.saving if badge.is_short else 0

    def _show_state(self, state: State) -> None:
        palette = QGuiApplication.palette()
        factory = self.listener.factory
        name, color = STATE_ICONS[state], state_color(state, palette)
        if state is State.LISTENING and factory is not None and factory.code_errors.total:
            name, color = STATE_ICONS[State.FAILED], tint_color(Tint.WARNING, palette)
        scale = self.devicePixelRatioF()
        sign = self._icons.pixmap(name, ICON_SIZE, color, scale)
        self.light.setPixmap(sign)
        if self.small_light is not None:
            self.small_light.setPixmap(sign)

    def _set_property(self, name: str, value: bool) -> None:
        if self.property(name) != value:
            self.setProperty(name, value)
            self.style().unpolish(self)
            self.style().polish(self)

    def _show_buttons(self) -> None:
        offers = buttons_for(self.listener)
        if self.action_buttons is None:
            if not offers:
                return
            # Made only now, as most rows never need it. That makes a list of 500 rows faster.
            self.action_buttons = RowButtons(self.button_clicked.emit)
            self._grid.addWidget(self.action_buttons, 3, 1)
        if self.action_buttons.has_focus and offers != self.action_buttons.shown:
            self.switch.setFocus()  # removing the button would move the focus to another row
        self.action_buttons.show_buttons(offers, self.listener.spec.name)
        for before, after in pairwise((self.switch, *self.action_buttons.buttons)):
            QWidget.setTabOrder(before, after)

    def _flip(self, on: bool) -> None:
        self.switch.setChecked(self.listener.is_on)
        self.switched.emit(on)

    def copy_address(self) -> None:
        QGuiApplication.clipboard().setText(self.listener.where)
        below = self.address.mapToGlobal(self.address.rect().bottomLeft())
        QToolTip.showText(below, self.tr("Copied"), self.address)

    @staticmethod
    def _name_control(control: QWidget, name: str) -> None:
        control.setAccessibleName(name)
        set_tip(control, name)


def _line(*widgets: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(SPACING)
    for widget in widgets:
        line.addWidget(widget)
    return line
