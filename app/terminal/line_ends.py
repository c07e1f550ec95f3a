"""Line feeds as CR LF, as the protocols of the internet want them."""

from __future__ import annotations

import re

_LONELY = re.compile(rb"(?<!\r)\n")


class LineEnds:
    """Makes each line feed of a stream CR LF; one that has its CR already stays as it is."""

    def __init__(self) -> None:
        self._last = b""

    def feed(self, data: bytes) -> bytes:
        """`data`, which follows what was fed before."""
        last, self._last = self._last, data[-1:] or self._last
        if last == b"\r" and data.startswith(b"\n"):
            return data[:1] + _LONELY.sub(b"\r\n", data[1:])
        return _LONELY.sub(b"\r\n", data)
