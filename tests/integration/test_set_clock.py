"""`portdeck serve` while somebody sets the system's clock, here with Debian's `faketime`."""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

import pytest

from tests.integration.programs import PATIENCE_SECONDS, running

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))

pytestmark = pytest.mark.skipif(not LIBRARIES, reason="faketime is not installed")


@pytest.mark.parametrize("set_by", ["-3600", "+3600"])
def test_timeouts_and_the_end_come_at_the_right_time(set_by: str, tmp_path: Path) -> None:
    profile, offset = tmp_path / "profile.toml", tmp_path / "offset"
    profile.write_text(
        'version = 1\n[[listener]]\nname = "E"\nprotocol = "echo"\nendpoint = "tcp:0"\n'
        "idle_timeout = 1\n"
    )
    offset.write_text("+0\n")
    fake = (
        f"LD_PRELOAD={LIBRARIES[0]}",
        f"FAKETIME_TIMESTAMP_FILE={offset}",
        "FAKETIME_NO_CACHE=1",
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
    )
    serve = (sys.executable, "-m", "app", "serve", "--profile", str(profile), "--json")
    with running("env", *fake, *serve, "--exit-after", "3") as program:
        address = "127.0.0.1", program.event()["port"]
        with socket.create_connection(address, timeout=PATIENCE_SECONDS) as client:
            client.sendall(b"x")
            assert client.recv(1) == b"x"
            began = time.monotonic()
            offset.write_text(f"{set_by}\n")
            assert client.recv(1) == b""
            assert time.monotonic() - began > 0.5
        opened, closed, stopped = program.event(), program.event(), program.event()
        assert program.end() == (0, "", "")
    assert closed["reason"] == "idle for 1 s"
    assert closed["time"] >= opened["time"]
    assert (stopped["time"] - opened["time"] > 0) is (set_by == "+3600"), "the clock was set"
