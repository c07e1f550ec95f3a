"""The reasons that the system gives for an error, as sentences with a code."""

from __future__ import annotations

from typing import Final

from app.text.sentence import Sentence

_KNOWN: Final[dict[str, Sentence]] = {
    words: words
    for words in (
        Sentence("not-permitted", "Operation not permitted"),
        Sentence("no-such-file", "No such file or directory"),
        Sentence("input-output-error", "Input/output error"),
        Sentence("resource-unavailable", "Resource temporarily unavailable"),
        Sentence("out-of-memory", "Cannot allocate memory"),
        Sentence("permission-denied", "Permission denied"),
        Sentence("busy", "Device or resource busy"),
        Sentence("already-exists", "File exists"),
        Sentence("not-a-folder", "Not a directory"),
        Sentence("is-a-folder", "Is a directory"),
        Sentence("invalid-argument", "Invalid argument"),
        Sentence("too-many-open-files", "Too many open files"),
        Sentence("file-too-large", "File too large"),
        Sentence("no-space-left", "No space left on device"),
        Sentence("read-only-file-system", "Read-only file system"),
        Sentence("broken-pipe", "Broken pipe"),
        Sentence("name-too-long", "File name too long"),
        Sentence("too-many-links", "Too many levels of symbolic links"),
        Sentence("address-taken", "Address already in use"),
        Sentence("address-unavailable", "Cannot assign requested address"),
        Sentence("network-unreachable", "Network is unreachable"),
        Sentence("no-buffer-space", "No buffer space available"),
        Sentence("timed-out", "Connection timed out"),
        Sentence("connection-refused", "Connection refused"),
        Sentence("no-route", "No route to host"),
        Sentence("quota-exceeded", "Disk quota exceeded"),
        Sentence("embedded-null", "embedded null byte"),
    )
}
"""By the words of the system."""


def system_reason(error: object) -> str:
    """Why the system refused something: a few words, without a full stop.

    `error` is an exception or its words. Words that are not known here stay as they are.
    """
    words = getattr(error, "strerror", None) or str(error)
    return _KNOWN.get(words, words)
