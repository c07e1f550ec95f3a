"""A list of the connections that said something, to choose one from."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.traffic.party import Parties, name_of
from app.traffic.source import ChunkSource

MOST_OFFERED = 100
LOOK_BACK_SPANS = 200
SPAN_CHUNKS = 2_048
SPAN_BYTES = 256 * 1024


class ConnectionChoice(QComboBox):
    """Offers those that spoke last, the newest first, as of when the list is opened."""

    chosen = Signal(int)
    """The number of the connection that the user chose."""

    def __init__(
        self, source: ChunkSource, parties: Parties, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._parties = parties
        self.setAccessibleName(self.tr("Connection to follow"))
        self.setToolTip(self.accessibleName())
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(24)
        self.activated.connect(lambda _: self.chosen.emit(self.currentData()))

    def showPopup(self) -> None:
        self.fill()
        super().showPopup()

    def show_choice(self, number: int) -> None:
        """That connection is on show."""
        place = self.findData(number)
        if place < 0:
            self.insertItem(0, name_of(number, self._parties), number)
            place = 0
        self.setCurrentIndex(place)

    def fill(self) -> None:
        """Offer those that spoke last."""
        current = self.currentData()
        self.clear()
        for number in self._newest():
            self.addItem(name_of(number, self._parties), number)
        if current is not None:
            self.show_choice(current)

    def _newest(self) -> list[int]:
        found: dict[int, None] = {}
        stop = self._source.end
        for _ in range(LOOK_BACK_SPANS):
            start = max(self._source.first, stop - SPAN_CHUNKS)
            if start >= stop or len(found) >= MOST_OFFERED:
                break
            found.update(dict.fromkeys(owner >> 1 for owner in self._owners(start, stop)))
            stop = start
        return list(found)[:MOST_OFFERED]

    def _owners(self, start: int, stop: int) -> list[int]:
        """Those of the chunks in that range, the newest first."""
        owners: list[int] = []
        while start < stop:
            span = self._source.span(start, SPAN_BYTES, stop - start)
            if span is None:
                break
            owners.extend(span.owners)
            start = span.first + len(span)
        return owners[::-1]
