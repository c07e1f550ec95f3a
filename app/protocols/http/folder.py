"""A folder as a static site: index files, listings, ranges, and nothing from outside the folder."""

from __future__ import annotations

import os
import stat
from email.utils import formatdate
from html import escape
from http import HTTPStatus
from itertools import islice
from mimetypes import MimeTypes
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote_to_bytes

from attrs import frozen
from twisted.internet.interfaces import IPushProducer
from twisted.web.http import CACHED
from zope.interface import implementer

from app.protocols.http.channel import Answer, WebRequest

INDEX_FILES = ("index.html", "index.htm")
MOST_LISTED = 1000
PIECE_BYTES = 64 * 1024
# Without blocking: to open a pipe would wait for whoever writes to it.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

NOT_FOUND = Answer.text(HTTPStatus.NOT_FOUND, "There is nothing here. Check the path.")
NOT_LISTED = Answer.text(
    HTTPStatus.FORBIDDEN, "This folder has no index.html, and listing folders is off."
)
NOT_READABLE = Answer.text(HTTPStatus.FORBIDDEN, "The server may not read this file.")
WRONG_METHOD = Answer.text(
    HTTPStatus.METHOD_NOT_ALLOWED, "Files are only read here.", ("Allow", "GET, HEAD")
)

_TYPES = MimeTypes()
"""Those that Python knows, the same on every machine."""

_MORE_TYPES = {
    ".avif": "image/avif",
    ".js": "text/javascript",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".toml": "application/toml",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".yaml": "application/yaml",
}


@frozen
class StaticFolder:
    """Serves the files below `root`.

    A path is followed name by name. `..`, encoded slashes, hidden files and links that lead out of
    the folder are not found; `.well-known` alone is no hidden file.
    """

    root: Path
    lists: bool

    def answer(self, request: WebRequest) -> None:
        """Answer `request`; a file goes out as fast as the client reads."""
        if request.method not in (b"GET", b"HEAD"):
            request.answer(WRONG_METHOD)
            return
        names = path_names(request.path)
        place = None if names is None else self._place(names)
        if names is None or place is None:
            request.answer(NOT_FOUND)
        elif place.is_dir():
            self._answer_folder(request, names, place)
        elif not request.path.endswith(b"/"):
            _answer_file(request, place)
        else:
            request.answer(NOT_FOUND)

    def _place(self, names: tuple[str, ...]) -> Path | None:
        """Where `names` lead; `None` if that is outside of the folder, or nowhere."""
        try:
            root = self.root.resolve(strict=True)
            place = root.joinpath(*names).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):  # missing, a loop of links, too long
            return None
        return place if place == root or root in place.parents else None

    def _answer_folder(self, request: WebRequest, names: tuple[str, ...], place: Path) -> None:
        if not request.path.endswith(b"/"):
            target = "/" + "".join(f"{quote(os.fsencode(name))}/" for name in names)
            _, mark, query = request.uri.partition(b"?")
            location = target + (mark + query).decode("latin-1")
            moved = Answer.text(
                HTTPStatus.MOVED_PERMANENTLY, "A folder ends in a slash.", ("Location", location)
            )
            request.answer(moved)
            return
        for name in INDEX_FILES:
            index = self._place((*names, name))
            if index is not None and index.is_file():
                _answer_file(request, index)
                return
        request.answer(self._listing(names, place) if self.lists else NOT_LISTED)

    def _listing(self, names: tuple[str, ...], place: Path) -> Answer:
        try:
            with os.scandir(place) as entries:
                served = (each for each in entries if self._is_found(names, each))
                found = [(each.name, each.is_dir()) for each in islice(served, MOST_LISTED + 1)]
        except OSError:
            return NOT_READABLE
        return _page(names, found)

    def _is_found(self, names: tuple[str, ...], entry: os.DirEntry[str]) -> bool:
        """Whether a request for `entry` of the folder at `names` would be answered."""
        if not _is_served(entry.name):
            return False
        return not entry.is_symlink() or self._place((*names, entry.name)) is not None


def path_names(path: bytes) -> tuple[str, ...] | None:
    """The names in the path of a request; `None` for one that no file can have.

    `/a/b` and `/a/b/` have the same. No name is empty, is hidden or has a slash in it.
    """
    if not path.startswith(b"/"):
        return None
    parts = path.removeprefix(b"/").split(b"/")
    if not parts[-1]:
        parts.pop()
    names = tuple(os.fsdecode(unquote_to_bytes(part)) for part in parts)
    return names if all(map(_is_served, names)) else None


def _is_served(name: str) -> bool:
    if not name or (name.startswith(".") and name != ".well-known"):
        return False
    forbidden = "/\\\0:" if os.name == "nt" else "/\\\0"
    return not any(each in name for each in forbidden)


def _page(names: tuple[str, ...], found: list[tuple[str, bool]]) -> Answer:
    """The listing of a folder: its entries, and whether each is a folder."""
    title = escape(_shown("/" + "/".join(names)))
    lines = ['<li><a href="../">../</a></li>'] if names else []
    for name, is_folder in sorted(found[:MOST_LISTED]):
        mark = "/" if is_folder else ""
        link = f"./{quote(os.fsencode(name))}{mark}"
        lines.append(f'<li><a href="{link}">{escape(_shown(name))}{mark}</a></li>')
    if len(found) > MOST_LISTED:
        lines.append(f"<li>More than {MOST_LISTED:,}: the others are not listed.</li>")
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title></head>\n<body><h1>{title}</h1>\n"
        f"<ul>\n{chr(10).join(lines)}\n</ul></body></html>\n"
    )
    kind = ("Content-Type", "text/html; charset=utf-8")
    return Answer(HTTPStatus.OK, page.encode(), (kind, ("X-Content-Type-Options", "nosniff")))


def _shown(name: str) -> str:
    """A file name as text, also one that is no UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


def _answer_file(request: WebRequest, place: Path) -> None:
    try:
        descriptor = os.open(place, _READ)
    except OSError as error:
        request.answer(NOT_READABLE if isinstance(error, PermissionError) else NOT_FOUND)
        return
    file = os.fdopen(descriptor, "rb", buffering=0)
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode):
        file.close()
        request.answer(NOT_FOUND)
        return
    tag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
    modified = formatdate(int(facts.st_mtime), usegmt=True)
    known = _is_known(request, tag, int(facts.st_mtime))
    request.etag = request.lastModified = None  # or they would be sent twice
    headers = (("ETag", tag), ("Last-Modified", modified))
    if known:
        file.close()
        request.answer(Answer(HTTPStatus.NOT_MODIFIED, headers=headers))
    else:
        _send(request, file, facts.st_size, place, headers)


def _is_known(request: WebRequest, tag: str, modified: int) -> bool:
    """Whether the client has this very file, RFC 9110 section 13.2.2."""
    if request.requestHeaders.hasHeader("If-None-Match"):
        return request.setETag(tag.encode()) is CACHED
    return request.setLastModified(modified) is CACHED


def _send(
    request: WebRequest, file: BinaryIO, size: int, place: Path, facts: tuple[tuple[str, str], ...]
) -> None:
    headers = [*facts, ("Accept-Ranges", "bytes"), ("X-Content-Type-Options", "nosniff")]
    start, stop = 0, size
    asked = request.getHeader("range") if request.method == b"GET" else None
    may_have_part = request.getHeader("if-range") in (None, *(value for _, value in facts))
    if asked is not None and may_have_part:
        part = read_range(asked, size)
        if part == (0, 0):
            file.close()
            words = f"The file has {size:,} bytes."
            where = ("Content-Range", f"bytes */{size}")
            request.answer(Answer.text(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, words, where))
            return
        start, stop = part or (0, size)
    is_part = (start, stop) != (0, size)
    if is_part:
        headers.append(("Content-Range", f"bytes {start}-{stop - 1}/{size}"))
    headers += [("Content-Type", content_type(place)), ("Content-Length", str(stop - start))]
    request.begin(HTTPStatus.PARTIAL_CONTENT if is_part else HTTPStatus.OK, headers)
    if request.method == b"HEAD":
        file.close()
        request.write(b"")
        request.finish()
    else:
        file.seek(start)
        FileSender(request, file, stop - start).begin()


def read_range(text: str, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last that a `Range` header asks for.

    `(0, 0)` if the file has none of them; `None` for several ranges and what is no range, which a
    server may answer with the whole file (RFC 9110 section 14.2).
    """
    unit, _, spec = text.partition("=")
    first, dash, last = spec.strip().partition("-")
    digits = first + last
    if unit.strip() != "bytes" or not dash or not digits.isascii() or not digits.isdecimal():
        return None
    if len(first) > 18 or len(last) > 18:
        return None
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    return (start, stop) if start < stop else (0, 0)


def content_type(place: Path) -> str:
    """The media type of a file by its name; text is taken for UTF-8."""
    kind = _MORE_TYPES.get(place.suffix.lower())
    if kind is None:
        kind, encoding = _TYPES.guess_type(place.name)
        if encoding is not None:
            kind = {"gzip": "application/gzip", "bzip2": "application/x-bzip2"}.get(encoding)
    kind = kind or "application/octet-stream"
    is_text = kind.startswith("text/") or kind in ("application/json", "image/svg+xml")
    return f"{kind}; charset=utf-8" if is_text else kind


@implementer(IPushProducer)
class FileSender:
    """Writes a part of a file to a request, a piece at a time, and pauses when the client does.

    A file that becomes shorter meanwhile ends the connection: its length was announced.
    """

    def __init__(self, request: WebRequest, file: BinaryIO, size: int) -> None:
        self._request = request
        self._file = file
        self._left = size
        self._is_paused = False
        self._is_writing = False

    def begin(self) -> None:
        """Send all of it."""
        self._request.dropped = self._file.close
        self._request.registerProducer(self, True)
        self.resumeProducing()

    def pauseProducing(self) -> None:
        self._is_paused = True

    def resumeProducing(self) -> None:
        self._is_paused = False
        if self._is_writing or self._file.closed:
            return
        self._is_writing = True
        try:
            while self._left and not self._is_paused:
                self._write_piece()
        finally:
            self._is_writing = False
        if not self._left and not self._file.closed:
            self._end()

    def stopProducing(self) -> None:
        self._left = 0
        self._file.close()

    def _write_piece(self) -> None:
        try:
            piece = self._file.read(min(PIECE_BYTES, self._left))
        except OSError:
            piece = b""
        if piece:
            self._left -= len(piece)
            self._request.write(piece)
        else:
            self.stopProducing()
            self._request.unregisterProducer()
            self._request.channel.transport.abortConnection()

    def _end(self) -> None:
        self._file.close()
        self._request.dropped = None
        self._request.unregisterProducer()
        self._request.finish()
