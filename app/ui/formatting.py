"""Numbers and names as people read them."""

from __future__ import annotations

_PREFIXES = ("", "k", "M", "G", "T", "P")


def size(count: float) -> str:
    """`count` bytes: `0 B`, `999 B`, `1.2 kB`, `34 MB`. One kB is 1000 B."""
    value = float(count)
    for prefix in _PREFIXES:
        if value < 999.5 or prefix == _PREFIXES[-1]:
            break
        value /= 1000
    digits = 1 if prefix and value < 9.95 else 0
    return f"{value:.{digits}f} {prefix}B"


def rate(bytes_per_second: float) -> str:
    """`1.2 MB/s`; nothing where nothing moves."""
    return f"{size(bytes_per_second)}/s" if bytes_per_second >= 1 else ""


def duration(seconds: float) -> str:
    """`00:42`, `1:02:03`, `3 d 04:05:06`."""
    whole = max(0, int(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days} d {hour:02}:{minute:02}:{second:02}"
    if hour:
        return f"{hour}:{minute:02}:{second:02}"
    return f"{minute:02}:{second:02}"


def literal(name: str) -> str:
    """`name` for a button or a tab, where a single & would underline the letter after it."""
    return name.replace("&", "&&")
