"""Helpers that record a log and read the recording."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.traffic.chunk_log import Chunk, ChunkLog
from app.traffic.connection_info import ConnectionInfo
from app.traffic.recording.reader import Recording
from app.traffic.recording.recorder import Recorder

CONNECTIONS = {
    1: ConnectionInfo("Echo", "127.0.0.1:50122", ("127.0.0.1", 50122), ("127.0.0.1", 8007)),
    2: ConnectionInfo("Socket", "peer of /tmp/echo.sock"),
    4: ConnectionInfo("UDP", "[::1]:50122", ("::1", 50122), ("::1", 8007), is_datagram=True),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "traffic.sqlite"


@pytest.fixture
def opened() -> Iterator[Callable[[Path], Recording]]:
    """Opens recordings, and closes them at the end of the test."""
    made: list[Recording] = []

    def opening(path: Path) -> Recording:
        made.append(Recording(path))
        return made[-1]

    yield opening
    for recording in made:
        recording.close()


def record(log: ChunkLog, path: Path) -> Recorder:
    return Recorder(log, CONNECTIONS.get, path)


def talk(log: ChunkLog, count: int, size: int = 8) -> list[Chunk]:
    """Append `count` chunks of two connections, each with different bytes."""
    first = log.end
    for number in range(first, first + count):
        data = number.to_bytes(size, "big")
        log.append(1_700_000_000 + number / 1000, 1 + number % 2, number % 3 == 0, data)
    kept = [log.chunk(number) for number in range(first, first + count)]
    return [chunk for chunk in kept if chunk is not None]


def chunks_of(recording: Recording) -> list[Chunk]:
    chunks = [recording.chunk(number) for number in range(recording.first, recording.end)]
    assert None not in chunks
    return [chunk for chunk in chunks if chunk is not None]
