"""Widgets for the items of a long list that are on show; used again for others as it scrolls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from typing import Final, Generic, TypeVar

from PySide6.QtWidgets import QWidget

SPARE: Final = 16
"""So many hidden widgets stay with their items, which may come back soon."""

Item = TypeVar("Item", bound=Hashable)
Shown = TypeVar("Shown", bound=QWidget)


class RecycledWidgets(Generic[Item, Shown]):
    """Owns about as many widgets as are on show at once, however many items there are.

    A widget that is hidden is given to another item. One with the keyboard focus, or one that is
    held, is neither hidden nor given away.
    """

    def __init__(
        self,
        make: Callable[[Item], Shown],
        give: Callable[[Shown, Item], object],
        is_held: Callable[[Shown], bool],
    ) -> None:
        """`make` makes a widget for an item, `give` gives it another one. `is_held` says whether
        the mouse is pressed on it."""
        self._make = make
        self._give = give
        self._is_held = is_held
        self._widgets: dict[Item, Shown] = {}
        """By item; those that were used last are at the end."""

    @property
    def all(self) -> Collection[Shown]:
        """All widgets, also hidden ones."""
        return self._widgets.values()

    def get(self, item: Item) -> Shown | None:
        """The widget of `item`, if there is one."""
        return self._widgets.get(item)

    def take(self, item: Item) -> Shown:
        """The widget of `item`: its own, one that another item needs no more, or a new one."""
        found = self._widgets.get(item)
        if found is None:
            hidden = [each for each, widget in self._widgets.items() if widget.isHidden()]
            found = self._widget_for(item, hidden[:1] if len(hidden) > SPARE else [])
            self._widgets[item] = found
        return found

    def show(self, items: Collection[Item]) -> list[Shown]:
        """Give a widget to each of `items`, and hide the others. Those that came are returned; the
        caller shows what is new in them.

        A widget whose item leaves while another one comes is never hidden: to hide it and to show
        it again takes Qt a millisecond.
        """
        wanted = set(items)
        leaving = [
            item
            for item, widget in self._widgets.items()
            if item not in wanted and not widget.isHidden() and not self._is_in_use(widget)
        ]
        came = []
        for item in items:
            found = self._widgets.pop(item, None)
            if found is None:
                found = self._widget_for(item, leaving)
                came.append(found)
            elif found.isHidden():
                came.append(found)
            self._widgets[item] = found
        for item in leaving:
            self._widgets[item].hide()
        return came

    def forget(self, gone: Iterable[Item]) -> None:
        """Delete the widgets of these items."""
        for item in gone:
            widget = self._widgets.pop(item, None)
            if widget is None:
                continue
            focused = _focused_in(widget)
            if focused is not None:
                focused.clearFocus()  # or hiding it would move the focus to the next widget
            widget.hide()
            widget.deleteLater()

    def _widget_for(self, item: Item, unneeded: list[Item]) -> Shown:
        """A widget that one of the `unneeded` items had until now, or a new one."""
        if not unneeded:
            return self._make(item)
        widget = self._widgets.pop(unneeded.pop())
        self._give(widget, item)
        return widget

    def _is_in_use(self, widget: Shown) -> bool:
        return _focused_in(widget) is not None or self._is_held(widget)


def _focused_in(widget: QWidget) -> QWidget | None:
    """The widget with the keyboard focus, if that is `widget` or one in it."""
    focused: QWidget | None = widget.window().focusWidget()
    if focused is None or focused is widget or widget.isAncestorOf(focused):
        return focused
    return None
