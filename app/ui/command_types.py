"""The form of an entry in `app.ui.commands.COMMANDS`."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple


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
