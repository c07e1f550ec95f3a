"""How a listener is, in words: a line or two for its row, and more for who points at it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.endpoint import Endpoint, EndpointError
from app.server.listener import Listener, State
from app.server.tally import Tally
from app.ui.listeners.words import state_word


def status_text(listener: Listener) -> str:
    """Its state, how many are connected and were refused, and what else there is to know."""
    lines = [_first_line(listener)]
    if listener.state in (State.PAUSED, State.DRAINING) and listener.reason:
        lines.append(listener.reason)
    if listener.is_stale:
        words = QCoreApplication.translate("Status", "The last change counts from the next start.")
        lines.append(words)
    if listener.reload_trouble and listener.can_stop:
        words = QCoreApplication.translate("Status", "The new code is not in use: {0}")
        lines.append(words.format(listener.reload_trouble))
    return "\n".join(lines)


def status_details(listener: Listener) -> str:
    """Why peers were refused and connections ended by a limit; empty if none were."""
    factory = listener.factory
    if factory is None:
        return ""
    refused = QCoreApplication.translate("Status", "Refused: {0}")
    cut = QCoreApplication.translate("Status", "Closed by a limit: {0}")
    counted = ((refused, factory.refusals), (cut, factory.cut))
    return "\n".join(words.format(_counts(tally)) for words, tally in counted if tally.total)


def _first_line(listener: Listener) -> str:
    state = listener.state
    if state is State.FAILED:
        return listener.reason
    word = state_word(state)
    if state is State.STOPPED:
        return word
    if state is State.DRAINING:
        words = QCoreApplication.translate("Status", "{0} · {1} left")
    elif is_datagram(listener.spec.endpoint):
        words = (
            QCoreApplication.translate("Status", "{0} · 1 peer")
            if listener.connection_count == 1
            else QCoreApplication.translate("Status", "{0} · {1} peers")
        )
    else:
        words = QCoreApplication.translate("Status", "{0} · {1} connected")
    text = words.format(word, f"{listener.connection_count:,}")
    refused = 0 if listener.factory is None else listener.factory.refused
    if refused:
        words = QCoreApplication.translate("Status", " · {0} refused")
        text += words.format(f"{refused:,}")
    return text


def _counts(tally: Tally) -> str:
    return ", ".join(f"{count:,} × {reason}" for reason, count in tally.by_reason())


def is_datagram(description: str) -> bool:
    """Whether single datagrams are what arrives at an endpoint."""
    try:
        return Endpoint.parse(description).is_datagram
    except EndpointError:
        return False
