"""A run of `serve` on a reactor that the test drives."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from app.profile import ListenerSpec, ProfileFile
from app.serve.run import UNLIMITED, RunLimits, SystemdNotifier, serve
from tests.server.reactors import HandReactor

ECHO = ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007")
HELLO = ListenerSpec(name="Hello", protocol="hello", endpoint="tcp:8025")


class DrivenReactor(HandReactor):
    """A reactor whose `run` calls a function of the test, and then shuts down like the real one.

    It is also the output of the run: it collects the lines.
    """

    def __init__(self, meanwhile: Callable[[DrivenReactor], None]) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.has_stopped = False
        self._meanwhile = meanwhile

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    @property
    def names(self) -> list[str]:
        return [event["event"] for event in self.events]

    def begin(self, gone: Callable[[], object]) -> None:
        self.gone = gone

    def write(self, line: str) -> bool:
        self.lines.append(line)
        return True

    def close(self) -> None:
        self.lines.append(json.dumps({"event": "closed output"}))

    def callFromThread(self, act: Callable[..., object], *arguments: object) -> None:
        self.callLater(0, act, *arguments)

    def run(self) -> None:
        for act in self.whenRunningHooks:
            act[0](*act[1], **act[2])
        self._meanwhile(self)
        for act in self.triggers["before"]["shutdown"]:
            act[0](*act[1], **act[2])

    def stop(self) -> None:
        self.has_stopped = True

    def send_sighup(self) -> None:
        signal.raise_signal(signal.SIGHUP)
        self.advance(0)

    def connect(self, index: int) -> Any:
        """Connect a client to the listener that was started as number `index`. Returns the server's
        protocol."""
        factory: Any = self.tcpServers[index][1]
        protocol = factory.buildProtocol(IPv4Address("TCP", "127.0.0.1", 5))
        protocol.makeConnection(StringTransport())
        return protocol

    def disconnect(self, protocol: Any) -> None:
        protocol.connectionLost(Failure(ConnectionDone()))

    def visit(self, index: int = 0) -> bytes:
        """Connect a client and disconnect it. Returns the data that it received."""
        protocol = self.connect(index)
        self.disconnect(protocol)
        told: bytes = protocol.transport.value()
        return told


class RecordingNotifier(SystemdNotifier):
    """Records the messages to systemd."""

    def __init__(self) -> None:
        super().__init__({})
        self.sent: list[tuple[str, ...]] = []

    def _send(self, *lines: str) -> None:
        self.sent.append(lines)


def run(
    meanwhile: Callable[[DrivenReactor], None],
    file: ProfileFile | None = None,
    limits: RunLimits = UNLIMITED,
    notifier: SystemdNotifier | None = None,
    *,
    require_rules: bool = False,
    code: int = 0,
) -> DrivenReactor:
    """Run the listeners of `file`, which ends with the exit code `code`."""
    reactor = DrivenReactor(meanwhile)
    specs = [ECHO, HELLO] if file is None else file.load().listeners
    ended = serve(
        reactor,
        specs,
        reactor,
        file=file,
        as_json=True,
        limits=limits,
        notifier=notifier,
        require_rules=require_rules,
    )
    assert ended == code
    return reactor
