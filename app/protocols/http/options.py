"""What one may choose about an HTTP listener."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from app.protocols.definition import option


class Mode(StrEnum):
    """What a request is answered with."""

    INSPECT = "inspect"
    FIXED = "fixed"
    FOLDER = "folder"


@frozen
class HttpOptions:
    """What one may choose."""

    mode: Mode = option(
        Mode.INSPECT,
        "Answer with",
        "Inspect: the request as JSON. Fixed: the body below. Folder: files.",
    )
    folder: str = option(
        ".",
        "Folder",
        "Its files are served, except hidden ones; ~ is your home folder.",
        only_with=(Mode.FOLDER,),
        maximum=1000,
        is_path=True,
    )
    listing: bool = option(
        True, "List folders", "Where a folder has no index.html.", only_with=(Mode.FOLDER,)
    )
    status: int = option(
        200,
        "Status",
        "Of every answer that is not a file.",
        only_with=(Mode.INSPECT, Mode.FIXED),
        minimum=200,
        maximum=599,
    )
    headers: str = option(
        "Cache-Control: no-store\r\n",
        "Headers",
        "Of every answer that is not a file, one on each line.",
        only_with=(Mode.INSPECT, Mode.FIXED),
        maximum=4000,
    )
    body: str = option(
        "Hello\n", "Body", "Of a fixed answer, as UTF-8.", only_with=(Mode.FIXED,), maximum=100_000
    )
    delay_ms: int = option(0, "Delay", "Before every answer.", unit=" ms", maximum=600_000)
    longest_body: int = option(
        1024 * 1024,
        "Longest body",
        "A request with a longer one is answered 413.",
        unit=" bytes",
        maximum=16 * 1024 * 1024,
    )
