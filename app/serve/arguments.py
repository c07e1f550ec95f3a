"""The arguments of `portdeck serve`. Those that are listeners are read in `listener_arguments`."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from app.connect.arguments import positive_number
from app.text.sentence import quoted


def add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `serve` to the subparsers `commands`."""
    parser = commands.add_parser(
        "serve",
        allow_abbrev=False,
        help="run listeners without a window",
        description=(
            "Run listeners without a window: the given ones, or else all of the profile. "
            "Ctrl-C and SIGTERM stop them, SIGHUP loads the profile again."
        ),
    )
    add_profile(parser, default=argparse.SUPPRESS)
    parser.add_argument(
        "--json", action="store_true", help="print events as one JSON object a line"
    )
    parser.add_argument(
        "--exit-after",
        metavar="SECONDS",
        type=positive_number,
        help="stop, with exit code 0, so long after the start",
    )
    parser.add_argument(
        "--until-connections",
        metavar="N",
        type=_count,
        help="stop, with exit code 0, once N connections were accepted and are over",
    )
    parser.add_argument(
        "--tls",
        action="store_true",
        help=(
            "encrypt the listeners that are given here, with a certificate that your local CA "
            "signs; in a profile it is [listener.tls]"
        ),
    )
    parser.add_argument(
        "--passphrase-file",
        metavar="FILE",
        type=Path,
        help=(
            "the passphrases of encrypted keys, one a line; otherwise one may be in the "
            "environment variable PORTDECK_PASSPHRASE"
        ),
    )
    parser.add_argument(
        "--drain",
        metavar="SECONDS",
        type=positive_number,
        help="when told to stop, first accept nobody more and wait so long for the clients to go",
    )
    parser.add_argument(
        "--require-rules",
        action="store_true",
        help=(
            "end with exit code 4 if a rule of a listener that replies by rule never matched or "
            "failed, or if a message matched none"
        ),
    )
    parser.add_argument(
        "listeners",
        nargs="*",
        metavar="PROTOCOL=ENDPOINT",
        help=(
            "such as echo=tcp:8007, or python:echo_server.py:Echo=tcp:8007 for your own class; "
            "or a whole program that listens where it says: server.py, app.tac, "
            "'twist:web --path .'; "
            "only this machine can connect unless interface= says more"
        ),
    )


def add_profile(parser: argparse.ArgumentParser, default: object) -> None:
    """Add the option `--profile`, which stands before or after `serve`."""
    parser.add_argument(
        "--profile",
        metavar="FILE",
        type=Path,
        default=default,
        help="the listeners to work with, instead of the user's own",
    )


def _count(text: str) -> int:
    if re.fullmatch("0*[1-9][0-9]{0,8}", text) is None:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 up, not {quoted(text)}")
    return int(text)
