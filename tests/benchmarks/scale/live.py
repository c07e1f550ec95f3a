"""Scale of what is live: connections, listeners, rows of the connections table (Linux)."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import psutil

from tests.benchmarks.harness.load import (
    PORTS_PER_ADDRESS,
    Load,
    Rounds,
    allow_many_descriptors,
)
from tests.benchmarks.harness.process import Usage
from tests.benchmarks.harness.programs import Program
from tests.benchmarks.listeners import press
from tests.benchmarks.listeners import profile as many_listeners
from tests.benchmarks.table import FILTERS, PROFILE, SCROLLS, ask, take, until_quiet
from tests.portdeck_process import CONNECTIONS_ON_SHOW, PortdeckProcess
from tests.screen import Screen

SIZE = (1280, 800)
MESSAGE = 64
FEWEST_BUSY = 50
IDLE_SECONDS = 3.0
REPEATS = 3
SORTS = ("peer", "in", "rate")
FIRST_PORT = 20_000
DATAGRAMS_AT_ONCE = 50
MOST_TIMES = 5
"""How often all of them are sent, as a busy machine may lose some."""

PEERS_PROFILE = """
version = 1

[[listener]]
name = "Peers"
protocol = "discard"
endpoint = "udp:0:interface=127.0.0.1"
max_connections = 100000
idle_timeout = 3600
autostart = true
"""


def connections(count: int) -> dict[str, float]:
    """So many idle ones, and then a tenth as many busy ones beside them."""
    allow_many_descriptors()
    with (
        Screen(*SIZE) as screen,
        PortdeckProcess(screen, PROFILE, settings=CONNECTIONS_ON_SHOW) as portdeck,
    ):
        ((_, port),) = portdeck.wait_until_listening(1)
        portdeck.window(screen)
        usage = Usage(portdeck.process.pid)
        until_quiet(usage)
        memory, used = usage.resident_bytes(), usage.cpu_seconds()
        with Load(port) as load:
            load.open(count)
            until_quiet(usage)
            figures = {
                "resident memory of one, KiB": (usage.resident_bytes() - memory) / count / 1024,
                "to open one, µs of processor": (usage.cpu_seconds() - used) / count * 1e6,
            }
            used = usage.cpu_seconds()
            time.sleep(IDLE_SECONDS)
            figures["processor while all are idle, %"] = (
                (usage.cpu_seconds() - used) / IDLE_SECONDS * 100
            )
            busy = load.open(max(count // 10, FEWEST_BUSY))
            until_quiet(usage)
            program = Program(portdeck.process.pid, port)
            program.stand_apart()
            figures["an echo of 64 B to a busy one, µs"] = program.microseconds(
                Rounds(busy, MESSAGE).run
            )
            few = Rounds(busy[:FEWEST_BUSY], MESSAGE).run
            until_quiet(usage)
            figures[f"the same, {FEWEST_BUSY} busy, µs"] = program.microseconds(few)
    return figures


def listeners(count: int) -> dict[str, float]:
    """So many, started and stopped together."""
    allow_many_descriptors()
    with Screen(*SIZE) as screen:
        with _counted_window(screen, 1) as portdeck:
            alone = Usage(portdeck.process.pid).resident_bytes()
        with _counted_window(screen, count) as portdeck:
            taken = [(press(portdeck, "start"), press(portdeck, "stop")) for _ in range(REPEATS)]
            press(portdeck, "start")
            usage = Usage(portdeck.process.pid)
            until_quiet(usage)
            memory = usage.resident_bytes() - alone
    start, stop = zip(*taken, strict=True)
    return {
        "start all, ms": median(each["seconds"] for each in start) * 1000,
        "start one, µs of processor": median(each["processor"] for each in start) / count * 1e6,
        "stop all, ms": median(each["seconds"] for each in stop) * 1000,
        "stop one, µs of processor": median(each["processor"] for each in stop) / count * 1e6,
        "resident memory of one, KiB": memory / count / 1024,
    }


@contextmanager
def _counted_window(screen: Screen, count: int) -> Iterator[PortdeckProcess]:
    with PortdeckProcess(
        screen,
        many_listeners(count),
        module="tests.benchmarks.subjects.counted_window",
        pipe=subprocess.PIPE,
    ) as portdeck:
        portdeck.window(screen)
        until_quiet(Usage(portdeck.process.pid))
        yield portdeck


def table(count: int) -> dict[str, float]:
    """So many rows, each a peer over UDP, which takes no descriptor: what each step costs."""
    with (
        Screen(*SIZE) as screen,
        PortdeckProcess(
            screen,
            PEERS_PROFILE,
            module="tests.benchmarks.subjects.driven_window",
            settings=CONNECTIONS_ON_SHOW,
            pipe=subprocess.PIPE,
        ) as portdeck,
    ):
        portdeck.window(screen)
        usage = Usage(portdeck.process.pid)
        until_quiet(usage)
        (place,) = psutil.Process(portdeck.process.pid).net_connections("udp")
        for _ in range(MOST_TIMES):
            _send_from_many(count, place.laddr.port)
            until_quiet(usage)
            if ask(portdeck, "nothing")["rows"] == count:
                break
        steps = {
            "sort, ms": [f"sort {name}" for name in SORTS] * 2,
            "keep it sorted, ms": ["resort"] * REPEATS,
            "filter by a text, ms": [f"filter {text}" for text in FILTERS],
            "scroll by a page, ms": [f"scroll {pixels}" for pixels in SCROLLS] * REPEATS,
        }
        return {
            name: median(cpu for _, cpu in take(portdeck, acts)) * 1000
            for name, acts in steps.items()
        }


def _send_from_many(count: int, port: int) -> None:
    """A datagram from each of `count` ports, not too many at once."""
    for number in range(count):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            host, offset = divmod(number, PORTS_PER_ADDRESS)
            sender.bind((f"127.0.1.{1 + host}", FIRST_PORT + offset))
            sender.sendto(bytes(1 + number % 999), ("127.0.0.1", port))
        if not number % DATAGRAMS_AT_ONCE:
            time.sleep(0.02)
