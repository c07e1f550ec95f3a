"""The tool bar, the menu bar and the menu of one listener, made from `COMMANDS`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from app.ui.command_table import COMMANDS
from app.ui.commands import Command, Commands, Menu, Submenu
from app.ui.settings import Language
from app.ui.style.tokens import Scheme

if TYPE_CHECKING:  # the first picture needs none of these
    from app.ui.connections.pane import ConnectionsPane
    from app.ui.console.pane import ConsolePane
    from app.ui.listeners.actions import ListenerActions
    from app.ui.profiles.other_profiles import OtherProfiles
    from app.ui.settings import Settings
    from app.ui.settings_dialog.appearance import Appearance

Filler: TypeAlias = Callable[[QMenu], object]
"""Appends a submenu, or the actions of a pane, to a menu."""


def add_tool_bar(window: QMainWindow, commands: Commands) -> None:
    """Add the tool bar with the most used commands."""
    bar = QToolBar(QCoreApplication.translate("Menus", "Tools"))
    bar.setObjectName("tools")
    bar.setMovable(False)
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    for entry in COMMANDS:
        if isinstance(entry, Command) and entry.in_tool_bar:
            bar.addAction(getattr(commands, entry.name))
    _add_room_buttons(bar, commands)
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    window.addToolBar(bar)


def _add_room_buttons(bar: QToolBar, commands: Commands) -> None:
    """The buttons that show and hide parts of the window, at the right end of the tool bar."""
    space = QWidget()
    space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(space)
    for action in (commands.sidebar, commands.console, commands.console_place, commands.details):
        bar.addAction(action)
        button = bar.widgetForAction(action)
        assert isinstance(button, QToolButton)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setAccessibleName(action.text())


def add_menus(window: QMainWindow) -> dict[Menu, QMenu]:
    """Make the menu bar, with empty menus."""
    bar = window.menuBar()
    return {each: bar.addMenu(QCoreApplication.translate("Menus", each.value)) for each in Menu}


def fill_menus(
    menus: Mapping[Menu, QMenu],
    commands: Commands,
    connections: ConnectionsPane,
    console: ConsolePane,
    profiles: OtherProfiles,
    listener_actions: ListenerActions,
    settings: Settings,
    appearance: Appearance,
    change_language: Callable[[], object],
) -> None:
    """Fill the menus of the menu bar. The panes and `profiles` fill the submenus that change."""
    fillers: dict[str, Filler] = {
        "recent profiles": lambda menu: _add_recent(menu, profiles),
        "copy as": lambda menu: _add_copies(menu, listener_actions),
        "selected connections": connections.commands.fill,
        "chosen tab": lambda menu: menu.addActions(console.actions_of_tab),
        "columns": lambda menu: _add_columns(menu, connections),
        "appearance": lambda menu: _add_schemes(menu, settings, appearance),
        "language": lambda menu: _add_languages(menu, settings, change_language),
    }
    for title, menu in menus.items():
        _fill(menu, commands, fillers, [entry for entry in COMMANDS if entry.menu is title])


def listener_menu(parent: QWidget, commands: Commands, listener_actions: ListenerActions) -> QMenu:
    """The context menu of the chosen listener. It is deleted when it closes."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    fillers: dict[str, Filler] = {"copy as": lambda menu: _add_copies(menu, listener_actions)}
    _fill(menu, commands, fillers, [entry for entry in COMMANDS if entry.in_listener_menu])
    return menu


def _fill(
    menu: QMenu,
    commands: Commands,
    fillers: Mapping[str, Filler],
    entries: Iterable[Command | Submenu],
) -> None:
    for entry in entries:
        if entry.starts_group and not menu.isEmpty():
            menu.addSeparator()
        if isinstance(entry, Command):
            menu.addAction(getattr(commands, entry.name))
        else:
            fillers[entry.name](menu)


def _add_recent(menu: QMenu, profiles: OtherProfiles) -> None:
    recent = menu.addMenu(QCoreApplication.translate("Menus", "Recent profiles"))
    recent.setToolTipsVisible(True)
    recent.aboutToShow.connect(lambda: profiles.fill(recent))


def _add_columns(menu: QMenu, connections: ConnectionsPane) -> None:
    columns = menu.addMenu(QCoreApplication.translate("Menus", "Columns"))
    columns.setToolTipsVisible(True)
    columns.aboutToShow.connect(lambda: connections.column_layout.fill(columns))


def _add_copies(menu: QMenu, listener_actions: ListenerActions) -> None:
    copies = menu.addMenu(QCoreApplication.translate("Menus", "Copy as"))
    copies.aboutToShow.connect(lambda: listener_actions.fill_copy_menu(copies))
    menu.aboutToShow.connect(lambda: copies.setEnabled(listener_actions.has_one))


def _add_schemes(parent: QMenu, settings: Settings, appearance: Appearance) -> None:
    menu = parent.addMenu(QCoreApplication.translate("Menus", "Appearance"))
    group = QActionGroup(menu)
    for scheme, words in (
        (Scheme.SYSTEM, QCoreApplication.translate("Menus", "As the system")),
        (Scheme.LIGHT, QCoreApplication.translate("Menus", "Light")),
        (Scheme.DARK, QCoreApplication.translate("Menus", "Dark")),
    ):
        action = QAction(words, menu, checkable=True)
        action.setChecked(scheme is settings.scheme)
        action.triggered.connect(
            lambda _checked=False, scheme=scheme: appearance.set_scheme(scheme)
        )
        group.addAction(action)
        menu.addAction(action)


def _add_languages(parent: QMenu, settings: Settings, change: Callable[[], object]) -> None:
    menu = parent.addMenu(QCoreApplication.translate("Menus", "Language"))
    group = QActionGroup(menu)
    for language, words in (
        (Language.SYSTEM, QCoreApplication.translate("Menus", "As the system")),
        (Language.ENGLISH, "English"),
        (Language.CHINESE, "简体中文"),
    ):
        action = QAction(words, menu, checkable=True)
        action.setChecked(language is settings.language)
        action.triggered.connect(
            lambda _checked=False, language=language: _set_language(language, settings, change)
        )
        group.addAction(action)
        menu.addAction(action)


def _set_language(language: Language, settings: Settings, change: Callable[[], object]) -> None:
    if language is not settings.language:
        settings.language = language
        change()
