"""The command: reads its arguments, and opens the window or serves without one.

Importing this starts nothing, and imports neither Qt nor a reactor: which of them there will be is
known only once the arguments are.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from app import __version__
from app.connect.arguments import ArgumentError, add_connect, read_request
from app.replay.arguments import add_replay, read_replay_request
from app.runtime.output import Output, diverted
from app.serve.arguments import add_profile, add_serve

USAGE_ERROR = 2
PROFILE_IS_OPEN = 3
INTERRUPTED = 128 + 2  # as shells have it for SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with `arguments`, or with those of the process; gives the exit code.

    0: ended as asked. 1: a listener could not start. 2: bad arguments, a broken profile, or no
    window where one was asked for. 3: the profile is open in another window. 4: a contract of rules
    was not met. argparse leaves by `SystemExit` for bad arguments and help.
    """
    try:
        return _run(arguments)
    except KeyboardInterrupt:  # before there was anything to end cleanly
        return INTERRUPTED


def _run(arguments: Sequence[str] | None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    profile: Path | None = options.profile
    # `Path.exists` raises for a path that is too long.
    if profile is not None and not os.path.exists(profile.parent):  # noqa: PTH110
        return _complain(f"There is no folder {profile.parent} for a profile. Check the path.")
    if options.command == "serve":
        return _serve(options)
    if options.command == "connect":
        return _connect(options)
    if options.command == "replay":
        return _replay(options)
    if not has_display():
        print("There is no display to open a window on; serving without one.", file=sys.stderr)
        return _serve(parser.parse_args(["serve"], options))
    return _open_window(options.profile, hidden=options.hidden)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="portdeck",
        allow_abbrev=False,
        description="The control panel for the servers on your own machine.",
        epilog="Without a command, the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"portdeck {__version__}")
    add_profile(parser, default=None)
    parser.add_argument(
        "--hidden",
        action="store_true",
        help="open the window in the tray, where the desktop has one",
    )
    commands = parser.add_subparsers(dest="command", metavar="serve|connect|replay")
    add_serve(commands)
    add_connect(commands)
    add_replay(commands)
    return parser


def _open_window(profile: Path | None, *, hidden: bool) -> int:
    # Looking for garbage takes an eighth of the start, and a start makes none. `run` ends this.
    gc.disable()
    from app.profile import default_path
    from app.runtime.single_instance import ProfileLock

    path = profile or default_path()
    lock = ProfileLock(path)
    if not lock.take():
        is_shown = lock.ask_to_show(os.environ.get("XDG_ACTIVATION_TOKEN", ""))
        there = "which is shown now" if is_shown else "which does not answer; look for it"
        return _complain(f"{path} is open in another window of Portdeck, {there}.", PROFILE_IS_OPEN)
    try:
        from app.ui.application import run
    except ImportError as error:
        return _complain(
            f"The window cannot open: {error}. Install what Qt needs (`make run` does), "
            "or use `portdeck serve`."
        )
    try:
        return run(path, lock, hidden=hidden)
    finally:
        lock.release()


def _serve(options: argparse.Namespace) -> int:
    from app.profile import ProfileFile, Tls, default_path
    from app.runtime import logs
    from app.runtime.clocks import install_steady_reactor
    from app.serve.listener_arguments import parse_listeners
    from app.serve.run import RunLimits, serve
    from app.tls import TlsError
    from app.tls.passphrases import read_passphrases

    profile: Path | None = options.profile
    file = None
    if options.tls and not options.listeners:
        return _complain("--tls is for PROTOCOL=ENDPOINT. In a profile, write [listener.tls].")
    if options.listeners and profile is not None:
        return _complain("Name listeners or a --profile, not both.")
    if options.listeners:
        reading = parse_listeners(options.listeners, Tls() if options.tls else None)
        is_usable = not reading.problems
    else:
        file = ProfileFile(profile or default_path())
        reading = file.load()
        is_usable = not file.broken
    for problem in reading.problems:
        print(problem, file=sys.stderr)
    if not is_usable:
        return USAGE_ERROR
    if options.require_rules and all(each.protocol != "replies" for each in reading.listeners):
        return _complain("No listener replies by rule: --require-rules has nothing to check.")
    if not reading.listeners:
        return _complain("The profile has no listener. Add one, or name one: echo=tcp:8007.")

    try:
        passphrases = read_passphrases(options.passphrase_file, os.environ)
    except TlsError as error:
        return _complain(str(error))

    install_steady_reactor()
    from twisted.internet import reactor

    limits = RunLimits(
        seconds=options.exit_after,
        connections=options.until_connections,
        drain_seconds=options.drain,
    )
    output = Output(sys.stdout)
    # The lines are an interface: what the user's own code prints does not belong among them.
    with diverted(sys.stderr) as errors, redirect_stderr(errors), redirect_stdout(errors):
        logs.begin(logs.stderr_handler(logging.ERROR))
        return serve(
            reactor,
            reading.listeners,
            output,
            file=file,
            as_json=options.json,
            limits=limits,
            require_rules=options.require_rules,
            passphrases=passphrases,
        )


def _connect(options: argparse.Namespace) -> int:
    try:
        request = read_request(options)
    except ArgumentError as error:
        return _complain(str(error))
    from app.connect.terminal_session import run_terminal_session
    from app.runtime.clocks import install_steady_reactor

    install_steady_reactor()
    from twisted.internet import reactor

    with diverted(sys.stderr) as errors, redirect_stderr(errors):
        return run_terminal_session(reactor, request, errors)


def _replay(options: argparse.Namespace) -> int:
    try:
        request = read_replay_request(options)
    except ArgumentError as error:
        return _complain(str(error))
    from app.replay.command import replay
    from app.runtime.clocks import install_steady_reactor

    install_steady_reactor()
    from twisted.internet import reactor

    with diverted(sys.stdout) as output, diverted(sys.stderr) as errors, redirect_stderr(errors):
        return replay(reactor, request, output, errors)


def _complain(sentence: str, code: int = USAGE_ERROR) -> int:
    print(sentence, file=sys.stderr)
    return code


def has_display(environment: Mapping[str, str] = os.environ, sockets: Path = Path("/tmp")) -> bool:
    """Whether Qt finds a display. Without one, it would end the process.

    `sockets` is the folder of `.X11-unix`, where local X servers have their sockets.
    """
    if sys.platform in ("win32", "darwin"):
        return True
    platform = environment.get("QT_QPA_PLATFORM") or "xcb"
    if not platform.startswith(("xcb", "wayland")) or environment.get("WAYLAND_DISPLAY"):
        return True
    display = environment.get("DISPLAY", "")
    local = re.fullmatch(r":(\d+)(\.\d+)?", display)
    if local is None:
        return bool(display)
    return (sockets / ".X11-unix" / f"X{local[1]}").exists()
