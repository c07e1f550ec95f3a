"""What a row offers to do about the state its listener is in, as buttons below the words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto

from attrs import frozen
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from app.server.listener import Listener, State

_COLUMNS = 2
"""More do not fit into a row as narrow as it may be."""


class Deed(Enum):
    """What can be offered."""

    START = auto()
    MOVE = auto()
    SHOW = auto()
    RESTART = auto()
    STOP = auto()


@frozen
class Offer:
    """One button."""

    deed: Deed
    word: str

    port: int = 0
    """Where to, for `MOVE`."""

    listener: str = ""
    """The name of the one to show, for `SHOW`."""


def offers_for(listener: Listener) -> tuple[Offer, ...]:
    """What there is to do about the state of `listener`; often nothing."""
    if listener.state is State.FAILED:
        return _after_failure(listener)
    restart = Offer(Deed.RESTART, QCoreApplication.translate("Offers", "Restart to apply"))
    if listener.state is State.DRAINING:
        accept = Offer(Deed.START, QCoreApplication.translate("Offers", "Accept again"))
        close = Offer(Deed.STOP, QCoreApplication.translate("Offers", "Close them"))
        return (restart if listener.is_stale else accept, close)
    return (restart,) if listener.is_stale else ()


def _after_failure(listener: Listener) -> tuple[Offer, ...]:
    offers = [Offer(Deed.START, QCoreApplication.translate("Offers", "Try again"))]
    taken = listener.taken
    if taken is not None and taken.free_port is not None:
        words = QCoreApplication.translate("Offers", "Use port {0}").format(taken.free_port)
        offers.append(Offer(Deed.MOVE, words, port=taken.free_port))
    if taken is not None and taken.listener:
        words = QCoreApplication.translate("Offers", "Show that listener")
        offers.append(Offer(Deed.SHOW, words, listener=taken.listener))
    return tuple(offers)


class OfferButtons(QWidget):
    """Buttons, two beside each other; hidden while there is nothing to offer."""

    def __init__(self, take: Callable[[Offer], object], parent: QWidget | None = None) -> None:
        """`take` is called with what was clicked."""
        super().__init__(parent)
        self._take = take
        self._offers: tuple[Offer, ...] = ()
        self.buttons: list[QPushButton] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 0)
        self._grid.setSpacing(4)
        self._grid.setColumnStretch(_COLUMNS, 1)

    def show_offers(self, offers: Sequence[Offer], about: str) -> None:
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

    def _button(self, offer: Offer, about: str) -> QPushButton:
        button = QPushButton(offer.word)
        button.setObjectName("rowOffer")
        button.setAccessibleName(f"{offer.word}: {about}")
        button.clicked.connect(lambda: self._take(offer))
        return button
