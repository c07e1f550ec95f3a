"""The badges beside the name of a listener: its faults, its TLS, and whether others reach it.

Each has a short text too, for a row that is too narrow.
"""

from __future__ import annotations

import datetime
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.faults.describing import badge, describe
from app.faults.spec import Fault, armed
from app.net.endpoint import Endpoint, EndpointError
from app.server.listener import Listener
from app.server.program_listener import is_program_entry
from app.ui.widgets.plain_text import set_tip
from app.ui.widgets.translation import translated

SOON_DAYS = 14
"""The badge shows the end of a certificate that is valid for less than this."""


class Badge(QLabel):
    """A framed word. Its tool tip has the whole text and more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._whole = ""
        self._short = ""
        self._whole_width = 0
        self.is_short = False
        self.hide()

    @property
    def whole_width(self) -> int:
        """The width of the whole text with its frame, as it was measured when it was shown last.

        Qt's size hints of two texts differ by another width than the texts. If the row compared
        them, the badge could become short and whole again without end.
        """
        if not self.is_short:
            self._whole_width = self.sizeHint().width()
        return self._whole_width

    @property
    def saving(self) -> int:
        """By how many pixels the short text is narrower."""
        width = self.fontMetrics().horizontalAdvance
        return width(self._whole) - width(self._short)

    def shorten(self, is_short: bool) -> None:
        """Show the short text, or the whole one."""
        self.is_short = is_short
        self.setText(self._short if is_short else self._whole)

    def say(self, text: str, tip: str, short: str = "") -> None:
        """Show `text`, and `tip` as the tool tip."""
        if (text, short or text) != (self._whole, self._short):
            self._whole, self._short = text, short or text
            self.shorten(False)
        set_tip(self, tip)
        self.setAccessibleDescription(tip)


class OpenBadge(Badge):
    """Marks a listener that other computers can reach."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("badge")

    def refresh(self, listener: Listener) -> None:
        """Show whether `listener` listens on more than the loopback interface."""
        is_open = not is_program_entry(listener) and not _is_local(listener.spec.endpoint)
        if is_open:
            words = self.tr("Other computers on the network can connect.")
            self.say(self.tr("open to others"), words, self.tr("open"))
        self.setVisible(is_open)


class FaultBadge(Badge):
    """Marks a listener whose faults disturb somebody. Hidden while none is armed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("faultBadge")
        self._shown: tuple[Fault, ...] = ()

    def refresh(self, listener: Listener) -> None:
        """Show the faults of `listener` in short. The tool tip has a line for each."""
        faults = armed(listener.spec.faults)
        if faults == self._shown:
            return
        self._shown = faults
        words = QCoreApplication.translate("FaultBadge", "Faults: {0}")
        text = translated(badge(faults))
        self.say(f"⚡ {text}", "\n".join(translated(describe(fault)) for fault in faults), "⚡")
        self.setAccessibleName(words.format(text))
        self.setVisible(bool(faults))


class TlsBadge(Badge):
    """The word TLS beside the name of an encrypted listener. Its tool tip has the certificate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tlsBadge")
        self.setProperty("urgency", "")  # set before it is styled the first time: no second pass

    def refresh(self, listener: Listener, now: datetime.datetime | None = None) -> None:
        """Show whether `listener` uses TLS, and whether its certificate ends soon after `now`."""
        has_tls = listener.spec.has_tls
        self.setVisible(has_tls)
        if has_tls:
            self._show_certificate(listener, now or datetime.datetime.now(datetime.UTC))

    def _show_certificate(self, listener: Listener, now: datetime.datetime) -> None:
        word, facts = self.tr("TLS"), listener.certificate
        if facts is None:
            self.say(word, self.tr("Connections are encrypted with TLS."))
            self._show_urgency("")
            return
        from app.ui.listener_form.tls import certificate_summary  # imported late: it loads slowly

        is_soon = facts.not_after - now < datetime.timedelta(days=SOON_DAYS)
        ends = self.tr("TLS until {0}").format(f"{facts.not_after:%Y-%m-%d}")
        self.say(ends if is_soon else word, certificate_summary(facts), word)
        self._show_urgency("soon" if is_soon else "")

    def _show_urgency(self, urgency: str) -> None:
        if self.property("urgency") != urgency:
            self.setProperty("urgency", urgency)
            self.style().unpolish(self)
            self.style().polish(self)


@lru_cache(maxsize=4096)  # a list that scrolls asks for every row that comes into view
def _is_local(description: str) -> bool:
    try:
        return Endpoint.parse(description).bound().loopback_only
    except EndpointError:
        return True
