"""The state of a listener as text: lines for its row and a tool tip."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.net.endpoint import Endpoint, EndpointError
from app.profile import ListenerSpec
from app.server.connections.closing import ReasonCounter
from app.server.listener import Listener, State
from app.server.program_listener import ProgramListener
from app.ui.widgets.translation import listed, translated
from app.user_code.programs.reference import ProgramReference, is_program
from app.user_code.reference import Reference, is_user_code

_STATES_WITH_REASON = (State.LISTENING, State.PAUSED, State.DRAINING)
"""The states that show `Listener.reason` below the first line."""


def status_text(listener: Listener) -> str:
    """The state, the numbers of connected and refused peers, and what the user should know."""
    lines = [first_line(listener)]
    if listener.state in _STATES_WITH_REASON and listener.reason:
        lines.append(translated(listener.reason))
    if isinstance(listener, ProgramListener) and listener.program is not None:
        lines.extend(map(translated, listener.program.notes))
    if listener.factory is not None and listener.factory.code_errors.total:
        lines.append(_code_errors(listener.factory.code_errors))
    if listener.is_stale:
        words = QCoreApplication.translate("Status", "The last change counts from the next start.")
        lines.append(words)
    if listener.reload_error and listener.can_stop:
        words = QCoreApplication.translate("Status", "The new code is not in use: {0}")
        lines.append(words.format(translated(listener.reload_error)))
    return "\n".join(lines)


def row_name(listener: Listener, status: str | None = None) -> str:
    """What a screen reader says of the row of `listener`, whose `status_text` may be known."""
    return f"{listener.spec.name}, {status_text(listener) if status is None else status}"


def _code_errors(errors: ReasonCounter) -> str:
    """The most frequent exception that the protocol raised, and how many there were."""
    error, _ = errors.by_reason()[0]
    if errors.total == 1:
        return QCoreApplication.translate("Status", "Its code raised {0}").format(translated(error))
    words = QCoreApplication.translate("Status", "Its code raised {0} exceptions, such as {1}")
    return words.format(f"{errors.total:,}", translated(error))


def first_line(listener: Listener) -> str:
    """The state and the numbers of connected and refused peers, or why it failed."""
    state = listener.state
    if state is State.FAILED:
        return translated(listener.reason)
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
    return text + _refused(listener)


def _refused(listener: Listener) -> str:
    refused = 0 if listener.factory is None else listener.factory.refused
    if not refused:
        return ""
    return QCoreApplication.translate("Status", " · {0} refused").format(f"{refused:,}")


def short_line(listener: Listener) -> str:
    """The first line where there is less room: without "listening", which the switch says."""
    if listener.state is not State.LISTENING or is_datagram(listener.spec.endpoint):
        return first_line(listener)
    words = QCoreApplication.translate("Status", "{0} connected")
    return words.format(f"{listener.connection_count:,}") + _refused(listener)


def state_word(state: State) -> str:
    """The name of a state in the user's language."""
    match state:
        case State.STOPPED:
            return QCoreApplication.translate("State", "stopped")
        case State.STARTING:
            return QCoreApplication.translate("State", "starting")
        case State.LISTENING:
            return QCoreApplication.translate("State", "listening")
        case State.PAUSED:
            return QCoreApplication.translate("State", "paused")
        case State.DRAINING:
            return QCoreApplication.translate("State", "draining")
        case State.STOPPING:
            return QCoreApplication.translate("State", "stopping")
        case State.FAILED:
            return QCoreApplication.translate("State", "failed")


def protocol_text(spec: ListenerSpec, *, is_place: bool = False) -> str:
    """The protocol in short: without the file that it comes from. For a place of a program, whose
    row has the name already, the transport."""
    text = _transport(spec.endpoint) if is_place else _short(spec.protocol)
    if not is_place and _transport(spec.endpoint) == "UDP":
        text = QCoreApplication.translate("Status", "{0} over UDP").format(text)
    if not spec.traffic:
        text = QCoreApplication.translate("Status", "{0}, traffic off").format(text)
    return text


def _short(protocol: str) -> str:
    if is_program(protocol):
        return ProgramReference.parse(protocol).title
    return Reference.parse(protocol).name if is_user_code(protocol) else protocol


def _transport(description: str) -> str:
    names = {"udp": "UDP", "unix": "Unix", "unix-dgram": "Unix"}
    return names.get(Endpoint.parse(description).kind, "TCP")


def is_datagram(description: str) -> bool:
    """Whether an endpoint description is one of UDP."""
    try:
        return Endpoint.parse(description).is_datagram
    except EndpointError:
        return False


def status_details(listener: Listener) -> str:
    """The reasons why peers were refused or closed by a limit, with their numbers; may be empty."""
    factory = listener.factory
    if factory is None:
        return ""
    refused = QCoreApplication.translate("Status", "Refused: {0}")
    cut = QCoreApplication.translate("Status", "Closed by a limit: {0}")
    counted = ((refused, factory.refusals), (cut, factory.closed_by_limit))
    return "\n".join(words.format(_counts(counter)) for words, counter in counted if counter.total)


def _counts(counter: ReasonCounter) -> str:
    return listed(f"{count:,} × {translated(reason)}" for reason, count in counter.by_reason())
