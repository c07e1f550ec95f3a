"""What the traffic pane shows: a pattern, a direction, and from whom."""

from __future__ import annotations

from attrs import frozen
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from app.traffic.connection_info import ConnectionDirectory
from app.traffic.pattern import Pattern, PatternError, PatternKind, parse
from app.traffic.scan import Criteria, Scan, SizeRange, SizeRangeError, parse_sizes
from app.ui.style.icons import Icons
from app.ui.style.theme import RED, pick
from app.ui.widgets.layouts import FoldingBox

# MERGED ui/traffic/pattern_edit: A line to type what to look for: as text, as an expression or as hex.


class PatternEdit(QWidget):
    """What is typed, checked as it is typed. `pattern` is `None` for nothing or something wrong."""

    changed = Signal()
    """`pattern` or `trouble` is another one."""

    def __init__(self, icons: Icons, purpose: str, parent: QWidget | None = None) -> None:
        """`purpose` says in a few words what the line is for."""
        super().__init__(parent)
        self.pattern: Pattern | None = None
        self.trouble = ""
        self.line = QLineEdit()
        self.kind = QComboBox()
        self.case_button = QToolButton(autoRaise=True)
        self._set_up(icons, purpose)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.kind)
        layout.addWidget(self.case_button)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(self._parse)
        self.kind.currentIndexChanged.connect(self._parse)
        self.case_button.toggled.connect(self._parse)

    def _set_up(self, icons: Icons, purpose: str) -> None:
        self.line.setPlaceholderText(purpose)
        self.line.setAccessibleName(purpose)
        self.line.setClearButtonEnabled(True)
        self.line.setMinimumWidth(120)
        for kind, words in (
            (PatternKind.TEXT, self.tr("Text")),
            (PatternKind.EXPRESSION, self.tr("Regex")),
            (PatternKind.HEX, self.tr("Hex")),
        ):
            self.kind.addItem(words, kind)
        self.kind.setAccessibleName(self.tr("{0}: how it is meant").format(purpose))
        self.case_button.setCheckable(True)
        icons.give(self.case_button, "match-case")
        self.case_button.setToolTip(self.tr("Match upper and lower case exactly"))
        self.case_button.setAccessibleName(self.tr("{0}: match case").format(purpose))

    def _parse(self) -> None:
        self.case_button.setEnabled(self.kind.currentData() is not PatternKind.HEX)
        before = self.pattern, self.trouble
        try:
            self.pattern = parse(
                self.kind.currentData(),
                self.line.text(),
                ignore_case=not self.case_button.isChecked(),
            )
            self.trouble = ""
        except PatternError as error:
            self.pattern, self.trouble = None, str(error)
        self._show_trouble()
        if before != (self.pattern, self.trouble):
            self.changed.emit()

    def _show_trouble(self) -> None:
        palette = QPalette()
        if self.trouble:
            palette.setColor(QPalette.ColorRole.Text, pick(RED, palette))
        self.line.setPalette(palette)
        self.line.setToolTip(self.trouble)
        self.line.setAccessibleDescription(self.trouble)


def focus(edit: PatternEdit) -> None:
    """Put the cursor into `edit`, with what is there selected, to be typed over."""
    edit.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
    edit.line.selectAll()


# MERGED ui/traffic/size_edit: A line to type a range of sizes into.

LETTERS = 10


class SizeEdit(QLineEdit):
    """What is typed, checked as it is typed. `sizes` is `None` for nothing or something wrong."""

    sizes_changed = Signal()
    """`sizes` or `trouble` is another one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sizes: SizeRange | None = None
        self.trouble = ""
        self.setPlaceholderText(self.tr("Size…"))
        self.setAccessibleName(self.tr("Sizes to show, in bytes"))
        self.setClearButtonEnabled(True)
        self.textChanged.connect(self._parse)
        self._parse("")

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self.fontMetrics().averageCharWidth() * LETTERS + hint.height(), hint.height())

    def _parse(self, text: str) -> None:
        before = self.sizes, self.trouble
        try:
            self.sizes, self.trouble = parse_sizes(text), ""
        except SizeRangeError as error:
            self.sizes, self.trouble = None, str(error)
        palette = QPalette()
        if self.trouble:
            palette.setColor(QPalette.ColorRole.Text, pick(RED, palette))
        self.setPalette(palette)
        self.setAccessibleDescription(self.trouble)
        self.setToolTip(
            self.trouble or self.tr("Bytes: 100-2000, 100- and more, -64 or less, 7 exactly")
        )
        if before != (self.sizes, self.trouble):
            self.sizes_changed.emit()


@frozen
class FilterSource:
    """A listener, by its name, or one connection, by its number."""

    listener: str | None = None
    connection: int | None = None


class FilterBar(FoldingBox):
    """Lets the user say which chunks to show."""

    changed = Signal()
    """`criteria` would give other ones."""

    def __init__(
        self, parties: ConnectionDirectory, icons: Icons, parent: QWidget | None = None
    ) -> None:
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
        self.source.addItem(self.tr("All listeners"), FilterSource())
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
                self._place(FilterSource(listener=name), name)

    def rename(self, old: str, new: str) -> None:
        """The listener called `old` is called `new`; whoever is shown stays so."""
        if old not in self._offered:
            return
        place = self._place(FilterSource(listener=old), old)
        is_shown = self.source.currentIndex() == place
        self.source.blockSignals(True)
        if new in self._offered:  # that of a listener that is gone
            self.source.removeItem(place)
        else:
            self.source.setItemText(place, new)
            self.source.setItemData(place, FilterSource(listener=new))
        if is_shown:
            self.source.setCurrentIndex(self._place(FilterSource(listener=new), new))
        self.source.blockSignals(False)
        self._offered = self._offered - {old} | {new}
        if is_shown:
            self.changed.emit()

    def only(self, source: FilterSource, words: str) -> None:
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

    def _place(self, source: FilterSource, words: str) -> int:
        for place in range(self.source.count()):
            if self.source.itemData(place) == source:
                return place
        self.source.addItem(words, source)
        return self.source.count() - 1

    def _belongs(self, source: FilterSource) -> _FromSource | None:
        return None if source == FilterSource() else _FromSource(self._parties, source)


@frozen
class _FromSource:
    """Whether a connection's chunks are wanted."""

    _parties: ConnectionDirectory
    _source: FilterSource

    def __call__(self, connection: int) -> bool:
        if self._source.connection is not None:
            return connection == self._source.connection
        party = self._parties.party(connection)
        return party is not None and party.listener == self._source.listener


# MERGED ui/traffic/find_bar: Looks for something among the chunks on show, and goes from one find to the next.


class TrafficFindBar(QWidget):
    """What to find, two ways to go, and how many there are. Enter is next, Shift+Enter previous."""

    next_wanted = Signal()
    previous_wanted = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pattern = PatternEdit(icons, self.tr("Find…"))
        self.previous_button = QToolButton(autoRaise=True)
        self.next_button = QToolButton(autoRaise=True)
        self.count = QLabel()
        self.count.setMinimumWidth(90)
        for button, icon, name, wanted in (
            (
                self.previous_button,
                "find-previous",
                self.tr("Find the one before (Shift+F3)"),
                self.previous_wanted,
            ),
            (self.next_button, "find-next", self.tr("Find the next one (F3)"), self.next_wanted),
        ):
            icons.give(button, icon)
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.clicked.connect(wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.pattern, 1)
        layout.addWidget(self.previous_button)
        layout.addWidget(self.next_button)
        layout.addWidget(self.count)
        self.pattern.line.installEventFilter(self)
        self.show_finds(None, None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                return False
            is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            (self.previous_wanted if is_back else self.next_wanted).emit()
            return True
        return False

    def show_finds(self, scan: Scan | None, chosen: int | None) -> None:
        """Say how far `scan` is, and which of its finds is the chunk numbered `chosen`."""
        has_any = scan is not None and scan.end > scan.first
        self.previous_button.setEnabled(has_any)
        self.next_button.setEnabled(has_any)
        text = "" if scan is None else self._words(scan, chosen)
        if text != self.count.text():
            self.count.setText(text)

    def _words(self, scan: Scan, chosen: int | None) -> str:
        total = scan.end - scan.first
        if chosen is not None and scan.has(chosen):
            place = scan.position(chosen) - scan.first + 1
            words = self.tr("{0} of {1}").format(f"{place:,}", f"{total:,}")
        elif total:
            words = self.tr("{0} found").format(f"{total:,}")
        else:
            words = self.tr("none found") if scan.is_done else ""
        if not scan.is_done:
            words = self.tr("{0} searching…").format(words)
        return words.strip()
