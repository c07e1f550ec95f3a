"""What the form of a listener consists of."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QFormLayout, QLabel

from app.profile import ListenerSpec, Problem


class FormSection(QObject):
    """Some rows of the form that belong together, and the fields of a spec that they ask for.

    The form knows its parts by this alone: it shows a spec in each of them, puts together what
    their `values` are, and says whatever is wrong.
    """

    changed = Signal()
    """Something else was entered."""

    def __init__(self, rows: QFormLayout) -> None:
        """A part adds its rows to `rows` at once, below those of the parts before it."""
        super().__init__(rows)
        self.rows = rows

    def show_spec(self, spec: ListenerSpec) -> None:
        """Show what `spec` says. Without this call a part shows what a new listener is offered."""

    def values(self) -> Mapping[str, Any]:
        """The fields of the spec that this part asks for, as they are entered, right or wrong."""
        return {}

    def problems(self) -> list[Problem]:
        """What is wrong that a spec with these values would not tell."""
        return []

    def notes(self) -> list[str]:
        """What is worth knowing while nothing is wrong: a sentence each."""
        return []

    def sentence(self, problem: Problem) -> str:
        """`problem` with the label of its field, if it is one of this part; or else nothing."""
        return ""

    def add_heading(self, text: str) -> QLabel:
        """A row that says what the next ones are about."""
        heading = QLabel(text)
        heading.setObjectName("formHeading")
        heading.setContentsMargins(0, 4, 0, 0)
        self.rows.addRow(heading)
        return heading


# MERGED ui/listeners/transport: What carries the bytes of a listener, as far as the form tells transports apart.


class TransportChoice(Enum):
    """The kinds to choose from."""

    TCP = "tcp"
    TLS = "tls"
    """TCP whose connections Portdeck encrypts."""

    UDP = "udp"
    UNIX = "unix"
    DESCRIPTION = "description"
    """Whatever a Twisted endpoint description says."""

    @property
    def has_port(self) -> bool:
        """Whether it is reached by an address and a port."""
        return self in (TransportChoice.TCP, TransportChoice.TLS, TransportChoice.UDP)

    def title(self) -> str:
        """What a person chooses."""
        return {
            TransportChoice.TCP: QCoreApplication.translate("TransportChoice", "TCP"),
            TransportChoice.TLS: QCoreApplication.translate("TransportChoice", "TLS over TCP"),
            TransportChoice.UDP: QCoreApplication.translate("TransportChoice", "UDP"),
            TransportChoice.UNIX: QCoreApplication.translate("TransportChoice", "Unix socket"),
            TransportChoice.DESCRIPTION: QCoreApplication.translate(
                "TransportChoice", "Advanced: a Twisted endpoint"
            ),
        }[self]
