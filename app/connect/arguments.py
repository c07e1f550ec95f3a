"""The arguments of `portdeck connect`, and the sentences for invalid ones."""

from __future__ import annotations

import argparse
import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from app.files.paths import home_folder_problem, resolve_path
from app.text.sentence import quoted

if TYPE_CHECKING:
    from app.client.options import TlsOptions
    from app.connect.terminal_session import Request
    from app.net.target import Target
    from app.profile import ListenerSpec

_MOST_NAMES = 20

_EXIT_CODES = """\
exit codes:
  0    the conversation ended well, or EXPRESSION matched
  1    the connection broke, something was not sent or taken, or nothing matched in
       time
  2    the arguments make no sense
  3    there was no connection
  130  Ctrl-C (143: SIGTERM, 141: nobody reads standard output)
"""


class ArgumentError(ValueError):
    """Invalid arguments. The message says which, and what to do."""


def add_connect(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `connect` to the subparsers `commands`."""
    parser = commands.add_parser(
        "connect",
        help="talk to a peer: standard input goes there, what it says to standard output",
        description=(
            "Talk to a peer: standard input goes there, what it says to standard output, what "
            "happens to standard error. The end of the input closes this side; then the rest is "
            "waited for. A WebSocket sends and shows one message a line."
        ),
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,  # a new option would make an abbreviation ambiguous
    )
    parser.add_argument(
        "endpoint",
        metavar="ENDPOINT|NAME",
        help="host:port, tls:host:port, udp:host:port, unix:/path, ws://host:port/path or "
        "wss://…; a local address follows as :bindAddress=…, a port as :bindPort=…; or the name of "
        "a listener of the profile",
    )
    parser.add_argument(
        "--profile",
        metavar="FILE",
        type=Path,
        default=argparse.SUPPRESS,
        help="the profile in which NAME is looked for, instead of the user's own",
    )
    parser.add_argument(
        "--raw",
        action="store_true",
        help="on a terminal too, show control characters of the peer as they come",
    )
    parser.add_argument("--hex", action="store_true", help="show what comes as a hex dump")
    parser.add_argument("--crlf", action="store_true", help="send each line feed as CR LF")
    parser.add_argument(
        "--send",
        metavar="TEXT",
        action="append",
        help=r"send TEXT, with escapes such as \r\n and \x00, instead of standard input; again for "
        "more",
    )
    parser.add_argument(
        "--expect",
        metavar="EXPRESSION",
        help="end with 0 once this regular expression matches what came",
    )
    parser.add_argument(
        "--timeout",
        metavar="S",
        type=positive_number,
        help="with --expect, how long to wait for it (10); otherwise, how long nothing may come "
        "after the end of the input (1 over UDP and WebSocket, else no limit)",
    )
    parser.add_argument(
        "--connect-timeout",
        metavar="S",
        type=positive_number,
        default=10.0,
        help="how long connecting may take (%(default)g)",
    )
    parser.add_argument("--quiet", action="store_true", help="tell of troubles alone")
    add_tls(parser)


def read_request(arguments: argparse.Namespace) -> Request:
    """The request in `arguments`. Raises `ArgumentError`."""
    from app.client.options import Options
    from app.connect.streams import BadExpression, Expectation
    from app.connect.terminal_session import Request
    from app.net.target import TargetError
    from app.text.notation import Notation, NotationError, read

    try:
        target, authorities = _read_target(arguments)
        return Request(
            target=target,
            options=Options(
                connect_seconds=arguments.connect_timeout,
                tls=read_tls(arguments, authorities),
            ),
            send=tuple(read(text, Notation.ESCAPES) for text in arguments.send or ()),
            expectation=None if arguments.expect is None else Expectation(arguments.expect),
            timeout=arguments.timeout,
            hex=arguments.hex,
            crlf=arguments.crlf,
            quiet=arguments.quiet,
            raw=arguments.raw,
        )
    except (TargetError, NotationError, BadExpression) as error:
        raise ArgumentError(str(error)) from None


def _read_target(arguments: argparse.Namespace) -> tuple[Target, tuple[str, ...]]:
    """The target, and the files of authorities to trust besides. Raises `TargetError`.

    What is an address is no name.
    """
    from app.net.target import TargetError
    from app.net.target_syntax import read_target

    text: str = arguments.endpoint
    try:
        return read_target(text), ()
    except TargetError as error:
        from app.profile import default_path

        try:
            return find_listener(text, arguments.profile or default_path())
        except TargetError as unknown:
            # A colon or a slash: an address was meant, and its mistake is the one to tell.
            raise (error if re.search("[:/]", text) else unknown) from None


def find_listener(name: str, profile: Path) -> tuple[Target, tuple[str, ...]]:
    """The target that is the listener called `name`, in upper or lower case, of the file `profile`;
    and the file of the local CA, as in the console, if it has TLS and there is a CA.

    Raises `TargetError`, with the names that there are. Reads the profile and changes nothing.
    """
    from app.client.listener_target import target_of_spec
    from app.net.target import TargetError
    from app.profile import ProfileFile
    from app.profile.spec import name_key

    if not profile.exists():
        raise TargetError(
            f"{quoted(name)} is no address, and there is no profile {profile} with listeners. "
            "Write host:port, such as localhost:8007, or name a --profile."
        )
    found = ProfileFile(profile).load_again()
    if found.problems:
        raise TargetError(f"{found.problems[0]}. Correct the profile, or write host:port.")
    for spec in found.listeners:
        if name_key(spec.name) == name_key(name):
            target = target_of_spec(spec, profile.parent)
            return target, _authorities(target)
    raise TargetError(_unknown(name, found.listeners, profile))


def _authorities(target: Target) -> tuple[str, ...]:
    if not target.transport.has_tls:
        return ()
    from app.tls.local_ca import certificate_path  # slow to import, needed for TLS only

    path = certificate_path()
    return (str(path),) if path.exists() else ()


def _unknown(name: str, listeners: Sequence[ListenerSpec], profile: Path) -> str:
    from app.profile.spec import name_key

    wanted = name_key(name)
    similar = [each for each in listeners if wanted and wanted in name_key(each.name)]
    names = [each.name for each in similar or listeners]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    there = ", ".join(map(quoted, names[:_MOST_NAMES]))
    if len(similar) > 1:
        return f"{quoted(name)} is not clear: there are {there}{more}. Write the whole name."
    which = f"There is {there}{more}." if names else "It has none."
    return (
        f"There is no listener {quoted(name)} in {profile}. {which} "
        "An address is written host:port."
    )


def add_tls(parser: argparse.ArgumentParser) -> None:
    """Add the options of TLS to a client's command. `read_tls` reads them."""
    tls = parser.add_argument_group("TLS")
    tls.add_argument("--ca", metavar="FILE", help="trust the authorities in FILE alone")
    tls.add_argument(
        "--insecure", action="store_true", help="do not verify who the peer is: for tests alone"
    )
    tls.add_argument("--cert", metavar="FILE", help="your certificate, if the peer asks for one")
    tls.add_argument("--key", metavar="FILE", help="its key, if that is in a file of its own")
    tls.add_argument(
        "--passphrase-file",
        metavar="FILE",
        help="the passphrase of that key, if it is encrypted; otherwise it may be in "
        "PORTDECK_PASSPHRASE",
    )


def read_tls(arguments: argparse.Namespace, authorities: tuple[str, ...] = ()) -> TlsOptions:
    """The options of TLS in `arguments`, with the key decrypted if passphrases are given.

    `authorities` are files to trust besides the system's, unless `--ca` is given. Raises
    `ArgumentError`. Without passphrases the key is read when a connection begins, which reports
    what is wrong with it.
    """
    from app.client.options import TlsOptions
    from app.tls import TlsError
    from app.tls.passphrases import read_passphrases

    tls = TlsOptions(
        verify=not arguments.insecure,
        ca_file=absolute_path(arguments.ca),
        more_ca_files=() if arguments.ca else authorities,
        certificate_file=absolute_path(arguments.cert),
        key_file=absolute_path(arguments.key),
    )
    file = arguments.passphrase_file
    try:
        passphrases = read_passphrases(Path(absolute_path(file)) if file else None, os.environ)
        if not (passphrases and tls.certificate_file):
            return tls
        from app.client.tls import read_client_identity

        return evolve(tls, identity=read_client_identity(tls, passphrases))
    except TlsError as error:
        raise ArgumentError(str(error)) from None


def absolute_path(path: str | None) -> str:
    """The path that the user wrote, from the current folder; empty if there is none.

    Raises `ArgumentError` for a `~` that stands for no folder.
    """
    if path is None:
        return ""
    if wrong := home_folder_problem(path):
        raise ArgumentError(wrong)
    return str(resolve_path(path, Path()))


def positive_number(text: str) -> float:
    """Read a number such as one of seconds, for `type=` of an argument."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number <= 1e9:
        raise argparse.ArgumentTypeError(
            f"must be a number above 0, such as 2.5, not {quoted(text)}"
        )
    return number
