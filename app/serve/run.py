"""One run of listeners without a window: its start, its reloads and its end."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from attrs import evolve, frozen
from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning

from app.net.endpoint import Endpoint
from app.net.ip import is_loopback
from app.profile import ListenerSpec, ProfileFile
from app.profile.compare import needs_restart, same_listeners
from app.runtime.coroutines import spawn
from app.serve.events import (
    Announcer,
    Closed,
    Event,
    EventWriter,
    Failed,
    LineSink,
    NotReloaded,
    Reloaded,
)
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.user_code.reference import CURRENT_FOLDER

# MERGED headless/exposure: Says of listeners that others can reach them, where their endpoints leave that open.


def exposure_warnings(listeners: Iterable[Listener]) -> Iterator[str]:
    """A sentence for each that is bound beyond this machine, and not because somebody wrote so.

    Such are the endpoints of plugins, which bind what they like.
    """
    for each in listeners:
        host = getattr(each.address, "host", None)
        if isinstance(host, str) and not is_loopback(host) and _is_open(each.spec.endpoint):
            yield (
                f"{each.spec.name}: Others on your network can connect to {each.where}. "
                "To keep them out, write an interface if the endpoint takes one, or a tcp endpoint."
            )


def _is_open(description: str) -> bool:
    """Whether it is not the description that decides on the interface."""
    endpoint = Endpoint.parse(description)
    return (endpoint.inner or endpoint).interface is None


# MERGED headless/notify: Tells systemd how a service is doing, as sd_notify(3) describes.
#
# systemd puts the address of a datagram socket into `NOTIFY_SOCKET`, and takes lines of `NAME=value`
# there. Started by anything else, there is nobody to tell.


class SystemdNotifier:
    """Sends each message at once or not at all: a service does not wait or fail for its warden."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # A name that begins with @ is in the abstract namespace, whose names begin with a NUL.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def ready(self, status: str) -> None:
        """The start or the reload is done. `status` is one line for people."""
        self._send("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self, status: str = "") -> None:
        """The end has begun; `status` says why, if it is no wish."""
        self._send("STOPPING=1", *([f"STATUS={status}"] if status else []))

    def _send(self, *lines: str) -> None:
        if not self._address or sys.platform == "win32":
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto("\n".join(lines).encode(errors="replace"), self._address)


# MERGED headless/signals: What the system says to `portdeck serve`: stop, and read the profile again.


def handle_signals(
    reactor: Any, *, stop: Callable[[], object], reload: Callable[[], object]
) -> None:
    """From now on SIGINT and SIGTERM call `stop` on the reactor's thread, and SIGHUP `reload`.

    In place of Twisted's handlers, which fail when Ctrl-C is pressed a second time. SIGHUP has two
    senders: an operator, and a terminal that is closed. The latter means the end, unless SIGHUP
    was ignored before, which is how `nohup` says that the program shall outlive its terminal.
    """

    def on(number: int, act: Callable[[], object]) -> None:
        signal.signal(number, lambda *_: reactor.callFromThread(act))

    on(signal.SIGINT, stop)
    on(signal.SIGTERM, stop)
    if hangup := getattr(signal, "SIGHUP", None):
        may_end = signal.getsignal(hangup) is not signal.SIG_IGN and _has_terminal()
        on(hangup, lambda: stop() if may_end and not _has_terminal() else reload())


def _has_terminal() -> bool:
    """Whether this process has a controlling terminal that is not closed."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


log = logging.getLogger(__name__)


class LineOutput(LineSink, Protocol):
    """Where the lines go, as an `Output` does it."""

    def begin(self, gone: Callable[[], object]) -> None:
        """`gone` is called, on any thread, once nobody reads any more."""

    def close(self) -> None:
        """Return when all is written, or will not be."""


@frozen
class RunLimits:
    """When a run ends by itself: at whichever comes first."""

    seconds: float | None = None
    """So long after it began."""

    connections: int | None = None
    """When so many connections of all listeners together were accepted and are over."""

    drain_seconds: float | None = None
    """How long a signal to stop lets the connections go by themselves, with nobody new accepted."""


UNLIMITED = RunLimits()


def serve(
    reactor: Any,
    specs: Sequence[ListenerSpec],
    output: LineOutput,
    *,
    file: ProfileFile | None = None,
    as_json: bool = False,
    limits: RunLimits = UNLIMITED,
    notifier: SystemdNotifier | None = None,
) -> int:
    """Run `specs` until a signal, a limit, or until nobody reads `output`; gives the exit code.

    0 after a clean stop; 1 when a listener could not start: its reason is on standard error and
    the others are stopped. Runs `reactor`, which therefore must not have run before. `file` is the
    profile that `specs` come from, for SIGHUP to read it again; without one SIGHUP only says so.
    """
    lines = EventWriter(output, reactor.seconds, as_json=as_json)
    service = _Service(reactor, specs, lines, file, limits, notifier or SystemdNotifier())
    output.begin(gone=lambda: reactor.callFromThread(service.stop))
    reactor.callWhenRunning(service.begin)
    reactor.addSystemEventTrigger("before", "shutdown", service.end)
    reactor.run()
    output.close()
    return 1 if service.has_failed else 0


class _Service:
    """Owns the deck while it runs."""

    def __init__(
        self,
        reactor: Any,
        specs: Sequence[ListenerSpec],
        lines: EventWriter,
        file: ProfileFile | None,
        limits: RunLimits,
        notifier: SystemdNotifier,
    ) -> None:
        self.has_failed = False
        """Whether it ends because a listener could not start."""
        self._reactor = reactor
        self._file = file
        self._limits = limits
        self._notifier = notifier
        self._lines = lines
        self._finished = 0
        self._busy = True
        self._reload_again = False
        self._drains = False
        self._is_ending = False
        folder = CURRENT_FOLDER if file is None else file.path.parent
        self._deck = Deck(reactor, Announcer(self._tell), folder=folder)
        for spec in specs:
            self._deck.add(spec)

    def begin(self) -> None:
        handle_signals(self._reactor, stop=self._stop_gently, reload=self._reload)
        if self._limits.seconds is not None:
            self._reactor.callLater(self._limits.seconds, self.stop)
        spawn(self._start())

    def stop(self) -> None:
        """End the run."""
        with suppress(ReactorNotRunning):  # it is stopping already
            self._reactor.stop()

    def end(self) -> Deferred[None]:
        """Fires when all is closed."""
        self._busy = self._is_ending = True  # no reload any more
        self._notifier.stopping("A listener could not start." if self.has_failed else "")
        return self._deck.close()

    async def _start(self) -> None:
        await self._deck.start_all()
        if self._tell_failures():
            self.has_failed = True
            self._stop_soon()
            return
        _complain(*exposure_warnings(self._deck.listeners))
        self._settled()

    def _settled(self) -> None:
        if self._is_ending:
            return
        listeners = self._deck.listeners
        on = sum(each.is_on for each in listeners)
        self._notifier.ready(f"{on} of {len(listeners)} listeners on")
        self._busy = self._drains
        if self._reload_again:
            self._reload()

    def _reload(self) -> None:
        """Now, or once what is under way is done."""
        self._reload_again = self._busy
        if self._busy:
            return
        self._busy = True
        self._notifier.reloading()
        spawn(self._load_again_or_say_why())

    async def _load_again_or_say_why(self) -> None:
        try:
            await self._load_again()
        except Exception as error:
            log.exception("The profile could not be loaded again.")
            why = str(error) or type(error).__name__
            self._give_up(f"Something unexpected failed: {why}")
        self._settled()

    async def _load_again(self) -> None:
        if self._file is None:
            self._give_up("There is no profile to load again: the listeners were given by name.")
            return
        reading = self._file.load_again()
        if reading.problems:
            self._give_up(*map(str, reading.problems))
            return
        done = _difference([each.spec for each in self._deck.listeners], reading.listeners)
        on = {each for each in self._deck.listeners if each.is_on}
        await self._deck.update(reading.listeners)
        if self._is_ending:
            return
        self._renew_code(done.restarted)
        await self._deck.start(*(each for each in self._deck.listeners if each not in on))
        self._tell_failures()
        _complain(*exposure_warnings(self._deck.listeners))
        self._tell(done)

    def _give_up(self, *problems: str) -> None:
        _complain(*problems)
        self._tell(NotReloaded(problems))

    def _renew_code(self, restarted: Sequence[str]) -> None:
        """Put new connections on the users' own code, where that changed and nothing else did."""
        for each in self._deck.listeners:
            if each.is_on and each.spec.name not in restarted and each.code_has_changed():
                each.reload()
                if each.reload_trouble:
                    _complain(f"{each.spec.name}: {each.reload_trouble}")

    def _tell_failures(self) -> bool:
        """Say on standard error which listeners could not start. Whether there are any."""
        failed = [each for each in self._deck.listeners if each.state is State.FAILED]
        _complain(*(f"{each.spec.name}: {each.reason}" for each in failed))
        return bool(failed)

    def _tell(self, event: Event) -> None:
        self._lines.write(event)
        if isinstance(event, Failed) and not self._busy:  # by itself: nobody else tells it
            _complain(f"{event.listener}: {event.reason}")
        if isinstance(event, Closed):
            self._finished += 1
            if self._finished == self._limits.connections:
                self._stop_soon()

    def _stop_gently(self) -> None:
        """When all connections have gone, if there is time for that; a second wish is for now."""
        patience = self._limits.drain_seconds
        if patience is None or self._drains:
            self.stop()
            return
        self._drains = self._busy = True  # no reload any more
        self._reactor.callLater(patience, self.stop)
        self._deck.drain(*self._deck.listeners).addCallback(lambda _: self.stop())

    def _stop_soon(self) -> None:
        """After the event that is being told, of which other observers know nothing yet."""
        self._reactor.callLater(0, self.stop)


def _complain(*sentences: str) -> None:
    """Write to standard error, as long as there is one: a terminal may be closed by now."""
    with suppress(OSError):
        for sentence in sentences:
            print(sentence, file=sys.stderr)


def _difference(before: Sequence[ListenerSpec], after: Sequence[ListenerSpec]) -> Reloaded:
    """What `Deck.update` does to listeners of `before` to make them those of `after`."""
    sources = same_listeners(before, after)
    both = [(before[i], spec) for i, spec in zip(sources, after, strict=True) if i is not None]
    restarted = [spec.name for was, spec in both if needs_restart(was, spec)]
    renamed = {was.name: spec.name for was, spec in both if was.name != spec.name}
    changed = [
        spec.name
        for was, spec in both
        if was != evolve(spec, name=was.name) and spec.name not in restarted
    ]
    return Reloaded(
        added=[spec.name for i, spec in zip(sources, after, strict=True) if i is None],
        removed=[spec.name for i, spec in enumerate(before) if i not in sources],
        restarted=restarted,
        changed=changed,
        renamed=renamed,
        unchanged=sum(was == spec for was, spec in both),
    )
