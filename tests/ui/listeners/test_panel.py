"""The list of listeners: the content of the rows, their signals, and marks by keys and clicks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from twisted.internet.defer import Deferred

from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.server.monitor import ChangeBatch, Changes, RateMeter
from app.ui.listeners.panel import ListenersPanel
from app.ui.listeners.row_column import DropLine
from app.ui.listeners.status import state_word
from app.ui.reactor.reactor import DeckReactor
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def deck(reactor: DeckReactor, result_of: Callable[[Deferred[None]], None]) -> Iterator[Deck]:
    deck = Deck(reactor, Changes(lambda: None))
    for name in ("One", "Two", "Three"):
        deck.add(ListenerSpec(name=name, protocol="echo", endpoint="tcp:0"))
    yield deck
    result_of(deck.stop_all())


@pytest.fixture
def panel(deck: Deck, qtbot: QtBot) -> ListenersPanel:
    panel = ListenersPanel(Icons(), ListenerColors(list))
    qtbot.addWidget(panel)
    panel.show_listeners(deck.listeners)
    panel.resize(320, 400)
    panel.show()
    return panel


def refresh(panel: ListenersPanel, *listeners: Listener) -> None:
    panel.refresh(ChangeBatch(listeners=set(listeners)), RateMeter())


def order(panel: ListenersPanel, deck: Deck) -> list[str]:
    rows = sorted((panel.row(each) for each in deck.listeners), key=lambda row: row.y())
    return [row.name.text() for row in rows]


def choices(panel: ListenersPanel) -> list[str | None]:
    """A list that gets the name of each listener that is chosen."""
    seen: list[str | None] = []
    panel.choice_changed.connect(
        lambda listener: seen.append(None if listener is None else listener.spec.name)
    )
    return seen


def test_rows_are_in_the_order_of_the_deck(panel: ListenersPanel, deck: Deck, qtbot: QtBot) -> None:
    first = deck.listeners[0]
    deck.remove(first)
    deck.add(first.spec, 2)
    deck.add(ListenerSpec(name="Zero", protocol="echo", endpoint="tcp:0"), 0)
    panel.show_listeners(deck.listeners)
    qtbot.waitUntil(lambda: order(panel, deck) == ["Zero", "Two", "Three", "One"])


def test_a_panel_without_listeners_shows_a_hint(panel: ListenersPanel, deck: Deck) -> None:
    assert panel.hint == ""
    panel.show_listeners([])
    assert "New listener" in panel.hint
    panel.show_listeners(deck.listeners)
    assert panel.hint == ""


def test_a_clicked_switch_shows_the_real_state_until_it_changes(
    panel: ListenersPanel,
    deck: Deck,
    qtbot: QtBot,
    result_of: Callable[[Deferred[None]], None],
) -> None:
    listener = deck.listeners[0]
    row = panel.row(listener)
    asked: list[tuple[Listener, bool]] = []
    panel.switched.connect(lambda each, on: asked.append((each, on)))
    qtbot.mouseClick(row.switch, LEFT)
    assert asked == [(listener, True)]
    assert not row.switch.isChecked()
    result_of(deck.start(listener))
    refresh(panel, listener)
    assert row.switch.isChecked()
    qtbot.mouseClick(row.switch, LEFT)
    assert asked[-1] == (listener, False)
    assert row.switch.isChecked()


def test_a_click_on_a_switch_chooses_its_row_and_keeps_the_marks(
    panel: ListenersPanel, deck: Deck, qtbot: QtBot
) -> None:
    one, two, three = deck.listeners
    qtbot.mouseClick(panel.row(one).switch, LEFT)
    assert panel.chosen is one
    panel.mark([one, two])
    qtbot.mouseClick(panel.row(one).switch, LEFT)
    assert panel.marked == [one, two]
    qtbot.mouseClick(panel.row(three).switch, LEFT)
    assert panel.marked == [three]


def test_a_row_is_one_stop_of_tab(panel: ListenersPanel, deck: Deck) -> None:
    panel.show()
    stops = []
    widget = panel.nextInFocusChain()
    while widget is not None and widget is not panel:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            stops.append(widget)
        widget = widget.nextInFocusChain()
    assert stops == [panel.row(each).switch for each in deck.listeners]


def test_the_keys_act_on_the_row_whose_switch_has_the_focus(
    panel: ListenersPanel, deck: Deck, qtbot: QtBot
) -> None:
    asked: list[str] = []
    panel.switched.connect(lambda each, on: asked.append(each.spec.name))
    _, two, three = deck.listeners
    panel.show()
    panel.row(two).switch.setFocus(Qt.FocusReason.TabFocusReason)
    assert panel.chosen is two
    qtbot.keyClick(panel.row(two).switch, Qt.Key.Key_Return)
    assert asked == ["Two"]
    qtbot.keyClick(panel.row(two).switch, Qt.Key.Key_Down)
    assert panel.chosen is three
    assert panel.hasFocus()
    qtbot.keyClick(panel, Qt.Key.Key_Return)
    assert asked == ["Two", "Three"]


def test_the_row_that_the_keys_act_on_is_framed(panel: ListenersPanel, deck: Deck) -> None:
    one, two, _ = deck.listeners
    panel.show()
    panel.setFocus()
    panel.choose(two)
    assert panel.row(two).property("current") is True
    assert panel.row(one).property("current") is False
    panel.row(one).switch.setFocus(Qt.FocusReason.OtherFocusReason)
    assert panel.row(two).property("current") is False


def test_a_click_chooses_a_row(panel: ListenersPanel, deck: Deck, qtbot: QtBot) -> None:
    seen = choices(panel)
    for listener in deck.listeners[:2]:
        qtbot.mouseClick(panel.row(listener), LEFT, pos=QPoint(5, 5))
    assert seen == ["One", "Two"]
    assert panel.row(deck.listeners[1]).property("chosen") is True
    assert panel.row(deck.listeners[0]).property("chosen") is False


def test_arrow_keys_move_the_choice_and_escape_removes_it(
    panel: ListenersPanel, deck: Deck, qtbot: QtBot
) -> None:
    seen = choices(panel)
    down, up = Qt.Key.Key_Down, Qt.Key.Key_Up
    for key in (down, down, down, down, up, Qt.Key.Key_Escape, up):
        qtbot.keyClick(panel, key)
    assert seen == ["One", "Two", "Three", "Two", None, "Three"]


def test_the_space_bar_switches_the_chosen_listener(
    panel: ListenersPanel, deck: Deck, qtbot: QtBot
) -> None:
    asked: list[tuple[str, bool]] = []
    panel.switched.connect(lambda each, on: asked.append((each.spec.name, on)))
    qtbot.keyClick(panel, Qt.Key.Key_Space)
    assert asked == []
    panel.choose(deck.listeners[1])
    qtbot.keyClick(panel, Qt.Key.Key_Space)
    assert asked == [("Two", True)]


def test_a_removed_listener_is_not_chosen_any_more(panel: ListenersPanel, deck: Deck) -> None:
    panel.choose(deck.listeners[0])
    seen = choices(panel)
    panel.show_listeners(deck.listeners[1:])
    assert seen == [None]
    assert panel.chosen is None


def test_the_menu_is_for_the_row_where_it_was_opened(
    panel: ListenersPanel, deck: Deck, qtbot: QtBot
) -> None:
    wanted: list[Listener] = []
    panel.menu_wanted.connect(lambda listener, at: wanted.append(listener))
    qtbot.mouseClick(panel.row(deck.listeners[2]).more, LEFT)
    assert wanted == [deck.listeners[2]]
    assert panel.chosen is deck.listeners[2]


def test_a_row_shows_the_state_as_text_and_icon(
    panel: ListenersPanel, deck: Deck, result_of: Callable[[Deferred[None]], None]
) -> None:
    listener = deck.listeners[0]
    row = panel.row(listener)
    stopped = row.light.pixmap().toImage()
    assert row.status.text() == "stopped"
    result_of(deck.start(listener))
    refresh(panel, listener)
    assert row.status.text() == "listening · 0 connected"
    assert row.light.pixmap().toImage() != stopped
    assert row.address.text() == listener.where
    assert row.accessibleName() == "One, listening · 0 connected"


def test_a_failed_row_shows_the_reason_and_what_to_do(
    qtbot: QtBot, reactor: DeckReactor, result_of: Callable[[Deferred[None]], None]
) -> None:
    deck = Deck(reactor, Changes(lambda: None))
    path = "unix:/nowhere/at/all/that/can/be/reached.sock"
    listener = deck.add(ListenerSpec(name="Lost", protocol="echo", endpoint=path))
    panel = ListenersPanel(Icons(), ListenerColors(list))
    qtbot.addWidget(panel)
    panel.show_listeners(deck.listeners)
    result_of(deck.start(listener))
    refresh(panel, listener)
    row = panel.row(listener)
    assert listener.state is State.FAILED
    assert row.accessibleName() == f"Lost, {listener.reason}"
    assert row.status.text().replace("\N{ZERO WIDTH SPACE}", "") == listener.reason
    assert not row.switch.isChecked()
    assert not row.graph.isVisible()


@pytest.mark.parametrize(
    ("endpoint", "is_open"),
    [("tcp:0", False), ("tcp:0:interface=0.0.0.0", True), ("unix:/tmp/x", False)],
)
def test_a_listener_that_others_can_reach_has_a_badge(
    panel: ListenersPanel, deck: Deck, qtbot: QtBot, endpoint: str, is_open: bool
) -> None:
    listener = deck.add(ListenerSpec(name="New", protocol="echo", endpoint=endpoint))
    panel.show_listeners(deck.listeners)
    qtbot.waitUntil(panel.row(listener).isVisible)
    assert panel.row(listener).badge.isVisible() is is_open


def test_a_udp_listener_is_marked_and_counts_its_peers(
    panel: ListenersPanel, deck: Deck, result_of: Callable[[Deferred[None]], None]
) -> None:
    listener = deck.add(ListenerSpec(name="Four", protocol="echo", endpoint="udp:0"))
    result_of(deck.start(listener))
    panel.show_listeners(deck.listeners)
    row = panel.row(listener)
    assert row.protocol.text() == "echo over UDP"
    assert row.status.text() == "listening · 0 peers"


def test_every_control_of_a_row_has_an_accessible_name(
    panel: ListenersPanel, deck: Deck, result_of: Callable[[Deferred[None]], None]
) -> None:
    listener = deck.listeners[0]
    row = panel.row(listener)
    assert row.switch.accessibleName() == "Start One (127.0.0.1:0)"
    assert row.address.accessibleName() == "Copy the address 127.0.0.1:0"
    assert "One" in row.more.accessibleName()
    result_of(deck.start(listener))
    refresh(panel, listener)
    assert row.switch.accessibleName() == f"Stop One ({listener.where})"


def test_long_names_and_addresses_stay_within_the_pane(
    panel: ListenersPanel, deck: Deck, qtbot: QtBot
) -> None:
    name = "A very long name that somebody typed in, because nobody told him not to do it"
    path = "unix:/tmp/" + "long-" * 20
    deck.add(ListenerSpec(name=name, protocol="echo", endpoint="tcp:0:interface=0.0.0.0"))
    deck.add(ListenerSpec(name="Path", protocol="echo", endpoint=path))
    panel.show_listeners(deck.listeners)
    body = panel.widget()
    assert isinstance(body, QWidget)
    qtbot.waitUntil(lambda: body.width() == panel.viewport().width())
    for listener in deck.listeners:
        row = panel.row(listener)
        assert row.more.geometry().right() <= row.width()


def test_every_state_has_a_word() -> None:
    words = [state_word(state) for state in State]
    assert len(set(words)) == len(words)
    assert all(words)


# Several marked listeners


def marked(panel: ListenersPanel) -> list[str]:
    return [each.spec.name for each in panel.marked]


def click(panel: ListenersPanel, listener: Listener, qtbot: QtBot, *keys: str) -> None:
    held = Qt.KeyboardModifier.NoModifier
    for key in keys:
        held |= getattr(Qt.KeyboardModifier, f"{key}Modifier")
    qtbot.mouseClick(panel.row(listener), LEFT, held, QPoint(5, 5))


def test_control_click_marks_or_unmarks_a_row(
    panel: ListenersPanel, deck: Deck, qtbot: QtBot
) -> None:
    one, _, three = deck.listeners
    click(panel, three, qtbot)
    click(panel, one, qtbot, "Control")
    assert marked(panel) == ["One", "Three"]
    assert panel.chosen is one
    shown = [bool(panel.row(each).property("chosen")) for each in deck.listeners]
    assert shown == [True, False, True]
    click(panel, one, qtbot, "Control")
    assert (marked(panel), panel.chosen) == (["Three"], three)
    click(panel, three, qtbot, "Control")
    assert (marked(panel), panel.chosen) == ([], None)


def test_shift_click_marks_all_rows_up_to_it(
    panel: ListenersPanel, deck: Deck, qtbot: QtBot
) -> None:
    one, two, three = deck.listeners
    click(panel, three, qtbot)
    click(panel, one, qtbot, "Shift")
    assert (marked(panel), panel.chosen) == (["One", "Two", "Three"], three)
    click(panel, two, qtbot, "Shift")
    assert marked(panel) == ["Two", "Three"]
    click(panel, one, qtbot)
    assert marked(panel) == ["One"], "a plain click is for one alone"


def test_keys_mark_more_rows_or_all(panel: ListenersPanel, deck: Deck, qtbot: QtBot) -> None:
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(panel, Qt.Key.Key_Down)
    qtbot.keyClick(panel, Qt.Key.Key_Down, shift)
    assert marked(panel) == ["One", "Two"]
    assert panel.chosen is deck.listeners[1]
    qtbot.keyClick(panel, Qt.Key.Key_A, control)
    assert marked(panel) == ["One", "Two", "Three"]
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert marked(panel) == []


def test_the_menu_of_a_marked_row_leaves_the_others_marked(
    panel: ListenersPanel, deck: Deck, qtbot: QtBot
) -> None:
    one, two, three = deck.listeners
    panel.mark([one, two])
    qtbot.mouseClick(panel.row(one).more, LEFT)
    assert marked(panel) == ["One", "Two"]
    qtbot.mouseClick(panel.row(three).more, LEFT)
    assert marked(panel) == ["Three"]


def test_a_removed_listener_is_not_marked_any_more(panel: ListenersPanel, deck: Deck) -> None:
    panel.mark(deck.listeners)
    panel.show_listeners(deck.listeners[:2])
    assert marked(panel) == ["One", "Two"]
    assert panel.chosen is deck.listeners[0]


def test_every_change_of_the_marks_is_emitted(
    panel: ListenersPanel, deck: Deck, qtbot: QtBot
) -> None:
    told: list[list[str]] = []
    panel.marks_changed.connect(lambda: told.append(marked(panel)))
    one, two, _ = deck.listeners
    click(panel, one, qtbot)
    click(panel, one, qtbot)
    click(panel, two, qtbot, "Control")
    assert told == [["One"], ["One", "Two"]]


def test_a_dragged_row_is_dropped_at_the_line(
    panel: ListenersPanel, deck: Deck, qtbot: QtBot
) -> None:
    one, _, three = deck.listeners
    placed: list[tuple[str, int]] = []
    panel.placed.connect(lambda listener, gap: placed.append((listener.spec.name, gap)))
    row, last = panel.row(one), panel.row(three)
    line = panel.findChild(DropLine)
    assert line is not None
    body = panel.widget()
    assert body is not None
    below = row.mapFrom(body, last.geometry().bottomLeft())
    qtbot.mousePress(row, LEFT, pos=QPoint(5, 5))
    qtbot.mouseMove(row, QPoint(6, 6))
    assert line.isHidden(), "a trembling hand drags nothing"
    qtbot.mouseMove(row, below)
    qtbot.waitUntil(line.isVisible)
    assert line.y() >= last.geometry().bottom() - line.height()
    qtbot.mouseRelease(row, LEFT, pos=below)
    assert line.isHidden()
    assert placed == [("One", 3)]


def test_the_panel_scrolls_to_a_new_listener_when_it_is_chosen(
    panel: ListenersPanel, deck: Deck, qtbot: QtBot
) -> None:
    for number in range(20):
        deck.add(ListenerSpec(name=f"More {number}", protocol="echo", endpoint="tcp:0"))
    panel.show_listeners(deck.listeners)
    panel.choose(deck.listeners[-1])
    row = panel.row(deck.listeners[-1])

    def is_on_show() -> bool:
        top = row.mapTo(panel.viewport(), QPoint(0, 0)).y()
        return top >= 0 and top + row.height() <= panel.viewport().height()

    qtbot.waitUntil(is_on_show)
