"""The word TLS beside a listener's name, and what there is to know of its certificate."""

from __future__ import annotations

import datetime

from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.endpoint import Endpoint, EndpointError
from app.server.listener import Listener

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
        from app.ui.listeners.certificate_words import about  # knows what listeners rarely need

        left = facts.not_after - (now or datetime.datetime.now(datetime.UTC))
        is_soon = left < datetime.timedelta(days=SOON_DAYS)
        ends = self.tr("TLS until {0}").format(f"{facts.not_after:%Y-%m-%d}")
        self._say(ends if is_soon else self.tr("TLS"), about(facts), "soon" if is_soon else "")

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
