"""The badge for TLS in the row of a listener, and the end of its certificate."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from twisted.internet.defer import Deferred

from app.profile import ListenerSpec, Tls
from app.server.deck import Deck
from app.server.listener import Listener
from app.server.monitor import Changes
from app.ui.listeners.badges import SOON_DAYS, TlsBadge
from app.ui.listeners.status import status_text
from app.ui.reactor.reactor import DeckReactor
from app.ui.widgets.plain_text import plain_tip

DAY = datetime.timedelta(days=1)


@pytest.fixture
def deck(
    reactor: DeckReactor, tmp_path: Path, result_of: Callable[[Deferred[None]], None]
) -> Iterator[Deck]:
    deck = Deck(reactor, Changes(lambda: None), ca_folder=tmp_path)
    yield deck
    result_of(deck.stop_all())


@pytest.fixture
def badge(qtbot: QtBot) -> TlsBadge:
    badge = TlsBadge()
    qtbot.addWidget(badge)
    return badge


def add(deck: Deck, tls: Tls | None = None, endpoint: str = "tcp:0") -> Listener:
    return deck.add(ListenerSpec(name="It", protocol="echo", endpoint=endpoint, tls=tls))


@pytest.mark.parametrize(
    ("tls", "endpoint", "is_there"),
    [
        (None, "tcp:0", False),
        (Tls(), "tcp:0", True),
        (None, "ssl:0:privateKey=k.pem", True),
        (Tls(), "unix:a", True),
    ],
)
def test_the_badge_is_shown_for_encrypted_listeners(
    deck: Deck, badge: TlsBadge, tls: Tls | None, endpoint: str, is_there: bool
) -> None:
    badge.refresh(add(deck, tls, endpoint))
    assert badge.isVisible() == is_there


def test_the_tool_tip_has_the_certificate_while_it_listens(
    deck: Deck, badge: TlsBadge, result_of: Callable[[Deferred[None]], None]
) -> None:
    listener = add(deck, Tls())
    badge.refresh(listener)
    assert badge.toolTip() == "Connections are encrypted with TLS."
    result_of(deck.start(listener))
    badge.refresh(listener)
    facts = listener.certificate
    assert facts is not None
    tip = badge.toolTip().replace("\N{ZERO WIDTH SPACE}", "")
    assert tip == plain_tip(
        f"For localhost, 127.0.0.1, ::1\nValid until {facts.not_after:%Y-%m-%d}\n"
        f"SHA-256 {facts.fingerprint}"
    )
    assert badge.text() == "TLS"


def test_the_badge_shows_a_certificate_that_ends_soon(
    deck: Deck, badge: TlsBadge, result_of: Callable[[Deferred[None]], None]
) -> None:
    listener = add(deck, Tls())
    result_of(deck.start(listener))
    facts = listener.certificate
    assert facts is not None
    badge.refresh(listener, facts.not_after - SOON_DAYS * DAY + DAY)
    assert badge.text() == f"TLS until {facts.not_after:%Y-%m-%d}"
    badge.refresh(listener, facts.not_after - SOON_DAYS * DAY - DAY)
    assert badge.text() == "TLS"


def test_a_program_says_what_was_not_taken_over(
    deck: Deck, tmp_path: Path, result_of: Callable[[Deferred[None]], None]
) -> None:
    path = tmp_path / "server.py"
    path.write_text(
        "from twisted.internet import protocol, reactor\n"
        "reactor.listenUDP(0, protocol.DatagramProtocol(), interface='127.0.0.1')\n"
        "reactor.run()\n"
        "reactor.run()\n"
    )
    spec = ListenerSpec(name="It", protocol=f"python:{path}", endpoint="program")
    program = deck.add(spec)
    result_of(deck.start(program))
    assert "calls reactor.run() twice" in status_text(program)
