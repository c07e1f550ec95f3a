"""Lengths and checksums for replies, as text and as bytes."""

from __future__ import annotations

import binascii
import zlib
from collections.abc import Callable
from typing import Final


def crc16_modbus(data: bytes) -> int:
    """CRC-16 of Modbus: polynomial 0x8005 reflected, from 0xFFFF (Modbus over serial line, 6.2)."""
    crc = 0xFFFF
    for byte in data:
        crc = (crc >> 8) ^ _MODBUS[(crc ^ byte) & 0xFF]
    return crc


def crc16_ccitt(data: bytes) -> int:
    """CRC-16/CCITT-FALSE, also called IBM-3740: polynomial 0x1021, from 0xFFFF."""
    return binascii.crc_hqx(data, 0xFFFF)


def xor(data: bytes) -> int:
    """All bytes combined by exclusive or: the data is folded in halves, at the speed of C."""
    size = 1 << max(0, len(data) - 1).bit_length()
    value = int.from_bytes(data)
    while size > 1:
        size //= 2
        value = (value >> 8 * size) ^ (value & ((1 << 8 * size) - 1))
    return value


def _modbus_entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0xA001 if byte & 1 else 0)
    return byte


_MODBUS: Final = tuple(map(_modbus_entry, range(256)))

Way = tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]
"""A computed variable in text, and in hex."""


def _checksum(compute: Callable[[bytes], int], width: int, *, low_first: bool = False) -> Way:
    return (
        lambda data: b"%0*X" % (2 * width, compute(data)),
        lambda data: compute(data).to_bytes(width, "little" if low_first else "big"),
    )


def _length(width: int, *, low_first: bool = False) -> Way:
    def binary(data: bytes) -> bytes:
        size = len(data) % (1 << 8 * width)
        return size.to_bytes(width, "little" if low_first else "big")

    return binary, binary


def _digits(data: bytes) -> bytes:
    return b"%d" % len(data)


WAYS: Final[dict[str, dict[str, Way]]] = {
    "length": {
        "": (_digits, _digits),
        "1": _length(1),
        "2": _length(2),
        "4": _length(4),
        "2le": _length(2, low_first=True),
        "4le": _length(4, low_first=True),
    },
    "crc16": {
        "": _checksum(crc16_modbus, 2, low_first=True),
        "modbus": _checksum(crc16_modbus, 2, low_first=True),
        "ccitt": _checksum(crc16_ccitt, 2),
        "xmodem": _checksum(lambda data: binascii.crc_hqx(data, 0), 2),
    },
    "crc32": {"": _checksum(zlib.crc32, 4)},
    "xor": {"": _checksum(xor, 1)},
}
