"""The interface between the form of a listener and its sections, and the list of transports."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QFormLayout, QWidget

from app.profile import ListenerSpec, Problem


class FormSection(QObject):
    """A group of rows that asks for some fields of a spec.

    The form shows a spec in each section, merges their `values`, and shows their problems.
    """

    changed = Signal()
    """The user entered something."""

    def __init__(self, rows: QFormLayout) -> None:
        """A section adds its rows to `rows` when it is made, below those of the sections before."""
        super().__init__(rows)
        self.rows = rows

    def show_spec(self, spec: ListenerSpec) -> None:
        """Show the values of `spec`. Before this call the section shows those of a new listener."""

    def values(self) -> Mapping[str, Any]:
        """The entered values by the name of their field, valid or not."""
        return {}

    def problems(self) -> list[Problem]:
        """The mistakes that `check` cannot find in the values."""
        return []

    def notes(self) -> list[str]:
        """Hints that are shown while there is no mistake, one sentence each."""
        return []

    def warnings(self) -> Mapping[QWidget, str]:
        """Sentences that stand in amber at their fields."""
        return {}

    def reveal(self, problem: Problem) -> QWidget | None:
        """The field with a problem, unfolded if it was folded; `None` if there is no such one."""
        return None

    def sentence(self, problem: Problem) -> str:
        """`problem` as a sentence with the label of its field; empty if the field is not here."""
        return ""


class TransportChoice(Enum):
    """The transports that the form tells apart."""

    TCP = "tcp"
    TLS = "tls"
    """TCP whose connections Portdeck encrypts."""

    UDP = "udp"
    UNIX = "unix"
    PROGRAM = "program"
    """The places where a whole program listens by itself."""

    DESCRIPTION = "description"
    """Any Twisted endpoint description."""

    @property
    def has_port(self) -> bool:
        """Whether it has an interface and a port."""
        return self in (TransportChoice.TCP, TransportChoice.TLS, TransportChoice.UDP)

    @property
    def is_address(self) -> bool:
        """Whether rows of the form ask for its address."""
        return self.has_port or self is TransportChoice.UNIX

    def title(self) -> str:
        """The label in the list, in the user's language."""
        return {
            TransportChoice.TCP: QCoreApplication.translate("TransportChoice", "TCP"),
            TransportChoice.TLS: QCoreApplication.translate("TransportChoice", "TLS over TCP"),
            TransportChoice.UDP: QCoreApplication.translate("TransportChoice", "UDP"),
            TransportChoice.UNIX: QCoreApplication.translate("TransportChoice", "Unix socket"),
            TransportChoice.PROGRAM: QCoreApplication.translate(
                "TransportChoice", "Where the program listens"
            ),
            TransportChoice.DESCRIPTION: QCoreApplication.translate(
                "TransportChoice", "Advanced: a Twisted endpoint"
            ),
        }[self]
