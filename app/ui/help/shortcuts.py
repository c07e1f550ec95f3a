"""The sheet of all keyboard shortcuts, made from `COMMANDS` and the actions of the panes.

A few keys belong to no action but to a pane itself. They are listed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.text import readable
from app.ui.command_table import COMMANDS
from app.ui.commands import QT_TRANSLATE_NOOP, Command, Commands
from app.ui.style.theme import WindowSheet

translate = QCoreApplication.translate
KEY_NAMES = (
    QT_TRANSLATE_NOOP("QShortcut", "Return"),
    QT_TRANSLATE_NOOP("QShortcut", "Up"),
    QT_TRANSLATE_NOOP("QShortcut", "Down"),
)
"""The keys of shortcuts that stand on the keyboard otherwise than Qt translates them. Qt asks for
their names in this context, in the menus too."""

Shortcut = tuple[str, str]
"""What it does, and its keys as the platform writes them."""


class ShortcutSheet(QDialog):
    """Shows the shortcuts by group in columns, and finds them by text or key."""

    def __init__(
        self,
        commands: Commands,
        pane_actions: Iterable[tuple[str, QAction]],
        parent: QWidget | None = None,
    ) -> None:
        """`pane_actions` are further actions, each with the title of its group."""
        super().__init__(parent)
        WindowSheet(self)
        self._groups = _grouped(commands, pane_actions)
        self.filter = QLineEdit()
        self._area = QScrollArea()
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.filter.setPlaceholderText(self.tr("Find a shortcut"))
        self.filter.setAccessibleName(self.filter.placeholderText())
        self.filter.textChanged.connect(self._fill)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setAccessibleName(self.windowTitle())
        layout = QVBoxLayout(self)
        layout.addWidget(self.filter)
        layout.addWidget(self._area, 1)
        self.resize(860, 540)
        self._fill()

    @property
    def shown(self) -> list[Shortcut]:
        """The shortcuts that pass the filter."""
        return [each for _, shortcuts in self._passing() for each in shortcuts]

    def _passing(self) -> Iterator[tuple[str, list[Shortcut]]]:
        text = self.filter.text().strip().casefold()
        for title, shortcuts in self._groups.items():
            passing = [each for each in shortcuts if text in " ".join(each).casefold()]
            if passing:
                yield title, passing

    def _fill(self) -> None:
        body = QWidget()
        columns = QHBoxLayout(body)
        columns.setContentsMargins(0, 8, 12, 0)
        columns.setSpacing(32)
        groups = list(self._passing())
        if not groups:
            columns.addWidget(_label(self.tr("No shortcut matches."), "quiet"))
        half = sum(len(shortcuts) + 2 for _, shortcuts in groups) / 2
        left = [groups.pop(0)] if groups else []
        while groups and sum(len(each[1]) + 2 for each in left) + len(groups[0][1]) / 2 < half:
            left.append(groups.pop(0))
        for column in (left, groups):
            columns.addWidget(_column(column), 1)
        self._area.setWidget(body)


def _column(groups: Iterable[tuple[str, list[Shortcut]]]) -> QWidget:
    column = QWidget()
    grid = QGridLayout(column)
    grid.setContentsMargins(0, 0, 0, 12)
    grid.setColumnStretch(0, 1)
    row = 0
    for title, shortcuts in groups:
        if row:
            grid.setRowMinimumHeight(row, 12)
            row += 1
        grid.addWidget(_label(title, "paneTitle"), row, 0, 1, 2)
        for text, keys in shortcuts:
            row += 1
            name, key = _label(text), _label(keys, "key")
            name.setWordWrap(True)
            grid.addWidget(name, row, 0)
            grid.addWidget(key, row, 1, Qt.AlignmentFlag.AlignRight)
        row += 1
    grid.setRowStretch(row, 1)
    return column


def _label(text: str, name: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setObjectName(name)
    return label


def _grouped(
    commands: Commands, pane_actions: Iterable[tuple[str, QAction]]
) -> dict[str, list[Shortcut]]:
    groups: dict[str, list[Shortcut]] = {}
    for command in COMMANDS:
        if isinstance(command, Command) and command.keys:
            title = readable.remove_mnemonics(translate("Menus", command.menu.value))
            action: QAction = getattr(commands, command.name)
            text = translate("Commands", command.text)
            groups.setdefault(title, []).append((text.removesuffix("…"), _keys(action)))
    for title, action in pane_actions:
        if not action.shortcut().isEmpty():
            text = readable.remove_mnemonics(action.text()).removesuffix("…")
            groups.setdefault(title, []).append((text, _keys(action)))
    for title, more in _other_shortcuts():
        groups.setdefault(title, []).extend(more)
    return groups


def _keys(action: QAction) -> str:
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def _other_shortcuts() -> Iterator[tuple[str, list[Shortcut]]]:
    """The keys that a pane handles itself."""
    yield (
        translate("ShortcutSheet", "In the list of listeners"),
        [
            (translate("ShortcutSheet", "Choose another listener"), "↑ ↓"),
            (translate("ShortcutSheet", "Mark several"), f"{_native('Shift+Up')} ↓"),
            (translate("ShortcutSheet", "Mark all"), _native("Ctrl+A")),
            (translate("ShortcutSheet", "Start or stop"), _native("Space")),
            (translate("ShortcutSheet", "Choose none"), _native("Esc")),
        ],
    )
    yield (
        translate("ShortcutSheet", "In the console"),
        [
            (translate("ShortcutSheet", "Send"), _native("Return")),
            (translate("ShortcutSheet", "What was sent before"), "↑ ↓"),
            (translate("ShortcutSheet", "Search what was sent"), _native("Ctrl+R")),
            (
                translate("ShortcutSheet", "Send a snippet"),
                f"{_native('Alt+1')} … {_native('Alt+9')}",
            ),
        ],
    )
    yield (
        translate("ShortcutSheet", "In text fields"),
        [
            (translate("ShortcutSheet", "Undo"), _native("Ctrl+Z")),
            (translate("ShortcutSheet", "Redo"), _native("Ctrl+Shift+Z")),
        ],
    )
