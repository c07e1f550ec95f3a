"""What a single value must be: each function gives the value back, or raises with a sentence."""

from __future__ import annotations

from app.endpoint import quoted


def text(value: object) -> str:
    """A string. Raises `ValueError`."""
    if not isinstance(value, str):
        raise ValueError(f"must be text in quotes, not {shown(value)}")
    return value


def whole_number(value: object, least: int, most: int) -> int:
    """An integer within both bounds. Raises `ValueError`."""
    # bool is a subclass of int, and `true` connections are a slip.
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"must be a whole number from {least} to {most}, not {shown(value)}")
    return value


def truth(value: object) -> bool:
    """A bool. Raises `ValueError`."""
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {shown(value)}")
    return value


def shown(value: object) -> str:
    """A value of any type that TOML has, as a sentence shows it."""
    match value:
        case str():
            return quoted(value)
        case bool():
            return str(value).lower()
        case int() if value.bit_length() > 64:
            # In hex, TOML holds integers of more digits than Python agrees to write.
            return "a number of that size"
        case int() | float():
            return str(value)
        case dict():
            return "a table"
        case list():
            return "an array"
        case _:
            return "a date or a time"
