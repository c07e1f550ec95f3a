"""What one may choose about a WebSocket listener."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

LONGEST = 64 * 1024 * 1024


class Mode(StrEnum):
    """What the server does with messages."""

    ECHO = "echo"
    ROOM = "room"
    SCRIPT = "script"


@frozen
class WebSocketOptions:
    """The options of `websocket`."""

    mode: Mode = field(
        default=Mode.ECHO,
        metadata={
            "title": "Messages",
            "hint": "Echo: sent back. Room: sent to everyone else. Script: those below are sent.",
        },
    )
    path: str = field(
        default="*",
        metadata={
            "title": "Path",
            "hint": "Such as /chat; another one is answered 404. * takes every path.",
            "maximum": 1000,
        },
    )
    subprotocols: str = field(
        default="",
        metadata={
            "title": "Subprotocols",
            "hint": "With commas between; the first that the client offers too is chosen.",
            "maximum": 1000,
        },
    )
    compression: bool = field(
        default=True,
        metadata={"title": "Compress", "hint": "permessage-deflate, for clients that offer it."},
    )
    script: str = field(
        default="Hello\nGoodbye\n",
        metadata={
            "title": "Script",
            "hint": "Each line is one message, sent to every client.",
            "only_with": (Mode.SCRIPT,),
            "maximum": 100_000,
        },
    )
    interval_ms: int = field(
        default=1000,
        metadata={
            "only_with": (Mode.SCRIPT,),
            "title": "Interval (ms)",
            "hint": "Between two messages of the script.",
            "minimum": 1,
            "maximum": 3_600_000,
        },
    )
    repeats: bool = field(
        default=False,
        metadata={"title": "Repeat the script", "hint": "Otherwise it ends with the close code."},
    )
    close_code: int = field(
        default=1000,
        metadata={
            "title": "Close code",
            "hint": "After the script: 1000 to 1013 or 3000 to 4999; 0 leaves it open.",
            "minimum": 0,
            "maximum": 4999,
        },
    )
    fragment: int = field(
        default=0,
        metadata={
            "title": "Fragment size (bytes)",
            "hint": "Messages are sent in frames of this size; 0 sends each as one frame.",
            "minimum": 0,
            "maximum": LONGEST,
        },
    )
    ping_seconds: int = field(
        default=20,
        metadata={
            "title": "Ping every (s)",
            "hint": "A client that does not answer until the next is closed; 0 sends none.",
            "minimum": 0,
            "maximum": 3600,
        },
    )
    longest_message: int = field(
        default=1024 * 1024,
        metadata={
            "title": "Longest message (bytes)",
            "hint": "After decompression; a longer one closes with 1009.",
            "minimum": 1,
            "maximum": LONGEST,
        },
    )
    longest_frame: int = field(
        default=1024 * 1024,
        metadata={
            "title": "Longest frame (bytes)",
            "hint": "Before decompression; a longer one closes with 1009.",
            "minimum": 1,
            "maximum": LONGEST,
        },
    )
