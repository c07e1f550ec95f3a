"""The messages to systemd, on real sockets."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic_ns

import pytest

from app.serve.run import SystemdNotifier

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix sockets")


class NotifySocket:
    """The receiving end of `NOTIFY_SOCKET`."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.settimeout(10)

    def receive(self) -> list[str]:
        return self.socket.recv(65536).decode().splitlines()


@pytest.fixture(
    params=[
        "path",
        pytest.param(
            "abstract",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="a namespace of Linux"),
        ),
    ]
)
def notifier_and_receiver(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[SystemdNotifier, NotifySocket]]:
    """A notifier and who hears it, over a path and over an abstract name."""
    path = str(tmp_path / "notify")
    if request.param == "abstract":
        receiver, address = NotifySocket(f"\0{path}"), f"@{path}"
    else:
        receiver, address = NotifySocket(path), path
    yield SystemdNotifier({"NOTIFY_SOCKET": address}), receiver
    receiver.socket.close()


def test_start_reload_and_stop_are_sent(
    notifier_and_receiver: tuple[SystemdNotifier, NotifySocket],
) -> None:
    notifier, receiver = notifier_and_receiver
    notifier.ready("2 of 2 listeners on")
    assert receiver.receive() == ["READY=1", "STATUS=2 of 2 listeners on"]
    before = monotonic_ns() // 1000
    notifier.reloading()
    first, second = receiver.receive()
    assert first == "RELOADING=1"
    name, _, microseconds = second.partition("=")
    assert name == "MONOTONIC_USEC"
    assert before <= int(microseconds) <= monotonic_ns() // 1000
    notifier.stopping()
    assert receiver.receive() == ["STOPPING=1"]
    notifier.stopping("A listener could not start.")
    assert receiver.receive() == ["STOPPING=1", "STATUS=A listener could not start."]


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"NOTIFY_SOCKET": ""},
        {"NOTIFY_SOCKET": "/nobody/is/there"},
        {"NOTIFY_SOCKET": "@nobody-is-there"},
        {"NOTIFY_SOCKET": "/" + "x" * 200},
        {"NOTIFY_SOCKET": "vsock:2:1234"},
        {"NOTIFY_SOCKET": "a\0b"},
        {"NOTIFY_SOCKET": "\udcff"},
    ],
)
def test_without_a_socket_nothing_fails(environment: dict[str, str]) -> None:
    SystemdNotifier(environment).ready("1 of 1 listeners on")


def test_a_full_socket_does_not_block(
    notifier_and_receiver: tuple[SystemdNotifier, NotifySocket],
) -> None:
    notifier, _ = notifier_and_receiver
    for _ in range(1000):  # many more than fit into a socket
        notifier.ready("x" * 1000)
