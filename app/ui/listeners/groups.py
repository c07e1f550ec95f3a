"""Groups of listeners in the sidebar: their order, and the header above each group."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from app.server.listener import Listener, State
from app.text import readable
from app.ui.style.icons import Icons
from app.ui.widgets.labels import ElidingLabel

UNGROUPED = ""
ICON_SIZE = 14


def arrange(
    listeners: Sequence[Listener], places: Collection[Listener]
) -> dict[str, list[Listener]]:
    """The listeners of each group in their order, those without a group first.

    The `places` of a program stay below it, in its group. The groups are in the order of their
    first listeners.
    """
    groups: dict[str, list[Listener]] = {UNGROUPED: []}
    group = UNGROUPED
    for listener in listeners:
        if listener not in places:
            group = listener.spec.group
        groups.setdefault(group, []).append(listener)
    return groups


def matches(listener: Listener, group: str, searched: str) -> bool:
    """Whether name, group, protocol or address of `listener` have `searched`, in small letters."""
    spec = listener.spec
    texts = (spec.name, group, spec.protocol, spec.endpoint, listener.where)
    return any(searched in text.casefold() for text in texts)


def nearest_row(
    groups: Mapping[str, Sequence[Listener]], group: str, by: int, shown: Collection[Listener]
) -> Listener | None:
    """The shown listener that is nearest to the header of `group`, below (+1) or above (-1)."""
    names = list(groups)
    place = names.index(group)
    for name in names[place:] if by > 0 else reversed(names[:place]):
        rows = [listener for listener in groups[name] if listener in shown]
        if rows:
            return rows[0 if by > 0 else -1]
    return None


class GroupHeader(QFrame):
    """The header of a group. It folds the group, and starts or stops its listeners."""

    folded = Signal(bool)
    """The user folds the group away, or opens it."""

    switched = Signal(bool)
    """The user wants all listeners of the group started, or stopped."""

    left_by_arrow = Signal(int)
    """The user goes on to the row below (+1) or above (-1)."""

    def __init__(self, group: str, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.group = group
        self._icons = icons
        self._is_on = False
        self._is_open = True
        self.setObjectName("groupHeader")
        self.fold_button = QToolButton(autoRaise=True)
        self.fold_button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self.fold_button.clicked.connect(self._toggle_fold)
        self.fold_button.installEventFilter(self)
        self.name = ElidingLabel()
        self.name.setObjectName("groupName")
        self.name.setText(group)
        self.count = QLabel()
        self.count.setObjectName("quiet")
        self.switch_button = QToolButton(autoRaise=True)
        self.switch_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.switch_button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self.switch_button.clicked.connect(self.toggle)
        self._lay_out()
        self._show_fold()

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """The controls of the header in the order of Tab."""
        return (self.fold_button,)

    @property
    def is_open(self) -> bool:
        """Whether the rows of the group are shown."""
        return self._is_open

    def set_open(self, is_open: bool) -> None:
        """Show or fold the rows of the group."""
        if is_open != self._is_open:
            self._is_open = is_open
            self._show_fold()
            self.folded.emit(not is_open)

    def refresh(self, listeners: Sequence[Listener]) -> None:
        """Show how many of `listeners`, all those of the group, are listening."""
        on = sum(each.state is State.LISTENING for each in listeners)
        words = self.tr("{0} of {1}").format(on, len(listeners))
        self.count.setText(words)
        self._is_on = any(each.is_on for each in listeners)
        verb = self.tr("Stop the group {0}") if self._is_on else self.tr("Start the group {0}")
        name = verb.format(self.group)
        self._icons.give(self.switch_button, "stop" if self._is_on else "start")
        self.switch_button.setToolTip(readable.escape_mnemonics(name))
        self.switch_button.setAccessibleName(name)
        about = self.tr("Group {0}: {1} listening").format(self.group, words)
        self.fold_button.setAccessibleName(about)

    def toggle(self) -> None:
        """Ask for the listeners of the group to be stopped, or to be started if none is on."""
        self.switched.emit(not self._is_on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of the button that folds, which has the focus."""
        match event.key():
            case Qt.Key.Key_Left:
                self.set_open(False)
            case Qt.Key.Key_Right:
                self.set_open(True)
            case Qt.Key.Key_Down:
                self.left_by_arrow.emit(+1)
            case Qt.Key.Key_Up:
                self.left_by_arrow.emit(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.toggle()
            case _:
                super().keyPressEvent(event)

    def eventFilter(self, watched: object, event: object) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QKeyEvent.Type.KeyPress:
            return False
        if event.key() not in _OWN_KEYS:
            return False
        self.keyPressEvent(event)
        return True

    def mouseReleaseEvent(self, event: object) -> None:
        self._toggle_fold()

    def _lay_out(self) -> None:
        self.name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 6, 4, 0)
        layout.setSpacing(4)
        layout.addWidget(self.fold_button)
        layout.addWidget(self.name, 1)
        layout.addWidget(self.count)
        layout.addWidget(self.switch_button)

    def _toggle_fold(self) -> None:
        self.set_open(not self._is_open)

    def _show_fold(self) -> None:
        self._icons.give(self.fold_button, "chevron-down" if self.is_open else "chevron-right")
        self.fold_button.setToolTip(
            self.tr("Fold the group") if self.is_open else self.tr("Show the group")
        )


_OWN_KEYS = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
)


class GroupHeaders(QObject):
    """Owns a header for each group, and which groups are folded."""

    folded = Signal()
    """The user folded a group, or opened one."""

    switched = Signal(object, bool)
    """The user wants these listeners, all those of a group, on or off."""

    left_by_arrow = Signal(str, int)
    """The user goes from the header of this group to the row below (+1) or above (-1)."""

    def __init__(self, icons: Icons, parent: QObject) -> None:
        super().__init__(parent)
        self._icons = icons
        self._headers: dict[str, GroupHeader] = {}
        self._groups: Mapping[str, Sequence[Listener]] = {}
        self._folded: set[str] = set()

    @property
    def folded_groups(self) -> list[str]:
        """The names of the groups that are folded, also of such as are not there yet."""
        return sorted(self._folded)

    def get(self, group: str) -> GroupHeader | None:
        """The header of `group`; `None` for the listeners without one."""
        return self._headers.get(group)

    def is_open(self, group: str) -> bool:
        """Whether the rows of `group` are shown."""
        return group not in self._folded

    def fold(self, groups: Collection[str]) -> None:
        """Fold exactly these groups."""
        self._folded = set(groups)
        self.show_groups(self._groups)

    def show_groups(self, groups: Mapping[str, Sequence[Listener]]) -> None:
        """Have a header for each of these, and show the state of their listeners."""
        self._groups = groups
        for gone in self._headers.keys() - groups.keys():
            header = self._headers.pop(gone)
            header.hide()
            header.deleteLater()
        for group in groups:
            if group != UNGROUPED:
                header = self._headers.get(group) or self._new_header(group)
                header.set_open(self.is_open(group))
        self.refresh()

    def refresh(self) -> None:
        """Show the state of the listeners of each group."""
        for group, header in self._headers.items():
            header.refresh(self._groups[group])

    def _new_header(self, group: str) -> GroupHeader:
        header = self._headers[group] = GroupHeader(group, self._icons)
        header.folded.connect(lambda folded: self._fold(group, folded))
        header.switched.connect(lambda on: self.switched.emit(self._groups[group], on))
        header.left_by_arrow.connect(lambda by: self.left_by_arrow.emit(group, by))
        return header

    def _fold(self, group: str, folded: bool) -> None:
        (self._folded.add if folded else self._folded.discard)(group)
        self.folded.emit()
