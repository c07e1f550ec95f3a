"""A row shows the state of its listener, and has buttons for its problems."""

from __future__ import annotations

import errno
import itertools
from collections.abc import Callable

import pytest
from attrs import evolve
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from twisted.internet.error import CannotListenError

from app.faults.spec import Fault, FaultKind
from app.profile import ListenerSpec
from app.runtime.coroutines import spawn
from app.server.listener import Listener, State
from app.server.sockets.addresses import PortConflict
from app.ui.listeners.row import ListenerRow
from app.ui.listeners.row_buttons import RowAction, RowButton, buttons_for
from app.ui.listeners.status import status_details, status_text
from app.ui.style.icons import Icons
from app.ui.style.listener_colors import ListenerColors
from tests.server.reactors import Client, HandReactor
from tests.server.record import Record

SPEC = ListenerSpec(name="API", protocol="echo", endpoint="tcp:8080", max_connections=1)


class Ports(HandReactor):
    """A reactor on which port 8080 can be in use."""

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
    return [offer.text for offer in buttons_for(listener)]


def join(ports: Ports, listener: Listener) -> Client:
    assert listener.factory is not None
    return Client(ports, listener.factory.buildProtocol(None))


def test_a_row_without_problems_has_no_buttons(make: Make) -> None:
    listener = make()
    assert words(listener) == []
    spawn(listener.start())
    assert words(listener) == []
    assert status_text(listener) == "listening · 0 connected"
    assert status_details(listener) == ""


def test_a_port_in_use_by_another_program_can_be_tried_again_or_changed(
    make: Make, ports: Ports
) -> None:
    ports.is_taken = True
    listener = make(PortConflict("node (pid 4211: node server.js)", free_port=8081))
    spawn(listener.start())
    assert status_text(listener) == (
        "Port 8080 is in use by node (pid 4211: node server.js). Stop it, or choose another port."
    )
    assert buttons_for(listener) == (
        RowButton(RowAction.START, "Try again"),
        RowButton(RowAction.MOVE, "Use port 8081", port=8081),
    )
    ports.is_taken = False
    spawn(listener.start())
    assert (listener.state, words(listener)) == (State.LISTENING, [])


def test_a_port_in_use_by_another_listener_has_a_button_to_show_it(
    make: Make, ports: Ports
) -> None:
    ports.is_taken = True
    listener = make(PortConflict("your listener Echo", "Echo"))
    spawn(listener.start())
    assert buttons_for(listener)[-1] == RowButton(
        RowAction.SHOW, "Show that listener", listener="Echo"
    )


def test_after_any_other_failure_a_start_can_be_tried_again(make: Make, ports: Ports) -> None:
    listener = make()
    listener.change(evolve(SPEC, endpoint="ssl:8443:privateKey=missing.pem"))
    spawn(listener.start())
    assert words(listener) == ["Try again"]


def test_a_draining_row_shows_the_rest_and_can_accept_again_or_close(
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


def test_a_row_shows_that_it_needs_a_restart(make: Make) -> None:
    listener = make()
    spawn(listener.start())
    listener.change(evolve(SPEC, protocol="hello"))
    assert status_text(listener) == (
        "listening · 0 connected\nThe last change counts from the next start."
    )
    assert words(listener) == ["Restart to apply"]


def test_refusals_and_closes_by_a_limit_are_counted_by_reason(make: Make, ports: Ports) -> None:
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


def test_a_row_shows_its_buttons_as_long_as_they_apply(
    make: Make, ports: Ports, qtbot: QtBot
) -> None:
    ports.is_taken = True
    listener = make(PortConflict("node (pid 1)", free_port=8081))
    row = ListenerRow(listener, Icons(), ListenerColors(list))
    qtbot.addWidget(row)
    row.show()
    assert row.action_buttons is None
    spawn(listener.start())
    row.refresh()
    assert row.action_buttons is not None
    assert [each.text() for each in row.action_buttons.buttons] == ["Try again", "Use port 8081"]
    assert row.action_buttons.buttons[1].accessibleName() == "Use port 8081: API"
    with qtbot.waitSignal(row.button_clicked) as taken:
        qtbot.mouseClick(row.action_buttons.buttons[1], Qt.MouseButton.LeftButton)
    assert taken.args == [RowButton(RowAction.MOVE, "Use port 8081", port=8081)]
    ports.is_taken = False
    spawn(listener.start())
    row.refresh()
    assert not row.action_buttons.isVisible()


def test_in_a_narrow_row_the_status_and_the_address_are_whole(make: Make, qtbot: QtBot) -> None:
    listener = make()
    spawn(listener.start())
    row = ListenerRow(listener, Icons(), ListenerColors(lambda: [SPEC]))
    qtbot.addWidget(row)
    row.resize(320, 90)
    row.show()
    assert row.graph.isVisible()
    assert row.protocol.has_room
    row.resize(180, 90)
    QApplication.processEvents()
    assert not row.graph.isVisible()
    assert not row.protocol.has_room
    line = row.status.fontMetrics().lineSpacing()
    for width in range(215, 400, 8):
        row.resize(width, 90)
        QApplication.processEvents()
        is_wrapped = row.status.heightForWidth(row.status.width()) > 1.5 * line
        assert not (row.graph.isVisible() and is_wrapped)


def test_in_a_narrow_row_the_badges_are_shortened_before_the_name(make: Make, qtbot: QtBot) -> None:
    fault = Fault(kind=FaultKind.LATENCY, seconds=0.05)
    listener = make()
    listener.change(evolve(SPEC, endpoint="tcp:8080:interface=0.0.0.0", faults=(fault,)))
    column = QWidget()
    qtbot.addWidget(column)
    row = ListenerRow(listener, Icons(), ListenerColors(lambda: [SPEC]), column)
    row.resize(400, 90)
    column.show()
    assert (row.faults.text(), row.badge.text()) == ("⚡ 50 ms", "open to others")
    for width in range(400, 170, -6):
        row.resize(width, 90)
        QApplication.processEvents()
        is_short = (row.faults.text(), row.badge.text()) == ("⚡", "open")
        assert row.badge.geometry().right() <= row.more.geometry().left()
        assert is_short or row.name.width() >= row.name.sizeHint().width()
    assert is_short


def test_a_compact_row_shows_the_end_of_a_path_or_the_name_alone(make: Make, qtbot: QtBot) -> None:
    listener = make()
    listener.change(evolve(SPEC, endpoint="unix:/srv/a/long/way/to/api.sock"))
    column = QWidget()
    qtbot.addWidget(column)
    row = ListenerRow(listener, Icons(), ListenerColors(lambda: [SPEC]), column)
    row.set_compact(True)
    row.set_chosen(True)
    column.show()
    assert row.summary is not None
    assert row.summary.text() == "api.sock"
    for width, has_room in ((260, True), (150, False)):
        row.resize(width, 30)
        QApplication.processEvents()
        assert row.summary.has_room is has_room
        assert row.name.width() >= row.name.sizeHint().width()
        assert row.more.geometry().right() <= row.width()
