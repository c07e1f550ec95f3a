"""The index of a capture: the position of each chunk in the file.

The index is on disk and not in memory. A capture of 4 GB may hold 40 million chunks. Each takes 32
bytes in a temporary file without a name, which disappears with the program. The data of the chunks
stays in the capture file.
"""

from __future__ import annotations

import tempfile
from ipaddress import IPv6Address
from itertools import pairwise
from struct import Struct
from typing import BinaryIO, Final, NamedTuple

from app.traffic.connection_info import Address, ConnectionInfo

_ENTRY: Final = Struct("<QIIQd")  # place, bytes, missing bytes, connection * 2 + sent, time
_BATCH_BYTES: Final = _ENTRY.size * 16_384
_LARGEST: Final = 0xFFFFFFFF

_HOST_BYTES: Final = 16
_PAIR: Final = Struct(">B16sH16sH")  # flags, server's host and port, client's host and port


class ChunkEntry(NamedTuple):
    """One chunk: `size` bytes at `place` in the file, or `missing` bytes that are not in the
    file."""

    place: int
    size: int
    missing: int
    owner: int
    time: float


class ChunkIndex:
    """Entries, numbered from 0. Adding one takes a microsecond and 32 bytes of disk. At most half a
    megabyte of entries is in memory."""

    def __init__(self) -> None:
        self._tail = bytearray()
        self._written = 0
        """Bytes of entries in the file."""
        self._file: BinaryIO | None = None
        self.end = 0
        """The number that the next entry will have."""

    def add(self, place: int, size: int, missing: int, owner: int, time: float) -> None:
        """Add an entry. Raises `OSError` if the disk is full."""
        self._tail += _ENTRY.pack(place, size, min(missing, _LARGEST), owner, time)
        self.end += 1
        if len(self._tail) >= _BATCH_BYTES:
            self._write()

    def entries(self, number: int, count: int, most_bytes: int = _LARGEST) -> list[ChunkEntry]:
        """Up to `count` entries from `number` on, as many as fit into `most_bytes` of data, but one
        at least."""
        start = number * _ENTRY.size
        stop = min(start + count * _ENTRY.size, self.end * _ENTRY.size)
        data = b""
        if start < self._written and self._file is not None:
            self._file.seek(start)
            data = self._file.read(min(stop, self._written) - start)
        if stop > self._written:
            data += self._tail[max(0, start - self._written) : stop - self._written]
        entries: list[ChunkEntry] = []
        size = 0
        for entry in map(ChunkEntry._make, _ENTRY.iter_unpack(data)):
            size += entry.size
            if entries and size > most_bytes:
                break
            entries.append(entry)
        return entries

    def close(self) -> None:
        """Forget all entries."""
        self.end = 0
        self._written = 0
        self._tail.clear()
        if self._file is not None:
            self._file.close()

    def _write(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        self._file.seek(self._written)
        self._file.write(self._tail)
        self._written += len(self._tail)
        self._tail.clear()


class ConnectionTable:
    """The two addresses of each connection of a capture, in 37 bytes each."""

    def __init__(self) -> None:
        self._pairs = bytearray()

    def __len__(self) -> int:
        return len(self._pairs) // _PAIR.size

    def add(self, server: tuple[bytes, int], client: tuple[bytes, int], *, is_udp: bool) -> int:
        """Add a connection and return its number. Hosts have 4 or 16 bytes."""
        flags = is_udp | (len(server[0]) == 4) << 1
        self._pairs += _PAIR.pack(flags, *server, *client)
        return len(self) - 1

    def info(self, number: int) -> ConnectionInfo | None:
        """The connection with that number. The server counts as our side."""
        if not 0 <= number < len(self):
            return None
        fields = _PAIR.unpack_from(self._pairs, number * _PAIR.size)
        flags, server_host, server_port, client_host, client_port = fields
        size = 4 if flags & 2 else _HOST_BYTES
        server = host_text(server_host[:size]), server_port
        client = host_text(client_host[:size]), client_port
        return ConnectionInfo(
            place_text(server),
            place_text(client),
            peer_address=client,
            local_address=server,
            is_datagram=bool(flags & 1),
        )


def host_text(packed: bytes) -> str:
    """An IP address of 4 or 16 bytes as text."""
    if len(packed) == 4:
        return ".".join(map(str, packed))
    return str(IPv6Address(packed))


def place_text(address: Address) -> str:
    """An address with its port: `127.0.0.1:8007` or `[::1]:8007`."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def runs(entries: list[ChunkEntry], most_hole: int) -> list[tuple[int, int]]:
    """Ranges of `entries` whose bytes are close together in the file, so that one read gets them.

    There are at most `most_hole` other bytes between two neighbours of a range.
    """
    cuts = [0]
    for index, (before, after) in enumerate(pairwise(entries), 1):
        hole = after.place - before.place - before.size
        if not 0 <= hole <= most_hole:
            cuts.append(index)
    cuts.append(len(entries))
    return list(pairwise(cuts))
