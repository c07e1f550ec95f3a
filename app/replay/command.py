"""One run of `portdeck replay`, from the file to the exit code."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final, TextIO

from attrs import field, frozen
from twisted.internet.error import ReactorNotRunning

from app.client.options import Options
from app.net.target import Target, Transport
from app.replay.player import Pace, Player, PlayResult
from app.replay.traffic_file import MOST_LISTED, TrafficFile, TrafficFileError
from app.traffic.connection_messages import ConnectionMessage
from app.traffic.framing import Framing

DONE: Final = 0
DIFFERENT: Final = 1
USAGE: Final = 2
NOT_CONNECTED: Final = 3
MOST_NAMED: Final = 10

_CODES: Final = {
    PlayResult.PLAYED: DONE,
    PlayResult.CUT_SHORT: DIFFERENT,
    PlayResult.GIVEN_UP: DIFFERENT,
    PlayResult.NOT_CONNECTED: NOT_CONNECTED,
}


@frozen
class ReplayRequest:
    """The command line as a value."""

    path: Path
    target: Target | None
    """`None` where connections are only listed."""

    options: Options = field(factory=Options)
    lists: bool = False
    connection: int | None = None
    framing: Framing | None = None
    pace: Pace = field(factory=Pace)
    compares: bool = False


class _Unusable(Exception):
    """There is nothing to play; `str()` is a sentence for the user."""


def replay(reactor: Any, request: ReplayRequest, output: TextIO, errors: TextIO) -> int:
    """Do what `request` asks for; gives the exit code. Runs `reactor`, which cannot have run."""
    try:
        with closing(TrafficFile(request.path)) as file:
            for note in file.notes:
                _say(errors, note)
            if request.lists:
                _list(file, output)
                return DONE
            conversation = _conversation(file, request, errors)
    except (TrafficFileError, _Unusable) as error:
        _say(errors, str(error))
        return USAGE
    return _play(reactor, request, conversation, output, errors)


def _list(file: TrafficFile, output: TextIO) -> None:
    connections = file.connections()
    for each in connections:
        _say(output, str(each))
    if len(connections) == MOST_LISTED:
        _say(output, f"Only the first {MOST_LISTED} connections are listed.")


def _conversation(
    file: TrafficFile, request: ReplayRequest, errors: TextIO
) -> Sequence[ConnectionMessage]:
    """The messages of the connection to play. Raises `_Unusable`."""
    number = request.connection
    if number is None:
        numbers = [each.number for each in file.connections()]
        if not numbers:
            raise _Unusable(f"{file.path}: No connection in it says anything.")
        if len(numbers) > 1:
            shown = ", ".join(map(str, numbers[:MOST_NAMED]))
            more = ", …" if len(numbers) > MOST_NAMED else ""
            raise _Unusable(f"Choose a connection with --connection: {shown}{more}. See --list.")
        (number,) = numbers
    reader = file.reader(number, request.framing)
    while not reader.step(1.0):
        pass
    if not reader.messages:
        raise _Unusable(f"{file.path}: There is no connection {number}. See --list.")
    has_datagrams = request.target is not None and request.target.transport is Transport.UDP
    if file.is_datagram(number) is not has_datagrams:
        _say(errors, f"Connection {number} and the target are not both over UDP, or both not.")
    if reader.is_cut:
        _say(errors, f"Connection {number} is too long. Only its beginning is played.")
    torn = sum(not each.is_whole for each in reader.messages)
    if torn:
        _say(errors, f"{torn} messages of connection {number} are not whole.")
    return reader.messages


def _play(
    reactor: Any,
    request: ReplayRequest,
    conversation: Sequence[ConnectionMessage],
    output: TextIO,
    errors: TextIO,
) -> int:
    assert request.target is not None
    target = request.target
    signals: list[int] = []

    def leave(number: int) -> None:
        signals.append(number)
        player.stop()

    player = Player(
        reactor, conversation, request.framing, pace=request.pace, done=lambda: _stop(reactor)
    )
    reactor.callWhenRunning(_listen_to_signals, reactor, leave)
    reactor.callWhenRunning(player.begin, target, request.options)
    reactor.run()
    for trouble in player.troubles:
        _say(errors, trouble)
    if signals:
        return 128 + signals[0]
    assert player.result is not None
    code = _CODES[player.result]
    if code == NOT_CONNECTED:
        return code
    return max(code, _report(player, request.compares, output))


def _report(player: Player, compares: bool, output: TextIO) -> int:
    """Print what came, or what is different of it."""
    if not compares:
        came = [each.data for each in player.came() if each.from_server]
        for data in came:
            _say(output, repr(data)[2:-1])
        _say(output, f"Sent {player.sent} of {player.total} messages; {len(came)} came.")
        return DONE
    comparison = player.comparison()
    for line in comparison.lines():
        _say(output, line)
    _say(output, comparison.summary())
    return DONE if comparison.is_equal else DIFFERENT


def _listen_to_signals(reactor: Any, leave: Callable[[int], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: reactor.callFromThread(leave, number))


def _stop(reactor: Any) -> None:
    with suppress(ReactorNotRunning):
        reactor.stop()


def _say(stream: TextIO, sentence: str) -> None:
    with suppress(OSError, ValueError):  # nobody reads it: that is no reason to stop
        stream.write(f"{sentence}\n")
        stream.flush()
