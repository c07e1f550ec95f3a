"""One run of listeners without a window: start, reload and stop. Used by `portdeck serve`.

Signals stop it or reload the profile. systemd gets its state through `SystemdNotifier`. At each
start and reload, standard error warns about listeners that the network can reach.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import FrameType
from typing import Any, Final, Protocol

from attrs import evolve, frozen
from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning

from app.net.endpoint import Endpoint
from app.net.ip import host_and_port, is_loopback
from app.profile import ListenerSpec, ProfileFile
from app.profile.compare import needs_restart, same_listeners
from app.runtime.clocks import unix_clock
from app.runtime.coroutines import spawn
from app.serve.events import (
    Closed,
    Event,
    EventWriter,
    Failed,
    NotReloaded,
    Reloaded,
    Running,
)
from app.serve.observer import EventObserver
from app.server.deck import Deck
from app.server.listener import Listener, State
from app.server.program_listener import ProgramListener
from app.tls.passphrases import AskPassphrases, asked_once
from app.user_code.errors import runs_user_code
from app.user_code.programs.reference import ProgramReference, is_program
from app.user_code.reference import CURRENT_FOLDER

log = logging.getLogger(__name__)


class LineOutput(Protocol):
    """The output of the lines. `app.runtime.output.Output` implements it."""

    def begin(self, gone: Callable[[], object]) -> None:
        """Start. `gone` is called, on any thread, when the reader has closed the output."""

    def write(self, line: str) -> bool:
        """Queue `line`. False if there is no room; the line is dropped then."""

    def close(self) -> None:
        """Wait until all is written, or until a time-out."""


@frozen
class RunLimits:
    """The limits of a run. It ends at the first one that it reaches."""

    seconds: float | None = None
    """End after this time."""

    connections: int | None = None
    """End when this many connections, of all listeners together, were accepted and are closed."""

    drain_seconds: float | None = None
    """How long a stop signal waits for the connections to close. New ones are not accepted
    meanwhile."""


UNLIMITED = RunLimits()

RULES_UNMET: Final = 4
"""The exit code for `require_rules`."""


def serve(
    reactor: Any,
    specs: Sequence[ListenerSpec],
    output: LineOutput,
    *,
    file: ProfileFile | None = None,
    as_json: bool = False,
    limits: RunLimits = UNLIMITED,
    notifier: SystemdNotifier | None = None,
    require_rules: bool = False,
    passphrases: Sequence[bytes] = (),
) -> int:
    """Run `specs` until a signal, a limit, or until the reader closes `output`. Returns the exit
    code.

    The code is 0 after a normal stop. It is 1 if a listener could not start: its reason is on
    standard error, and the others are stopped. With `require_rules` it is 4 if a rule never
    matched or failed, or if a message matched none.

    Runs `reactor`, which must not have run before. `file` is the profile of `specs`; SIGHUP reads
    it again. Without a profile, SIGHUP only prints that there is none. `passphrases` are those of
    encrypted keys.
    """
    writer = EventWriter(output.write, unix_clock(reactor), as_json=as_json)
    notifier = notifier or SystemdNotifier()
    ask_passphrases = asked_once(passphrases)
    service = _Service(reactor, specs, writer, file, limits, notifier, ask_passphrases)
    output.begin(gone=lambda: reactor.callFromThread(service.stop))
    reactor.callWhenRunning(service.begin)
    reactor.addSystemEventTrigger("before", "shutdown", service.end)
    reactor.run()
    output.close()
    if service.has_failed:
        return 1
    unmet = tuple(service.rule_hits.unmet()) if require_rules else ()
    _print_errors(*unmet)
    return RULES_UNMET if unmet else 0


class _Service:
    """Owns the deck during the run."""

    def __init__(
        self,
        reactor: Any,
        specs: Sequence[ListenerSpec],
        writer: EventWriter,
        file: ProfileFile | None,
        limits: RunLimits,
        notifier: SystemdNotifier,
        ask_passphrases: AskPassphrases,
    ) -> None:
        self.has_failed = False
        """Whether the run ends because a listener could not start."""
        self._reactor = reactor
        self._file = file
        self._limits = limits
        self._notifier = notifier
        self._writer = writer
        self._closed_connections = 0
        self._busy = True
        self._reload_again = False
        self._is_draining = False
        self._is_ending = False
        # Without a profile, programs run in the current folder, as with `python`.
        folder = CURRENT_FOLDER if file is None else file.path.absolute().parent
        observer = EventObserver(self._write_event)
        self.rule_hits = observer.rule_hits
        self._deck = Deck(reactor, observer, folder=folder, ask_passphrases=ask_passphrases)
        self._programs = [spec for spec in specs if is_program(spec.protocol)]
        for spec in specs:
            self._deck.add(spec)

    def begin(self) -> None:
        for spec in self._programs:
            self._write_event(Running(spec.name, ProgramReference.parse(spec.protocol).command))
        handle_signals(self._reactor, stop=self._drain_then_stop, reload=self._reload)
        if self._limits.seconds is not None:
            self._reactor.callLater(self._limits.seconds, self.stop)
        spawn(self._start())

    def stop(self) -> None:
        """End the run."""
        with suppress(ReactorNotRunning):  # already stopping
            self._reactor.stop()

    def end(self) -> Deferred[None]:
        """Close everything. The Deferred fires when that is done."""
        self._busy = self._is_ending = True  # prevents a reload
        self._notifier.stopping("A listener could not start." if self.has_failed else "")
        return self._deck.close()

    async def _start(self) -> None:
        await self._deck.start_all()
        if self._print_failures():
            self.has_failed = True
            self._stop_soon()
            return
        _print_errors(*exposure_warnings(self._deck.every()))
        self._on_ready()

    def _on_ready(self) -> None:
        if self._is_ending:
            return
        listeners = self._deck.listeners
        on = sum(each.is_on for each in listeners)
        self._notifier.ready(f"{on} of {len(listeners)} listeners on")
        self._busy = self._is_draining
        if self._reload_again:
            self._reload()

    def _reload(self) -> None:
        """Read the profile again, now or after the current start or reload."""
        self._reload_again = self._busy
        if self._busy:
            return
        self._busy = True
        self._notifier.reloading()
        spawn(self._reload_profile())

    async def _reload_profile(self) -> None:
        try:
            await self._apply_profile()
        except Exception as error:
            log.exception("The profile could not be loaded again.")
            reason = str(error) or type(error).__name__
            self._reject_reload(f"Something unexpected failed: {reason}")
        self._on_ready()

    async def _apply_profile(self) -> None:
        if self._file is None:
            self._reject_reload(
                "There is no profile to load again: the listeners were given by name."
            )
            return
        reading = self._file.load_again()
        if reading.problems:
            self._reject_reload(*map(str, reading.problems))
            return
        reloaded = _compare_specs([each.spec for each in self._deck.listeners], reading.listeners)
        on = {each for each in self._deck.listeners if each.is_on}
        await self._deck.update(reading.listeners)
        if self._is_ending:
            return
        self._reload_changed_code(reloaded.restarted)
        await self._deck.start(*(each for each in self._deck.listeners if each not in on))
        self._print_failures()
        _print_errors(*exposure_warnings(self._deck.every()))
        self._write_event(reloaded)

    def _reject_reload(self, *problems: str) -> None:
        _print_errors(*problems)
        self._write_event(NotReloaded(problems))

    def _reload_changed_code(self, restarted: Sequence[str]) -> None:
        """Reload changed user code of listeners that were not restarted. New connections use it.

        Also print why code is not in use that a changed option names.
        """
        for each in self._deck.listeners:
            if not each.is_on or each.spec.name in restarted:
                continue
            if each.code_has_changed():
                each.reload()
            if each.reload_error:
                _print_errors(f"{each.spec.name}: {each.reload_error}")

    def _print_failures(self) -> bool:
        """Print the listeners that could not start to standard error. Whether there are any."""
        every = list(self._deck.every())
        failed = [each for each in every if each.state is State.FAILED and not _is_told(each)]
        _print_errors(*(f"{each.spec.name}: {each.reason}" for each in failed))
        return bool(failed)

    def _write_event(self, event: Event, at: float | None = None) -> None:
        # A sentence on standard output would repeat that on standard error.
        if self._writer.as_json or not isinstance(event, Failed):
            self._writer.write(event, at)
        # A start and a reload print their failures at their end.
        if isinstance(event, Failed) and (self._is_draining or not self._busy):
            _print_errors(f"{event.listener}: {event.reason}")
        if isinstance(event, Closed):
            self._closed_connections += 1
            if self._closed_connections == self._limits.connections:
                self._stop_soon()

    def _drain_then_stop(self) -> None:
        """Stop when all connections are closed, or after the drain time. A second signal stops
        immediately."""
        drain_seconds = self._limits.drain_seconds
        if drain_seconds is None or self._is_draining:
            self.stop()
            return
        self._is_draining = self._busy = True  # prevents a reload
        self._reactor.callLater(drain_seconds, self.stop)
        self._deck.drain(*self._deck.listeners).addCallback(lambda _: self.stop())

    def _stop_soon(self) -> None:
        """Stop in the next turn of the reactor, so that other observers get the current event
        first."""
        self._reactor.callLater(0, self.stop)


def _is_told(listener: Listener) -> bool:
    """Whether `listener` is a program that failed because of a place, which says the same."""
    places = listener.places if isinstance(listener, ProgramListener) else ()
    return any(each.state is State.FAILED for each in places)


def _print_errors(*sentences: str) -> None:
    """Print to standard error. Ignores an error, because the terminal may be closed."""
    with suppress(OSError):
        for sentence in sentences:
            print(sentence, file=sys.stderr)


def _compare_specs(before: Sequence[ListenerSpec], after: Sequence[ListenerSpec]) -> Reloaded:
    """The event for the change from `before` to `after`, as `Deck.update` makes it."""
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


def exposure_warnings(listeners: Iterable[Listener]) -> Iterator[str]:
    """A warning for each listener that the network can reach although its endpoint does not say so.

    These are endpoints of plugins, which choose the interface themselves.
    """
    for each in listeners:
        address = host_and_port(each.address)
        if (
            address is not None
            and not is_loopback(address[0])
            and _has_no_interface(each.spec.endpoint)
        ):
            yield (
                f"{each.spec.name}: Others on your network can connect to {each.where}. "
                "To keep them out, write an interface if the endpoint takes one, or a tcp endpoint."
            )


def _has_no_interface(description: str) -> bool:
    """Whether the endpoint does not name an interface."""
    endpoint = Endpoint.parse(description)
    return (endpoint.inner or endpoint).interface is None


class SystemdNotifier:
    """Tells systemd the state of the service: sd_notify(3).

    systemd puts the address of a datagram socket into `NOTIFY_SOCKET` and reads lines of
    `NAME=value` there. Without that variable nothing is sent. A message that cannot be sent
    immediately is dropped, because the service must not block or fail for it.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # A leading @ stands for the NUL byte of a name in Linux's abstract namespace.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def ready(self, status: str) -> None:
        """The start or the reload is done. `status` is one line for people."""
        self._send("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self, status: str = "") -> None:
        """The run ends. `status` is the reason if it is a failure."""
        self._send("STOPPING=1", *([f"STATUS={status}"] if status else []))

    def _send(self, *lines: str) -> None:
        if not self._address or sys.platform == "win32":
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto("\n".join(lines).encode(errors="replace"), self._address)


def handle_signals(
    reactor: Any, *, stop: Callable[[], object], reload: Callable[[], object]
) -> None:
    """Make SIGINT and SIGTERM call `stop` on the reactor's thread, and SIGHUP `reload`.

    While the user's code is loading, nothing else runs. So SIGINT and SIGTERM also raise
    `KeyboardInterrupt` in that code, which may be in a loop.

    This replaces Twisted's handlers, which fail at a second Ctrl-C. SIGHUP comes from an operator,
    or from a terminal that was closed. A closed terminal calls `stop`, unless SIGHUP was ignored
    before: that is how `nohup` asks the program to continue without its terminal.
    """

    def on_stop(_number: int, frame: FrameType | None) -> None:
        reactor.callFromThread(stop)
        if runs_user_code(frame):
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, on_stop)
    signal.signal(signal.SIGTERM, on_stop)
    if hangup := getattr(signal, "SIGHUP", None):
        may_stop = signal.getsignal(hangup) is not signal.SIG_IGN and _has_terminal()

        def on_hangup() -> None:
            if may_stop and not _has_terminal():
                stop()
            else:
                reload()

        signal.signal(hangup, lambda *_: reactor.callFromThread(on_hangup))


def _has_terminal() -> bool:
    """Whether this process has a controlling terminal that is still open."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
