"""The panel at the right: what there is to know about the chosen listener or connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.server.listener import Listener, State
from app.ui.connections.columns import Row
from app.ui.details.facts import Line, Section, connection_sections, listener_sections
from app.ui.details.history import RateHistory
from app.ui.details.plot import RatePlot
from app.ui.listeners.status import first_line
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors
from app.ui.widgets.labels import ElidingLabel, WrappingLabel, show_result
from app.ui.widgets.layouts import FoldingBox
from app.ui.widgets.plain_text import set_tip

ICON_SIZE = 14
LEAST_WIDTH = 160


class DetailsPanel(QScrollArea):
    """Shows a listener or a connection. It reads them when `refresh` is called."""

    traffic_wanted = Signal(object)
    """The user wants the traffic of this `Listener` or row of the connections."""

    log_wanted = Signal()
    """The user wants to see the log."""

    listener_wanted = Signal(str)
    """The user wants the listener of that name, from one of its connections."""

    def __init__(
        self,
        icons: Icons,
        colors: ListenerColors,
        seconds: Callable[[], float],
        folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        """`seconds` is the clock of connections and histories.

        The relative paths of a spec begin in `folder`.
        """
        super().__init__(parent)
        self._icons = icons
        self._colors = colors
        self._seconds = seconds
        self._folder = folder
        self._subject: Listener | Row | None = None
        self._sections: tuple[Section, ...] = ()
        self.swatch = QLabel()
        self.name = ElidingLabel()
        self.name.setObjectName("paneTitle")
        self.state = WrappingLabel()
        self.state.setObjectName("quiet")
        self.hint = QLabel(self.tr("Choose a listener or a connection to see its details."))
        self.plot = RatePlot(seconds)
        self.traffic_button = QPushButton(self.tr("Show its traffic"))
        self.log_button = QPushButton(self.tr("Show its log"))
        self.listener_button = QPushButton(self.tr("Show its listener"))
        self.facts = _FactsView(icons)
        self._lay_out()
        self._bind()
        self.show_subject(None, None)

    @property
    def subject(self) -> Listener | Row | None:
        """The listener or the connection on show."""
        return self._subject

    def show_subject(self, subject: Listener | Row | None, history: RateHistory | None) -> None:
        """Show `subject` and plot its `history`."""
        self._subject = subject
        is_listener = isinstance(subject, Listener)
        for part in (self.name, self.swatch, self.state, self.facts, self.traffic_button):
            part.setVisible(subject is not None)
        self.hint.setVisible(subject is None)
        self.plot.setVisible(history is not None)
        self.log_button.setVisible(is_listener)
        self.listener_button.setVisible(subject is not None and not is_listener)
        self.plot.show_history(history)
        self.refresh()

    def refresh(self) -> None:
        """Show the subject as it is now. While the panel is hidden, nothing is read."""
        subject = self._subject
        if subject is None or not self.isVisible():
            return
        is_wrong = isinstance(subject, Listener) and subject.state is State.FAILED
        if isinstance(subject, Listener):
            name, state = subject.spec.name, first_line(subject)
            sections = listener_sections(subject, self._folder)
            self.swatch.setPixmap(self._colors.swatch(name))
        else:
            name, state = subject.peer, subject.factory.spec.name
            sections = connection_sections(subject, self._seconds())
            self.swatch.setPixmap(self._colors.swatch(state))
        if (name, state) != (self.name.text(), self.state.text()):
            self.name.setText(name)
            show_result(self.state, state, wrong=is_wrong)
            self.setAccessibleDescription(f"{name}, {state}")
        shown = tuple(each for each in sections if each.lines)
        if shown != self._sections:
            self._sections = shown
            self.facts.show_sections(shown)

    def showEvent(self, event: object) -> None:
        self.refresh()

    def _bind(self) -> None:
        self.traffic_button.clicked.connect(lambda: self.traffic_wanted.emit(self._subject))
        self.log_button.clicked.connect(self.log_wanted)
        self.listener_button.clicked.connect(self._ask_for_listener)

    def _ask_for_listener(self) -> None:
        if self._subject is not None and not isinstance(self._subject, Listener):
            self.listener_wanted.emit(self._subject.factory.spec.name)

    def _lay_out(self) -> None:
        self.setObjectName("detailsPanel")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Details"))
        self.setMinimumWidth(LEAST_WIDTH)
        self.hint.setObjectName("emptyHint")
        self.hint.setWordWrap(True)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.swatch)
        head.addWidget(self.name, 1)
        buttons = FoldingBox()
        for button in (self.traffic_button, self.log_button, self.listener_button):
            button.setProperty("small", True)
            buttons.add(button)
        body = QWidget()
        body.setObjectName("detailsBody")
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.state)
        column.addWidget(buttons)
        column.addWidget(self.plot)
        column.addWidget(self.facts)
        column.addWidget(self.hint)
        column.addStretch(1)
        self.setWidget(body)


class _FactsView(QWidget):
    """Titled lines: the label, the value, and a button that copies it."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._values: list[QLabel] = []
        self._shape: tuple[object, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)

    def show_sections(self, sections: Iterable[Section]) -> None:
        """Show these sections. Labels are made anew only if others are needed."""
        sections = tuple(sections)
        lines = [line for section in sections for line in section.lines]
        shape = tuple(
            (section.title, tuple((line.name, line.is_copied) for line in section.lines))
            for section in sections
        )
        if shape != self._shape:
            self._shape = shape
            self._make(sections)
        for label, line in zip(self._values, lines, strict=True):
            if label.text() != line.value:
                label.setText(line.value)
                label.setAccessibleName(f"{line.label} {line.value}".strip())

    def _make(self, sections: Iterable[Section]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._values.clear()
        row = 0
        for section in sections:
            title = QLabel(section.title)
            title.setObjectName("sectionTitle")
            title.setContentsMargins(0, 8, 0, 0)
            self._grid.addWidget(title, row, 0, 1, 3)
            for line in section.lines:
                row += 1
                self._add_line(row, line)
            row += 1
        for child in self.findChildren(QWidget):
            child.setVisible(self._grid.indexOf(child) >= 0)  # now, so that nothing flickers

    def _add_line(self, row: int, line: Line) -> None:
        is_copied = line.is_copied
        # Label and value fill the row: one that is lower than the other would sit beside its line.
        align = Qt.AlignmentFlag.AlignVCenter if is_copied else Qt.AlignmentFlag.AlignTop
        value = WrappingLabel()
        value.setAlignment(align)
        value.setMinimumWidth(1)  # or its longest word would be the minimum
        value.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._values.append(value)
        if line.label:
            label = QLabel(line.label)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setObjectName("quiet")
            label.setAlignment(align)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(value, row, 1, 1, 1 if is_copied else 2)
        else:
            self._grid.addWidget(value, row, 0, 1, 2 if is_copied else 3)
        if is_copied:
            self._grid.addWidget(self._copy_button(line.name, value), row, 2, align)

    def _copy_button(self, label: str, value: QLabel) -> QToolButton:
        def copy() -> None:
            QGuiApplication.clipboard().setText(value.text())

        button = QToolButton(autoRaise=True)
        button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self._icons.give(button, "copy")
        name = self.tr("Copy: {0}").format(label)
        button.setAccessibleName(name)
        set_tip(button, name)
        button.clicked.connect(copy)
        return button
