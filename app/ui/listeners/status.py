"""How a listener is, in words: a line or two for its row, and more for who points at it."""

from __future__ import annotations

import datetime

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.net.endpoint import Endpoint, EndpointError
from app.server.connections.closing import ReasonCounter
from app.server.listener import Listener, State

# MERGED ui/listeners/words: What the states of a listener are called in the window.


def state_word(state: State) -> str:
    """One word, in the user's language."""
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


def _counts(tally: ReasonCounter) -> str:
    return ", ".join(f"{count:,} × {reason}" for reason, count in tally.by_reason())


def is_datagram(description: str) -> bool:
    """Whether single datagrams are what arrives at an endpoint."""
    try:
        return Endpoint.parse(description).is_datagram
    except EndpointError:
        return False


# MERGED ui/listeners/tls_badge: The word TLS beside a listener's name, and what there is to know of its certificate.

SOON_DAYS = 14
"""A certificate that ends sooner is told of without being asked for."""


class TlsBadge(QLabel):
    """Is there while the connections are encrypted. Its tool tip has the certificate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tlsBadge")
        self.setProperty("urgency", "")  # before it is ever styled, so that this costs nothing
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def refresh(self, listener: Listener, now: datetime.datetime | None = None) -> None:
        """Show the TLS of `listener` as it is `now`."""
        self.setVisible(_has_tls(listener))
        facts = listener.certificate
        if facts is None:
            self._say(self.tr("TLS"), self.tr("Connections are encrypted with TLS."), "")
            return
        from app.ui.listener_form.tls import certificate_summary  # knows what listeners rarely need

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
        self.setToolTip(tip)
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
