"""The catalog's `http`: the factory, which answers as its options say."""

from __future__ import annotations

import re
from pathlib import Path

from app.protocols.definition import ListenerContext, OptionError
from app.protocols.http.channel import Answer, WebFactory, WebRequest
from app.protocols.http.folder import StaticFolder
from app.protocols.http.inspection import inspect
from app.protocols.http.options import HttpOptions, Mode
from app.text.sentence import Sentence

HEADER = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
SET_BY_THE_SERVER = ("content-length", "transfer-encoding", "connection", "date")


class HttpFactory(WebFactory):
    """Answers each request as the options say. Raises `OptionError` for what nobody can serve."""

    def __init__(self, options: HttpOptions, context: ListenerContext) -> None:
        super().__init__(context.clock, options.longest_body)
        self._options = options
        folder = context.folder.absolute() / Path(options.folder).expanduser()
        self._folder = StaticFolder(folder, options.listing)
        self._headers = read_headers(options.headers)
        self._body = options.body.encode("utf-8", "replace")

    def startFactory(self) -> None:
        if self._options.mode is Mode.FOLDER and not self._folder.root.is_dir():
            raise OptionError(
                Sentence(
                    "http-no-folder",
                    "There is no folder {root}. Make it, or choose another.",
                    root=self._folder.root,
                )
            )

    def answer(self, request: WebRequest) -> None:
        if not self._options.delay_ms:
            self._answer_now(request)
            return
        call = self.clock.callLater(self._options.delay_ms / 1000, self._answer_now, request)
        request.dropped = call.cancel

    def _answer_now(self, request: WebRequest) -> None:
        request.dropped = None
        match self._options.mode:
            case Mode.FOLDER:
                self._folder.answer(request)
            case Mode.INSPECT:
                self._answer_with(request, inspect(request), "application/json")
            case Mode.FIXED:
                self._answer_with(request, self._body, "text/plain; charset=utf-8")

    def _answer_with(self, request: WebRequest, body: bytes, kind: str) -> None:
        headers = self._headers
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers = (("Content-Type", kind), *headers)
        request.answer(Answer(self._options.status, body, headers))


def read_headers(text: str) -> tuple[tuple[str, str], ...]:
    """The headers that `text` has, a line each. Raises `OptionError`."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        match = HEADER.fullmatch(line)
        if match is None:
            raise OptionError(
                Sentence(
                    "http-header-wrong",
                    "{line!r} is no header. Write it as Name: value.",
                    line=line[:80],
                )
            )
        if match[1].lower() in SET_BY_THE_SERVER:
            raise OptionError(
                Sentence(
                    "http-header-own",
                    "The server sets {match} itself. Leave it out of the headers.",
                    match=match[1],
                )
            )
        found.append((match[1], match[2].strip()))
    return tuple(found)
