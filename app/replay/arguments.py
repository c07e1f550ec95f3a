"""The arguments of `portdeck replay`, and the sentences for invalid ones."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from app.connect.arguments import (
    ArgumentError,
    absolute_path,
    add_tls,
    positive_number,
    read_tls,
)

if TYPE_CHECKING:
    from app.replay.command import ReplayRequest
    from app.traffic.framing import Framing

_EXIT_CODES = """\
exit codes:
  0    everything was sent; with --compare, what came is what was recorded
  1    what came is different, or not everything could be sent
  2    the arguments make no sense, or the file cannot be read
  3    there was no connection
  130  Ctrl-C (143: SIGTERM)
"""


def add_replay(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command `replay`, beside the other `commands`."""
    parser = commands.add_parser(
        "replay",
        help="play the client side of a recorded conversation to a target",
        description=(
            "Play the client side of a recorded conversation to a target, and compare what comes "
            "with what was recorded. FILE is a recording of Portdeck, or a pcap or pcapng capture."
        ),
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE", help="a recording (.sqlite) or a capture (.pcapng)")
    parser.add_argument(
        "endpoint",
        metavar="ENDPOINT",
        nargs="?",
        help="the target: host:port, tls:host:port, udp:host:port or unix:/path",
    )
    parser.add_argument(
        "--list", action="store_true", help="print the connections of FILE, and send nothing"
    )
    parser.add_argument(
        "--connection",
        metavar="N",
        type=_number,
        help="the connection to play, by its number in --list; not needed if there is only one",
    )
    parser.add_argument(
        "--compare", action="store_true", help="print what differs, with exit code 1 if anything"
    )
    parser.add_argument(
        "--speed",
        metavar="X",
        type=_speed,
        default=1.0,
        help="how many times as fast as recorded (%(default)g), or `max`: as soon as the answers "
        "are there",
    )
    parser.add_argument(
        "--framing",
        metavar="NAME",
        default="turns",
        help="how the stream is cut into messages: turns (the default: all that one side says "
        "until the other one speaks), line, netstring, fixed:BYTES, delimiter:TEXT, "
        "length-prefix:WIDTH or length-prefix:WIDTH:little",
    )
    parser.add_argument(
        "--quiet-time",
        metavar="S",
        type=positive_number,
        default=1.0,
        help="expect no more answers when nothing has come for so long (%(default)g)",
    )
    parser.add_argument(
        "--connect-timeout",
        metavar="S",
        type=positive_number,
        default=10.0,
        help="how long connecting may take (%(default)g)",
    )
    add_tls(parser)


def read_replay_request(arguments: argparse.Namespace) -> ReplayRequest:
    """The request that `arguments` make. Raises `ArgumentError`."""
    from app.client.options import Options
    from app.net.target import TargetError
    from app.net.target_syntax import read_target
    from app.replay.command import ReplayRequest
    from app.replay.player import Pace

    if arguments.endpoint is None and not arguments.list:
        raise ArgumentError("Say where to play it to, such as 127.0.0.1:8007, or use --list.")
    try:
        target = None if arguments.endpoint is None else read_target(arguments.endpoint)
    except TargetError as error:
        raise ArgumentError(str(error)) from None
    return ReplayRequest(
        path=Path(absolute_path(arguments.file)),
        target=target,
        options=Options(
            connect_seconds=arguments.connect_timeout,
            tls=read_tls(arguments),
        ),
        lists=arguments.list,
        connection=arguments.connection,
        framing=_framing(arguments.framing),
        pace=Pace(
            speed=None if math.isinf(arguments.speed) else arguments.speed,
            quiet_seconds=arguments.quiet_time,
        ),
        compares=arguments.compare,
    )


def _framing(text: str) -> Framing | None:
    from app.text.notation import Notation, NotationError, read
    from app.traffic.framing import Delimited, FixedLength, LengthPrefix, Lines, Netstrings

    name, _, detail = text.partition(":")
    plain: dict[str, Framing | None] = {"turns": None, "line": Lines(), "netstring": Netstrings()}
    if text in plain:
        return plain[text]
    if name == "fixed" and _is_size(detail):
        return FixedLength(int(detail))
    if name == "delimiter" and detail:
        try:
            return Delimited(read(detail, Notation.ESCAPES))
        except NotationError as error:
            raise ArgumentError(f"--framing: {error}") from None
    width, _, order = detail.partition(":")
    if name == "length-prefix" and width in ("1", "2", "4") and order in ("", "big", "little"):
        byte_order = cast(Literal["big", "little"], order or "big")
        return LengthPrefix(cast(Literal[1, 2, 4], int(width)), byte_order)
    raise ArgumentError(
        f"--framing {text!r} is unknown. Use turns, line, netstring, fixed:8, delimiter:; or "
        "length-prefix:2."
    )


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 1 <= len(text) <= 6 and int(text) > 0


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 15:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of a connection; see --list")
    return int(text)


def _speed(text: str) -> float:
    return math.inf if text == "max" else positive_number(text)
