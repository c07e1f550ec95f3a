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
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from math import sqrt
from pathlib import Path
from statistics import linear_regression, mean
from typing import Any

import psutil
from attrs import Factory, define

from tests.portdeck_process import PortdeckProcess
from tests.screen import Screen
from tests.soak.clients import MIB, PATIENCE_SECONDS, Client

WORKERS = 4
WARM_UP = 1 / 3
"""The part of the time that does not count: caches fill."""

REPORTS = 12
"""Lines for each target."""

LOOKS = 5
"""How often a target is looked at for each line."""

FAULT_SECONDS = 3.0

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
            "blocks": told["blocks"],
        }
        self.samples.append(sample)
        return sample


@contextmanager
def window(screen: Screen, profile: str, code: Path) -> Iterator[Target]:
    environment = {"SOAK_REPORT": "1"}
    with PortdeckProcess(
        screen,
        profile,
        module="tests.soak.target",
        environment=environment,
        pipe=subprocess.PIPE,
        trusted=[code],
    ) as portdeck:
        portdeck.wait_until_listening(3)
        yield Target("window", portdeck.process, portdeck.process.stdout)


@contextmanager
def serve(folder: Path, profile: str) -> Iterator[Target]:
    path = folder / "profile.toml"
    path.write_text(profile, encoding="utf-8")
    reading, writing = os.pipe()
    folders = {f"XDG_{name}_HOME": str(folder) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.soak.target", "serve", "--profile", str(path)],
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
    clients = [Client(*target.ports(), seed, over) for seed in range(WORKERS) for target in targets]
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
    client = Client(*target.ports(), 0, threading.Event())
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
