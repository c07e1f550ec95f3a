"""The icon in the tray: the state of the listeners, a menu to start and stop them, and quit.

Not every desktop has a tray. Without one nothing is shown, and closing the window ends the program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from app.server.listener import Listener, State
from app.text import readable
from app.ui.commands import Commands
from app.ui.style.palette import state_color

SIZES: Final = (16, 22, 24, 32, 48)
MOST_LISTENERS: Final = 25
"""So many listeners are in the menu; a longer one would leave the screen."""

WAIT_STEP_MS: Final = 500
LONGEST_WAIT_MS: Final = 15_000

_SHOWING = (
    QSystemTrayIcon.ActivationReason.Trigger,
    QSystemTrayIcon.ActivationReason.DoubleClick,
)


class Tray(QObject):
    """Owns the tray icon of a window."""

    def __init__(
        self,
        window: QWidget,
        commands: Commands,
        *,
        listeners: Callable[[], Sequence[Listener]],
        switch: Callable[[Listener, bool], object],
        show_window: Callable[[], object],
        quit_program: Callable[[], object],
        is_available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        """`listeners` gives the listeners in their order, and `switch` starts or stops one."""
        super().__init__(window)
        self._window = window
        self._commands = commands
        self._listeners = listeners
        self._switch = switch
        self._show_window = show_window
        self._quit_program = quit_program
        self._is_available = is_available
        self._shown: tuple[State, str] | None = None
        self.menu = QMenu(window)
        self.menu.aboutToShow.connect(self.fill)
        self.icon = QSystemTrayIcon(self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activate)
        self.icon.messageClicked.connect(show_window)

    @property
    def is_shown(self) -> bool:
        """Whether the desktop shows the icon."""
        return self.icon.isVisible() and self._is_available()

    def show(self) -> None:
        """Show the icon if the desktop has a place for it."""
        if self._is_available():
            self.fill()
            self._show_state()
            self.icon.show()

    def wait(self, *, otherwise: Callable[[], object]) -> None:
        """Show the icon as soon as there is a place for it: at the login, the place may come after
        the window. Call `otherwise` if none comes."""
        timer = QTimer(self, interval=WAIT_STEP_MS)
        looks_left = LONGEST_WAIT_MS // WAIT_STEP_MS

        def look() -> None:
            nonlocal looks_left
            looks_left -= 1
            self.show()
            if not self.is_shown and looks_left > 0:
                return
            timer.stop()
            timer.deleteLater()
            if not self.is_shown and not self._window.isVisible():
                otherwise()

        timer.timeout.connect(look)
        timer.start()

    def hide(self) -> None:
        """Take the icon away."""
        self.icon.hide()

    def refresh(self) -> None:
        """Show the state of the listeners as it is now."""
        if self.icon.isVisible():
            self._show_state()

    def _show_state(self) -> None:
        listeners = self._listeners()
        shown = (overall_state(listeners), self._tip(listeners))
        if shown != self._shown:
            self._shown = shown
            self.icon.setIcon(_icon(self._window.windowIcon(), shown[0]))
            self.icon.setToolTip(shown[1])

    def fill(self) -> None:
        """Fill the menu with the listeners of now."""
        menu = self.menu
        menu.clear()
        menu.addAction(self.tr("Show Portdeck")).triggered.connect(self._show_window)
        menu.addSeparator()
        listeners = self._listeners()
        for listener in listeners[:MOST_LISTENERS]:
            menu.addAction(self._action(listener))
        if len(listeners) > MOST_LISTENERS:
            more = self.tr("… and {0} more in the window").format(len(listeners) - MOST_LISTENERS)
            menu.addAction(more).triggered.connect(self._show_window)
        menu.addSeparator()
        menu.addActions([self._commands.start_all, self._commands.stop_all])
        menu.addSeparator()
        menu.addAction(self.tr("Quit")).triggered.connect(self._quit_program)

    def _action(self, listener: Listener) -> QAction:
        """A ticked entry for one that is on. Choosing it starts or stops the listener."""
        text = readable.escape_mnemonics(f"{listener.spec.name}   {listener.where}")
        action = QAction(text, self.menu)
        action.setCheckable(True)
        action.setChecked(listener.can_stop)
        action.triggered.connect(lambda on: self._switch(listener, on))
        return action

    def _activate(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in _SHOWING:
            self._show_window()

    def _tip(self, listeners: Sequence[Listener]) -> str:
        on = sum(each.state is State.LISTENING for each in listeners)
        count = sum(each.connection_count for each in listeners)
        words = self.tr("Portdeck: {0} of {1} listening, {2} connections")
        return words.format(on, len(listeners), f"{count:,}")


def overall_state(listeners: Sequence[Listener]) -> State:
    """The state that the icon shows: failed if one failed, listening if one listens."""
    states = {each.state for each in listeners}
    for state in (State.FAILED, State.PAUSED, State.DRAINING, State.LISTENING):
        if state in states:
            return state
    return State.STOPPED


def _icon(base: QIcon, state: State) -> QIcon:
    """`base` with a dot in the colour of `state`. The dot of stopped is only a ring."""
    icon = QIcon()
    palette = QGuiApplication.palette()
    for size in SIZES:
        image = QPixmap(size, size)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        base.paint(painter, 0, 0, size, size)
        dot = QRectF(size * 0.55, size * 0.55, size * 0.42, size * 0.42)
        painter.setPen(QColor("white"))
        color = state_color(state, palette)
        painter.setBrush(QColor("white") if state is State.STOPPED else color)
        painter.drawEllipse(dot)
        painter.end()
        icon.addPixmap(image)
    return icon
