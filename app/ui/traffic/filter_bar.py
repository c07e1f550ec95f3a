"""What the traffic pane shows: a pattern, a direction, and from whom."""

from __future__ import annotations

from attrs import frozen
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.traffic.party import Parties
from app.traffic.scan import Criteria
from app.ui.folding_box import FoldingBox
from app.ui.icons import Icons
from app.ui.traffic.pattern_edit import PatternEdit
from app.ui.traffic.size_edit import SizeEdit


@frozen
class Source:
    """A listener, by its name, or one connection, by its number."""

    listener: str | None = None
    connection: int | None = None


class FilterBar(FoldingBox):
    """Lets the user say which chunks to show."""

    changed = Signal()
    """`criteria` would give other ones."""

    def __init__(self, parties: Parties, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._parties = parties
        self._offered: set[str] = set()
        self.pattern = PatternEdit(icons, self.tr("Filter…"))
        self.direction = QComboBox()
        self.source = QComboBox()
        self.sizes = SizeEdit()
        for words, sent in (
            (self.tr("Both ways"), None),
            (self.tr("← received"), False),
            (self.tr("→ sent"), True),
        ):
            self.direction.addItem(words, sent)
        self.direction.setAccessibleName(self.tr("Direction to show"))
        self.source.addItem(self.tr("All listeners"), Source())
        self.offer_listeners()
        self.source.setAccessibleName(self.tr("Listener or connection to show"))
        self.source.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.source.setMinimumContentsLength(8)
        self.add(self.pattern, 1)
        self.add(self._choices())
        self.sizes.sizes_changed.connect(self.changed)
        self.pattern.changed.connect(self.changed)
        self.direction.currentIndexChanged.connect(self.changed)
        self.source.currentIndexChanged.connect(self.changed)

    def criteria(self) -> Criteria:
        """What a chunk must have to be shown. What is typed wrong does not count."""
        pattern = self.pattern.pattern
        return Criteria(
            patterns=() if pattern is None else (pattern,),
            sent=self.direction.currentData(),
            belongs=self._belongs(self.source.currentData()),
            sizes=self.sizes.sizes,
        )

    def offer_listeners(self) -> None:
        """There may be listeners that are not offered yet."""
        for name in self._parties.listeners:
            if name not in self._offered:
                self._offered.add(name)
                self._place(Source(listener=name), name)

    def rename(self, old: str, new: str) -> None:
        """The listener called `old` is called `new`; whoever is shown stays so."""
        if old not in self._offered:
            return
        place = self._place(Source(listener=old), old)
        is_shown = self.source.currentIndex() == place
        self.source.blockSignals(True)
        if new in self._offered:  # that of a listener that is gone
            self.source.removeItem(place)
        else:
            self.source.setItemText(place, new)
            self.source.setItemData(place, Source(listener=new))
        if is_shown:
            self.source.setCurrentIndex(self._place(Source(listener=new), new))
        self.source.blockSignals(False)
        self._offered = self._offered - {old} | {new}
        if is_shown:
            self.changed.emit()

    def only(self, source: Source, words: str) -> None:
        """Show this one alone."""
        self.source.setCurrentIndex(self._place(source, words))

    def clear(self) -> None:
        """Show everything."""
        self.pattern.line.clear()
        self.direction.setCurrentIndex(0)
        self.source.setCurrentIndex(0)
        self.sizes.clear()

    def _choices(self) -> QWidget:
        """What is chosen, beside what is typed."""
        choices = QWidget()
        layout = QHBoxLayout(choices)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.direction)
        layout.addWidget(self.source, 1)
        layout.addWidget(self.sizes)
        return choices

    def _place(self, source: Source, words: str) -> int:
        for place in range(self.source.count()):
            if self.source.itemData(place) == source:
                return place
        self.source.addItem(words, source)
        return self.source.count() - 1

    def _belongs(self, source: Source) -> _Belongs | None:
        return None if source == Source() else _Belongs(self._parties, source)


@frozen
class _Belongs:
    """Whether a connection's chunks are wanted."""

    _parties: Parties
    _source: Source

    def __call__(self, connection: int) -> bool:
        if self._source.connection is not None:
            return connection == self._source.connection
        party = self._parties.party(connection)
        return party is not None and party.listener == self._source.listener
