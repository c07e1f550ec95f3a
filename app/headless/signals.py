"""What the system says to `portdeck serve`: stop, and read the profile again."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any


def listen(reactor: Any, *, stop: Callable[[], object], reload: Callable[[], object]) -> None:
    """From now on SIGINT and SIGTERM call `stop` on the reactor's thread, and SIGHUP `reload`.

    In place of Twisted's handlers, which fail when Ctrl-C is pressed a second time. SIGHUP has two
    senders: an operator, and a terminal that is closed. The latter means the end, unless SIGHUP
    was ignored before, which is how `nohup` says that the program shall outlive its terminal.
    """

    def on(number: int, act: Callable[[], object]) -> None:
        signal.signal(number, lambda *_: reactor.callFromThread(act))

    on(signal.SIGINT, stop)
    on(signal.SIGTERM, stop)
    if hangup := getattr(signal, "SIGHUP", None):
        may_end = signal.getsignal(hangup) is not signal.SIG_IGN and _has_terminal()
        on(hangup, lambda: stop() if may_end and not _has_terminal() else reload())


def _has_terminal() -> bool:
    """Whether this process has a controlling terminal that is not closed."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
