"""The mark of a listener whose faults disturb somebody."""

from __future__ import annotations

from attrs import evolve
from pytestqt.qtbot import QtBot
from twisted.internet.task import Clock

from app.faults.spec import Fault, FaultKind
from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.monitor import Changes
from app.ui.listeners.badges import FaultBadge

LATENCY = Fault(kind=FaultKind.LATENCY, seconds=0.2)
STALL = Fault(kind=FaultKind.STALL)


def test_the_badge_is_there_while_a_fault_is_armed(qtbot: QtBot) -> None:
    deck = Deck(Clock(), Changes(lambda: None))
    listener = deck.add(ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:0"))
    badge = FaultBadge()
    qtbot.addWidget(badge)
    badge.refresh(listener)
    assert badge.isHidden()
    listener.change(evolve(listener.spec, faults=(LATENCY, STALL)))
    badge.refresh(listener)
    assert not badge.isHidden()
    assert badge.text() == "⚡ 200 ms +1"
    assert badge.toolTip() == "latency 200 ms\nstall until cleared"
    off = (evolve(LATENCY, enabled=False), evolve(STALL, chance=0.0))
    listener.change(evolve(listener.spec, faults=off))
    badge.refresh(listener)
    assert badge.isHidden()
