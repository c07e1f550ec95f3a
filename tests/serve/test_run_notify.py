"""What systemd hears, on sockets such as its own."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic_ns

import pytest

from app.serve.run import SystemdNotifier

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix sockets")


class Warden:
    """The other end of `NOTIFY_SOCKET`."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.settimeout(10)

    def heard(self) -> list[str]:
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
def told(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[SystemdNotifier, Warden]]:
    """A notifier and who hears it, over a path and over an abstract name."""
    path = str(tmp_path / "notify")
    if request.param == "abstract":
        warden, address = Warden(f"\0{path}"), f"@{path}"
    else:
        warden, address = Warden(path), path
    yield SystemdNotifier({"NOTIFY_SOCKET": address}), warden
    warden.socket.close()


def test_a_service_tells_its_start_its_reload_and_its_end(
    told: tuple[SystemdNotifier, Warden],
) -> None:
    notifier, warden = told
    notifier.ready("2 of 2 listeners on")
    assert warden.heard() == ["READY=1", "STATUS=2 of 2 listeners on"]
    before = monotonic_ns() // 1000
    notifier.reloading()
    first, second = warden.heard()
    assert first == "RELOADING=1"
    name, _, microseconds = second.partition("=")
    assert name == "MONOTONIC_USEC"
    assert before <= int(microseconds) <= monotonic_ns() // 1000
    notifier.stopping()
    assert warden.heard() == ["STOPPING=1"]
    notifier.stopping("A listener could not start.")
    assert warden.heard() == ["STOPPING=1", "STATUS=A listener could not start."]


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
def test_nobody_to_tell_is_no_trouble(environment: dict[str, str]) -> None:
    SystemdNotifier(environment).ready("1 of 1 listeners on")


def test_who_does_not_listen_holds_nobody_up(told: tuple[SystemdNotifier, Warden]) -> None:
    notifier, _ = told
    for _ in range(1000):  # many more than fit into a socket
        notifier.ready("x" * 1000)
