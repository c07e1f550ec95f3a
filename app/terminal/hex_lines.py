"""What comes, as lines of hex with the offset in the stream."""

from __future__ import annotations

from app.traffic.hexdump import lines


class HexLines:
    """Writes each chunk at once, in lines of its own."""

    def __init__(self) -> None:
        self._offset = 0

    def feed(self, data: bytes) -> bytes:
        """The lines of `data`, which follows what was fed before."""
        dump = "".join(f"{line}\n" for line in lines(data, self._offset))
        self._offset += len(data)
        return dump.encode()
