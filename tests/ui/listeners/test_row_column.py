"""Many listeners: only the rows in view exist, and they are the right ones."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from twisted.internet.testing import MemoryReactorClock

from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.monitor import ChangeBatch, Changes, RateMeter
from app.ui.listeners.panel import ListenersPanel
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors

COUNT = 300
MOST_ROWS = 60


@pytest.fixture
def deck() -> Deck:
    deck = Deck(MemoryReactorClock(), Changes(lambda: None))
    deck.update(
        [
            ListenerSpec(
                name=f"L{number}",
                protocol="echo",
                endpoint=f"tcp:{9_000 + number}",
                group="last" if number >= COUNT - 10 else "",
            )
            for number in range(COUNT)
        ]
    )
    return deck


@pytest.fixture
def panel(deck: Deck, qtbot: QtBot) -> ListenersPanel:
    panel = ListenersPanel(Icons(), ListenerColors(list))
    qtbot.addWidget(panel)
    panel.show_listeners(deck.listeners)
    panel.resize(300, 500)
    panel.show()
    QApplication.processEvents()
    return panel


def in_view(panel: ListenersPanel) -> list[str]:
    """The names of the rows that the user sees, from top to bottom."""
    seen = [row for row in panel.rows if not row.visibleRegion().isEmpty()]
    return [row.name.text() for row in sorted(seen, key=lambda row: row.y())]


def scroll_to_the_end(panel: ListenersPanel) -> None:
    bar = panel.verticalScrollBar()
    while bar.value() < bar.maximum():
        bar.setValue(bar.value() + panel.viewport().height())
        QApplication.processEvents()


def test_only_the_rows_in_view_exist(panel: ListenersPanel) -> None:
    assert in_view(panel)[:3] == ["L0", "L1", "L2"]
    assert len(panel.rows) < MOST_ROWS
    scroll_to_the_end(panel)
    assert in_view(panel)[-2:] == [f"L{COUNT - 2}", f"L{COUNT - 1}"]
    assert len(panel.rows) < MOST_ROWS


def test_the_rows_stand_below_each_other_without_overlaps(panel: ListenersPanel) -> None:
    scroll_to_the_end(panel)
    rows = sorted(
        (row for row in panel.rows if not row.visibleRegion().isEmpty()), key=lambda row: row.y()
    )
    for above, below in pairwise(rows):
        assert above.geometry().bottom() < below.y()


def test_the_arrows_go_through_all_rows(panel: ListenersPanel, deck: Deck, qtbot: QtBot) -> None:
    panel.setFocus()
    for _ in range(40):
        qtbot.keyClick(panel, Qt.Key.Key_Down)
    assert panel.chosen is deck.listeners[39]
    assert "L39" in in_view(panel)
    panel.choose(deck.listeners[-1])
    assert f"L{COUNT - 1}" in in_view(panel)


def test_tab_goes_on_to_rows_that_were_out_of_view(panel: ListenersPanel, qtbot: QtBot) -> None:
    panel.activateWindow()
    panel.setFocus()
    for _ in range(30):
        focused = panel.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert panel.chosen is not None
    assert panel.chosen.spec.name == "L29"
    assert "L29" in in_view(panel)


def test_a_row_that_comes_into_view_shows_what_it_missed(panel: ListenersPanel, deck: Deck) -> None:
    last = deck.listeners[-1]
    panel.mark([deck.listeners[0], last])
    panel.choose(deck.listeners[0])
    panel.mark(deck.listeners)
    deck.start(last)
    panel.refresh(ChangeBatch(listeners={last}), RateMeter())
    scroll_to_the_end(panel)
    row = panel.row(last)
    assert row.status.text().startswith("listening")
    assert row.switch.isChecked()
    assert row.property("chosen") is True
    deck.stop_all()


def test_the_row_with_the_focus_stays_while_the_list_scrolls(
    panel: ListenersPanel, deck: Deck
) -> None:
    first = panel.row(deck.listeners[0])
    first.switch.setFocus(Qt.FocusReason.TabFocusReason)
    scroll_to_the_end(panel)
    assert panel.row(deck.listeners[0]) is first
    assert first.switch.hasFocus() or panel.focusWidget() is first.switch


def test_a_folded_group_at_the_end_leaves_no_room(panel: ListenersPanel) -> None:
    body = panel.widget()
    assert body is not None
    height = body.minimumHeight()
    panel.fold(["last"])
    assert body.minimumHeight() < height
    scroll_to_the_end(panel)
    assert in_view(panel)[-1] == f"L{COUNT - 11}"
