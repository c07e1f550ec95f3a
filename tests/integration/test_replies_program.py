"""`portdeck serve` with a listener that replies by rule: live changes and contracts."""

from __future__ import annotations

import signal
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.integration.programs import PATIENCE_SECONDS, Program, running, serving
from tests.integration.sockets import connect, read_exactly

DEVICE = """\
version = 1
[[listener]]
name = "Device"
protocol = "replies"
endpoint = "{}"
[[listener.options.rule]]
name = "identify"
equals = "*IDN?"
reply = "{} {{counter}}\\n"
"""


def write(path: Path, endpoint: str, reply: str) -> Sequence[str]:
    path.write_text(DEVICE.format(endpoint, reply), encoding="utf-8")
    return serving("--profile", str(path), "--json")


def reload(program: Program) -> dict[str, object]:
    program.send(signal.SIGHUP)
    while (event := program.event())["event"] not in ("reloaded", "not_reloaded"):
        pass
    return event


def test_other_rules_keep_a_connection(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    with (
        running(*write(path, "tcp:0", "one")) as program,
        connect(program.event()["port"]) as client,
    ):
        client.sendall(b"*IDN?\n")
        assert read_exactly(client, 6) == b"one 1\n"
        write(path, "tcp:0", "two")
        assert reload(program)["changed"] == ["Device"]
        client.sendall(b"*IDN?\n")
        assert read_exactly(client, 6) == b"two 1\n", "a rule that changed counts anew"
        path.write_text("[[listener]", encoding="utf-8")
        assert reload(program)["event"] == "not_reloaded"
        client.sendall(b"*IDN?\n")
        assert read_exactly(client, 6) == b"two 2\n"


def test_other_rules_keep_a_peer_of_udp(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    with (
        running(*write(path, "udp:0", "one")) as program,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        client.settimeout(PATIENCE_SECONDS)
        client.connect(("127.0.0.1", program.event()["port"]))
        client.send(b"*IDN?")
        assert client.recv(100) == b"one 1\n"
        write(path, "udp:0", "two")
        assert reload(program)["restarted"] == []
        client.send(b"*IDN?")
        assert client.recv(100) == b"two 1\n"


@pytest.mark.parametrize(("said", "code"), [(b"*IDN?\n", 0), (b"*IDN?\nHELLO\n", 4), (b"", 4)])
def test_a_contract_ends_with_its_exit_code(tmp_path: Path, said: bytes, code: int) -> None:
    arguments = write(tmp_path / "p.toml", "tcp:0", "one")
    with running(*arguments, "--require-rules", "--until-connections", "1") as program:
        with connect(program.event()["port"]) as client:
            client.sendall(said)
            client.shutdown(socket.SHUT_WR)
            while client.recv(100):
                pass
        ended, out, _ = program.end()
    assert ended == code
    assert '"event": "rules"' in out


def test_a_contract_without_rules_is_refused() -> None:
    with running(*serving("echo=tcp:0", "--require-rules")) as program:
        code, _, err = program.end()
    assert code == 2
    assert err == "No listener replies by rule: --require-rules has nothing to check.\n"
