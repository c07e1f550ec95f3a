"""``python -m tests.soak [MINUTES]``: churn and faults against the window and `serve` (Linux).

Several threads connect, talk, reset, stay silent, speak nonsense, flood and leave, over TCP, TLS
and UDP and to a protocol that raises. Now and then a process runs out of descriptors, its files can
grow no more, or its profile is loaded again. At intervals the memory, the descriptors, the threads
and the objects of both processes are printed; in the end, how each grew after the warm-up, with the
uncertainty of that. Both are to answer still, and nothing is to grow. Ends with 1 if one of them
does not answer.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from math import sqrt
from pathlib import Path
from statistics import linear_regression, mean
from typing import Any

import psutil
from attrs import Factory, define

from tests.panel import Panel
from tests.screen import Screen

HOST = "127.0.0.1"
WORKERS = 4
WARM_UP = 1 / 3
"""The part of the time that does not count: caches fill."""

FILL_TIMES = 2_500
"""How often each client fails first of all: the log of a window is full then, and grows no more."""

REPORTS = 12
"""Lines for each target."""

LOOKS = 5
"""How often a target is looked at for each line."""

PATIENCE_SECONDS = 5.0
FAULT_SECONDS = 3.0
MIB = 1024 * 1024

RAISES = """
from twisted.internet.protocol import Protocol

class Raises(Protocol):
    def dataReceived(self, data):
        raise ValueError("on purpose")
"""

PROFILE = """
version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
idle_timeout = 5
max_connections = 500
autostart = true

[[listener]]
name = "TLS"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
idle_timeout = 5
autostart = true
[listener.tls]

[[listener]]
name = "Raises"
protocol = "python:{code}:Raises"
endpoint = "tcp:0:interface=127.0.0.1"
autostart = true

[[listener]]
name = "Datagrams"
protocol = "echo"
endpoint = "udp:0:interface=127.0.0.1"
idle_timeout = 2
autostart = true
"""


@define
class Target:
    """One process under test, and what was seen of it."""

    name: str
    process: subprocess.Popen[str]
    report: Any
    """Where it writes what it consists of."""
    samples: list[dict[str, float]] = Factory(list)
    objects: Counter[str] = Factory(Counter)
    """By type, at the last look."""

    def ports(self) -> tuple[list[int], list[int]]:
        """Those of TCP in the order of the profile, and those of UDP."""
        connections = psutil.Process(self.process.pid).net_connections
        streams = [
            (each.fd, each.laddr.port)
            for each in connections("tcp")
            if each.status == psutil.CONN_LISTEN
        ]
        return [port for _, port in sorted(streams)], [
            each.laddr.port for each in connections("udp")
        ]

    def look(self, began: float) -> dict[str, float]:
        """What it uses now; kept for the end."""
        process = psutil.Process(self.process.pid)
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        told = json.loads(self.report.readline())
        self.objects = Counter(told["objects"])
        sample = {
            "seconds": time.monotonic() - began,
            "MiB": process.memory_info().rss / MIB,
            "MiB of traffic": told["traffic"] / MIB,
            "MiB of C heap": told["heap"] / MIB,
            "MiB of it free": told["free"] / MIB,
            "descriptors": process.num_fds(),
            "threads": len(told["threads"]),
            "objects": sum(self.objects.values()),
        }
        self.samples.append(sample)
        return sample


@contextmanager
def window(screen: Screen, profile: str, code: Path) -> Iterator[Target]:
    environment = {"SOAK_REPORT": "1"}
    with Panel(
        screen,
        profile,
        module="tests.soak_target",
        environment=environment,
        pipe=subprocess.PIPE,
        trusted=[code],
    ) as panel:
        panel.wait_until_listening(3)
        yield Target("window", panel.process, panel.process.stdout)


@contextmanager
def serve(folder: Path, profile: str) -> Iterator[Target]:
    path = folder / "profile.toml"
    path.write_text(profile, encoding="utf-8")
    reading, writing = os.pipe()
    folders = {f"XDG_{name}_HOME": str(folder) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.soak_target", "serve", "--profile", str(path)],
        env={**os.environ, **folders, "SOAK_REPORT": str(writing)},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[writing],
        text=True,
    ) as process:
        os.close(writing)
        with os.fdopen(reading) as report:
            yield Target("serve", process, report)
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE_SECONDS)
            process.kill()


# What clients do


class Client:
    """Does one thing after the other to one target until told to stop."""

    def __init__(self, target: Target, seed: int, over: threading.Event) -> None:
        (self._echo, self._tls, self._raises), (self._datagrams,) = target.ports()
        self._random = random.Random(seed)
        self._over = over
        self.done: Counter[str] = Counter()
        self._context = ssl.create_default_context()
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE

    def run(self) -> None:
        acts: Sequence[Callable[[], None]] = (
            *(self.talk,) * 6,
            *(self.talk_over_tls,) * 3,
            *(self.send_datagrams,) * 3,
            self.leave_at_once,
            self.reset,
            self.close_one_side,
            self.never_read,
            self.say_nothing,
            self.speak_plain_to_tls,
            self.break_off_a_handshake,
            self.have_it_raise,
            self.move_much,
        )
        for act in (self.have_it_raise,) * FILL_TIMES:
            self._try(act)
        while not self._over.is_set():
            self._try(self._random.choice(acts))

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as error:  # also what TLS says: the target is out of descriptors, or so
            self.done[type(error).__name__] += 1
            self._over.wait(0.05)
        else:
            self.done[act.__name__] += 1

    def _connect(self, port: int) -> socket.socket:
        return socket.create_connection((HOST, port), timeout=PATIENCE_SECONDS)

    def talk(self) -> None:
        with self._connect(self._echo) as connection:
            for _ in range(self._random.randrange(1, 20)):
                message = self._random.randbytes(self._random.randrange(1, 3_000))
                connection.sendall(message)
                _expect(connection, message)

    def talk_over_tls(self) -> None:
        with (
            self._connect(self._tls) as plain,
            self._context.wrap_socket(plain) as connection,
        ):
            connection.sendall(b"hello")
            _expect(connection, b"hello")

    def send_datagrams(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for size in (0, 1, 500, 60_000):
                sender.sendto(bytes(size), (HOST, self._datagrams))

    def leave_at_once(self) -> None:
        self._connect(self._echo).close()

    def reset(self) -> None:
        with self._connect(self._echo) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(b"x" * 10_000)

    def close_one_side(self) -> None:
        with self._connect(self._echo) as connection:
            connection.sendall(b"last words")
            connection.shutdown(socket.SHUT_WR)
            _expect(connection, b"last words")

    def never_read(self) -> None:
        with self._connect(self._echo) as connection, suppress(TimeoutError, BlockingIOError):
            connection.settimeout(0.2)
            connection.sendall(bytes(8 * MIB))

    def say_nothing(self) -> None:
        with self._connect(self._echo):
            self._over.wait(self._random.random())

    def speak_plain_to_tls(self) -> None:
        with self._connect(self._tls) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            connection.recv(100)

    def break_off_a_handshake(self) -> None:
        with self._connect(self._tls) as connection:
            connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")

    def have_it_raise(self) -> None:
        with self._connect(self._raises) as connection:
            connection.sendall(b"x")
            connection.recv(1)

    def move_much(self) -> None:
        message = self._random.randbytes(64 * 1024)
        with self._connect(self._echo) as connection:
            for _ in range(50):
                connection.sendall(message)
                _expect(connection, message)


def _expect(connection: socket.socket, message: bytes) -> None:
    got = b""
    while len(got) < len(message):
        part = connection.recv(65_536)
        if not part:
            raise ConnectionResetError("closed before the whole answer")
        got += part
    if got != message:
        raise AssertionError("an echo that is not what was sent")


# What happens to a target


def lack_descriptors(target: Target) -> None:
    """For a while it can open nothing more."""
    process = psutil.Process(target.process.pid)
    _limit(process, resource.RLIMIT_NOFILE, process.num_fds() + 2)


def lack_room(target: Target) -> None:
    """For a while no file of it can grow, as on a full disk."""
    _limit(psutil.Process(target.process.pid), resource.RLIMIT_FSIZE, 1)


def _limit(process: psutil.Process, what: int, most: int) -> None:
    before = process.rlimit(what)
    process.rlimit(what, (most, before[1]))
    time.sleep(FAULT_SECONDS)
    process.rlimit(what, before)


def load_again(target: Target) -> None:
    """`serve` reads its profile anew; the window does not listen for that."""
    if target.name == "serve":
        target.process.send_signal(signal.SIGHUP)


# The run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("minutes", nargs="?", type=float, default=10.0)
    minutes = parser.parse_args().minutes
    folder = Path(tempfile.mkdtemp(prefix="portdeck-soak-"))
    try:
        code = folder / "raises.py"
        code.write_text(RAISES, encoding="utf-8")
        profile = PROFILE.replace("{code}", str(code))
        with (
            Screen(1280, 800) as screen,
            window(screen, profile, code) as shown,
            serve(folder, profile) as served,
        ):
            _wait_until_up(served)
            return _soak([shown, served], minutes * 60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_up(target: Target) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(psutil.Error):
            streams, datagrams = target.ports()
            if len(streams) == 3 and datagrams:
                return
        time.sleep(0.1)
    raise TimeoutError("serve did not start")


def _soak(targets: list[Target], seconds: float) -> int:
    over = threading.Event()
    clients = [Client(target, seed, over) for seed in range(WORKERS) for target in targets]
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    try:
        _watch(targets, seconds)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    done = sum((client.done for client in clients), Counter[str]())
    print(
        "\nWhat clients did:", ", ".join(f"{name} {count:,}" for name, count in done.most_common())
    )
    for target in targets:
        _show_growth(target, seconds)
    return 0 if all(map(_answers, targets)) else 1


def _watch(targets: list[Target], seconds: float) -> None:
    began = time.monotonic()
    faults = [lack_descriptors, load_again, lack_room]
    before = {target.name: Counter[str]() for target in targets}
    for number in range(REPORTS):
        if 0 < number < REPORTS - 1:
            fault = faults[number % len(faults)]
            print(f"  {fault.__name__}", flush=True)
            for target in targets:
                fault(target)
        end = began + (number + 1) * seconds / REPORTS
        for look in range(LOOKS, 0, -1):
            time.sleep(max(0.1, (end - time.monotonic()) / look))
            for target in targets:
                target.look(began)
        for target in targets:
            _show_line(target, target.objects - before[target.name])
            before[target.name] = target.objects


def _show_line(target: Target, grown: Counter[str]) -> None:
    sample = target.samples[-1]
    most = ", ".join(f"{name} {count:+,}" for name, count in grown.most_common(4))
    print(
        f"{sample['seconds']:6.0f} s  {target.name:7} {sample['MiB']:6.1f} MiB "
        f"(traffic {sample['MiB of traffic']:.1f}, C heap {sample['MiB of C heap']:.1f} "
        f"+ {sample['MiB of it free']:.1f} free)  "
        f"{sample['descriptors']:4.0f} descriptors  {sample['threads']:3.0f} threads  "
        f"{sample['objects']:9,.0f} objects  ({most})",
        flush=True,
    )


def _show_growth(target: Target, seconds: float) -> None:
    after = [each for each in target.samples if each["seconds"] >= seconds * WARM_UP]
    print(f"\n{target.name}, growth after the warm-up:")
    hours = [each["seconds"] / 3600 for each in after]
    for name in after[0]:
        if name != "seconds":
            values = [each[name] for each in after]
            slope, uncertainty = growth(hours, values)
            print(
                f"  {name:14} {slope:+11,.1f} ± {uncertainty:,.1f} an hour; "
                f"between {min(values):,.1f} and {max(values):,.1f}"
            )


def growth(times: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """The slope of `values` over `times`, and twice its standard error.

    A value resembles the one before it, so there is less to learn from all of them than their
    number promises: the error is that of the smaller number of independent ones.
    """
    slope, intercept = linear_regression(times, values)
    rests = [value - intercept - slope * at for at, value in zip(times, values, strict=True)]
    squares = sum(rest * rest for rest in rests)
    if not squares:
        return slope, 0.0
    likeness = sum(rest * then for rest, then in pairwise(rests)) / squares
    independent = len(values) * (1 - max(likeness, 0)) / (1 + max(likeness, 0))
    middle = mean(times)
    width = sum((at - middle) ** 2 for at in times) * independent / len(values)
    return slope, 2 * sqrt(squares / max(independent - 2, 1) * independent / len(values) / width)


def _answers(target: Target) -> bool:
    """Whether it still echoes."""
    client = Client(target, 0, threading.Event())
    try:
        client.talk()
        client.talk_over_tls()
    except OSError as error:
        print(f"{target.name} does not answer any more: {error}")
        return False
    print(f"{target.name} still answers.")
    return True


if __name__ == "__main__":
    sys.exit(main())
