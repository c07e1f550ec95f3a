"""The reactor of one program: it takes over listening, and passes the rest to the real reactor.

The files of the program get a `ProgramReactor` when they import `twisted.internet.reactor`. The
modules of Twisted itself have the real reactor; `takeover` replaces its methods while code of the
program is on the stack.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import ReactorNotRunning, UnsupportedAddressFamily
from zope.interface import directlyProvides, providedBy

from app.text.sentence import Sentence, SentenceError
from app.user_code.programs.places import PlaceKind, PlacePort, Places
from app.user_code.programs.started_work import StartedWork
from app.user_code.programs.takeover import Takeover, installed_and, unshadowed

Result = TypeVar("Result")

log = logging.getLogger(__name__)

_INTERNET: Final = (socket.AF_INET, socket.AF_INET6)

Trigger = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class ProgramOwner(Protocol):
    """The program of a `ProgramReactor`."""

    title: str
    is_loaded: bool

    def runs(self) -> None:
        """The program has called `run`: it serves from now on."""

    def wants_to_end(self) -> None:
        """The program has called `stop`."""

    def note(self, sentence: str) -> None:
        """A call could not be taken over. `sentence` is for the user."""


class ProgramReactor:
    """The reactor of one program. All other attributes are those of the real reactor."""

    def __init__(
        self,
        real: Any,
        owner: ProgramOwner,
        places: Places,
        work: StartedWork,
        *,
        spent_descriptors: Container[int] = (),
    ) -> None:
        """`spent_descriptors` are those that an earlier load of the program adopted."""
        self._real = real
        self._owner = owner
        self._places = places
        self._work = work
        self._takeover = Takeover(self)
        self._thread = threading.get_ident()
        self._at_start: list[Trigger] = []
        self._at_end: dict[str, list[Trigger]] = {"before": [], "during": [], "after": []}
        self._other_events: list[Any] = []
        self._spent_descriptors = spent_descriptors
        self.adopted_descriptors: set[int] = set()
        """The descriptors of the sockets that the program was given."""
        self._started = False
        self.running = False
        """Whether the program called `run`, as Twisted names it."""
        directlyProvides(self, providedBy(real))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __repr__(self) -> str:
        return f"<the reactor of {self._owner.title}>"

    @contextmanager
    def working(self) -> Iterator[None]:
        """Meanwhile, listening and delayed calls of Twisted belong to the program."""
        with self._takeover.on(installed_and(self._real)):
            yield

    def outside(self, call: Callable[[], Result]) -> Result:
        """Call a function of Portdeck that the program has reached; it uses the real reactor."""
        with self._takeover.resting():
            return call()

    def inside(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """A function that does the same for the program. `sys.exit` in it ends only the program."""

        def run(*args: Any, **kw: Any) -> Any:
            try:
                with self.working():
                    return call(*args, **kw)
            except SystemExit:
                self._owner.wants_to_end()

        return run

    # Listening

    def listenTCP(self, port: int, factory: Any, backlog: int = 50, interface: str = "") -> Any:
        return self._listen(PlaceKind.TCP, port, factory, interface, backlog)

    def listenSSL(
        self,
        port: int,
        factory: Any,
        contextFactory: Any,
        backlog: int = 50,
        interface: str = "",
    ) -> Any:
        return self._listen(PlaceKind.TLS, port, factory, interface, backlog, contextFactory)

    def listenUDP(
        self, port: int, protocol: Any, interface: str = "", maxPacketSize: int = 8192
    ) -> Any:
        return self._listen(PlaceKind.UDP, port, protocol, interface)

    def listenUNIX(
        self,
        address: str,
        factory: Any,
        backlog: int = 50,
        mode: int = 0o666,
        wantPID: bool = False,
    ) -> Any:
        self._refuse_other_threads("listenUNIX")
        return self._places.add_unix(address, factory, mode, backlog)

    def listenMulticast(
        self,
        port: int,
        protocol: Any,
        interface: str = "",
        maxPacketSize: int = 8192,
        listenMultiple: bool = False,
    ) -> Any:
        return self._listen(
            PlaceKind.UDP, port, protocol, interface, name="listenMulticast", shared=listenMultiple
        )

    def listenUNIXDatagram(
        self, address: str, protocol: Any, maxPacketSize: int = 8192, mode: int = 0o666
    ) -> Any:
        self._refuse_other_threads("listenUNIXDatagram")
        return self._places.add_unix(address, protocol, mode)

    def adoptStreamPort(self, fileDescriptor: int, addressFamily: int, factory: Any) -> Any:
        self._refuse_other_threads("adoptStreamPort")
        families = (*_INTERNET, getattr(socket, "AF_UNIX", None))
        copy = self._copy_of(fileDescriptor, addressFamily, socket.SOCK_STREAM, families)
        if hasattr(socket, "SO_ACCEPTCONN") and not _is_listening(copy):
            copy.close()
            raise SentenceError(
                "socket-does-not-listen", "the socket does not listen; call its listen() first"
            )
        self.adopted_descriptors.add(fileDescriptor)
        return self._places.add_adopted(copy, factory)

    def adoptDatagramPort(
        self, fileDescriptor: int, addressFamily: int, protocol: Any, maxPacketSize: int = 8192
    ) -> Any:
        self._refuse_other_threads("adoptDatagramPort")
        copy = self._copy_of(fileDescriptor, addressFamily, socket.SOCK_DGRAM, _INTERNET)
        self.adopted_descriptors.add(fileDescriptor)
        return self._places.add_adopted(copy, protocol)

    def _copy_of(
        self, descriptor: int, family: int, kind: socket.SocketKind, families: Container[Any]
    ) -> socket.socket:
        """A copy of a descriptor of the program. It keeps its own, and may close it."""
        if family not in families:
            raise UnsupportedAddressFamily(family)
        if descriptor in self._spent_descriptors and _is_of_systemd(descriptor):
            # The number belongs to something else by now, perhaps to a socket of Portdeck.
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return socket.fromfd(descriptor, family, kind)

    def _listen(
        self,
        kind: PlaceKind,
        port: int,
        served: Any,
        interface: str,
        backlog: int | None = None,
        context_factory: Any = None,
        *,
        name: str = "",
        shared: bool = False,
    ) -> PlacePort:
        self._refuse_other_threads(name or f"listen{kind.name}")
        own = None if backlog == 50 else backlog  # Twisted's default is too small for a burst
        return self._places.add_internet(
            kind,
            int(port),
            served,
            interface or "",
            backlog=own,
            context_factory=context_factory,
            shared=shared,
        )

    def _refuse_other_threads(self, name: str) -> None:
        if threading.get_ident() == self._thread:
            return
        sentence = Sentence(
            "reactor-in-thread",
            "{title} calls reactor.{name} in a thread of its own, which Twisted does not allow. "
            "Write reactor.callFromThread(reactor.{name}, …).",
            title=self._owner.title,
            name=name,
        )
        self.callFromThread(self._owner.note, sentence)
        raise RuntimeError(sentence)

    # Other work

    def callLater(self, delay: float, callable: Callable[..., Any], *args: Any, **kw: Any) -> Any:
        call = unshadowed(self._real, "callLater")(delay, self.inside(callable), *args, **kw)
        self._work.add_call(call)
        return call

    def callFromThread(self, callable: Callable[..., Any], *args: Any, **kw: Any) -> None:
        self._real.callFromThread(self.inside(callable), *args, **kw)

    def connectTCP(self, *args: Any, **kw: Any) -> Any:
        return self._connect("connectTCP", args, kw)

    def connectSSL(self, *args: Any, **kw: Any) -> Any:
        return self._connect("connectSSL", args, kw)

    def connectUNIX(self, *args: Any, **kw: Any) -> Any:
        return self._connect("connectUNIX", args, kw)

    def connectUNIXDatagram(self, *args: Any, **kw: Any) -> Any:
        port = unshadowed(self._real, "connectUNIXDatagram")(*args, **kw)
        self._work.add_port(port)
        return port

    def _connect(self, name: str, args: tuple[Any, ...], kw: dict[str, Any]) -> Any:
        connector = unshadowed(self._real, name)(*args, **kw)
        self._work.add_connector(connector)
        return connector

    def spawnProcess(self, *args: Any, **kw: Any) -> Any:
        process = unshadowed(self._real, "spawnProcess")(*args, **kw)
        self._work.add_process(process)
        return process

    def addReader(self, reader: Any) -> None:
        if _is_listening(reader):
            self._owner.note(
                Sentence(
                    "socket-of-its-own",
                    "{title} listens with a socket of its own ({reader!r}). Portdeck cannot show "
                    "it; use reactor.listenTCP or an endpoint.",
                    title=self._owner.title,
                    reader=reader,
                )
            )
        self._real.addReader(reader)
        self._work.add_descriptor(reader, self._real.removeReader)

    def removeReader(self, reader: Any) -> None:
        self._real.removeReader(reader)
        self._work.drop_descriptor(reader)

    # Running and ending

    def run(self, *_args: Any, **_kw: Any) -> None:
        """Return immediately, as the real reactor runs already."""
        if threading.get_ident() != self._thread:
            self.callFromThread(
                self._owner.note,
                Sentence(
                    "runs-reactor-in-thread",
                    "{title} runs the reactor in a thread. Portdeck runs it already, in the main "
                    "one: what else the program does there must not wait.",
                    title=self._owner.title,
                ),
            )
            self.callFromThread(self.start)
            return
        if self.running and self._places.has_ignored_repeat:
            return  # the program imports itself, and both runs of its file come here
        if self.running:
            self._owner.note(
                Sentence(
                    "runs-reactor-twice",
                    "{title} calls reactor.run() twice. The second call does nothing.",
                    title=self._owner.title,
                )
            )
            return
        self.start()
        self._places.ignores_repeats = not self._owner.is_loaded

    def startRunning(self, *_args: Any, **_kw: Any) -> None:
        self.run()

    def start(self) -> None:
        """Make the calls that wait for the reactor to run."""
        if self._started:
            return
        self._started = self.running = True
        self._owner.runs()
        while self._at_start:
            call, args, kw = self._at_start.pop(0)
            call(*args, **kw)

    def stop(self) -> None:
        """End the program, never the real reactor."""
        if not self._started:
            raise ReactorNotRunning("Can't stop reactor that isn't running.")
        self._owner.wants_to_end()

    def crash(self) -> None:
        self._owner.wants_to_end()

    def sigInt(self, *_args: Any) -> None:
        self._owner.wants_to_end()

    sigTerm = sigBreak = sigInt

    def callWhenRunning(self, callable: Callable[..., Any], *args: Any, **kw: Any) -> Any:
        if self._started:
            callable(*args, **kw)
            return None
        self._at_start.append((callable, args, kw))
        return (self._at_start, self._at_start[-1])

    def addSystemEventTrigger(
        self, phase: str, eventType: str, callable: Callable[..., Any], *args: Any, **kw: Any
    ) -> Any:
        trigger: Trigger = (callable, args, kw)
        if eventType == "startup":
            self._at_start.append(trigger)
            return (self._at_start, trigger)
        if eventType == "shutdown":
            self._at_end[phase].append(trigger)
            return (self._at_end[phase], trigger)
        add = unshadowed(self._real, "addSystemEventTrigger")
        return add(phase, eventType, self.inside(callable), *args, **kw)

    def removeSystemEventTrigger(self, triggerID: Any) -> None:
        if isinstance(triggerID, tuple) and isinstance(triggerID[0], list):
            triggerID[0].remove(triggerID[1])
            return
        unshadowed(self._real, "removeSystemEventTrigger")(triggerID)

    def fireSystemEvent(self, eventType: str) -> None:
        if eventType == "shutdown":
            self._owner.wants_to_end()
        elif eventType == "startup":
            self.start()
        else:
            unshadowed(self._real, "fireSystemEvent")(eventType)

    async def fire_shutdown(self) -> None:
        """Call the shutdown triggers of the program, phase by phase. Raises nothing."""
        for phase in ("before", "during", "after"):
            waiting: list[Deferred[Any]] = []
            while self._at_end[phase]:
                call, args, kw = self._at_end[phase].pop(0)
                waiting.append(maybeDeferred(self.inside(call), *args, **kw))
            for each in waiting:
                try:
                    await each
                except Exception:
                    log.exception("%s: what it does at its end failed.", self._owner.title)
        self.running = False


def _is_of_systemd(descriptor: int) -> bool:
    """Whether systemd has started this process with a socket at `descriptor`: sd_listen_fds(3)."""
    count = os.environ.get("LISTEN_FDS", "")
    is_for_us = os.environ.get("LISTEN_PID") == str(os.getpid())
    return is_for_us and count.isdecimal() and 3 <= descriptor < 3 + int(count)


def _is_listening(reader: Any) -> bool:
    """Whether `reader` has a listening socket. False if the system does not say."""
    wanted = getattr(socket, "SO_ACCEPTCONN", None)
    owned = reader if isinstance(reader, socket.socket) else getattr(reader, "socket", None)
    if wanted is None or not isinstance(owned, socket.socket):
        return False
    try:
        return bool(owned.getsockopt(socket.SOL_SOCKET, wanted))
    except OSError:
        return False
