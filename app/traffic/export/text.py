"""Chunks as JSON lines, as text, as a hex dump, and as nothing but the bytes of one direction."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from app.text.hex import hexdump
from app.traffic.chunk_log import Chunk
from app.traffic.connection_info import ConnectionEnd, ConnectionInfo


class _OnlyChunks:
    """Has nothing before the first chunk and nothing for the end of a connection."""

    def head(self) -> bytes:
        return b""

    def end(self, ending: ConnectionEnd) -> bytes:
        return b""


class JsonLines(_OnlyChunks):
    """One JSON object a line; `hex` is exact, and `text` is there if the bytes are UTF-8."""

    def body(self, chunk: Chunk, party: ConnectionInfo | None) -> bytes:
        made: dict[str, Any] = {
            "number": chunk.number,
            "time": _time(chunk),
            "connection": chunk.connection,
            "listener": party.listener if party else None,
            "peer": party.peer if party else None,
            "direction": "sent" if chunk.sent else "received",
            "hex": chunk.data.hex(),
        }
        with suppress(UnicodeDecodeError):
            made["text"] = chunk.data.decode()
        return json.dumps(made, ensure_ascii=False).encode() + b"\n"


class Text(_OnlyChunks):
    """A line for who spoke and when, and then what was said, in UTF-8 as far as it is that."""

    def body(self, chunk: Chunk, party: ConnectionInfo | None) -> bytes:
        said = chunk.data.decode("utf-8", "backslashreplace")
        return (_title(chunk, party) + said.removesuffix("\n") + "\n\n").encode()


class HexDump(_OnlyChunks):
    """A line for who spoke and when, and then the bytes as `hexdump -C` shows them."""

    def body(self, chunk: Chunk, party: ConnectionInfo | None) -> bytes:
        return (_title(chunk, party) + hexdump(chunk.data) + "\n\n").encode()


class Raw(_OnlyChunks):
    """The bytes of one direction, one after the other."""

    def __init__(self, *, sent: bool) -> None:
        self._sent = sent

    def body(self, chunk: Chunk, party: ConnectionInfo | None) -> bytes:
        return chunk.data if chunk.sent is self._sent else b""


def _time(chunk: Chunk) -> str:
    return datetime.fromtimestamp(chunk.time, UTC).isoformat(timespec="microseconds")


def _title(chunk: Chunk, party: ConnectionInfo | None) -> str:
    mark = "→" if chunk.sent else "←"
    return f"# {_time(chunk)} {mark} {party or f'#{chunk.connection}'}, {len(chunk.data)} bytes\n"
