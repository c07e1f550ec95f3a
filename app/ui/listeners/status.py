"""The state of a listener as text: lines for its row, a tool tip, and the TLS badge."""

from __future__ import annotations

import datetime

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.faults.describing import badge, describe
from app.faults.spec import Fault, armed
from app.net.endpoint import Endpoint, EndpointError
from app.profile import ListenerSpec
from app.server.connections.closing import ReasonCounter
from app.server.listener import Listener, State
from app.server.program_listener import ProgramListener
from app.ui.widgets.plain_text import set_tip
from app.ui.widgets.translation import translated
from app.user_code.programs.reference import ProgramReference, is_program
from app.user_code.reference import Reference, is_user_code

SOON_DAYS = 14
"""The badge shows the end of a certificate that is valid for less than this."""


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


def row_name(listener: Listener) -> str:
    """What a screen reader says of the row of `listener`."""
    return f"{listener.spec.name}, {status_text(listener)}"


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
    words = {
        State.STOPPED: QCoreApplication.translate("State", "stopped"),
        State.STARTING: QCoreApplication.translate("State", "starting"),
        State.LISTENING: QCoreApplication.translate("State", "listening"),
        State.PAUSED: QCoreApplication.translate("State", "paused"),
        State.DRAINING: QCoreApplication.translate("State", "draining"),
        State.STOPPING: QCoreApplication.translate("State", "stopping"),
        State.FAILED: QCoreApplication.translate("State", "failed"),
    }
    return words[state]


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
    return ", ".join(f"{count:,} × {translated(reason)}" for reason, count in counter.by_reason())


class FaultBadge(QLabel):
    """Marks a listener whose faults disturb somebody. Hidden while none is armed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("faultBadge")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._shown: tuple[Fault, ...] = ()
        self.hide()

    def refresh(self, listener: Listener) -> None:
        """Show the faults of `listener` in short. The tool tip has a line for each."""
        faults = armed(listener.spec.faults)
        if faults == self._shown:
            return
        self._shown = faults
        words = QCoreApplication.translate("FaultBadge", "Faults: {0}")
        self.setText(f"⚡ {translated(badge(faults))}")
        self.setAccessibleName(words.format(translated(badge(faults))))
        self.setToolTip("\n".join(translated(describe(fault)) for fault in faults))
        self.setVisible(bool(faults))


class TlsBadge(QLabel):
    """The word TLS beside the name of an encrypted listener. Its tool tip has the certificate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tlsBadge")
        self.setProperty("urgency", "")  # set before it is styled the first time: no second pass
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def refresh(self, listener: Listener, now: datetime.datetime | None = None) -> None:
        """Show whether `listener` uses TLS, and whether its certificate ends soon after `now`."""
        self.setVisible(_has_tls(listener))
        facts = listener.certificate
        if facts is None:
            self._say(self.tr("TLS"), self.tr("Connections are encrypted with TLS."), "")
            return
        from app.ui.listener_form.tls import certificate_summary  # imported late: it loads slowly

        left = facts.not_after - (now or datetime.datetime.now(datetime.UTC))
        is_soon = left < datetime.timedelta(days=SOON_DAYS)
        ends = self.tr("TLS until {0}").format(f"{facts.not_after:%Y-%m-%d}")
        self._say(
            ends if is_soon else self.tr("TLS"),
            certificate_summary(facts),
            "soon" if is_soon else "",
        )

    def _say(self, text: str, tip: str, urgency: str) -> None:
        self.setText(text)
        set_tip(self, tip)
        self.setAccessibleDescription(tip)
        if self.property("urgency") != urgency:
            self.setProperty("urgency", urgency)
            self.style().unpolish(self)
            self.style().polish(self)


def _has_tls(listener: Listener) -> bool:
    if listener.spec.tls is not None:
        return True
    try:
        return Endpoint.parse(listener.spec.endpoint).has_tls
    except EndpointError:
        return False
