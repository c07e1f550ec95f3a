r"""Text in one visible line, and back: what a form shows of an option that may hold line ends.

The notation is that of the console's input with escapes; here it must come to text.
"""

from __future__ import annotations

from app.client.notation import ESCAPES_ADVICE, Notation, NotationError, read, write


def escaped(text: str) -> str:
    """`text` in one line of visible characters; `unescaped` gives it back."""
    return write(text.encode(), Notation.ESCAPES)


def unescaped(line: str) -> str:
    """The text that `line` stands for. Raises `ValueError`, whose text is for the user."""
    try:
        return read(line, Notation.ESCAPES).decode()
    except UnicodeDecodeError as error:
        wrong = "".join(f"\\x{byte:02x}" for byte in error.object[error.start : error.end])
        raise ValueError(f"must not hold {wrong}, which is no UTF-8 text") from None
    except NotationError as error:
        wrong = line[error.position : error.position + error.length]
        raise ValueError(f"must not hold {wrong}. {ESCAPES_ADVICE}") from None
