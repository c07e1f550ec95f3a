"""The three steps of the tour: what they tell, what to try, and the buttons that do it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject

from app.net.endpoint import Endpoint
from app.server.listener import Listener
from app.ui.help.tour_pane import Step, Try
from app.user_code.tour import LIMIT, Part, endpoint_in

_ECHO: Final = "self.transport.write(data)"
_LOUD: Final = "self.transport.write(data.upper())"
_LIMIT: Final = re.compile(r"^(    limit = )(\d+)", re.MULTILINE)
_ENDPOINT: Final = re.compile(r"(serverFromString\(\s*\w+,\s*)([\"']).*?\2")
_MORE: Final = 3
"""So many more connections the button of the second step allows."""


class TourSteps(QObject):
    """Makes the steps. Each reads the running listener and the text of its file."""

    def __init__(
        self,
        *,
        listener: Callable[[], Listener | None],
        text: Callable[[], str],
        edit: Callable[[str], object],
        free_port: Callable[[Endpoint], int | None],
        start: Callable[[], object],
        connect: Callable[[], object],
        say_hello: Callable[[], object],
        keep: Callable[[], object],
        is_kept: Callable[[], bool],
        first_endpoint: str,
    ) -> None:
        """`edit` puts a text into the editor and runs it."""
        super().__init__()
        self._listener = listener
        self._text = text
        self._edit = edit
        self._free_port = free_port
        self._start = start
        self._connect = connect
        self._say_hello = say_hello
        self._keep = keep
        self._is_kept = is_kept
        self._first_endpoint = first_endpoint

    def all(self) -> tuple[Step, ...]:
        """The steps, in their order."""
        return (self._protocol_step(), self._factory_step(), self._reactor_step())

    def _make_loud(self) -> None:
        self._edit(self._text().replace(_ECHO, _LOUD))

    def _raise_limit(self) -> None:
        more = _LIMIT.sub(lambda found: f"{found[1]}{int(found[2]) + _MORE}", self._text())
        self._edit(more)

    def _change_port(self) -> None:
        text = self._text()
        endpoint = endpoint_in(text)
        port = self._free_port(endpoint) if endpoint is not None else None
        if endpoint is not None and port is not None:
            new = endpoint.with_value("port", str(port))
            self._edit(_ENDPOINT.sub(lambda found: f'{found[1]}"{new}"', text, count=1))

    def _protocol_step(self) -> Step:
        return Step(
            Part.PROTOCOL,
            self.tr("Protocol"),
            self.tr(
                "A protocol is what one connection does. Each connection gets an Echo of its own. "
                "Twisted calls connectionMade when somebody connects, dataReceived for what they "
                "send, and connectionLost at the end."
            ),
            (
                Try(self.tr("Start the server."), self.tr("Start"), self._start, self._is_on),
                Try(
                    self.tr("Connect to it with the console."),
                    self.tr("Connect"),
                    self._connect,
                    lambda: self._count() > 0,
                ),
                Try(
                    self.tr("Say hello. The same comes back."),
                    self.tr("Say hello"),
                    self._say_hello,
                    lambda: self._bytes_in() > 0,
                ),
                Try(
                    self.tr("Answer in capitals: write data.upper(). Then connect anew."),
                    self.tr("Change it"),
                    self._make_loud,
                    lambda: ".upper()" in self._text(),
                ),
            ),
        )

    def _factory_step(self) -> Step:
        return Step(
            Part.FACTORY,
            self.tr("Factory"),
            self.tr(
                "A factory makes the protocols, and has what all connections share: here the "
                "number of them, and the most there may be. Saving makes a new factory; open "
                "connections keep theirs."
            ),
            (
                Try(
                    self.tr("Connect twice, and watch numProtocols below."),
                    self.tr("Connect"),
                    self._connect,
                    lambda: self._count() > 1,
                ),
                Try(
                    self.tr(
                        "Connect once more. The third is told: Too many connections, try later."
                    ),
                    self.tr("Connect"),
                    self._connect,
                    lambda: self._accepted() > 2,
                ),
                Try(
                    self.tr("Raise the limit, and connect again."),
                    self.tr("Change it"),
                    self._raise_limit,
                    self._has_higher_limit,
                ),
            ),
        )

    def _reactor_step(self) -> Step:
        return Step(
            Part.REACTOR,
            self.tr("Reactor"),
            self.tr(
                "The reactor waits for everything at once: it listens where the endpoint says, and "
                "gives each new connection to the factory. These lines run when you start the file "
                "with python; in Portdeck, the switch of the listener does the same."
            ),
            (
                Try(
                    self.tr("Listen at another port. That closes what is open."),
                    self.tr("Change it"),
                    self._change_port,
                    self._has_moved,
                ),
                Try(
                    self.tr("Connect to the new port."),
                    self.tr("Connect"),
                    self._connect,
                    lambda: self._has_moved() and self._count() > 0,
                ),
                Try(
                    self.tr("Keep the file: it stays yours, and its listener too."),
                    self.tr("Keep…"),
                    self._keep,
                    self._is_kept,
                ),
            ),
        )

    # What was done

    def _is_on(self) -> bool:
        listener = self._listener()
        return listener is not None and listener.is_on

    def _count(self) -> int:
        listener = self._listener()
        return 0 if listener is None else listener.connection_count

    def _bytes_in(self) -> int:
        listener = self._listener()
        return 0 if listener is None or listener.factory is None else listener.factory.bytes_in

    def _accepted(self) -> int:
        listener = self._listener()
        return 0 if listener is None or listener.factory is None else listener.factory.accepted

    def _has_higher_limit(self) -> bool:
        found = _LIMIT.search(self._text())
        return found is not None and int(found[2]) > LIMIT

    def _has_moved(self) -> bool:
        listener = self._listener()
        return listener is not None and listener.spec.endpoint != self._first_endpoint
