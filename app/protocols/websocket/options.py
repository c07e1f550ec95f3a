"""What one may choose about a WebSocket listener."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from app.protocols.definition import option

LONGEST = 64 * 1024 * 1024


class Mode(StrEnum):
    """What the server does with messages."""

    ECHO = "echo"
    ROOM = "room"
    SCRIPT = "script"


@frozen
class WebSocketOptions:
    """The options of `websocket`."""

    mode: Mode = option(
        Mode.ECHO,
        "Messages",
        "Echo: sent back. Room: sent to everyone else. Script: those below are sent.",
    )
    path: str = option(
        "*", "Path", "Such as /chat; another one is answered 404. * takes every path.", maximum=1000
    )
    subprotocols: str = option(
        "",
        "Subprotocols",
        "With commas between; the first that the client offers too is chosen.",
        maximum=1000,
    )
    compression: bool = option(True, "Compress", "permessage-deflate, for clients that offer it.")
    script: str = option(
        "Hello\nGoodbye\n",
        "Script",
        "Each line is one message, sent to every client.",
        only_with=(Mode.SCRIPT,),
        maximum=100_000,
    )
    interval_ms: int = option(
        1000,
        "Interval",
        "Between two messages of the script.",
        unit=" ms",
        only_with=(Mode.SCRIPT,),
        minimum=1,
        maximum=3_600_000,
    )
    repeats: bool = option(False, "Repeat the script", "Otherwise it ends with the close code.")
    close_code: int = option(
        1000,
        "Close code",
        "After the script: 1000 to 1013 or 3000 to 4999; 0 leaves it open.",
        maximum=4999,
    )
    fragment: int = option(
        0,
        "Fragment size",
        "Messages are sent in frames of this size; 0 sends each as one frame.",
        unit=" bytes",
        maximum=LONGEST,
    )
    ping_seconds: int = option(
        20,
        "Ping every",
        "A client that does not answer until the next is closed; 0 sends none.",
        unit=" s",
        maximum=3600,
    )
    longest_message: int = option(
        1024 * 1024,
        "Longest message",
        "After decompression; a longer one closes with 1009.",
        unit=" bytes",
        minimum=1,
        maximum=LONGEST,
    )
    longest_frame: int = option(
        1024 * 1024,
        "Longest frame",
        "Before decompression; a longer one closes with 1009.",
        unit=" bytes",
        minimum=1,
        maximum=LONGEST,
    )
