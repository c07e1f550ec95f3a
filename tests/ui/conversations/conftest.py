"""A log with a few conversations, and who had them."""

from __future__ import annotations

import pytest

from app.traffic.chunk_log import ChunkLog
from app.traffic.connection_info import ConnectionInfo
from app.ui.conversations.reading import RecordedConnection


class Directory:
    """Connections 1 to 3 are of Echo, 4 is of Chat, and 5 is a session of the console."""

    listeners = ("Echo", "Chat", "Console: 1")

    def info(self, number: int) -> ConnectionInfo | None:
        if number == 5:
            return ConnectionInfo("Console: 1", "127.0.0.1:8007", began_here=True)
        if not 1 <= number <= 4:
            return None
        return ConnectionInfo("Echo" if number < 4 else "Chat", f"127.0.0.1:5000{number}")


class Talk:
    """Appends to `log`; the time goes on by a second with each chunk."""

    def __init__(self) -> None:
        self.log = ChunkLog()
        self.directory = Directory()
        self._time = 1_700_000_000.0

    def say(self, connection: int, *said: tuple[bool, bytes]) -> None:
        """The server (`True`) or the client said so, in this order."""
        for from_server, data in said:
            self.log.append(self._time, connection, from_server is (connection != 5), data)
            self._time += 1.0

    def connection(self, number: int) -> RecordedConnection:
        return RecordedConnection(self.log, self.directory, number)


@pytest.fixture
def talk() -> Talk:
    """Echo greets and answers in lines; the numbers differ between its two conversations."""
    talk = Talk()
    ready = (True, b"READY\r\n")
    talk.say(1, ready, (False, b"GET 1\n"), (True, b"OK 1\n"), (False, b"BYE\n"), (True, b"bye\n"))
    talk.say(4, (False, b"hi\n"))
    talk.say(2, ready, (False, b"GET 7\n"), (True, b"OK 7\n"), (False, b"BYE\n"), (True, b"bye!\n"))
    talk.say(5, (False, b"PING\n"), (True, b"PONG\n"))
    return talk
