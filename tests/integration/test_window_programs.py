"""Whole programs in the window: opened, shown with their places, switched, and trusted."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.integration.desk import Desk, OpenWindow
from tests.integration.sockets import Beside

SERVER = """\
from twisted.internet import protocol, reactor

class Echo(protocol.Protocol):
    def dataReceived(self, data):
        self.transport.write(data)

factory = protocol.Factory.forProtocol(Echo)
for _ in range({places}):
    reactor.listenTCP(0, factory, interface="127.0.0.1")
reactor.run()
"""


ECHO = """\
version = 1
[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0"
"""


def written(folder: Path, places: int = 2) -> Path:
    path = folder / "server.py"
    path.write_text(SERVER.format(places=places), encoding="utf-8")
    return path


def names(desk: Desk) -> list[str]:
    return [each.spec.name for each in desk.window.listeners.shown]


def ask(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(b"hello")
        return client.recv(10)


def test_an_opened_program_runs_and_its_places_have_rows(
    open_window: OpenWindow, tmp_path: Path, beside: Beside[bytes]
) -> None:
    desk = open_window(ECHO)
    desk.window.rest.programs.open([written(tmp_path)])
    desk.until(lambda: sum("server.py " in name for name in names(desk)) == 2)
    place = next(each for each in desk.deck.with_sockets() if "server.py" in each.spec.name)
    desk.until(lambda: place.address is not None)
    assert beside(lambda: ask(desk.port(place.spec.name))) == b"hello"
    assert not desk.row("server.py").badge.isVisible()
    desk.flip(place.spec.name)
    desk.until(lambda: not place.is_on)
    assert desk.listener("server.py").is_on
    desk.window.listeners.choose(place)
    commands = desk.window.commands
    assert not commands.edit.isEnabled()
    assert not commands.remove.isEnabled()
    assert commands.toggle.isEnabled()
    desk.flip("server.py")
    desk.until(lambda: not desk.listener("server.py").can_stop)


def test_untrusted_code_runs_only_after_a_yes(open_window: OpenWindow, tmp_path: Path) -> None:
    desk = open_window(ECHO)
    path = written(tmp_path, places=1)
    desk.workspace.untrusted_files = (path,)
    desk.window.rest.programs.open([path])
    assert "server.py" in desk.window.rest.banner.message
    assert not desk.listener("server.py").is_on
    desk.until(lambda: desk.row("server.py").switch.isVisible())
    desk.flip("server.py")
    desk.until(lambda: "not trusted" in desk.row("server.py").status.text())
    desk.do(desk.window.commands.trust_code)
    desk.click(desk.offer("Trust and run"))
    assert not desk.window.commands.trust_code.isEnabled()
    desk.until(lambda: desk.row("server.py").status.text().endswith("connected"))
    desk.until(lambda: desk.row("server.py").switch.isChecked())
    desk.flip("server.py")
    desk.until(lambda: not desk.listener("server.py").can_stop)


def test_the_connections_of_an_opened_program_are_those_of_its_places(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    """It is marked before it is loaded, and has no places then."""
    desk = open_window(ECHO)
    desk.window.rest.programs.open([written(tmp_path)])
    shown = desk.window.rest.connections
    desk.until(lambda: len(shown.listeners) == 2)
    places = desk.deck.places_of(desk.listener("server.py"))
    assert tuple(shown.listeners) == places
    desk.until(lambda: places[0].address is not None)
    with socket.create_connection(("127.0.0.1", desk.port(places[0].spec.name)), 10):
        desk.until(lambda: shown.model.rowCount() == 1)
