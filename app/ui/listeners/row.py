"""One listener in the pane: its switch, its name, where it listens, and how it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from itertools import pairwise

from attrs import frozen
from PySide6.QtCore import QCoreApplication, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QToolTip,
    QWidget,
)

from app.net.endpoint import Endpoint, EndpointError
from app.server.listener import Listener, State
from app.ui.listeners.status import TlsBadge, is_datagram, status_details, status_text
from app.ui.style.icons import Icons
from app.ui.style.theme import ListenerColors, state_color
from app.ui.widgets.controls import Sparkline, Switch
from app.ui.widgets.labels import ElidingButton, ElidingLabel
from app.user_code.reference import Reference, is_user_code

# MERGED ui/listeners/offers: What a row offers to do about the state its listener is in, as buttons below the words.

_COLUMNS = 2
"""More do not fit into a row as narrow as it may be."""


class RowAction(Enum):
    """What can be offered."""

    START = auto()
    MOVE = auto()
    SHOW = auto()
    RESTART = auto()
    STOP = auto()


@frozen
class RowOffer:
    """One button."""

    deed: RowAction
    word: str

    port: int = 0
    """Where to, for `MOVE`."""

    listener: str = ""
    """The name of the one to show, for `SHOW`."""


def offers_for(listener: Listener) -> tuple[RowOffer, ...]:
    """What there is to do about the state of `listener`; often nothing."""
    if listener.state is State.FAILED:
        return _after_failure(listener)
    restart = RowOffer(RowAction.RESTART, QCoreApplication.translate("Offers", "Restart to apply"))
    if listener.state is State.DRAINING:
        accept = RowOffer(RowAction.START, QCoreApplication.translate("Offers", "Accept again"))
        close = RowOffer(RowAction.STOP, QCoreApplication.translate("Offers", "Close them"))
        return (restart if listener.is_stale else accept, close)
    return (restart,) if listener.is_stale else ()


def _after_failure(listener: Listener) -> tuple[RowOffer, ...]:
    offers = [RowOffer(RowAction.START, QCoreApplication.translate("Offers", "Try again"))]
    taken = listener.taken
    if taken is not None and taken.free_port is not None:
        words = QCoreApplication.translate("Offers", "Use port {0}").format(taken.free_port)
        offers.append(RowOffer(RowAction.MOVE, words, port=taken.free_port))
    if taken is not None and taken.listener:
        words = QCoreApplication.translate("Offers", "Show that listener")
        offers.append(RowOffer(RowAction.SHOW, words, listener=taken.listener))
    return tuple(offers)


class OfferButtons(QWidget):
    """Buttons, two beside each other; hidden while there is nothing to offer."""

    def __init__(self, take: Callable[[RowOffer], object], parent: QWidget | None = None) -> None:
        """`take` is called with what was clicked."""
        super().__init__(parent)
        self._take = take
        self._offers: tuple[RowOffer, ...] = ()
        self.buttons: list[QPushButton] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 0)
        self._grid.setSpacing(4)
        self._grid.setColumnStretch(_COLUMNS, 1)

    def show_offers(self, offers: Sequence[RowOffer], about: str) -> None:
        """Show a button for each offer, about the listener of that name."""
        self.setVisible(bool(offers))
        if tuple(offers) == self._offers:
            return
        self._offers = tuple(offers)
        for button in self.buttons:
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(offer, about) for offer in offers]
        for index, button in enumerate(self.buttons):
            self._grid.addWidget(button, *divmod(index, _COLUMNS))

    def _button(self, offer: RowOffer, about: str) -> QPushButton:
        button = QPushButton(offer.word)
        button.setObjectName("rowOffer")
        button.setAccessibleName(f"{offer.word}: {about}")
        button.clicked.connect(lambda: self._take(offer))
        return button


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
    """The user wants what the row offers, an `RowOffer`."""

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
    return Reference.parse(protocol).name if is_user_code(protocol) else protocol


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
