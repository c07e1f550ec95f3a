"""Every command of the window, one entry each: its text, icon, key, menus and what it does.

The menu bar, the tool bar, the menu of a listener and the keyboard are made from `COMMANDS`. The
order of the entries is their order in each menu. To add a command, add an entry. Those of the menus
View and Help are in `app.ui.view_commands`.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.ui.command_types import QT_TRANSLATE_NOOP, Command, Menu, Submenu
from app.ui.style.icons import Icons
from app.ui.view_commands import VIEW_AND_HELP_COMMANDS

COMMANDS: Final[tuple[Command | Submenu, ...]] = (
    Command(
        "new_profile",
        QT_TRANSLATE_NOOP("Commands", "New profile…"),
        lambda window: window.rest.profiles.new(),
        Menu.FILE,
        "Ctrl+Shift+N",
    ),
    Command(
        "open_profile",
        QT_TRANSLATE_NOOP("Commands", "Open profile…"),
        lambda window: window.rest.profiles.choose(),
        Menu.FILE,
        "Ctrl+Shift+O",
    ),
    Submenu("recent profiles", Menu.FILE),
    Command(
        "import_listeners",
        QT_TRANSLATE_NOOP("Commands", "Import listeners from…"),
        lambda window: window.rest.exchange.choose_source(),
        Menu.FILE,
        starts_group=True,
    ),
    Command(
        "export_profile",
        QT_TRANSLATE_NOOP("Commands", "Export profile as…"),
        lambda window: window.rest.exchange.choose_listeners(),
        Menu.FILE,
    ),
    Command(
        "export_ca",
        QT_TRANSLATE_NOOP("Commands", "Export the CA certificate…"),
        lambda window: window.rest.certificates.export(),
        Menu.FILE,
    ),
    Command(
        "edit_profile",
        QT_TRANSLATE_NOOP("Commands", "Open the profile in an editor"),
        lambda window: window.rest.profile.open(),
        Menu.FILE,
        starts_group=True,
    ),
    Command(
        "load_profile",
        QT_TRANSLATE_NOOP("Commands", "Load the profile again"),
        lambda window: window.rest.profile.load(),
        Menu.FILE,
    ),
    Command(
        "open_program",
        QT_TRANSLATE_NOOP("Commands", "Open a Twisted program…"),
        lambda window: window.rest.programs.choose(),
        Menu.FILE,
        "Ctrl+Shift+P",
        starts_group=True,
    ),
    Command(
        "trust_code",
        QT_TRANSLATE_NOOP("Commands", "Trust the code of this profile…"),
        lambda window: window.rest.programs.trust(),
        Menu.FILE,
    ),
    Command(
        "record",
        QT_TRANSLATE_NOOP("Commands", "Record the traffic…"),
        lambda window: window.rest.traffic.open_pane.toggle_recording(),
        Menu.FILE,
        "Ctrl+Shift+E",
        "record",
        starts_group=True,
    ),
    Command(
        "open_recording",
        QT_TRANSLATE_NOOP("Commands", "Open a recording…"),
        lambda window: window.rest.task_windows.recordings.ask(),
        Menu.FILE,
        "Ctrl+O",
        starts_group=True,
    ),
    Command(
        "open_capture",
        QT_TRANSLATE_NOOP("Commands", "Open a capture…"),
        lambda window: window.rest.task_windows.captures.ask(),
        Menu.FILE,
        "Ctrl+Alt+O",
    ),
    Command(
        "settings",
        QT_TRANSLATE_NOOP("Commands", "Settings…"),
        lambda window: window.rest.open_settings(),
        Menu.FILE,
        "Ctrl+,",
        starts_group=True,
    ),
    Command(
        "quit",
        QT_TRANSLATE_NOOP("Commands", "Quit"),
        lambda window: window.rest.quitting.quit(),
        Menu.FILE,
        "Ctrl+Q",
        "quit",
        starts_group=True,
    ),
    Command(
        "new",
        QT_TRANSLATE_NOOP("Commands", "New listener…"),
        lambda window: window.rest.listener_actions.new(),
        Menu.LISTENER,
        "Ctrl+N",
        "plus",
        in_tool_bar=True,
    ),
    Command(
        "toggle",
        QT_TRANSLATE_NOOP("Commands", "Start"),
        lambda window: window.rest.listener_actions.toggle(),
        Menu.LISTENER,
        "Ctrl+Return",
        "start",
        in_listener_menu=True,
        starts_group=True,
    ),
    Command(
        "drain",
        QT_TRANSLATE_NOOP("Commands", "Drain"),
        lambda window: window.rest.listener_actions.drain(),
        Menu.LISTENER,
        "Ctrl+Shift+D",
        "drain",
        in_listener_menu=True,
    ),
    Command(
        "restart",
        QT_TRANSLATE_NOOP("Commands", "Restart"),
        lambda window: window.rest.listener_actions.restart(),
        Menu.LISTENER,
        "Ctrl+Shift+R",
        "restart",
        in_listener_menu=True,
    ),
    Command(
        "reload",
        QT_TRANSLATE_NOOP("Commands", "Reload the code"),
        lambda window: window.rest.listener_actions.reload_code(),
        Menu.LISTENER,
        "Ctrl+R",
        in_listener_menu=True,
    ),
    Command(
        "open_in_console",
        QT_TRANSLATE_NOOP("Commands", "Open in console"),
        lambda window: window.rest.open_in_console(),
        Menu.LISTENER,
        "Ctrl+Shift+T",
        in_listener_menu=True,
        starts_group=True,
    ),
    Command(
        "send_to_listener",
        QT_TRANSLATE_NOOP("Commands", "Send to its connections…"),
        lambda window: window.rest.send_to_listener(),
        Menu.LISTENER,
        "",
        "send",
        in_listener_menu=True,
    ),
    Command(
        "listener_traffic",
        QT_TRANSLATE_NOOP("Commands", "Show its traffic"),
        lambda window: window.rest.choice_display.show_chosen_traffic(),
        Menu.LISTENER,
        in_listener_menu=True,
    ),
    Command(
        "copy_listener_address",
        QT_TRANSLATE_NOOP("Commands", "Copy address"),
        lambda window: window.rest.listener_actions.copy_address(),
        Menu.LISTENER,
        "Ctrl+Shift+C",
        "copy",
        in_listener_menu=True,
    ),
    Submenu("copy as", Menu.LISTENER, in_listener_menu=True),
    Command(
        "edit",
        QT_TRANSLATE_NOOP("Commands", "Edit…"),
        lambda window: window.rest.listener_actions.edit(),
        Menu.LISTENER,
        "F2",
        "edit",
        in_listener_menu=True,
        starts_group=True,
    ),
    Command(
        "duplicate",
        QT_TRANSLATE_NOOP("Commands", "Duplicate"),
        lambda window: window.rest.listener_actions.duplicate(),
        Menu.LISTENER,
        "Ctrl+D",
        "copy",
        in_listener_menu=True,
    ),
    Command(
        "move_up",
        QT_TRANSLATE_NOOP("Commands", "Move up"),
        lambda window: window.rest.listener_actions.move(-1),
        Menu.LISTENER,
        "Ctrl+Shift+Up",
        in_listener_menu=True,
    ),
    Command(
        "move_down",
        QT_TRANSLATE_NOOP("Commands", "Move down"),
        lambda window: window.rest.listener_actions.move(+1),
        Menu.LISTENER,
        "Ctrl+Shift+Down",
        in_listener_menu=True,
    ),
    Command(
        "rules",
        QT_TRANSLATE_NOOP("Commands", "Rules…"),
        lambda window: window.rest.task_windows.open_rules(),
        Menu.LISTENER,
        "Ctrl+Alt+R",
        in_listener_menu=True,
        starts_group=True,
    ),
    Command(
        "held",
        QT_TRANSLATE_NOOP("Commands", "Held messages…"),
        lambda window: window.rest.task_windows.open_held(),
        Menu.LISTENER,
        "Ctrl+Alt+H",
        in_listener_menu=True,
    ),
    Command(
        "faults",
        QT_TRANSLATE_NOOP("Commands", "Faults…"),
        lambda window: window.rest.task_windows.open_faults(),
        Menu.LISTENER,
        "Ctrl+Alt+F",
        "fault",
        in_listener_menu=True,
    ),
    Command(
        "clear_faults",
        QT_TRANSLATE_NOOP("Commands", "Clear all faults"),
        lambda window: window.rest.task_windows.faults.clear_all(),
        Menu.LISTENER,
        "Ctrl+Alt+Shift+F",
        in_every_window=True,
    ),
    Command(
        "remove",
        QT_TRANSLATE_NOOP("Commands", "Remove"),
        lambda window: window.rest.listener_actions.remove(),
        Menu.LISTENER,
        "Ctrl+Shift+Del",
        "remove",
        in_listener_menu=True,
        starts_group=True,
    ),
    Command(
        "undo",
        QT_TRANSLATE_NOOP("Commands", "Undo remove"),
        lambda window: window.rest.listener_actions.undo(),
        Menu.LISTENER,
        "Ctrl+Z",
        "undo",
    ),
    Command(
        "redo",
        QT_TRANSLATE_NOOP("Commands", "Redo remove"),
        lambda window: window.rest.listener_actions.redo(),
        Menu.LISTENER,
        "Ctrl+Shift+Z",
    ),
    Command(
        "start_all",
        QT_TRANSLATE_NOOP("Commands", "Start all"),
        lambda window: window.rest.listener_actions.start_all(),
        Menu.LISTENER,
        "F5",
        "start",
        in_tool_bar=True,
        starts_group=True,
    ),
    Command(
        "stop_all",
        QT_TRANSLATE_NOOP("Commands", "Stop all"),
        lambda window: window.rest.listener_actions.stop_all(),
        Menu.LISTENER,
        "Shift+F5",
        "stop",
        in_tool_bar=True,
    ),
    Submenu("selected connections", Menu.CONNECTION),
    Command(
        "find_in_pane",
        QT_TRANSLATE_NOOP("Commands", "Find in the pane"),
        lambda window: window.rest.navigation.find(),
        Menu.CONNECTION,
        "Ctrl+F",
        starts_group=True,
    ),
    Command(
        "new_tab",
        QT_TRANSLATE_NOOP("Commands", "New console tab"),
        lambda window: window.console.open_tab(),
        Menu.CONSOLE,
        "Ctrl+T",
    ),
    *VIEW_AND_HELP_COMMANDS,
)


class Commands(QObject):
    """The actions of one window, made from `COMMANDS`. Each is an attribute: `commands.quit`."""

    def __init__(self, window: QWidget, icons: Icons) -> None:
        super().__init__(window)
        self._window = window
        self._icons = icons
        entries = [each for each in COMMANDS if isinstance(each, Command)]
        self._actions = {command.name: self._make(command) for command in entries}

    @property
    def actions(self) -> tuple[QAction, ...]:
        """All actions, in the order of `COMMANDS`."""
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
