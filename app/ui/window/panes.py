"""The panes of the window, and how they share its room: sidebar, tabs, console and details.

The sidebar and the console can be hidden, and the console can stand at the right. All of this is
saved. What a small window has no room for gives way until the window is larger:

- too narrow for sidebar and details beside the tabs, it shows the one that was asked for last;
- too narrow for the console beside the tabs, it hides the sidebar and the details if the console
  was put there last, and else it has the console below the tabs;
- too low for the console below the tabs, it folds the console to one line until it is asked for;
- too low for both even then, it folds the tabs to one line while the console is open.

The window itself always fits the screen.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from app.ui.commands import Commands
from app.ui.console.area import ConsoleArea
from app.ui.settings import Settings
from app.ui.widgets.layouts import FoldingTabs

SIDEBAR_WIDTH = 320
SIDE_SHARE = 0.3
"""The largest share of the width for the sidebar or the details, in a window that is narrower than
when the user chose their widths."""

LEAST_SIDE = 240
LEAST_TABS = QSize(300, 170)
LEAST_CONSOLE = 300
"""Less than what the panes ask for, so that the window fits a small screen in every layout."""

LEAST_BESIDE = 440
"""The width that the titles of the tabs and the bars of Traffic need beside the console."""

DETAILS_WIDTH = 300
LEAST_FOR_BOTH = 1_000
"""The width from which sidebar and details have room beside the tabs."""

LEAST_FOR_CONSOLE = 560
"""The height from which tabs and console have room, one below the other."""

TABS_HEIGHT = 290
"""The height that the tabs keep above the console, as long as it leaves the console enough. In a
low window they keep their least: who opens the console there wants to read it."""

CONSOLE_HEIGHT = 248
CONSOLE_WIDTH = 420
CONSOLE_SHARE = 0.3
"""The share of the room that the console has, and at least the size above, until the user divides
it."""

LARGEST = 8_000
"""A saved size larger than this counts as missing."""

USUAL_SIZE = QSize(1280, 800)
TITLE_BAR = 40
"""Left free for the frame of the window, whose size is known only once it is shown."""

_BELOW = Qt.Orientation.Vertical
_BESIDE = Qt.Orientation.Horizontal


class Panes(QWidget):
    """The middle of the window: `across` divides sidebar, rest and details.

    `down` divides the tabs and the console.
    """

    def __init__(
        self,
        *,
        sidebar: QWidget,
        tabs: FoldingTabs,
        console: ConsoleArea,
        details: QWidget,
        commands: Commands,
        settings: Settings,
    ) -> None:
        super().__init__()
        self._sidebar = sidebar
        self._tabs = tabs
        self._console = console
        self._details = details
        self._details_width = DETAILS_WIDTH
        self._wants_sidebar = True
        self._wants_details = False
        self._wants_console = True
        self._wants_beside = False
        self._is_beside_first = False
        """Whether the sides give way to the console beside the tabs."""
        self._is_asked_for = False
        """Whether the user opened the console while the window is too low for it."""
        self._size = USUAL_SIZE
        """The size of the room. It is known only after the first layout."""
        self._gives_way: QWidget = sidebar
        """The one of sidebar and details that is hidden while there is no room for both."""
        self._commands = commands
        self._settings = settings
        self._sidebar_width = SIDEBAR_WIDTH
        self._chosen_at = USUAL_SIZE.width()
        """The width of the room when the user chose those of sidebar and details."""
        self._console_sizes = {_BELOW: 0, _BESIDE: 0}
        """What the user chose; 0 for nothing."""
        self.across = QSplitter(_BESIDE)
        self.down = QSplitter(_BELOW)
        tabs.setMinimumSize(LEAST_TABS)
        console.setMinimumWidth(LEAST_CONSOLE)
        self.down.addWidget(tabs)
        self.down.addWidget(console)
        self.across.addWidget(sidebar)
        self.across.addWidget(self.down)
        self.across.addWidget(details)
        self.across.setStretchFactor(0, 0)
        self.across.setStretchFactor(1, 1)
        self.across.setStretchFactor(2, 0)
        details.hide()
        self.down.setStretchFactor(0, 1)
        self.down.setStretchFactor(1, 0)
        for splitter in (self.across, self.down):
            splitter.setChildrenCollapsible(False)
        self.across.splitterMoved.connect(self._note_widths)
        self.down.splitterMoved.connect(self._note_console)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.across, 1)
        console.open_wanted.connect(self.show_console)
        tabs.open_wanted.connect(self.show_tabs)
        self._show_commands()

    @property
    def has_sidebar(self) -> bool:
        """Whether the sidebar is shown."""
        return not self._sidebar.isHidden()

    @property
    def has_console(self) -> bool:
        """Whether the console is shown, and more of it than its tabs."""
        return not (self._console.isHidden() or self._console.is_folded)

    @property
    def is_console_beside(self) -> bool:
        """Whether the console stands at the right of the tabs, not below them."""
        return self.down.orientation() == _BESIDE

    def minimumSizeHint(self) -> QSize:
        """The least size of the room when all has given way that can."""
        handle = self.down.handleWidth()
        with_tabs = LEAST_TABS.height() + self._console.pane.line_height
        with_console = self._tabs.line_height + self._console.least_height
        width = LEAST_SIDE + self.across.handleWidth() + LEAST_TABS.width()
        return QSize(width, max(with_tabs, with_console) + handle)

    @property
    def has_details(self) -> bool:
        """Whether the details are shown."""
        return not self._details.isHidden()

    def show_details(self, shown: bool = True) -> None:
        """Show or hide the details."""
        if shown == self.has_details == self._wants_details:
            return
        self._wants_details = shown
        if shown:
            self._is_beside_first = False
            self._gives_way = self._sidebar
        self._divide()

    def toggle_details(self) -> None:
        """Hide the details if they are shown, and the other way round."""
        self.show_details(not self.has_details)

    def show_sidebar(self, shown: bool = True) -> None:
        """Show or hide the sidebar."""
        if shown == self.has_sidebar == self._wants_sidebar:
            return
        self._wants_sidebar = shown
        if shown:
            self._is_beside_first = False
            self._gives_way = self._details
        self._divide()

    def show_console(self, shown: bool = True) -> None:
        """Show or hide the console. In a window that is too low for it, its tabs stay."""
        if shown == self.has_console:
            return
        self._wants_console = shown or self._is_low
        self._is_asked_for = shown and self._is_low
        self._divide()

    def show_tabs(self) -> None:
        """Show more of the tabs than their titles."""
        if self._tabs.is_folded:
            self.show_console(False)

    def place_console(self, beside: bool) -> None:
        """Put the console at the right of the tabs, or below them. It is shown then. In a very
        narrow window it is below them all the same."""
        self._wants_beside = self._is_beside_first = beside
        self._wants_console = True
        self._is_asked_for = True
        self._divide()

    def toggle_sidebar(self) -> None:
        """Hide the sidebar if it is shown, and the other way round."""
        self.show_sidebar(not self.has_sidebar)

    def toggle_console(self) -> None:
        """Hide the console if it is shown, and the other way round."""
        self.show_console(not self.has_console)

    def toggle_console_place(self) -> None:
        """Move the console from below to the right, or back."""
        self.place_console(not self._wants_beside)

    def restore(self) -> None:
        """Read how the room was divided when the window closed last. The sizes are given when the
        room is shown."""
        settings = self._settings
        self._sidebar_width = settings.number("room/sidebar", LARGEST) or SIDEBAR_WIDTH
        self._console_sizes = {
            _BELOW: settings.number("room/console_height", LARGEST),
            _BESIDE: settings.number("room/console_width", LARGEST),
        }
        self._details_width = settings.number("room/details", LARGEST) or DETAILS_WIDTH
        self._chosen_at = settings.number("room/chosen_at", LARGEST) or USUAL_SIZE.width()
        hidden = settings.text("room/hidden").split()
        self._wants_details = settings.text("room/shown") == "details"
        self._wants_sidebar = "sidebar" not in hidden
        place = settings.text("room/console")
        self._wants_beside = place in ("beside", "beside first")
        self._is_beside_first = place == "beside first"
        self._wants_console = "console" not in hidden
        self._show_parts()
        self._show_commands()

    def save(self) -> None:
        """Save how the room is divided."""
        settings = self._settings
        settings.save_number("room/sidebar", self._sidebar_width)
        settings.save_number("room/console_height", self._console_sizes[_BELOW])
        settings.save_number("room/console_width", self._console_sizes[_BESIDE])
        settings.save_number("room/details", self._details_width)
        settings.save_number("room/chosen_at", self._chosen_at)
        settings.save_text("room/shown", "details" if self._wants_details else "")
        shown = {"sidebar": self._wants_sidebar, "console": self._wants_console}
        settings.save_text("room/hidden", " ".join(name for name in shown if not shown[name]))
        beside = "beside first" if self._is_beside_first else "beside"
        settings.save_text("room/console", beside if self._wants_beside else "below")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.isVisible():
            return  # the sizes before the window is shown are those of no layout
        is_narrower = self.width() < self._size.width()
        self._size = self.size()
        self._divide_if_needed()
        if not self._console_sizes[self.down.orientation()]:
            self._apply()
        if is_narrower and max(self.across.sizes()[::2]) > self._widest_side:
            self._apply()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._size = self.size()
        self._divide()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:  # the console may need more height
            self._divide_if_needed()
        return handled

    @property
    def _is_low(self) -> bool:
        """Whether the height is too small for the tabs and the console below them."""
        return self._size.height() < LEAST_FOR_CONSOLE and not self.is_console_beside

    @property
    def _has_both(self) -> bool:
        """Whether the height is enough for the least of the tabs and of the console below them."""
        least = LEAST_TABS.height() + self.down.handleWidth() + self._console.least_height
        return self.is_console_beside or self._size.height() >= least

    @property
    def _widest_side(self) -> int:
        """The largest width of the sidebar and of the details."""
        width = self._size.width()
        return LARGEST if width >= self._chosen_at else max(LEAST_SIDE, round(width * SIDE_SHARE))

    @property
    def _usual_console(self) -> int:
        """The width of the console beside the tabs, or its height below them, as long as the user
        has not chosen another."""
        if self.is_console_beside:
            return max(CONSOLE_WIDTH, round(CONSOLE_SHARE * self._size.width()))
        return max(CONSOLE_HEIGHT, round(CONSOLE_SHARE * self._size.height()))

    @property
    def _side_count(self) -> int:
        return self.has_sidebar + self.has_details

    @property
    def _least_beside(self) -> int:
        """The least width of the tabs with the console beside them."""
        return LEAST_BESIDE + self.down.handleWidth() + LEAST_CONSOLE

    @property
    def _parts(self) -> tuple[bool, ...]:
        return (
            self.has_sidebar,
            self.has_details,
            self.has_console,
            self.is_console_beside,
            self._tabs.is_folded,
        )

    def _divide(self) -> None:
        self._show_parts()
        self._apply()

    def _divide_if_needed(self) -> None:
        before = self._parts
        self._show_parts()
        if self._parts != before:
            self._apply()

    def _show_parts(self) -> None:
        """Show the parts as they are wanted, if there is room for them."""
        width = self._size.width()
        is_tight = self._wants_sidebar and self._wants_details and width < LEAST_FOR_BOTH
        wanted = [
            part
            for part, is_wanted in (
                (self._sidebar, self._wants_sidebar),
                (self._details, self._wants_details),
            )
            if is_wanted and not (is_tight and part is self._gives_way)
        ]
        room = width - self._least_beside
        has_room = room >= len(wanted) * (LEAST_SIDE + self.across.handleWidth())
        is_beside = self._wants_beside and (has_room or (self._is_beside_first and room >= 0))
        if is_beside and not has_room:
            wanted = []
        for part in (self._sidebar, self._details):
            part.setVisible(part in wanted)
        self.down.setOrientation(_BESIDE if is_beside else _BELOW)
        self._is_asked_for = self._is_asked_for and self._is_low
        self._console.setVisible(self._wants_console)
        self._console.fold(self._is_low and not self._is_asked_for, has_button=self._is_low)
        are_folded = self.has_console and not self._has_both
        if are_folded != self._tabs.is_folded:
            self._tabs.setMinimumHeight(0 if are_folded else LEAST_TABS.height())
            self._tabs.fold(are_folded)

    def _note_widths(self) -> None:
        """Remember the widths that the user gave to the sides."""
        self._chosen_at = self._size.width()
        if self.has_sidebar:
            self._sidebar_width = self.across.sizes()[0]
        if self.has_details:
            self._details_width = self.across.sizes()[2]

    def _note_console(self) -> None:
        """Remember the size that the user gave to the console."""
        if self.has_console and not self._tabs.is_folded:
            self._console_sizes[self.down.orientation()] = self.down.sizes()[1]

    def _apply(self) -> None:
        """Give the parts on show the remembered sizes."""
        most = self._widest_side
        if self.is_console_beside:
            room = (self._size.width() - self._least_beside) // max(1, self._side_count)
            most = max(LEAST_SIDE, min(most, room))
        sides = (
            min(self._sidebar_width, most) if self.has_sidebar else 0,
            min(self._details_width, most) if self.has_details else 0,
        )
        middle = max(1, self.across.width() - sum(sides))
        self.across.setSizes([sides[0], middle, sides[1]])
        size = self.down.size()
        length = size.width() if self.is_console_beside else size.height()
        console = self._console_length(length)
        self.down.setSizes([max(1, length - console), console])
        self._show_commands()

    def _console_length(self, length: int) -> int:
        """The width of the console beside the tabs, or its height below them."""
        wanted = self._console_sizes[self.down.orientation()] or self._usual_console
        if self.is_console_beside:
            return min(wanted, max(LEAST_CONSOLE, length - LEAST_BESIDE))
        if self._console.is_folded:
            return self._console.maximumHeight()
        if self._tabs.is_folded:
            return max(1, length - self._tabs.maximumHeight())
        tabs = LEAST_TABS.height() if self._is_low else TABS_HEIGHT
        handle = self.down.handleWidth()
        return min(wanted, max(length - handle - tabs, self._console.least_height))

    def _show_commands(self) -> None:
        commands = self._commands
        commands.sidebar.setChecked(self.has_sidebar)
        commands.console.setChecked(self.has_console)
        commands.details.setChecked(self.has_details)
        commands.console_place.setChecked(self._wants_beside)


def fit_to_screen(window: QMainWindow) -> None:
    """Make `window` no larger than the available area of its screen, and move it inside."""
    available = window.screen().availableGeometry()
    # A pixel less: at 150 % the available area may be half a pixel narrower than it says.
    room = available.size() - QSize(1, TITLE_BAR)
    size = window.size().boundedTo(room)
    if size != window.size():
        window.resize(size)
    place = QRect(window.pos(), size)
    place.moveLeft(max(available.left(), min(place.left(), available.right() - size.width())))
    place.moveTop(max(available.top(), min(place.top(), available.bottom() - size.height())))
    if place.topLeft() != window.pos():
        window.move(place.topLeft())
