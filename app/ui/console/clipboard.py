"""What the clipboard holds, or what is dropped: text that an editor can hold, or other bytes."""

from __future__ import annotations

import re

from PySide6.QtCore import QMimeData

from app.client.pasting import Pasted

BYTES_FORMAT = "application/octet-stream"
TEXT_FORMAT = "text/plain"

# What has no shape, and what Qt's editor would turn into a line break.
_NOT_TYPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufdd0\ufdd1]")


def can_be_typed(text: str) -> bool:
    """Whether an editor can hold `text` as it is."""
    return not _NOT_TYPED.search(text)


def pasted(source: QMimeData) -> Pasted:
    """Read `source`. What names no bytes of its own is its text, in UTF-8."""
    data = _bytes_of(source)
    is_crlf = 0 < data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r")
    try:
        text = (data.replace(b"\r\n", b"\n") if is_crlf else data).decode()
    except UnicodeDecodeError:
        return Pasted(data, None)
    return Pasted(data, text, is_crlf) if can_be_typed(text) else Pasted(data, None)


def _bytes_of(source: QMimeData) -> bytes:
    if source.hasFormat(BYTES_FORMAT):
        return bytes(source.data(BYTES_FORMAT).data())
    text = source.text()
    # Qt's text has lost what was no UTF-8; the bytes may still be there.
    raw = bytes(source.data(TEXT_FORMAT).data()) if "\ufffd" in text else b""
    return raw or text.encode("utf-8", "replace")
