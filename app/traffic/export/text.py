"""The plain export formats: JSON lines, text, hex dump, and the raw bytes of one direction."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from app.text.hex import hexdump
from app.traffic.chunk_log import Chunk
from app.traffic.connection_info import ConnectionEnd, ConnectionInfo


class _OnlyChunks:
    """A format that writes nothing at the start and nothing at the end of a connection."""

    def head(self) -> bytes:
        return b""

    def end(self, ending: ConnectionEnd) -> bytes:
        return b""


class JsonLines(_OnlyChunks):
    """One JSON object per line. `hex` has the exact bytes; `text` exists only if they are UTF-8."""

    def body(self, chunk: Chunk, info: ConnectionInfo | None) -> bytes:
        made: dict[str, Any] = {
            "number": chunk.number,
            "time": _time(chunk),
            "connection": chunk.connection,
            "listener": info.listener if info else None,
            "peer": info.peer if info else None,
            "direction": "sent" if chunk.sent else "received",
            "hex": chunk.data.hex(),
        }
        with suppress(UnicodeDecodeError):
            made["text"] = chunk.data.decode()
        return json.dumps(made, ensure_ascii=False).encode() + b"\n"


class Text(_OnlyChunks):
    """A title line for each chunk, then its text. Bytes that are not UTF-8 become escapes."""

    def body(self, chunk: Chunk, info: ConnectionInfo | None) -> bytes:
        text = chunk.data.decode("utf-8", "backslashreplace")
        return (_title(chunk, info) + text.removesuffix("\n") + "\n\n").encode()


class HexDump(_OnlyChunks):
    """A title line for each chunk, then its bytes as `hexdump -C` shows them."""

    def body(self, chunk: Chunk, info: ConnectionInfo | None) -> bytes:
        return (_title(chunk, info) + hexdump(chunk.data) + "\n\n").encode()


class Raw(_OnlyChunks):
    """The bytes of one direction, one after the other."""

    def __init__(self, *, sent: bool) -> None:
        self._sent = sent

    def body(self, chunk: Chunk, info: ConnectionInfo | None) -> bytes:
        return chunk.data if chunk.sent is self._sent else b""


def _time(chunk: Chunk) -> str:
    return datetime.fromtimestamp(chunk.time, UTC).isoformat(timespec="microseconds")


def _title(chunk: Chunk, info: ConnectionInfo | None) -> str:
    mark = "→" if chunk.sent else "←"
    return f"# {_time(chunk)} {mark} {info or f'#{chunk.connection}'}, {len(chunk.data)} bytes\n"
