"""The bars to filter the traffic and to search in it, with their fields for patterns and sizes."""

from __future__ import annotations

from attrs import frozen
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QWidget,
)

from app.traffic.connection_info import ConnectionDirectory
from app.traffic.pattern import Pattern, PatternError, PatternKind, parse
from app.traffic.scan import Criteria, Scan, SizeRange, SizeRangeError, parse_sizes
from app.ui.style.icons import Icons
from app.ui.style.palette import tint_color
from app.ui.style.tokens import Tint
from app.ui.widgets.controls import PopoverButton
from app.ui.widgets.labels import ElidingLabel
from app.ui.widgets.layouts import fill
from app.ui.widgets.plain_text import set_tip
from app.ui.widgets.translation import translated

_LEAST_LINE = 120
"""The least width of the field for a pattern, in pixels: its hint is whole."""

_MOST_PATTERN = 520
"""The most width of that field and its button, in pixels. More would only move the rest away."""

_COUNT_WIDTH = 76
"""The width of `3 of 1,204`. It does not change while the user types."""

_SIZE_LETTERS = 10
"""The width of the field for sizes."""


@frozen
class FilterSource:
    """The source of the shown chunks: a listener, by its name, or a connection, by its number.

    If both are `None`, it is every connection.
    """

    listener: str | None = None
    connection: int | None = None


class FilterBar(QWidget):
    """Asks which chunks to show: by pattern, and in a panel by direction, source and size.

    It is one row of the same width whatever is chosen.
    """

    changed = Signal()
    """`criteria` returns another value."""

    def __init__(self, directory: ConnectionDirectory, icons: Icons) -> None:
        super().__init__()
        self._directory = directory
        self._listed: set[str] = set()
        self.pattern = PatternEdit(icons, self.tr("Filter…"), self.tr("Text of the data"))
        self.more = PopoverButton(icons)
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
        self.add_listeners()
        self.source.setAccessibleName(self.tr("Listener or connection to show"))
        self.source.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.source.setMinimumContentsLength(8)
        self._lay_out()
        self.pattern.changed.connect(self.changed)
        self.sizes.textChanged.connect(self._show_count)
        self.sizes.sizes_changed.connect(self.changed)
        for choice in (self.direction, self.source):
            choice.currentIndexChanged.connect(self._show_count)
            choice.currentIndexChanged.connect(self.changed)

    def criteria(self) -> Criteria:
        """The conditions for a chunk to be shown. A field with a mistake adds none."""
        pattern = self.pattern.pattern
        return Criteria(
            patterns=() if pattern is None else (pattern,),
            sent=self.direction.currentData(),
            belongs=self._belongs(self.source.currentData()),
            sizes=self.sizes.sizes,
        )

    def add_listeners(self) -> None:
        """Add the listeners of the directory that are not in the list yet."""
        for name in self._directory.listeners:
            if name not in self._listed:
                self._listed.add(name)
                self._index_of(FilterSource(listener=name), name)

    def rename(self, old: str, new: str) -> None:
        """Rename a listener in the list. If it is the chosen source, it stays chosen."""
        if old not in self._listed:
            return
        place = self._index_of(FilterSource(listener=old), old)
        is_shown = self.source.currentIndex() == place
        self.source.blockSignals(True)
        if new in self._listed:  # a removed listener had that name
            self.source.removeItem(place)
        else:
            self.source.setItemText(place, new)
            self.source.setItemData(place, FilterSource(listener=new))
        if is_shown:
            self.source.setCurrentIndex(self._index_of(FilterSource(listener=new), new))
        self.source.blockSignals(False)
        self._listed = self._listed - {old} | {new}
        if is_shown:
            self.changed.emit()

    def show_only(self, source: FilterSource, words: str) -> None:
        """Show only the chunks of `source`; `words` is its entry in the list."""
        self.source.setCurrentIndex(self._index_of(source, words))

    def clear(self) -> None:
        """Show everything."""
        self.pattern.line.clear()
        self.direction.setCurrentIndex(0)
        self.source.setCurrentIndex(0)
        self.sizes.clear()

    def _lay_out(self) -> None:
        self.more.add_row(self.tr("Direction"), self.direction)
        self.more.add_row(self.tr("From"), self.source)
        self.more.add_row(self.tr("Size in bytes"), self.sizes)
        self.more.setText(self.tr("Filters ({0})").format(3))
        self.more.setFixedWidth(self.more.sizeHint().width())
        self._show_count()
        label = QLabel(self.tr("Filter"))
        label.setBuddy(self.pattern.line)
        row = fill(QHBoxLayout(self), label, spacing=8, margins=0)
        fill(row, (self.pattern, 1), self.more)
        row.addStretch(0)  # takes what is left once the pattern has its most

    def _show_count(self) -> None:
        """Show on the button how many of the choices in its panel are made."""
        choices = (self.direction.currentIndex(), self.source.currentIndex(), self.sizes.text())
        count = sum(bool(each) for each in choices)
        text = self.tr("Filters ({0})").format(count) if count else self.tr("Filters")
        self.more.setText(text)
        self.more.setToolTip(self.tr("Filter by direction, by source and by size"))
        self.more.setProperty("isSet", bool(count))

    def _index_of(self, source: FilterSource, words: str) -> int:
        for place in range(self.source.count()):
            if self.source.itemData(place) == source:
                return place
        self.source.addItem(words, source)
        return self.source.count() - 1

    def _belongs(self, source: FilterSource) -> _FromSource | None:
        return None if source == FilterSource() else _FromSource(self._directory, source)


@frozen
class _FromSource:
    """Tests whether a connection belongs to a source."""

    _directory: ConnectionDirectory
    _source: FilterSource

    def __call__(self, connection: int) -> bool:
        wanted = self._source.connection
        if connection == wanted:
            return True
        info = self._directory.info(connection)
        if wanted is not None:  # the connection to its target belongs to it
            return info is not None and info.forwards == wanted
        return info is not None and info.listener == self._source.listener


class TrafficFindBar(QWidget):
    """Asks for the pattern to search for, and shows the number of finds.

    Enter goes to the next find, Shift+Enter to the previous one.
    """

    next_wanted = Signal()
    previous_wanted = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.pattern = PatternEdit(icons, self.tr("Find…"), self.tr("Text of the data"))
        self.previous_button = QToolButton(autoRaise=True)
        self.next_button = QToolButton(autoRaise=True)
        self.count = ElidingLabel()
        self.count.setFixedWidth(_COUNT_WIDTH)
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
        layout.setSpacing(4)
        label = QLabel(self.tr("Find"))
        label.setBuddy(self.pattern.line)
        layout.addWidget(label)
        layout.addSpacing(2)
        fill(layout, (self.pattern, 1), self.previous_button, self.next_button, self.count)
        layout.addStretch(0)
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
        """Show the number of finds of `scan`, and the position of the chunk `chosen` in them."""
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


class PatternEdit(QWidget):
    """A field for a pattern: text, a regular expression, or hex. It is checked on each change.

    `pattern` is `None` while the field is empty or `trouble` has a mistake.
    """

    changed = Signal()
    """`pattern` or `trouble` changed."""

    def __init__(self, icons: Icons, purpose: str, placeholder: str) -> None:
        """`purpose` is the name of the field for screen readers."""
        super().__init__()
        self.pattern: Pattern | None = None
        self.trouble = ""
        self.line = QLineEdit()
        self.kind = QComboBox()
        self.case_button = QCheckBox(self.tr("Match case"))
        self.options = PopoverButton(icons)
        self._set_up(purpose)
        self.line.setPlaceholderText(placeholder)
        self.options.add_row(self.tr("Read as"), self.kind)
        self.options.add_row("", self.case_button)
        fill(QHBoxLayout(self), (self.line, 1), self.options, spacing=4, margins=0)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(self._parse)
        self.kind.currentIndexChanged.connect(self._parse)
        self.case_button.toggled.connect(self._parse)

    def start_typing(self) -> None:
        """Put the cursor into the field, and select its text."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def _set_up(self, purpose: str) -> None:
        self.line.setAccessibleName(purpose)
        self.line.setClearButtonEnabled(True)
        self.line.setMinimumWidth(_LEAST_LINE)
        self.setMaximumWidth(_MOST_PATTERN)
        for kind, words in (
            (PatternKind.TEXT, self.tr("Text")),
            (PatternKind.EXPRESSION, self.tr("Regex")),
            (PatternKind.HEX, self.tr("Hex")),
        ):
            self.kind.addItem(words, kind)
        self.kind.setAccessibleName(self.tr("{0}: how to read it").format(purpose))
        self.case_button.setToolTip(self.tr("Match upper and lower case exactly"))
        self.case_button.setAccessibleName(self.tr("{0}: match case").format(purpose))
        widest = max((self.kind.itemText(each) for each in range(self.kind.count())), key=len)
        self.options.setText(f"{widest} Aa")
        self.options.setFixedWidth(self.options.sizeHint().width())
        self.options.setAccessibleName(self.kind.accessibleName())
        self.options.setToolTip(
            self.tr("Read it as text, as a regular expression or as hex; match case")
        )
        self._show_options()

    def _show_options(self) -> None:
        """Show on the button how the field is read: `Text`, or `Text Aa` with the case."""
        is_exact = self.case_button.isChecked() and self.case_button.isEnabled()
        self.options.setText(f"{self.kind.currentText()}{' Aa' if is_exact else ''}")

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
            self.pattern, self.trouble = None, translated(str(error))
        self._show_options()
        self._show_trouble()
        if before != (self.pattern, self.trouble):
            self.changed.emit()

    def _show_trouble(self) -> None:
        palette = QPalette()
        if self.trouble:
            palette.setColor(QPalette.ColorRole.Text, tint_color(Tint.DANGER, palette))
        self.line.setPalette(palette)
        set_tip(self.line, self.trouble)
        self.line.setAccessibleDescription(self.trouble)


class SizeEdit(QLineEdit):
    """A field for a range of sizes in bytes. It is checked on each change.

    `sizes` is `None` while the field is empty or `trouble` has a mistake.
    """

    sizes_changed = Signal()
    """`sizes` or `trouble` changed."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: SizeRange | None = None
        self.trouble = ""
        self.setPlaceholderText(self.tr("Size…"))
        self.setAccessibleName(self.tr("Sizes to show, in bytes"))
        self.setClearButtonEnabled(True)
        self.textChanged.connect(self._parse)
        self._parse("")

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        width = self.fontMetrics().horizontalAdvance("0") * _SIZE_LETTERS + hint.height()
        return QSize(width, hint.height())

    def _parse(self, text: str) -> None:
        before = self.sizes, self.trouble
        try:
            self.sizes, self.trouble = parse_sizes(text), ""
        except SizeRangeError as error:
            self.sizes, self.trouble = None, translated(str(error))
        palette = QPalette()
        if self.trouble:
            palette.setColor(QPalette.ColorRole.Text, tint_color(Tint.DANGER, palette))
        self.setPalette(palette)
        self.setAccessibleDescription(self.trouble)
        self.setToolTip(
            self.trouble or self.tr("Bytes: 100-2000, 100- and more, -64 or less, 7 exactly")
        )
        if before != (self.sizes, self.trouble):
            self.sizes_changed.emit()
