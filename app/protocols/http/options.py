"""What one may choose about an HTTP listener."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen


class Mode(StrEnum):
    """What a request is answered with."""

    INSPECT = "inspect"
    FIXED = "fixed"
    FOLDER = "folder"


@frozen
class HttpOptions:
    """What one may choose."""

    mode: Mode = field(
        default=Mode.INSPECT,
        metadata={
            "title": "Answer with",
            "hint": "Inspect: the request as JSON. Fixed: the body below. Folder: files.",
        },
    )
    folder: str = field(
        default=".",
        metadata={
            "title": "Folder",
            "hint": "Its files are served, except hidden ones; ~ is your home folder.",
            "is_path": True,
            "only_with": (Mode.FOLDER,),
            "maximum": 1000,
        },
    )
    listing: bool = field(
        default=True,
        metadata={
            "title": "List folders",
            "hint": "Where a folder has no index.html.",
            "only_with": (Mode.FOLDER,),
        },
    )
    status: int = field(
        default=200,
        metadata={
            "title": "Status",
            "hint": "Of every answer that is not a file.",
            "only_with": (Mode.INSPECT, Mode.FIXED),
            "minimum": 200,
            "maximum": 599,
        },
    )
    headers: str = field(
        default="Cache-Control: no-store\r\n",
        metadata={
            "title": "Headers",
            "hint": "Of every answer that is not a file, one on each line.",
            "only_with": (Mode.INSPECT, Mode.FIXED),
            "maximum": 4000,
        },
    )
    body: str = field(
        default="Hello\n",
        metadata={
            "title": "Body",
            "hint": "Of a fixed answer, as UTF-8.",
            "only_with": (Mode.FIXED,),
            "maximum": 100_000,
        },
    )
    delay_ms: int = field(
        default=0,
        metadata={
            "title": "Delay (ms)",
            "hint": "Before every answer.",
            "minimum": 0,
            "maximum": 600_000,
        },
    )
    longest_body: int = field(
        default=1024 * 1024,
        metadata={
            "title": "Longest body (bytes)",
            "hint": "A request with a longer one is answered 413.",
            "minimum": 0,
            "maximum": 16 * 1024 * 1024,
        },
    )
