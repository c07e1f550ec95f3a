"""Listening on a Unix socket: whose the path is, who may connect, and who did."""

from __future__ import annotations

import getpass
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.net.endpoint import LONGEST_PATH
from app.profile import ListenerSpec
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.ui.reactor.reactor import DeckReactor
from tests.integration.programs import PATIENCE_SECONDS
from tests.integration.sockets import Beside, ResultOf, Until, read_exactly, read_to_end
from tests.server.record import Record


@pytest.fixture
def deck(
    reactor: DeckReactor, record: Record, result_of: ResultOf, tmp_path: Path
) -> Iterator[Deck]:
    deck = Deck(reactor, record, folder=tmp_path)
    yield deck
    for connection in list(record.live):
        connection.abortConnection()
    result_of(deck.stop_all())


def start(deck: Deck, result_of: ResultOf, endpoint: str, name: str = "Test") -> Listener:
    listener = deck.add(ListenerSpec(name=name, protocol="echo", endpoint=endpoint))
    result_of(deck.start(listener))
    return listener


def dial(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(PATIENCE_SECONDS)
    client.connect(str(path))
    return client


def abandoned(path: Path, kind: socket.SocketKind = socket.SOCK_STREAM) -> None:
    """Leave a socket file behind, as a program does that is killed."""
    with socket.socket(socket.AF_UNIX, kind) as left:
        left.bind(str(path))


def test_a_unix_socket_is_listened_on_and_removed(
    deck: Deck, beside: Beside[bytes], result_of: ResultOf, tmp_path: Path
) -> None:
    path = tmp_path / "echo.sock"
    listener = start(deck, result_of, f"unix:{path}")
    assert listener.state is State.LISTENING, listener.reason
    assert listener.where == str(path)

    def talk() -> bytes:
        with dial(path) as client:
            client.sendall(b"hello")
            client.shutdown(socket.SHUT_WR)
            return read_to_end(client)

    assert beside(talk) == b"hello"
    result_of(deck.stop(listener))
    assert list(tmp_path.iterdir()) == []


def test_a_path_begins_where_the_profile_lies(
    deck: Deck, result_of: ResultOf, tmp_path: Path
) -> None:
    listener = start(deck, result_of, "unix:echo.sock")
    assert listener.where == str(tmp_path / "echo.sock")
    assert (tmp_path / "echo.sock").is_socket()


@pytest.mark.parametrize(("endpoint", "mode"), [("unix:s:mode=600", 0o600), ("unix:s", 0o666)])
def test_the_mode_says_who_may_connect(
    deck: Deck, result_of: ResultOf, tmp_path: Path, endpoint: str, mode: int
) -> None:
    start(deck, result_of, endpoint)
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == mode


def test_a_socket_that_nobody_listens_on_is_replaced(
    deck: Deck, beside: Beside[bytes], result_of: ResultOf, tmp_path: Path
) -> None:
    path = tmp_path / "echo.sock"
    abandoned(path)
    assert start(deck, result_of, "unix:echo.sock").state is State.LISTENING

    def talk() -> bytes:
        with dial(path) as client:
            client.sendall(b"hello")
            return read_exactly(client, 5)

    assert beside(talk) == b"hello"


def test_a_socket_that_somebody_listens_on_is_respected(
    deck: Deck, result_of: ResultOf, tmp_path: Path
) -> None:
    path = tmp_path / "echo.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        listener = start(deck, result_of, "unix:echo.sock")
        assert listener.reason == (
            f"{path} is in use by another listener of yours. Stop it, or choose another path."
        )
        with dial(path):
            pass


def test_a_socket_whose_queue_is_full_is_respected(
    deck: Deck, result_of: ResultOf, tmp_path: Path
) -> None:
    path = tmp_path / "echo.sock"
    with socket.socket(socket.AF_UNIX) as other, dial_many() as clients:
        other.bind(str(path))
        other.listen(0)
        clients.fill(path)
        listener = start(deck, result_of, "unix:echo.sock")
        assert listener.reason.startswith(f"{path} is in use by another program.")
        assert path.is_socket()


class dial_many:  # noqa: N801 - used as a function
    """Connects until nobody else fits."""

    def __enter__(self) -> dial_many:
        self.clients: list[socket.socket] = []
        return self

    def fill(self, path: Path) -> None:
        while True:
            client = socket.socket(socket.AF_UNIX)
            self.clients.append(client)
            client.setblocking(False)
            try:
                client.connect(str(path))
            except BlockingIOError:
                return

    def __exit__(self, *_: object) -> None:
        for client in self.clients:
            client.close()


def test_a_socket_of_another_kind_is_respected(
    deck: Deck, result_of: ResultOf, tmp_path: Path
) -> None:
    path = tmp_path / "log.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(str(path))
        listener = start(deck, result_of, "unix:log.sock")
        assert listener.reason == f"{path} is a socket of somebody else's. Choose another path."
        assert path.is_socket()


def test_what_is_no_socket_is_respected(deck: Deck, result_of: ResultOf, tmp_path: Path) -> None:
    file, folder, link = tmp_path / "file", tmp_path / "folder", tmp_path / "link"
    file.write_text("precious")
    folder.mkdir()
    link.symlink_to(tmp_path / "elsewhere")
    for path, what in (
        (file, "a file that is no socket"),
        (folder, "a folder"),
        (link, "a file that is no socket"),
    ):
        listener = start(deck, result_of, f"unix:{path}", name=path.name)
        assert listener.reason == f"{path} is {what}. Choose another path."
    assert file.read_text() == "precious"


def test_a_folder_that_is_not_there_is_told(
    deck: Deck, result_of: ResultOf, tmp_path: Path
) -> None:
    listener = start(deck, result_of, "unix:nowhere/echo.sock")
    assert listener.reason == (
        f"There is no folder {tmp_path / 'nowhere'}. Make it, or choose another path."
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told(
    deck: Deck, result_of: ResultOf, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir(0o500)
    listener = start(deck, result_of, "unix:mine/echo.sock")
    assert listener.reason.startswith("You may not make a socket in the folder ")


def test_a_path_that_is_too_long_is_told_with_what_is_possible(
    deck: Deck, result_of: ResultOf, tmp_path: Path
) -> None:
    fits = "x" * (LONGEST_PATH - len(f"{tmp_path}/"))
    assert start(deck, result_of, f"unix:{fits}", "Fits").state is State.LISTENING
    listener = start(deck, result_of, f"unix:{fits}x", "Does not")
    assert listener.reason.startswith(
        f"The path of the socket is {LONGEST_PATH + 1} bytes long, and the system takes "
        f"{LONGEST_PATH} at most:"
    )


def test_what_took_the_place_of_the_socket_stays(
    deck: Deck, result_of: ResultOf, tmp_path: Path
) -> None:
    path = tmp_path / "echo.sock"
    listener = start(deck, result_of, "unix:echo.sock")
    path.unlink()
    path.write_text("precious")
    result_of(deck.stop(listener))
    assert listener.state is State.STOPPED
    assert path.read_text() == "precious"


def test_a_socket_file_that_somebody_removed_stops_like_any_other(
    deck: Deck, result_of: ResultOf, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    listener = start(deck, result_of, "unix:echo.sock")
    (tmp_path / "echo.sock").unlink()
    result_of(deck.stop(listener))
    assert listener.state is State.STOPPED
    assert not [each for each in caplog.records if each.levelname == "ERROR"]
    assert start(deck, result_of, "unix:echo.sock", "Again").state is State.LISTENING


def test_twisteds_own_lock_is_kept_where_it_is_asked_for(
    deck: Deck, result_of: ResultOf, tmp_path: Path
) -> None:
    listener = start(deck, result_of, "unix:echo.sock:lockfile=1")
    assert (tmp_path / "echo.sock.lock").is_symlink()
    second = start(deck, result_of, "unix:echo.sock:lockfile=1", "Second")
    assert second.reason.startswith(f"{tmp_path / 'echo.sock'} is in use already.")
    result_of(deck.stop(listener))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason="the system does not tell")
def test_a_peer_is_the_user_and_the_process(
    deck: Deck, result_of: ResultOf, until: Until, record: Record, tmp_path: Path
) -> None:
    start(deck, result_of, "unix:echo.sock")
    with dial(tmp_path / "echo.sock"):
        until(lambda: record.live)
        (connection,) = record.live
        peer: Any = connection.peer
        assert peer == f"{getpass.getuser()}, pid {os.getpid()}"
    until(lambda: not record.live)
    assert connection.peer == peer
