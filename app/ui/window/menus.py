"""The menus, the tool bar, and the menu of one listener: where each command is found."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QSizePolicy, QToolBar, QWidget

from app.ui.commands import Commands
from app.ui.connections.pane import ConnectionsPane
from app.ui.console.pane import ConsolePane
from app.ui.listeners.actions import ListenerActions
from app.ui.settings import Language, Settings
from app.ui.style import theme
from app.ui.style.theme import Scheme
from app.ui.window.other_profiles import OtherProfiles


def add_tool_bar(window: QMainWindow, commands: Commands) -> None:
    """What one needs most, beside each other at the top."""
    bar = QToolBar(QCoreApplication.translate("Menus", "Tools"))
    bar.setObjectName("tools")
    bar.setMovable(False)
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    bar.addActions([commands.new, commands.start_all, commands.stop_all])
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    window.addToolBar(bar)


def add_menus(
    window: QMainWindow,
    commands: Commands,
    connections: ConnectionsPane,
    console: ConsolePane,
    profiles: OtherProfiles,
    handling: ListenerActions,
    settings: Settings,
) -> None:
    """Everything, in words. `connections` and `console` have actions of their own, and the former
    columns to choose from; `profiles` knows those that were open lately, `handling` what the chosen
    listener gives away."""
    bar = window.menuBar()
    file = bar.addMenu(QCoreApplication.translate("Menus", "&File"))
    file.addActions([commands.new_profile, commands.other_profile])
    recent = file.addMenu(QCoreApplication.translate("Menus", "&Recent profiles"))
    recent.setToolTipsVisible(True)
    recent.aboutToShow.connect(lambda: profiles.fill(recent))
    file.addSeparator()
    file.addActions([commands.import_listeners, commands.export_profile, commands.export_ca])
    file.addSeparator()
    file.addActions([commands.open_profile, commands.load_profile])
    file.addSeparator()
    file.addAction(commands.open_recording)
    file.addSeparator()
    file.addAction(commands.preferences)
    file.addSeparator()
    file.addAction(commands.quit)
    listener = bar.addMenu(QCoreApplication.translate("Menus", "&Listener"))
    listener.addActions([commands.new, commands.edit, commands.duplicate])
    listener.addActions([commands.remove, commands.undo])
    listener.addSeparator()
    listener.addActions([commands.toggle, commands.drain, commands.restart, commands.reload])
    listener.addActions([commands.talk, commands.send_all])
    _add_copies(listener, handling)
    listener.addSeparator()
    listener.addActions([commands.move_up, commands.move_down])
    listener.addSeparator()
    listener.addActions([commands.start_all, commands.stop_all])
    connection = bar.addMenu(QCoreApplication.translate("Menus", "&Connection"))
    connections.commands.fill(connection)
    connection.addSeparator()
    connection.addAction(commands.find)
    talk = bar.addMenu(QCoreApplication.translate("Menus", "C&onsole"))
    talk.addActions([commands.new_tab, *console.actions_of_tab])
    view = bar.addMenu(QCoreApplication.translate("Menus", "&View"))
    columns = view.addMenu(QCoreApplication.translate("Menus", "&Columns"))
    columns.setToolTipsVisible(True)
    columns.aboutToShow.connect(lambda: connections.arrangement.fill(columns))
    view.addSeparator()
    _add_schemes(view.addMenu(QCoreApplication.translate("Menus", "Appearance")), settings)
    _add_languages(view.addMenu(QCoreApplication.translate("Menus", "Language")), settings)
    bar.addMenu(QCoreApplication.translate("Menus", "&Help")).addAction(commands.about)


def listener_menu(parent: QWidget, commands: Commands, handling: ListenerActions) -> QMenu:
    """What can be done with the chosen listener. It goes away when it closes."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addActions([commands.toggle, commands.drain, commands.restart, commands.reload])
    menu.addSeparator()
    menu.addActions([commands.talk, commands.send_all])
    _add_copies(menu, handling)
    menu.addSeparator()
    menu.addActions([commands.edit, commands.duplicate, commands.move_up, commands.move_down])
    menu.addSeparator()
    menu.addAction(commands.remove)
    return menu


def _add_copies(menu: QMenu, handling: ListenerActions) -> None:
    copies = menu.addMenu(QCoreApplication.translate("Menus", "&Copy as"))
    copies.aboutToShow.connect(lambda: handling.fill_copies(copies))
    menu.aboutToShow.connect(lambda: copies.setEnabled(handling.has_one))


def _add_schemes(menu: QMenu, settings: Settings) -> None:
    group = QActionGroup(menu)
    for scheme, words in (
        (Scheme.SYSTEM, QCoreApplication.translate("Menus", "As the system")),
        (Scheme.LIGHT, QCoreApplication.translate("Menus", "Light")),
        (Scheme.DARK, QCoreApplication.translate("Menus", "Dark")),
    ):
        action = QAction(words, menu, checkable=True)
        action.setChecked(scheme is settings.scheme)
        action.triggered.connect(lambda _checked=False, scheme=scheme: _use(scheme, settings))
        group.addAction(action)
        menu.addAction(action)


def _add_languages(menu: QMenu, settings: Settings) -> None:
    group = QActionGroup(menu)
    for language, words in (
        (Language.SYSTEM, QCoreApplication.translate("Menus", "As the system")),
        (Language.ENGLISH, "English"),
        (Language.CHINESE, "简体中文"),
    ):
        action = QAction(words, menu, checkable=True)
        action.setChecked(language is settings.language)
        action.triggered.connect(
            lambda _checked=False, language=language: _speak(language, settings)
        )
        group.addAction(action)
        menu.addAction(action)
    menu.addSeparator()
    hint = menu.addAction(
        QCoreApplication.translate("Menus", "Another one counts from the next start")
    )
    hint.setEnabled(False)


def _speak(language: Language, settings: Settings) -> None:
    settings.language = language


def _use(scheme: Scheme, settings: Settings) -> None:
    settings.scheme = scheme
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply_scheme(app, scheme)
