"""Bytes as a hex dump: offset, sixteen bytes, and the characters they stand for in ASCII."""

from __future__ import annotations

from collections.abc import Iterator

WIDTH = 16
_SHOWN = bytes(byte if 0x20 <= byte < 0x7F else ord(".") for byte in range(256))


def hexdump(data: bytes) -> str:
    """`data` in lines such as `00000010  48 65 6c 6c 6f …  |Hello…|`, as `hexdump -C` does."""
    return "\n".join(lines(data))


def lines(data: bytes, offset: int = 0) -> Iterator[str]:
    """The lines of `data`, whose first byte has `offset`; each is of `WIDTH` bytes but the last."""
    for start in range(0, len(data), WIDTH):
        digits, text = columns(data[start : start + WIDTH])
        yield f"{offset + start:08x}  {digits}  |{text}|"


def columns(row: bytes) -> tuple[str, str]:
    """`row`, at most `WIDTH` bytes: in hex, as wide as if it were full, and in ASCII."""
    left, right = row[: WIDTH // 2].hex(" "), row[WIDTH // 2 :].hex(" ")
    return f"{left:<23}  {right:<23}", row.translate(_SHOWN).decode("ascii")
