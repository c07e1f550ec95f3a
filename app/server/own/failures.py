"""What the user's code did wrong, as a sentence with file and line, and as a traceback."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from pathlib import Path
from textwrap import shorten
from traceback import StackSummary, TracebackException, walk_tb
from typing import TYPE_CHECKING, Final, TypeVar

from twisted.internet.error import ReactorAlreadyRunning, ReactorNotRestartable

from app.own_protocol import OwnProtocolError

if TYPE_CHECKING:
    from app.server.own.sources import Sources

T = TypeVar("T")

log = logging.getLogger(__name__)

LONGEST_CAUSE: Final = 200

MAIN_GUARD: Final = 'if __name__ == "__main__"'

_OURS: Final = str(Path(__file__).parent)
_IMPORTLIB: Final = ("<frozen importlib", str(Path(importlib.__file__).parent))


class LoadingFailed(OwnProtocolError):
    """The user's code could not be read, run or used.

    It holds text alone: an exception of the user's would keep the module alive that raised it.
    """

    def __init__(self, sentence: str, sources: Sources, traceback: str = "") -> None:
        super().__init__(sentence)
        self.sources = sources
        """What was read so far: when that changes, another try may succeed."""
        self.traceback = traceback
        """For the log: the lines of the user's code; empty if none of it was run."""


def attempt(call: Callable[[], T], sources: Sources, doing: str = "") -> T:
    """Call the user's code. What it raises becomes `LoadingFailed`, except `KeyboardInterrupt`.

    `doing` says in a few words what is called, where the traceback alone does not.
    """
    try:
        return call()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - the user's code may raise anything
        failed = _failure(error, sources, doing)
    # Out here, as the error would be its context else, and keep the frames it came through.
    try:
        raise failed
    finally:
        del failed  # or this frame and the traceback in it would keep each other


def log_traceback(name: str, error: Exception) -> None:
    """For whoever tells the sentence: put the rest in the log of the listener called `name`."""
    if isinstance(error, LoadingFailed) and error.traceback:
        log.error("%s: the protocol's own code failed.\n%s", name, error.traceback.rstrip())


def _failure(error: BaseException, sources: Sources, doing: str) -> LoadingFailed:
    if isinstance(error, LoadingFailed):
        return LoadingFailed(str(error), sources, error.traceback)
    told = TracebackException.from_exception(error)
    _leave_out_the_machinery(told)
    place = _place(error, sources)
    sentence = ": ".join(filter(None, (place, doing, _cause(error, told, sources))))
    traceback = "".join(told.format() if told.stack else told.format_exception_only())
    return LoadingFailed(
        sentence if place else sentence[0].upper() + sentence[1:],
        sources,
        _in_plain_names(traceback, sources),
    )


def _place(error: BaseException, sources: Sources) -> str:
    """`echo.py, line 3`: the deepest line of the user's that `error` came through."""
    lines = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename is not None:
        lines.append((error.filename, error.lineno or 1))
    of_the_user = [(name, line) for name, line in lines if name in sources]
    if of_the_user:
        name, line = of_the_user[-1]
        return f"{Path(name).name}, line {line}"
    return ""


def _cause(error: BaseException, told: TracebackException, sources: Sources) -> str:
    match error:
        case SyntaxError(filename=str(name)) if name in sources:
            return f"{error.msg}. Correct the line and try again."
        case ModuleNotFoundError(name=str(name)):
            missing = _in_plain_names(name, sources)
            return (
                f"there is no module called {missing}. "
                "Install it where Portdeck is, or put it beside the file."
            )
        case SystemExit():
            return f"it ends the program. Put what only a script does under: {MAIN_GUARD}."
        case ReactorAlreadyRunning() | ReactorNotRestartable():
            return f"Portdeck runs the reactor already. Put such lines under: {MAIN_GUARD}."
    *_, last = told.format_exception_only()
    words = shorten(_in_plain_names(last, sources), LONGEST_CAUSE, placeholder="…")
    return f"{words}. The log has the traceback."


def _in_plain_names(text: str, sources: Sources) -> str:
    """`text` with the names of modules as the user knows them."""
    return text.replace(sources.mark, "") if sources.mark else text


def _leave_out_the_machinery(told: TracebackException) -> None:
    """Take the frames of importing and of this package out of `told` and all that led to it."""
    rest: list[TracebackException | None] = [told]
    while rest:
        each = rest.pop()
        if each is not None:
            users = [f for f in each.stack if not f.filename.startswith((*_IMPORTLIB, _OURS))]
            each.stack = StackSummary.from_list(users)
            rest += [each.__cause__, each.__context__]
