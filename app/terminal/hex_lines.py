"""What comes, as lines of hex with the offset in the stream."""

from __future__ import annotations

from app.traffic.hexdump import WIDTH, columns


class HexLines:
    """Writes each chunk at once, in lines of its own."""

    def __init__(self) -> None:
        self._offset = 0

    def feed(self, data: bytes) -> bytes:
        """The lines of `data`, which follows what was fed before."""
        lines = []
        for start in range(0, len(data), WIDTH):
            row = data[start : start + WIDTH]
            digits, text = columns(row)
            lines.append(f"{self._offset:08x}  {digits}  |{text}|\n")
            self._offset += len(row)
        return "".join(lines).encode()
