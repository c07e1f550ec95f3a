"""Values as one writes them in Python."""

from __future__ import annotations


def literal(value: object) -> str:
    """`value` in one line of source; texts in double quotes, as long as they have none in them."""
    written = repr(value)
    if isinstance(value, str) and written.startswith("'") and '"' not in value:
        written = f'"{written[1:-1]}"'
    return written
