"""Tells systemd how a service is doing, as sd_notify(3) describes.

systemd puts the address of a datagram socket into `NOTIFY_SOCKET`, and takes lines of `NAME=value`
there. Started by anything else, there is nobody to tell.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import suppress


class Notifier:
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
