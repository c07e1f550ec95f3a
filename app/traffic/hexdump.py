"""Bytes as a hex dump: offset, sixteen bytes, and the characters they stand for in ASCII."""

from __future__ import annotations

WIDTH = 16
_SHOWN = bytes(byte if 0x20 <= byte < 0x7F else ord(".") for byte in range(256))


def hexdump(data: bytes) -> str:
    """`data` in lines such as `00000010  48 65 6c 6c 6f …  |Hello…|`, as `hexdump -C` does."""
    return "\n".join(_line(offset, data[offset : offset + WIDTH]) for offset in _offsets(data))


def columns(row: bytes) -> tuple[str, str]:
    """`row`, at most `WIDTH` bytes: in hex, as wide as if it were full, and in ASCII."""
    left, right = row[: WIDTH // 2].hex(" "), row[WIDTH // 2 :].hex(" ")
    return f"{left:<23}  {right:<23}", row.translate(_SHOWN).decode("ascii")


def _offsets(data: bytes) -> range:
    return range(0, len(data), WIDTH)


def _line(offset: int, row: bytes) -> str:
    digits, text = columns(row)
    return f"{offset:08x}  {digits}  |{text}|"
