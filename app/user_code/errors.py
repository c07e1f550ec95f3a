"""Errors in the user's code: a sentence with file and line for the user, a traceback for the log.

`SourceFiles` is here too: it reads the files of one load and notices when they change.
"""

from __future__ import annotations

import errno
import hashlib
import importlib
import logging
import os
import stat
from collections.abc import Callable, Iterator
from importlib.util import decode_source
from pathlib import Path
from textwrap import shorten
from traceback import StackSummary, TracebackException, walk_tb
from types import FrameType
from typing import Final, NamedTuple, TypeVar

from twisted.internet.error import (
    CannotListenError,
    ReactorAlreadyRunning,
    ReactorNotRestartable,
)

from app.text.sentence import Sentence, composed, system_reason
from app.user_code.reference import UserCodeError

T = TypeVar("T")

log = logging.getLogger(__name__)

LONGEST_CAUSE: Final = 200

MAIN_GUARD: Final = 'if __name__ == "__main__"'

_OURS: Final = str(Path(__file__).parent)
_IMPORTLIB: Final = ("<frozen importlib", str(Path(importlib.__file__).parent))


class LoadingFailed(UserCodeError):
    """The user's code could not be read, run or used.

    It stores only text. A reference to the original exception would keep the user's module alive.
    """

    def __init__(
        self,
        sentence: str,
        template: str = "",
        /,
        *,
        sources: SourceFiles,
        traceback: str = "",
        **parameters: object,
    ) -> None:
        super().__init__(sentence, template, **parameters)
        self.sources = sources
        """The files that were read. When they change, another load may succeed."""
        self.traceback = traceback
        """For the log: the frames of the user's code. Empty if no code was run."""


def call_user_code(call: Callable[[], T], sources: SourceFiles, doing: str = "") -> T:
    """Call the user's code. Its exceptions become `LoadingFailed`, except `KeyboardInterrupt`.

    `doing` is a short description of the call for the sentence, if the traceback is not enough.
    """
    try:
        return call()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - the user's code may raise anything
        failed = _failure(error, sources, doing)
    # Raise outside `except`. Inside it, Python would store the user's exception as `__context__`,
    # and its stack frames would stay in memory.
    try:
        raise failed
    finally:
        del failed  # this frame and the traceback would keep each other alive


def runs_user_code(frame: FrameType | None) -> bool:
    """Whether `call_user_code` waits for the user's code, which `frame` is in the middle of."""
    while frame is not None:
        if frame.f_code is call_user_code.__code__:
            return True
        frame = frame.f_back
    return False


def log_traceback(name: str, error: Exception) -> None:
    """Log the traceback of `error` for the listener `name`. The caller shows the sentence."""
    if isinstance(error, LoadingFailed) and error.traceback:
        log.error("%s: the protocol's own code failed.\n%s", name, error.traceback.rstrip())


def _failure(error: BaseException, sources: SourceFiles, doing: str) -> LoadingFailed:
    if isinstance(error, LoadingFailed):
        return LoadingFailed(str(error), sources=sources, traceback=error.traceback)
    told = TracebackException.from_exception(error)
    _leave_out_the_machinery(told)
    place = _place(error, sources)
    cause = _cause(error, told, sources)
    if doing:
        cause = composed("{doing}: {cause}", doing=doing, cause=cause)
    sentence = composed("{doing}: {cause}", doing=place, cause=cause) if place else cause
    traceback = "".join(told.format() if told.stack else told.format_exception_only())
    return LoadingFailed(
        sentence if place else sentence.capitalized(),
        sources=sources,
        traceback=_in_plain_names(traceback, sources),
    )


def _place(error: BaseException, sources: SourceFiles) -> str:
    """`echo.py, line 3`: the innermost line of the user's code in the traceback. Empty if none."""
    lines = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename is not None:
        lines.append((error.filename, error.lineno or 1))
    of_the_user = [(name, line) for name, line in lines if name in sources]
    if of_the_user:
        name, line = of_the_user[-1]
        return Sentence("file-and-line", "{name}, line {line}", name=Path(name).name, line=line)
    return ""


def _cause(error: BaseException, told: TracebackException, sources: SourceFiles) -> Sentence:
    match error:
        case SyntaxError(filename=str(name)) if name in sources:
            return Sentence(
                "syntax-wrong", "{mistake}. Correct the line and try again.", mistake=error.msg
            )
        case ModuleNotFoundError(name=str(name)):
            missing = _in_plain_names(name, sources)
            return Sentence(
                "no-such-module",
                "there is no module called {missing}. Install it where Portdeck is, or put it "
                "beside the file.",
                missing=missing,
            )
        case SystemExit():
            return Sentence(
                "code-ends-program",
                "it ends the program. Put what only a script does under: {main_guard}.",
                main_guard=MAIN_GUARD,
            )
        case CannotListenError(port=int(port)) if port:
            return Sentence(
                "listens-twice",
                "it listens on port {port} a second time. Take out one of the two calls.",
                port=port,
            )
        case ReactorAlreadyRunning() | ReactorNotRestartable():
            return Sentence(
                "reactor-runs-already",
                "Portdeck runs the reactor already. Put such lines under: {main_guard}.",
                main_guard=MAIN_GUARD,
            )
    *_, last = told.format_exception_only()
    words = shorten(_in_plain_names(last, sources), LONGEST_CAUSE, placeholder="…").rstrip(".")
    return Sentence("see-traceback", "{words}. The log has the traceback.", words=words)


def _in_plain_names(text: str, sources: SourceFiles) -> str:
    """`text` with the names of modules as the user wrote them."""
    return text.replace(sources.mark, "") if sources.mark else text


def _leave_out_the_machinery(told: TracebackException) -> None:
    """Remove the frames of `importlib` and of this package from `told`, its causes and contexts."""
    rest: list[TracebackException | None] = [told]
    while rest:
        each = rest.pop()
        if each is not None:
            users = [f for f in each.stack if not f.filename.startswith((*_IMPORTLIB, _OURS))]
            each.stack = StackSummary.from_list(users)
            rest += [each.__cause__, each.__context__]


LARGEST_SIZE: Final = 1024 * 1024
"""Bytes. Handwritten code is much smaller."""


class _Seen(NamedTuple):
    """The state of a file when it was read."""

    status: tuple[int, ...]
    """Changes when the file is written or replaced."""

    digest: bytes


class SourceFiles:
    """Reads the files of one load, and remembers a digest of each.

    `name in sources` tells whether a file name from a code object or a traceback is one of them.
    """

    def __init__(self, mark: str = "") -> None:
        """`mark` is the suffix of the module names of these files, such as `@7`."""
        self.mark = mark
        self._seen: dict[str, _Seen | None] = {}

    def __contains__(self, filename: str) -> bool:
        return filename in self._seen

    def __iter__(self) -> Iterator[str]:
        return iter(self._seen)

    def read(self, path: Path) -> bytes:
        """The content of a source file. Raises `LoadingFailed` if it cannot be one."""
        self._seen[str(path)] = None
        try:
            status = path.stat()
            self._check_kind(path, status)
            data = path.read_bytes()
        except OSError as error:
            raise LoadingFailed(_why_unreadable(path, error), sources=self) from None
        self._seen[str(path)] = _Seen(_fingerprint(status), _digest(data))
        self._check_content(path, data)
        return data

    def changed(self) -> bool:
        """Whether the content of a file changed, or a missing file exists now.

        Takes one system call per file if none was written. A file that disappeared is no change, as
        there is nothing to load.
        """
        return any(self._has_changed(Path(name)) for name in list(self._seen))

    def _has_changed(self, path: Path) -> bool:
        before = self._seen[str(path)]
        try:
            status = _fingerprint(path.stat())
            if before is not None and before.status == status:
                return False
            digest = _digest(path.read_bytes())
        except OSError:
            return False
        if before is None or before.digest != digest:
            return True
        self._seen[str(path)] = _Seen(status, digest)
        return False

    def _check_kind(self, path: Path, status: os.stat_result) -> None:
        if stat.S_ISDIR(status.st_mode):
            raise LoadingFailed(
                "code-is-folder",
                "{path} is a folder. Name a Python file in it.",
                sources=self,
                path=path,
            )
        if not stat.S_ISREG(status.st_mode):
            raise LoadingFailed(
                "code-not-regular",
                "{path} is no ordinary file. Name a Python file.",
                sources=self,
                path=path,
            )
        if status.st_size > LARGEST_SIZE:
            raise LoadingFailed(
                "code-too-large",
                "{name} is larger than {largest_size} KiB, which no code is. Name a smaller "
                "Python file.",
                sources=self,
                name=path.name,
                largest_size=LARGEST_SIZE // 1024,
            )

    def _check_content(self, path: Path, data: bytes) -> None:
        if b"\0" in data:
            raise LoadingFailed(
                "code-not-text",
                "{name} is no text. Name a Python file.",
                sources=self,
                name=path.name,
            )
        try:
            decode_source(data)
        except (
            SyntaxError,
            UnicodeDecodeError,
        ):  # it may declare another encoding
            self._refuse_unless_utf8(path, data)

    def _refuse_unless_utf8(self, path: Path, data: bytes) -> None:
        try:
            data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise LoadingFailed(
                "code-not-utf8",
                "{name}, line {line}: this is not UTF-8. Save the file as UTF-8.",
                sources=self,
                name=path.name,
                line=line,
            ) from None


def _why_unreadable(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return Sentence(
            "code-no-file", "There is no file {path}. Check its name and its folder.", path=path
        )
    return Sentence(
        "code-unreadable",
        "{path} cannot be read ({reason}). Check its rights.",
        path=path,
        reason=system_reason(error),
    )


def _fingerprint(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
