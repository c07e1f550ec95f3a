"""The state of the process that a program may change while it loads; it is restored afterwards."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from twisted.logger import globalLogBeginner

_SIGNALS: Final = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCHLD")
    if hasattr(signal, name)
)


@contextmanager
def restored_process_state(folder: Path, arguments: Sequence[str]) -> Iterator[None]:
    """Set `sys.argv` to `arguments` and the current folder to `folder`; restore both at the end.

    Also restores the standard streams, the hooks for errors, the signal handlers, `sys.path`, and
    the modules `__main__` and `twisted.internet.reactor`.
    """
    with ExitStack() as after:
        for owner, name in (
            (sys, "argv"),
            (sys, "stdin"),
            (sys, "stdout"),
            (sys, "stderr"),
            (sys, "excepthook"),
            (threading, "excepthook"),
        ):
            after.callback(setattr, owner, name, getattr(owner, name))
        after.callback(_restore_path, list(sys.path))
        after.callback(_restore_folder, Path.cwd())
        after.callback(_restore_handlers, _handlers())
        for name in ("__main__", "twisted.internet.reactor"):
            after.callback(_restore_module, name, sys.modules.get(name))
        after.enter_context(_log_targets_kept())
        sys.argv = list(arguments)
        os.chdir(folder)
        yield


@contextmanager
def in_folder(folder: Path) -> Iterator[None]:
    """Make `folder` the current folder meanwhile."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def as_main(module: ModuleType) -> Iterator[None]:
    """Make `module` the result of `import __main__` meanwhile."""
    before = sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        yield
    finally:
        sys.modules["__main__"] = before


@contextmanager
def _log_targets_kept() -> Iterator[None]:
    """Ignore `log.startLogging` of the program, because Portdeck has a log already."""
    beginner: Any = globalLogBeginner

    def keep(*_arguments: object, **_options: object) -> None:
        pass

    beginner.beginLoggingTo = keep
    try:
        yield
    finally:
        vars(beginner).pop("beginLoggingTo", None)


def _handlers() -> dict[int, Any]:
    return {number: signal.getsignal(number) for number in _SIGNALS}


def _restore_handlers(before: dict[int, Any]) -> None:
    if threading.current_thread() is not threading.main_thread():
        return
    for number, handler in before.items():
        if handler is not None and signal.getsignal(number) is not handler:
            signal.signal(number, handler)


def _restore_path(before: list[str]) -> None:
    sys.path[:] = before


def _restore_folder(before: Path) -> None:
    os.chdir(before)


def _restore_module(name: str, before: ModuleType | None) -> None:
    if before is None:
        sys.modules.pop(name, None)
    else:
        sys.modules[name] = before
