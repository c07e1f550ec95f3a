"""What a command of the window is, and the actions of all commands of `command_table`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, NamedTuple

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.ui.style.icons import Icons


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """Mark `text` for translation. It replaces Qt's function of this name, which has no types."""
    return text


class Menu(Enum):
    """The menus of the menu bar, in their order; the value is the title."""

    FILE = QT_TRANSLATE_NOOP("Menus", "&File")
    LISTENER = QT_TRANSLATE_NOOP("Menus", "&Listener")
    CONNECTION = QT_TRANSLATE_NOOP("Menus", "&Connection")
    CONSOLE = QT_TRANSLATE_NOOP("Menus", "C&onsole")
    VIEW = QT_TRANSLATE_NOOP("Menus", "&View")
    HELP = QT_TRANSLATE_NOOP("Menus", "&Help")


class Command(NamedTuple):
    """A command of the user: an action in menus, on the tool bar and on the keyboard."""

    name: str
    """The attribute of `Commands` that is its action."""

    text: str
    """The English text, for `translate("Commands", …)`."""

    run: Callable[[Any], object]
    """Runs the command; called with the `MainWindow`."""

    menu: Menu
    keys: str = ""
    icon: str = ""
    other_keys: tuple[str, ...] = ()
    """Further shortcuts, for keyboards that have the first one elsewhere."""

    is_checkable: bool = False
    """Whether it has a tick, set while the part that it opens is visible. That part sets it."""

    in_every_window: bool = False
    """Whether its keys work in the other windows of the program too."""

    in_tool_bar: bool = False
    in_listener_menu: bool = False
    """Whether the context menu of a listener has it too."""

    starts_group: bool = False
    """Whether a separator stands above it in its menu."""


class Submenu(NamedTuple):
    """A place in a menu that `app.ui.window.menus` fills: a submenu, or the actions of a pane."""

    name: str
    menu: Menu
    in_listener_menu: bool = False
    starts_group: bool = False


class Commands(QObject):
    """The actions of one window. Each is an attribute: `commands.quit`."""

    def __init__(self, window: QWidget, icons: Icons, table: Iterable[Command | Submenu]) -> None:
        """An action for each command of `table`."""
        super().__init__(window)
        self._window = window
        self._icons = icons
        commands = (each for each in table if isinstance(each, Command))
        self._actions = {command.name: self._make(command) for command in commands}

    @property
    def actions(self) -> tuple[QAction, ...]:
        """All actions, in the order of the table."""
        return tuple(self._actions.values())

    def __getattr__(self, name: str) -> QAction:
        try:
            action: QAction = self.__dict__["_actions"][name]
        except KeyError:
            raise AttributeError(f"There is no command called {name!r}.") from None
        return action

    def _make(self, command: Command) -> QAction:
        text = QCoreApplication.translate("Commands", command.text)
        action = QAction(text, self._window, checkable=command.is_checkable)
        if command.icon:
            self._icons.give(action, command.icon)
        if command.keys:
            shortcut = QKeySequence(command.keys)
            action.setShortcuts([shortcut, *map(QKeySequence, command.other_keys)])
            if command.in_every_window:
                action.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
            keys = shortcut.toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{text.removesuffix('…')} ({keys})")
        action.triggered.connect(lambda _checked=False: command.run(self._window))
        self._window.addAction(action)
        return action
