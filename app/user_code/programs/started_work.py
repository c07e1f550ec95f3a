"""Work that a program started besides listening: delayed calls, clients, processes, threads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

log = logging.getLogger(__name__)

_FEW: Final = 64
"""The number of delayed calls that are kept before the finished ones are dropped."""


class StartedWork:
    """The running work of one program, which is stopped with the program."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._calls: set[Any] = set()
        self._connectors: list[Any] = []
        self._processes: list[Any] = []
        self._ports: list[Any] = []
        self._descriptors: dict[Any, Callable[[Any], object]] = {}
        self._threads: set[threading.Thread] = set()
        self._look_at = _FEW

    def add_call(self, call: Any) -> None:
        """Keep a delayed call until it ran or was cancelled."""
        self._calls.add(call)
        if len(self._calls) > self._look_at:
            self._calls = {each for each in self._calls if each.active()}
            self._look_at = 2 * len(self._calls) + _FEW

    def add_connector(self, connector: Any) -> None:
        """Keep a client connection."""
        self._connectors = [
            each for each in self._connectors if getattr(each, "state", "") != "disconnected"
        ]
        self._connectors.append(connector)

    def add_process(self, process: Any) -> None:
        """Keep a child process."""
        self._processes = [each for each in self._processes if getattr(each, "pid", None)]
        self._processes.append(process)

    def add_port(self, port: Any) -> None:
        """Keep a port that has no listener of Portdeck."""
        self._ports.append(port)

    def add_descriptor(self, descriptor: Any, forget: Callable[[Any], object]) -> None:
        """Keep a descriptor that the reactor watches. `forget` removes it from the reactor."""
        self._descriptors[descriptor] = forget

    def drop_descriptor(self, descriptor: Any) -> None:
        """Drop a descriptor that the program does not watch any more."""
        self._descriptors.pop(descriptor, None)

    def add_threads(self, before: set[threading.Thread]) -> None:
        """Keep the threads that exist now and are not in `before`."""
        self._threads.update(set(threading.enumerate()) - before)

    def stop(self) -> None:
        """Stop everything that can be stopped from outside, and log which threads continue."""
        for call in self._calls:
            if call.active():
                call.cancel()
        for descriptor, forget in self._descriptors.items():
            with suppress(Exception):  # the user's object may be closed by now
                forget(descriptor)
        for connector in self._connectors:
            self._try(connector.disconnect)
        for process in self._processes:
            if getattr(process, "pid", None):
                self._try(partial(process.signalProcess, "TERM"))
        for port in self._ports:
            self._try(port.stopListening)
        self._tell_threads()
        self._calls.clear()
        self._connectors.clear()
        self._processes.clear()
        self._ports.clear()
        self._descriptors.clear()
        self._threads.clear()

    def _try(self, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception:
            log.exception(
                "%s: something that it had started was not stopped in order.", self._title
            )

    def _tell_threads(self) -> None:
        alive = [each.name for each in self._threads if each.is_alive()]
        if alive:
            log.warning(
                "%s has stopped, but its threads go on: %s. They end when Portdeck does.",
                self._title,
                ", ".join(sorted(alive)),
            )
