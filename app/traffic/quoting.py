"""Bytes in the forms in which people paste them elsewhere."""

from __future__ import annotations

BYTES_A_LINE = 12
PIECE = 60


def as_hex(data: bytes) -> str:
    """`48 65 6c 6c 6f`."""
    return data.hex(" ")


def as_c_array(data: bytes, name: str = "data") -> str:
    """`unsigned char data[2] = {0x48, 0x65};`, in lines of `BYTES_A_LINE`."""
    lines = [
        "    " + " ".join(f"0x{byte:02x}," for byte in data[start : start + BYTES_A_LINE])
        for start in range(0, len(data), BYTES_A_LINE)
    ]
    return "\n".join([f"unsigned char {name}[{len(data)}] = {{", *lines, "};"])


def as_python(data: bytes) -> str:
    """`b"..."`, or several of them in parentheses, as Python reads it."""
    if len(data) <= PIECE:
        return repr(data)
    pieces = [f"    {data[start : start + PIECE]!r}" for start in range(0, len(data), PIECE)]
    return "\n".join(["(", *pieces, ")"])
