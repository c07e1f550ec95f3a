"""WebSocket traffic, one frame a message (RFC 6455 section 5).

A message may come in several frames with pings in between, so a message is no run of bytes; a frame
is. `describe` says of each frame what it is, and unmasks its payload. What a permessage-deflate
frame has in it depends on the frames before it: it is told as compressed and left as it is.
"""

from __future__ import annotations

from attrs import frozen

from app.text.readable import count_bytes
from app.text.sentence import composed

OPCODES = {0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}

_LONG, _LONGER = 126, 127
"""In place of the length: it follows, in 2 or 8 bytes."""


@frozen
class FrameHeader:
    """What the first bytes of a frame say."""

    opcode: int
    is_final: bool
    reserved: int
    """The three reserved bits; 4 is that of permessage-deflate."""

    mask: bytes
    """Four bytes; empty if the payload is not masked, as a server's is not."""

    bytes: int
    """Of the header itself."""

    payload_bytes: int

    @property
    def is_valid(self) -> bool:
        """Whether the standard, with permessage-deflate, knows such a frame."""
        is_control = self.opcode >= 8
        if self.opcode not in OPCODES or self.reserved & 3:
            return False
        if is_control:
            return self.is_final and self.payload_bytes < _LONG and not self.reserved
        return self.payload_bytes >> 63 == 0


def read_header(data: bytes | bytearray, start: int = 0) -> FrameHeader | None:
    """The header at `start`; `None` as long as bytes of it are missing."""
    if len(data) < start + 2:
        return None
    first, second = data[start], data[start + 1]
    size = 2 + {_LONG: 2, _LONGER: 8}.get(second & 0x7F, 0)
    end = start + size + (4 if second & 0x80 else 0)
    if len(data) < end:
        return None
    length = int.from_bytes(data[start + 2 : start + size], "big") if size > 2 else second & 0x7F
    return FrameHeader(
        opcode=first & 0x0F,
        is_final=bool(first & 0x80),
        reserved=first >> 4 & 7,
        mask=bytes(data[start + size : end]),
        bytes=end - start,
        payload_bytes=length,
    )


@frozen
class WebSocketFrame:
    """One frame, taken apart."""

    kind: str
    """One of `OPCODES`, or `opcode 11` for what is none."""

    is_final: bool
    is_compressed: bool
    is_masked: bool
    payload_bytes: int
    """As the header says; a frame that was cut has less in `payload`."""

    payload: bytes
    """Unmasked."""

    close_code: int | None = None

    @property
    def summary(self) -> str:
        """One line: `text, 12 bytes`, `close 1000`, `binary, fragment, 300 bytes`."""
        if self.kind == "close":
            reason = self.payload[2:].decode("utf-8", "replace")
            code = "" if self.close_code is None else f" {self.close_code}"
            return f"close{code}{f', {reason}' if reason else ''}"
        words = [self.kind]
        if self.kind == "continuation":
            words = ["continuation, last" if self.is_final else "continuation"]
        elif not self.is_final:
            words.append("fragment")
        if self.is_compressed:
            words.append("compressed")
        return composed(
            "{line}, {size}", line=", ".join(words), size=count_bytes(self.payload_bytes)
        )


def describe(frame: bytes) -> WebSocketFrame | None:
    """What `frame`, or the beginning of one, is; `None` for less than a header."""
    header = read_header(frame)
    if header is None:
        return None
    payload = frame[header.bytes : header.bytes + header.payload_bytes]
    if header.mask:
        payload = _unmasked(payload, header.mask)
    has_code = header.opcode == 8 and len(payload) >= 2
    return WebSocketFrame(
        kind=OPCODES.get(header.opcode, f"opcode {header.opcode}"),
        is_final=header.is_final,
        is_compressed=bool(header.reserved & 4),
        is_masked=bool(header.mask),
        payload_bytes=header.payload_bytes,
        payload=payload,
        close_code=int.from_bytes(payload[:2], "big") if has_code else None,
    )


def frame_of(data: bytes) -> WebSocketFrame | None:
    """The frame that `data` begins with, if that is a valid one."""
    header = read_header(data)
    return describe(data) if header is not None and header.is_valid else None


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    # As two numbers: some hundred times faster than byte by byte.
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
