"""One listener in the pane: its switch, its name, where it listens, and how it is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QToolTip,
    QWidget,
)

from app.endpoint import Endpoint, EndpointError
from app.own_protocol import Reference, is_own
from app.server.listener import Listener, State
from app.ui.colors import state_color
from app.ui.eliding import ElidingButton, ElidingLabel
from app.ui.icons import Icons
from app.ui.listener_colors import ListenerColors
from app.ui.listeners.offers import OfferButtons, offers_for
from app.ui.listeners.sparkline import Sparkline
from app.ui.listeners.status import is_datagram, status_details, status_text
from app.ui.listeners.tls_badge import TlsBadge
from app.ui.switch import Switch

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
BREAK_HERE = "\N{ZERO WIDTH SPACE}"


class ListenerRow(QFrame):
    """Shows one listener and asks for what the user does to it; it changes nothing itself."""

    switched = Signal(bool)
    """The user flipped the switch: on or off."""

    menu_wanted = Signal(QPoint)
    """The user asked for what can be done, at a position in the row."""

    clicked = Signal(object)
    """The user clicked the row, with these keys held."""

    dragged = Signal(QPoint)
    """The user moves the row, and is at this global position."""

    dropped = Signal(QPoint)
    """The user lets it go there."""

    offer_taken = Signal(object)
    """The user wants what the row offers, an `Offer`."""

    def __init__(
        self,
        listener: Listener,
        icons: Icons,
        colors: ListenerColors,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("chosen", False)  # before it is ever styled, so that this costs nothing
        self.listener = listener
        self._icons = icons
        self._colors = colors
        self._grid = QGridLayout(self)
        self._pressed_at: QPoint | None = None
        self._is_dragged = False
        self.offers: OfferButtons | None = None
        self.swatch = QLabel()
        self.setObjectName("listenerRow")
        self.switch = Switch()
        self.switch.clicked.connect(self._flip)
        self.name = ElidingLabel()
        self.name.setObjectName("listenerName")
        self.protocol = QLabel()
        self.protocol.setTextFormat(Qt.TextFormat.PlainText)
        self.address = ElidingButton()
        self.address.setObjectName("address")
        self.address.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self.address.clicked.connect(self._copy_address)
        icons.give(self.address, "copy")
        self.more = QToolButton(autoRaise=True)
        self.more.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self.more.clicked.connect(lambda: self.menu_wanted.emit(self.more.geometry().bottomLeft()))
        icons.give(self.more, "more")
        self.badge = QLabel(self.tr("open to others"))
        self.badge.setObjectName("badge")
        self.badge.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.tls = TlsBadge()
        self.light = QLabel()
        self.status = QLabel()
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setWordWrap(True)
        self.status.setMinimumWidth(1)  # or its longest word, a path maybe, would be the least
        self.graph = Sparkline()
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.refresh()

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """What the keyboard reaches, in order."""
        offers = self.offers.buttons if self.offers is not None else ()
        return (self.switch, self.address, self.more, *offers)

    def refresh(self) -> None:
        """Show the listener as it is now."""
        listener, spec = self.listener, self.listener.spec
        self.name.setText(spec.name)
        protocol = _short(spec.protocol)
        if is_datagram(spec.endpoint):
            protocol = self.tr("{0} over UDP").format(protocol)
        if not spec.traffic:
            protocol = self.tr("{0}, traffic off").format(protocol)
        self.protocol.setText(f"{protocol} ·")
        self.protocol.setToolTip(spec.protocol)
        self.address.setText(listener.where)
        status = status_text(listener)
        self.status.setText(status.replace("/", f"/{BREAK_HERE}"))
        self.switch.setChecked(listener.is_on)
        self._show_state(listener.state)
        self._show_offers()
        self.status.setToolTip(status_details(listener))
        self.swatch.setPixmap(self._colors.swatch(spec.name))
        self.graph.setHidden(listener.state is State.FAILED)  # the reason needs the whole line
        self.badge.setVisible(not _is_local(spec.endpoint))
        self.tls.refresh(listener)
        verb = self.tr("Stop") if listener.is_on else self.tr("Start")
        self._name_control(self.switch, f"{verb} {spec.name} ({listener.where})")
        self._name_control(self.more, self.tr("What can be done with {0}").format(spec.name))
        self._name_control(self.address, self.tr("Copy the address {0}").format(listener.where))
        self.setAccessibleName(f"{spec.name}, {status}")

    def recolor(self) -> None:
        """The palette or the colour of a listener is another one."""
        self._show_state(self.listener.state)
        self.swatch.setPixmap(self._colors.swatch(self.listener.spec.name))

    def show_history(self, values: Sequence[float]) -> None:
        """Draw the recent traffic, bytes a second, oldest first."""
        self.graph.show_values(values)

    def set_chosen(self, chosen: bool) -> None:
        """Mark the row as the selected one."""
        if self.property("chosen") != chosen:
            self.setProperty("chosen", chosen)
            self.style().unpolish(self)
            self.style().polish(self)

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
        grid.setContentsMargins(10, 8, 10, 8)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.switch, 0, 0, Qt.AlignmentFlag.AlignVCenter)
        name = _line(self.swatch, self.name, self.tls, self.badge)
        name.addWidget(self.more)
        grid.addLayout(name, 0, 1)
        grid.addLayout(_line(self.protocol, self.address), 1, 1)
        status = QHBoxLayout()
        status.setSpacing(6)
        status.addWidget(self.light, 0, Qt.AlignmentFlag.AlignTop)
        status.addWidget(self.status, 1)
        status.addWidget(self.graph)
        grid.addLayout(status, 2, 1)

    def _show_state(self, state: State) -> None:
        color = state_color(state, QGuiApplication.palette())
        scale = self.devicePixelRatioF()
        self.light.setPixmap(self._icons.pixmap(STATE_ICONS[state], ICON_SIZE, color, scale))

    def _show_offers(self) -> None:
        offers = offers_for(self.listener)
        if self.offers is None:
            if not offers:
                return
            # Most rows never need one: 500 of them are made sooner without.
            self.offers = OfferButtons(self.offer_taken.emit)
            self._grid.addWidget(self.offers, 3, 1)
        self.offers.show_offers(offers, self.listener.spec.name)
        for before, after in pairwise((self.more, *self.offers.buttons)):
            QWidget.setTabOrder(before, after)

    def _flip(self, on: bool) -> None:
        self.switch.setChecked(self.listener.is_on)
        self.switched.emit(on)

    def _copy_address(self) -> None:
        QGuiApplication.clipboard().setText(self.listener.where)
        below = self.address.mapToGlobal(self.address.rect().bottomLeft())
        QToolTip.showText(below, self.tr("Copied"), self.address)

    @staticmethod
    def _name_control(control: QWidget, name: str) -> None:
        control.setAccessibleName(name)
        control.setToolTip(name)


def _short(protocol: str) -> str:
    """The name of a protocol, without the file it comes from."""
    return Reference.parse(protocol).name if is_own(protocol) else protocol


def _is_local(description: str) -> bool:
    try:
        return Endpoint.parse(description).bound().loopback_only
    except EndpointError:
        return True


def _line(*widgets: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(6)
    for widget in widgets:
        line.addWidget(widget)
    line.addStretch(1)
    return line
