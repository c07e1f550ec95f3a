"""A line to type what to look for: as text, as an expression or as hex."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QToolButton, QWidget

from app.traffic.pattern import Kind, Pattern, PatternError, parse
from app.ui.colors import RED, pick
from app.ui.icons import Icons


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
            (Kind.TEXT, self.tr("Text")),
            (Kind.EXPRESSION, self.tr("Regex")),
            (Kind.HEX, self.tr("Hex")),
        ):
            self.kind.addItem(words, kind)
        self.kind.setAccessibleName(self.tr("{0}: how it is meant").format(purpose))
        self.case_button.setCheckable(True)
        icons.give(self.case_button, "match-case")
        self.case_button.setToolTip(self.tr("Match upper and lower case exactly"))
        self.case_button.setAccessibleName(self.tr("{0}: match case").format(purpose))

    def _parse(self) -> None:
        self.case_button.setEnabled(self.kind.currentData() is not Kind.HEX)
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
