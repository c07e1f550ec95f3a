"""`portdeck replay` as people run it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.traffic.chunk_log import Chunk
from app.traffic.connection_info import CloseKind, ConnectionEnd, ConnectionInfo
from app.traffic.export.pcapng import Pcapng
from app.traffic.recording.schema import TABLES
from tests.integration.programs import PATIENCE_SECONDS, ROOT

PARTY = ConnectionInfo("Echo", "…", ("10.0.0.1", 50_000), ("10.0.0.2", 8007))


def run(*arguments: object, expected: int) -> tuple[str, str]:
    """Run it; gives standard output and standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "app", "replay", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == expected, done.stderr
    return done.stdout, done.stderr


@contextmanager
def server(answers: dict[bytes, bytes]) -> Iterator[int]:
    """Answers each line of one client; gives the port."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(PATIENCE_SECONDS)

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as lines:
            for line in lines:
                connection.sendall(answers.get(line, b""))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        thread.join()
        listening.close()


def capture(path: Path, connections: int = 1) -> Path:
    form = Pcapng()
    made = [form.head()]
    said = [(False, b"one\n"), (True, b"1\n"), (False, b"two\n"), (True, b"2\n")]
    for number in range(connections):
        for index, (sent, data) in enumerate(said):
            made.append(form.body(Chunk(index, 1e9 + index, number, sent, data), PARTY))
        made.append(form.end(ConnectionEnd(0, 1e9 + 9, number, CloseKind.CLOSED_BY_PEER)))
    path.write_bytes(b"".join(made))
    return path


def test_a_server_that_answers_as_recorded_is_equal(tmp_path: Path) -> None:
    file = capture(tmp_path / "talk.pcapng")
    with server({b"one\n": b"1\n", b"two\n": b"2\n"}) as port:
        output, _ = run(file, port, "--compare", "--speed", "max", expected=0)
    assert output == "2 equal.\n"


def test_a_server_that_answers_otherwise_is_different(tmp_path: Path) -> None:
    file = capture(tmp_path / "talk.pcapng")
    with server({b"one\n": b"1\n", b"two\n": b"3\n"}) as port:
        output, _ = run(file, port, "--compare", "--speed", "max", expected=1)
    assert output.splitlines() == [
        "#2 different",
        "  - 2\\n",
        "    ~",
        "  + 3\\n",
        "    ~",
        "1 equal, 1 different.",
    ]


def test_without_compare_what_came_is_printed(tmp_path: Path) -> None:
    file = capture(tmp_path / "talk.pcapng")
    with server({b"one\n": b"1\n", b"two\n": b"2\n"}) as port:
        output, _ = run(file, port, "--speed", "100", "--framing", "line", expected=0)
    assert output == "1\\n\n2\\n\nSent 2 of 2 messages; 2 came.\n"


def test_connections_are_listed_and_chosen_by_number(tmp_path: Path) -> None:
    file = capture(tmp_path / "talk.pcapng", connections=2)
    output, _ = run(file, "--list", expected=0)
    assert [line.split()[:2] for line in output.splitlines()] == [["0", "TCP"], ["1", "TCP"]]
    assert "client 8 B  server 4 B" in output
    _, errors = run(file, 1, expected=2)
    assert "Choose a connection with --connection: 0, 1." in errors
    _, errors = run(file, 1, "--connection", 5, expected=2)
    assert "There is no connection 5" in errors
    with server({b"one\n": b"1\n", b"two\n": b"2\n"}) as port:
        run(file, port, "--connection", 1, "--compare", "--speed", "max", expected=0)


def test_a_recording_is_played_as_a_capture_is(tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "talk.sqlite"
    database = sqlite3.connect(file)
    database.executescript(TABLES)
    chunks = [(0, 1e9, 3, 0, b"one\n"), (1, 1e9, 3, 1, b"1\n")]
    database.executemany("INSERT INTO chunk VALUES (?, ?, ?, ?, ?)", chunks)
    database.execute("UPDATE total SET chunks = 2, bytes = 6")
    database.execute(
        "INSERT INTO connection VALUES (3, 'Echo', 'peer', NULL, NULL, NULL, NULL, 0, 0)"
    )
    database.commit()
    database.close()
    with server({b"one\n": b"1\n"}) as port:
        output, _ = run(file, port, "--compare", expected=0)
    assert output == "1 equal.\n"


def test_where_nobody_listens_the_exit_code_tells(tmp_path: Path) -> None:
    file = capture(tmp_path / "talk.pcapng")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        _, errors = run(file, bound.getsockname()[1], "--compare", expected=3)
    assert "refused" in errors or "Nobody" in errors or "listens" in errors


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["FILE"], "Say where to play it to"),
        (["gone.pcap", "8007"], "There is no such file"),
        (["FILE", "nowhere"], "Add a port"),
        (["FILE", "8007", "--framing", "words"], "--framing 'words' is unknown"),
        (["FILE", "8007", "--speed", "0"], "must be a number above 0"),
        (["FILE", "8007", "--connection", "x"], "is no number of a connection"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    file = capture(tmp_path / "talk.pcapng")
    given = [str(file) if each == "FILE" else each for each in arguments]
    _, errors = run(*given, expected=2)
    assert sentence in errors
