"""What a datagram costs: processor time of a UDP echo, ours beside plain Twisted (Linux).

`python -m tests.benchmarks.datagrams VARIANT` is such a server; it prints its port as
``{"port": N}`` and serves until standard input ends.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

from twisted.internet import epollreactor

from tests.benchmarks.harness.load import allow_many_descriptors
from tests.benchmarks.harness.process import Server
from tests.benchmarks.harness.report import keep, show

MESSAGE = 64
SENDERS = 50
MANY_SENDERS = 5_000
WARM_UP_SECONDS = 0.2
SECONDS = 1.0

PLAIN, OURS, TAPPED = "plain", "ours", "tapped"
LABELS = {
    PLAIN: "Twisted DatagramProtocol",
    OURS: "a listener of ours",
    TAPPED: "the same, each datagram recorded",
}


def main(rounds: int) -> None:
    allow_many_descriptors()
    figures: dict[str, dict[str, list[float]]] = {variant: {} for variant in LABELS}
    for _ in range(rounds):
        for variant, taken in figures.items():
            for name, value in _measure(variant).items():
                taken.setdefault(name, []).append(value)
    medians = {
        variant: {name: median(values) for name, values in taken.items()}
        for variant, taken in figures.items()
    }
    names = list(medians[PLAIN])
    show(
        f"A UDP echo on Twisted's epoll, median of {rounds} rounds; processor time a datagram",
        ["", *names],
        [
            [LABELS[variant], *(f"{taken[name]:.1f}" for name in names)]
            for variant, taken in medians.items()
        ],
    )
    keep("datagrams", {"medians": medians, "rounds": figures})


def _measure(variant: str) -> dict[str, float]:
    taken: dict[str, float] = {}
    with Server("tests.benchmarks.datagrams", variant) as server:
        server.pin(max(os.sched_getaffinity(0)))
        with _senders(server.port, SENDERS) as few:
            taken["50 × 64 B, µs"] = _microseconds(server, few)
        with _senders(server.port, MANY_SENDERS) as many:
            _round(many)
            _round(many)
            taken["50 × 64 B, 5 000 peers beside, µs"] = _microseconds(server, many[:SENDERS])
    return taken


@contextmanager
def _senders(port: int, count: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as opened:
        made = []
        for _ in range(count):
            sender = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            sender.settimeout(WARM_UP_SECONDS)
            sender.connect(("127.0.0.1", port))
            made.append(sender)
        yield made


def _microseconds(server: Server, senders: list[socket.socket]) -> float:
    _run(senders, WARM_UP_SECONDS)
    before = server.cpu_seconds()
    echoed = _run(senders, SECONDS)
    return (server.cpu_seconds() - before) / echoed * 1e6


def _run(senders: list[socket.socket], seconds: float) -> int:
    end = time.monotonic() + seconds
    echoed = 0
    while time.monotonic() < end:
        echoed += _round(senders)
    return echoed


def _round(senders: list[socket.socket]) -> int:
    """Have one datagram of each sender echoed, a few at a time, so that none is dropped."""
    message = bytes(MESSAGE)
    for start in range(0, len(senders), SENDERS):
        some = senders[start : start + SENDERS]
        for sender in some:
            sender.send(message)
        for sender in some:
            sender.recv(MESSAGE)
    return len(senders)


# The servers


def _serve(variant: str) -> None:
    epollreactor.install()
    from twisted.internet import reactor

    port = _plain(reactor) if variant == PLAIN else _ours(reactor, is_recorded=variant == TAPPED)
    print(json.dumps({"port": port.getHost().port}), flush=True)
    threading.Thread(target=_wait_for_the_end, daemon=True).start()
    reactor.run()


def _wait_for_the_end() -> None:
    sys.stdin.read()
    os._exit(0)


def _plain(reactor: Any) -> Any:
    from app.protocols.echo import EchoDatagrams

    return reactor.listenUDP(0, EchoDatagrams(), "127.0.0.1")


def _ours(reactor: Any, *, is_recorded: bool) -> Any:
    from app.profile import ListenerSpec
    from app.server.deck import Deck
    from app.server.monitor import Changes
    from app.traffic.chunk_log import ChunkLog

    deck = Deck(reactor, Changes(lambda: None), tap=ChunkLog().append if is_recorded else None)
    listener = deck.add(
        ListenerSpec(
            name="Echo", protocol="echo", endpoint="udp:0", max_connections=2 * MANY_SENDERS
        )
    )
    deck.start(listener)
    return listener.port


if __name__ == "__main__":
    _serve(sys.argv[1])
