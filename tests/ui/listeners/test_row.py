"""A row says how its listener is, and offers what to do about it."""

from __future__ import annotations

import errno
import itertools
from collections.abc import Callable

import pytest
from attrs import evolve
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from twisted.internet.error import CannotListenError

from app.profile import ListenerSpec
from app.runtime.coroutines import spawn
from app.server.listener import Listener, State
from app.server.sockets.addresses import PortConflict
from app.ui.listeners.row import ListenerRow, RowAction, RowOffer, offers_for
from app.ui.listeners.status import status_details, status_text
from app.ui.style.icons import Icons
from app.ui.style.theme import ListenerColors
from tests.server.reactors import Client, HandReactor
from tests.server.record import Record

SPEC = ListenerSpec(name="API", protocol="echo", endpoint="tcp:8080", max_connections=1)


class Ports(HandReactor):
    """A reactor on which port 8080 may be taken."""

    is_taken = False

    def listenTCP(self, port: int, factory: object, *more: object, **others: object) -> object:
        if self.is_taken:
            raise CannotListenError("127.0.0.1", port, OSError(errno.EADDRINUSE, "in use"))
        return super().listenTCP(port, factory, *more, **others)


@pytest.fixture
def ports() -> Ports:
    return Ports()


Make = Callable[..., Listener]


@pytest.fixture
def make(ports: Ports) -> Make:
    def make_one(taken: PortConflict = PortConflict()) -> Listener:  # noqa: B008 - it is frozen
        async def find_conflict(_: object) -> PortConflict:
            return taken

        return Listener(
            SPEC,
            reactor=ports,
            observer=Record(),
            numbers=itertools.count(1),
            find_conflict=find_conflict,
        )

    return make_one


def words(listener: Listener) -> list[str]:
    return [offer.word for offer in offers_for(listener)]


def join(ports: Ports, listener: Listener) -> Client:
    assert listener.factory is not None
    return Client(ports, listener.factory.buildProtocol(None))


def test_nothing_is_offered_while_all_is_well(make: Make) -> None:
    listener = make()
    assert words(listener) == []
    spawn(listener.start())
    assert words(listener) == []
    assert status_text(listener) == "listening · 0 connected"
    assert status_details(listener) == ""


def test_a_port_that_another_program_has_can_be_tried_again_or_left_to_it(
    make: Make, ports: Ports
) -> None:
    ports.is_taken = True
    listener = make(PortConflict("node (pid 4211: node server.js)", free_port=8081))
    spawn(listener.start())
    assert status_text(listener) == (
        "Port 8080 is in use by node (pid 4211: node server.js). Stop it, or choose another port."
    )
    assert offers_for(listener) == (
        RowOffer(RowAction.START, "Try again"),
        RowOffer(RowAction.MOVE, "Use port 8081", port=8081),
    )
    ports.is_taken = False
    spawn(listener.start())
    assert (listener.state, words(listener)) == (State.LISTENING, [])


def test_a_port_that_another_listener_has_leads_to_that_one(make: Make, ports: Ports) -> None:
    ports.is_taken = True
    listener = make(PortConflict("your listener Echo", "Echo"))
    spawn(listener.start())
    assert offers_for(listener)[-1] == RowOffer(
        RowAction.SHOW, "Show that listener", listener="Echo"
    )


def test_another_failure_can_be_tried_again(make: Make, ports: Ports) -> None:
    listener = make()
    listener.change(evolve(SPEC, endpoint="ssl:8443:privateKey=missing.pem"))
    spawn(listener.start())
    assert words(listener) == ["Try again"]


def test_one_that_drains_says_how_many_are_left_and_may_go_on_or_end(
    make: Make, ports: Ports
) -> None:
    listener = make()
    spawn(listener.start())
    client = join(ports, listener)
    spawn(listener.drain())
    assert status_text(listener) == "draining · 1 left"
    assert words(listener) == ["Accept again", "Close them"]
    listener.change(evolve(SPEC, endpoint="tcp:8081"))
    assert words(listener) == ["Restart to apply", "Close them"]
    client.close()
    client.until(lambda: listener.state is State.STOPPED)


def test_one_that_waits_for_a_restart_says_so(make: Make) -> None:
    listener = make()
    spawn(listener.start())
    listener.change(evolve(SPEC, protocol="hello"))
    assert status_text(listener) == (
        "listening · 0 connected\nThe last change counts from the next start."
    )
    assert words(listener) == ["Restart to apply"]


def test_refusals_and_what_limits_ended_are_told_by_reason(make: Make, ports: Ports) -> None:
    listener = make()
    spawn(listener.start())
    listener.change(evolve(SPEC, idle_timeout=1))
    clients = [join(ports, listener) for _ in range(3)]
    assert status_text(listener) == "listening · 1 connected · 2 refused"
    ports.advance(1)
    assert status_details(listener) == (
        "Refused: 2 × too many connections\nClosed by a limit: 1 × idle"
    )
    for client in clients:
        client.close()
    ports.drop_all()
    spawn(listener.stop())


def test_a_row_has_a_button_for_each_offer_as_long_as_it_stands(
    make: Make, ports: Ports, qtbot: QtBot
) -> None:
    ports.is_taken = True
    listener = make(PortConflict("node (pid 1)", free_port=8081))
    row = ListenerRow(listener, Icons(), ListenerColors(list))
    qtbot.addWidget(row)
    row.show()
    assert row.offers is None
    spawn(listener.start())
    row.refresh()
    assert row.offers is not None
    assert [each.text() for each in row.offers.buttons] == ["Try again", "Use port 8081"]
    assert row.offers.buttons[1].accessibleName() == "Use port 8081: API"
    with qtbot.waitSignal(row.offer_taken) as taken:
        qtbot.mouseClick(row.offers.buttons[1], Qt.MouseButton.LeftButton)
    assert taken.args == [RowOffer(RowAction.MOVE, "Use port 8081", port=8081)]
    ports.is_taken = False
    spawn(listener.start())
    row.refresh()
    assert not row.offers.isVisible()
