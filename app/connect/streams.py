"""The streams of `portdeck connect`, fed chunk by chunk.

`Expectation` searches the received bytes for the expression of `--expect`. `HexDump` and
`CrlfConverter` are the streams of `--hex` and `--crlf`. `TerminalText` is that of a terminal.
"""

from __future__ import annotations

import re

import regex

from app.text import readable
from app.text.hex import lines

MOST_KEPT = 256 * 1024
CONTEXT_BYTES = 1024
SEARCH_SECONDS = 1.0
_BARE_LF = re.compile(rb"(?<!\r)\n")


class BadExpression(ValueError):
    """The regular expression is invalid, or takes too long. The message says what to do."""


class Expectation:
    """Searches a stream for the regular expression `text`. It works on bytes; other characters than
    ASCII are UTF-8.

    Keeps only the bytes that can still be the start of a match, and up to `CONTEXT_BYTES` before
    them for lookbehind. The limit is `MOST_KEPT` bytes, so that an endless partial match does not
    use up the memory.
    """

    def __init__(self, text: str) -> None:
        """Raises `BadExpression`."""
        self.text = text
        self.is_met = False
        self._kept = b""
        self._begin = 0
        try:
            self._expression = regex.compile(text.encode(errors="surrogateescape"))
        except regex.error as error:
            raise BadExpression(f"{text!r} is no regular expression: {error}.") from None

    def feed(self, data: bytes) -> bool:
        """Search `data`, the next part of the stream. Whether there was a match so far. Raises
        `BadExpression`."""
        if self.is_met:
            return True
        self._kept += data
        try:
            self.is_met = self._search(partial=False) is not None
            if not self.is_met:
                match = self._search(partial=True)
                self._keep_from(len(self._kept) if match is None else match.start())
        except TimeoutError:
            sentence = f"{self.text!r} takes too long to search for: simplify it."
            raise BadExpression(sentence) from None
        return self.is_met

    def _search(self, *, partial: bool) -> regex.Match[bytes] | None:
        return self._expression.search(
            self._kept, self._begin, partial=partial, timeout=SEARCH_SECONDS
        )

    def _keep_from(self, start: int) -> None:
        start = max(start, len(self._kept) - MOST_KEPT)
        cut = max(0, start - CONTEXT_BYTES)
        self._kept = self._kept[cut:]
        self._begin = start - cut


class HexDump:
    """Makes a hex dump of a stream, with the offset in the stream. Each chunk begins a new line."""

    def __init__(self) -> None:
        self._offset = 0

    def feed(self, data: bytes) -> bytes:
        """The lines of `data`, the next part of the stream."""
        dump = "".join(f"{line}\n" for line in lines(data, self._offset))
        self._offset += len(data)
        return dump.encode()

    def finish(self) -> bytes:
        """Nothing: `feed` holds nothing back."""
        return b""


class TerminalText:
    """Makes a stream harmless for a terminal, as the transcript of the console shows it.

    Otherwise the peer could move the cursor, change the title or make the terminal answer.
    """

    def __init__(self) -> None:
        self._text = readable.ReadableText()

    def feed(self, data: bytes) -> bytes:
        """The text of `data`, the next part of the stream. Half a character is held back."""
        return self._text.feed(data).encode()

    def finish(self) -> bytes:
        """The text of what is held back, at the end of the stream."""
        return self._text.finish().encode()


class CrlfConverter:
    """Replaces each LF of a stream by CR LF. A CR LF stays as it is."""

    def __init__(self) -> None:
        self._last = b""

    def feed(self, data: bytes) -> bytes:
        """The conversion of `data`, the next part of the stream."""
        last, self._last = self._last, data[-1:] or self._last
        if last == b"\r" and data.startswith(b"\n"):
            return data[:1] + _BARE_LF.sub(b"\r\n", data[1:])
        return _BARE_LF.sub(b"\r\n", data)
